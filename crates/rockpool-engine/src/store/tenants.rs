//! Table `tenants`: the wall between groups of users.

use jiff::Timestamp;
use rockpool_routing::TenantId;
use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;

use super::column::{Millis, Text};
use super::{Durability, Store, StoreError, SystemScope};

/// The tenant that exists from the start.
const PERSONAL: &str = "personal";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TenantRow {
    pub id: TenantId,
    /// Unique on this machine, such as `personal`.
    pub slug: String,
    pub created_at: Timestamp,
}

impl Store {
    /// The tenant `personal`, made at `now` if it is not there.
    pub(crate) async fn ensure_personal(
        &self,
        _scope: SystemScope,
        now: Timestamp,
    ) -> Result<TenantId, StoreError> {
        self.call(Durability::Synced, move |tx| {
            let made = TenantId(Uuid::now_v7());
            let sql = "INSERT INTO tenants (id, slug, created_at) VALUES (?1, ?2, ?3) ON CONFLICT (slug) DO NOTHING";
            tx.execute(sql, (Text(made), PERSONAL, Millis(now)))?;
            let there = by_slug(tx, PERSONAL)?;
            there.ok_or(StoreError::NotFound("tenant"))
        })
        .await
    }
}

/// All tenants, oldest first.
pub(super) fn all(connection: &Connection) -> rusqlite::Result<Vec<TenantRow>> {
    let mut query = connection.prepare("SELECT id, slug, created_at FROM tenants ORDER BY created_at, id")?;
    let rows = query.query_map([], |row| {
        Ok(TenantRow {
            id: row.get::<_, Text<_>>("id")?.0,
            slug: row.get("slug")?,
            created_at: row.get::<_, Millis>("created_at")?.0,
        })
    })?;
    rows.collect()
}

fn by_slug(connection: &Connection, slug: &str) -> rusqlite::Result<Option<TenantId>> {
    let sql = "SELECT id FROM tenants WHERE slug = ?1";
    let id = connection.query_row(sql, [slug], |row| row.get::<_, Text<_>>(0)).optional()?;
    Ok(id.map(|id| id.0))
}
