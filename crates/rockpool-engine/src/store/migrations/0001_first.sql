-- Every row carries its tenant, and every reference repeats it: a row cannot point into another tenant.
-- Times are milliseconds since the Unix epoch, UTC. Identifiers are UUIDs in text.
-- No secret is stored: keys and refresh tokens are here as SHA-256 of random values of 128 bits or more.

-- The machine's own facts, above all tenants.
CREATE TABLE settings (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tenants (
    id         TEXT    NOT NULL PRIMARY KEY,
    slug       TEXT    NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE members (
    id           TEXT    NOT NULL PRIMARY KEY,
    tenant_id    TEXT    NOT NULL REFERENCES tenants (id),
    name         TEXT    NOT NULL,
    role         TEXT    NOT NULL CHECK (role IN ('admin', 'operator', 'viewer')),
    key_hash     BLOB    NOT NULL UNIQUE CHECK (length(key_hash) = 32),
    key_hint     TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    UNIQUE (tenant_id, name)
) STRICT;

CREATE TABLE logins (
    id                TEXT    NOT NULL PRIMARY KEY,
    tenant_id         TEXT    NOT NULL REFERENCES tenants (id),
    issuer            TEXT    NOT NULL,
    user_id           TEXT    NOT NULL,
    email             TEXT,
    obtained          TEXT    NOT NULL CHECK (obtained IN ('sign_in', 'import', 'follow')),
    follow_path       TEXT             CHECK ((follow_path IS NOT NULL) = (obtained = 'follow')),
    phase             TEXT    NOT NULL CHECK (phase IN ('idle', 'sent', 'uncertain', 'dead')),
    phase_code        TEXT,
    generation        INTEGER NOT NULL CHECK (generation >= 0),
    access_expires_at INTEGER,
    access_issued_at  INTEGER,
    fingerprint       BLOB    NOT NULL CHECK (length(fingerprint) = 32),
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL,
    UNIQUE (tenant_id, id)
) STRICT;
-- A refresh token has one owner on this machine, whatever the tenant. A followed file is only read.
CREATE UNIQUE INDEX logins_fingerprint ON logins (fingerprint) WHERE obtained <> 'follow';
CREATE INDEX logins_user ON logins (tenant_id, issuer, user_id);

CREATE TABLE accounts (
    id           TEXT    NOT NULL PRIMARY KEY,
    tenant_id    TEXT    NOT NULL REFERENCES tenants (id),
    login_id     TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    display_name TEXT    NOT NULL,
    email        TEXT,
    user_id      TEXT    NOT NULL,
    workspace_id TEXT    NOT NULL,
    plan         TEXT,
    wish         TEXT    NOT NULL CHECK (wish IN ('active', 'paused')),
    position     INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    UNIQUE (tenant_id, id),
    UNIQUE (tenant_id, name),
    UNIQUE (tenant_id, user_id, workspace_id),
    FOREIGN KEY (tenant_id, login_id) REFERENCES logins (tenant_id, id)
) STRICT;
CREATE INDEX accounts_login ON accounts (tenant_id, login_id);

CREATE TABLE pools (
    tenant_id TEXT NOT NULL,
    owner     TEXT NOT NULL,
    strategy  TEXT NOT NULL,
    PRIMARY KEY (tenant_id, owner),
    FOREIGN KEY (tenant_id, owner) REFERENCES accounts (tenant_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE pool_members (
    tenant_id TEXT    NOT NULL,
    member    TEXT    NOT NULL CHECK (member <> owner),
    owner     TEXT    NOT NULL,
    position  INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, member),
    UNIQUE (tenant_id, owner, position),
    FOREIGN KEY (tenant_id, member) REFERENCES accounts (tenant_id, id),
    FOREIGN KEY (tenant_id, owner) REFERENCES pools (tenant_id, owner) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE clients (
    id            TEXT    NOT NULL PRIMARY KEY,
    tenant_id     TEXT    NOT NULL REFERENCES tenants (id),
    name          TEXT    NOT NULL,
    account_id    TEXT    NOT NULL,
    key_kind      TEXT    NOT NULL CHECK (key_kind IN ('bearer', 'path')),
    key_hash      BLOB    NOT NULL UNIQUE CHECK (length(key_hash) = 32),
    key_hint      TEXT    NOT NULL,
    override_mode TEXT    NOT NULL CHECK (override_mode IN ('inherit', 'custom')),
    strategy      TEXT,
    created_at    INTEGER NOT NULL,
    last_used_at  INTEGER,
    UNIQUE (tenant_id, name),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts (tenant_id, id)
) STRICT;
CREATE INDEX clients_account ON clients (tenant_id, account_id);

-- History keeps its names when client or account are gone, so it refers to neither.
CREATE TABLE activity (
    seq           INTEGER NOT NULL PRIMARY KEY,
    id            TEXT    NOT NULL UNIQUE,
    tenant_id     TEXT    NOT NULL REFERENCES tenants (id),
    at            INTEGER NOT NULL,
    client_id     TEXT,
    client        TEXT    NOT NULL,
    account_id    TEXT,
    account       TEXT,
    first_account TEXT,
    model         TEXT,
    transport     TEXT    NOT NULL,
    outcome       TEXT    NOT NULL,
    status        INTEGER NOT NULL,
    placement     TEXT,
    attempts      TEXT    NOT NULL,
    skipped       TEXT    NOT NULL,
    first_byte_ms INTEGER,
    duration_ms   INTEGER NOT NULL,
    input_tokens  INTEGER,
    cached_tokens INTEGER,
    output_tokens INTEGER
) STRICT;
CREATE INDEX activity_newest ON activity (tenant_id, seq);

CREATE TABLE conversations (
    tenant_id  TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    account_id TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, name),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts (tenant_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX conversations_newest ON conversations (at);
CREATE INDEX conversations_account ON conversations (tenant_id, account_id);

CREATE TABLE quota (
    tenant_id  TEXT NOT NULL,
    account_id TEXT NOT NULL,
    reading    TEXT NOT NULL,
    PRIMARY KEY (tenant_id, account_id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts (tenant_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE outcomes (
    seq        INTEGER NOT NULL PRIMARY KEY,
    tenant_id  TEXT    NOT NULL,
    account_id TEXT    NOT NULL,
    outcome    TEXT    NOT NULL CHECK (outcome IN ('success', 'failure')),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts (tenant_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX outcomes_account ON outcomes (tenant_id, account_id, seq);
