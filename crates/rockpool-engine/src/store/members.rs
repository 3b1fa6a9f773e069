//! Table `members`: people with an access key and a role in a tenant.

use jiff::Timestamp;
use rockpool_routing::TenantId;
use rusqlite::Row;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::column::{Millis, Name, Text};
use super::{Durability, Store, StoreError};

/// What a member may do in a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    /// Manages everything, members too.
    Admin,
    /// Manages accounts, pools and clients.
    Operator,
    /// Reads.
    Viewer,
}

/// One member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MemberRow {
    /// Names it.
    pub id: Uuid,
    /// The tenant.
    pub tenant: TenantId,
    /// Unique in the tenant.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// SHA-256 of the access key.
    pub key_hash: [u8; 32],
    /// First characters of the key, to tell keys apart.
    pub key_hint: String,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Store {
    /// Adds a member.
    ///
    /// # Errors
    /// [`StoreError::Taken`] where name or key exist.
    pub(crate) async fn insert_member(&self, row: MemberRow) -> Result<(), StoreError> {
        self.call(Durability::Synced, move |tx| {
            let sql = "INSERT INTO members (id, tenant_id, name, role, key_hash, key_hint, created_at)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
            let values = (
                Text(row.id),
                Text(row.tenant),
                row.name,
                Name(row.role),
                row.key_hash,
                row.key_hint,
                Millis(row.created_at),
            );
            tx.execute(sql, values)?;
            Ok(())
        })
        .await
    }

    /// The tenant's members, oldest first.
    pub(crate) async fn members_of(&self, tenant: TenantId) -> Result<Vec<MemberRow>, StoreError> {
        self.call(Durability::Batched, move |tx| {
            let mut query =
                tx.prepare("SELECT * FROM members WHERE tenant_id = ?1 ORDER BY created_at, id")?;
            let rows = query.query_map([Text(tenant)], read)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<MemberRow> {
    Ok(MemberRow {
        id: row.get::<_, Text<_>>("id")?.0,
        tenant: row.get::<_, Text<_>>("tenant_id")?.0,
        name: row.get("name")?,
        role: row.get::<_, Name<_>>("role")?.0,
        key_hash: row.get("key_hash")?,
        key_hint: row.get("key_hint")?,
        created_at: row.get::<_, Millis>("created_at")?.0,
    })
}
