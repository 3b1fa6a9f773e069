//! Table `clients`: local tools with a key of their own, kept as a hash.

use jiff::Timestamp;
use rockpool_routing::{AccountId, ClientId, Strategy, TenantId};
use rusqlite::{Connection, Row};

use super::column::{Millis, Name, Text, found};
use super::{Durability, Store, StoreError};
use crate::model::client::{KeyKind, OverrideMode};

/// A local tool with a key of its own; the key is kept as a hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClientRow {
    /// Stays the same for the client's life.
    pub id: ClientId,
    pub tenant: TenantId,
    /// Unique in the tenant.
    pub name: String,
    /// The account it is pointed at.
    pub account: AccountId,
    /// How it presents its key.
    pub key_kind: KeyKind,
    /// SHA-256 of the key; unique on this machine.
    pub key_hash: [u8; 32],
    /// First characters of the key, to tell keys apart.
    pub key_hint: String,
    /// Whether it follows its account's pool.
    pub override_mode: OverrideMode,
    /// Its own strategy, in custom mode.
    pub strategy: Option<Strategy>,
    pub created_at: Timestamp,
    /// When its last request came; absent before the first.
    pub last_used_at: Option<Timestamp>,
}

/// When a client was last used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LastUse {
    pub tenant: TenantId,
    pub client: ClientId,
    pub at: Timestamp,
}

impl Store {
    /// Adds a client; on the disk when this returns.
    ///
    /// # Errors
    /// [`StoreError::Taken`] where its name exists in the tenant.
    pub(crate) async fn insert_client(&self, row: ClientRow) -> Result<(), StoreError> {
        self.call(Durability::Synced, move |tx| {
            let sql = "INSERT INTO clients (id, tenant_id, name, account_id, key_kind, key_hash, key_hint,
                           override_mode, strategy, created_at, last_used_at)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
            write(tx, sql, &row)?;
            Ok(())
        })
        .await
    }

    /// Replaces everything about a client, its key too, but its identity, `created_at` and
    /// `last_used_at`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], and as [`Store::insert_client`].
    pub(crate) async fn update_client(&self, row: ClientRow) -> Result<(), StoreError> {
        self.call(Durability::Synced, move |tx| {
            let sql =
                "UPDATE clients SET name = ?3, account_id = ?4, key_kind = ?5, key_hash = ?6, key_hint = ?7,
                           override_mode = ?8, strategy = ?9
                       WHERE id = ?1 AND tenant_id = ?2 AND ?10 IS NOT ?11";
            found(write(tx, sql, &row)?, "client")
        })
        .await
    }

    /// Removes a client.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub(crate) async fn delete_client(&self, tenant: TenantId, id: ClientId) -> Result<(), StoreError> {
        self.call(Durability::Synced, move |tx| found(remove(tx, tenant, id)?, "client")).await
    }
}

/// All clients, by name.
pub(super) fn all(connection: &Connection) -> rusqlite::Result<Vec<ClientRow>> {
    let mut query = connection.prepare("SELECT * FROM clients ORDER BY name, id")?;
    query.query_map([], read)?.collect()
}

/// Notes when clients were last used; those that are gone are passed over.
pub(super) fn touch(connection: &Connection, used: &[LastUse]) -> rusqlite::Result<()> {
    let sql = "UPDATE clients SET last_used_at = max(coalesce(last_used_at, 0), ?3)
               WHERE tenant_id = ?1 AND id = ?2";
    let mut update = connection.prepare_cached(sql)?;
    for LastUse { tenant, client, at } in used {
        update.execute((Text(tenant), Text(client), Millis(*at)))?;
    }
    Ok(())
}

/// Adds a client, or replaces everything about it as [`Store::update_client`] does.
pub(super) fn put(connection: &Connection, row: &ClientRow) -> rusqlite::Result<()> {
    let sql = "INSERT INTO clients (id, tenant_id, name, account_id, key_kind, key_hash, key_hint,
                   override_mode, strategy, created_at, last_used_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
               ON CONFLICT (id) DO UPDATE SET name = excluded.name, account_id = excluded.account_id,
                   key_kind = excluded.key_kind, key_hash = excluded.key_hash, key_hint = excluded.key_hint,
                   override_mode = excluded.override_mode, strategy = excluded.strategy";
    write(connection, sql, row).map(drop)
}

/// One that is gone already is passed over.
pub(super) fn remove(connection: &Connection, tenant: TenantId, id: ClientId) -> rusqlite::Result<usize> {
    connection.execute("DELETE FROM clients WHERE tenant_id = ?1 AND id = ?2", (Text(tenant), Text(id)))
}

/// Binds the whole row in the order of the columns.
fn write(connection: &Connection, sql: &str, row: &ClientRow) -> rusqlite::Result<usize> {
    let values = (
        Text(row.id),
        Text(row.tenant),
        &row.name,
        Text(row.account),
        Name(row.key_kind),
        row.key_hash,
        &row.key_hint,
        Name(row.override_mode),
        row.strategy.map(Name),
        Millis(row.created_at),
        row.last_used_at.map(Millis),
    );
    connection.execute(sql, values)
}

fn read(row: &Row<'_>) -> rusqlite::Result<ClientRow> {
    Ok(ClientRow {
        id: row.get::<_, Text<_>>("id")?.0,
        tenant: row.get::<_, Text<_>>("tenant_id")?.0,
        name: row.get("name")?,
        account: row.get::<_, Text<_>>("account_id")?.0,
        key_kind: row.get::<_, Name<_>>("key_kind")?.0,
        key_hash: row.get("key_hash")?,
        key_hint: row.get("key_hint")?,
        override_mode: row.get::<_, Name<_>>("override_mode")?.0,
        strategy: row.get::<_, Option<Name<_>>>("strategy")?.map(|strategy| strategy.0),
        created_at: row.get::<_, Millis>("created_at")?.0,
        last_used_at: row.get::<_, Option<Millis>>("last_used_at")?.map(|at| at.0),
    })
}
