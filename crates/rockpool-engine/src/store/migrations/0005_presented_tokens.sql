-- Which refresh tokens were presented to the issuer, so that an old copy of one is known for what it is; and
-- logins that nobody renews.
CREATE TABLE presented_tokens (
    fingerprint  BLOB    NOT NULL PRIMARY KEY CHECK (length(fingerprint) = 32),
    tenant_id    TEXT    NOT NULL REFERENCES tenants (id),
    presented_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX presented_tokens_oldest ON presented_tokens (presented_at);
-- Those of logins whose refresh token was presented before this was kept.
INSERT OR IGNORE INTO presented_tokens (fingerprint, tenant_id, presented_at)
    SELECT fingerprint, tenant_id, updated_at FROM logins WHERE phase <> 'idle' AND obtained <> 'follow';

-- Only what was taken over from a file can be an access token alone.
ALTER TABLE logins ADD COLUMN renewable INTEGER NOT NULL DEFAULT 1
    CHECK (renewable = 1 OR (renewable = 0 AND obtained = 'import'));
