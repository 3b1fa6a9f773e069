-- Tools whose configuration leads to the endpoint, and what takes that back. A client may be removed before its tool
-- is disconnected, so nothing refers to it.
CREATE TABLE tool_connections (
    tenant_id    TEXT    NOT NULL REFERENCES tenants (id),
    home         TEXT    NOT NULL,
    tool         TEXT    NOT NULL,
    client_id    TEXT    NOT NULL,
    origin       TEXT    NOT NULL,
    model        TEXT,
    undo         TEXT    NOT NULL,
    connected_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, home, tool)
) STRICT, WITHOUT ROWID;
