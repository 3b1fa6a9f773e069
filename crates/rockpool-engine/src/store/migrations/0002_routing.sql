-- Pools say whether conversations stay; clients may use one account alone; requests say why they went where they did.
ALTER TABLE pools ADD COLUMN conversations TEXT NOT NULL DEFAULT 'stay';

CREATE TABLE clients_new (
    id            TEXT    NOT NULL PRIMARY KEY,
    tenant_id     TEXT    NOT NULL REFERENCES tenants (id),
    name          TEXT    NOT NULL,
    account_id    TEXT    NOT NULL,
    key_kind      TEXT    NOT NULL CHECK (key_kind IN ('bearer', 'path')),
    key_hash      BLOB    NOT NULL UNIQUE CHECK (length(key_hash) = 32),
    key_hint      TEXT    NOT NULL,
    override_mode TEXT    NOT NULL CHECK (override_mode IN ('inherit', 'custom', 'single')),
    strategy      TEXT,
    created_at    INTEGER NOT NULL,
    last_used_at  INTEGER,
    UNIQUE (tenant_id, name),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts (tenant_id, id)
) STRICT;
INSERT INTO clients_new SELECT * FROM clients;
DROP TABLE clients;
ALTER TABLE clients_new RENAME TO clients;
CREATE INDEX clients_account ON clients (tenant_id, account_id);

ALTER TABLE activity ADD COLUMN why TEXT NOT NULL DEFAULT '{}';

-- What the provider said over time, thinned out: what forecasts and replays go by.
CREATE TABLE quota_history (
    seq        INTEGER NOT NULL PRIMARY KEY,
    tenant_id  TEXT    NOT NULL,
    account_id TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    source     TEXT    NOT NULL,
    windows    TEXT    NOT NULL,
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts (tenant_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX quota_history_account ON quota_history (tenant_id, account_id, at);
