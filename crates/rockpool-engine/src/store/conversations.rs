//! Table `conversations`: which account each conversation is on; the newest are kept.

use jiff::Timestamp;
use rockpool_routing::affinity::CAPACITY;
use rockpool_routing::{AccountId, TenantId};
use rusqlite::Connection;

use super::column::{Millis, Text};
use super::{Durability, Store, StoreError, SystemScope};

/// Conversations that are kept over all tenants: as many as the router remembers.
pub(crate) const CONVERSATIONS_KEPT: u32 = CAPACITY as u32;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConversationRow {
    pub tenant: TenantId,
    /// The tool's own name for it.
    pub name: String,
    /// The account it is on.
    pub account: AccountId,
    /// When its last request came.
    pub at: Timestamp,
}

impl Store {
    /// The newest conversations of all tenants, `limit` at most, newest last.
    pub(crate) async fn conversations(
        &self,
        _scope: SystemScope,
        limit: u32,
    ) -> Result<Vec<ConversationRow>, StoreError> {
        self.call(Durability::Batched, move |tx| {
            let sql = "SELECT tenant_id, name, account_id, at FROM (
                           SELECT * FROM conversations ORDER BY at DESC LIMIT ?1) ORDER BY at";
            let mut query = tx.prepare(sql)?;
            let rows = query.query_map([limit], |row| {
                Ok(ConversationRow {
                    tenant: row.get::<_, Text<_>>(0)?.0,
                    name: row.get(1)?,
                    account: row.get::<_, Text<_>>(2)?.0,
                    at: row.get::<_, Millis>(3)?.0,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}

/// Notes where conversations are and drops the oldest beyond [`CONVERSATIONS_KEPT`]. Those on an account
/// that is gone are passed over.
pub(super) fn record(connection: &Connection, rows: &[ConversationRow]) -> rusqlite::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO conversations (tenant_id, name, account_id, at)
               SELECT ?1, ?2, id, ?4 FROM accounts WHERE tenant_id = ?1 AND id = ?3
               ON CONFLICT (tenant_id, name) DO UPDATE SET account_id = excluded.account_id, at = excluded.at";
    let mut upsert = connection.prepare_cached(sql)?;
    for row in rows {
        upsert.execute((Text(row.tenant), &row.name, Text(row.account), Millis(row.at)))?;
    }
    let sql = "DELETE FROM conversations WHERE at <= (
                   SELECT at FROM conversations ORDER BY at DESC LIMIT 1 OFFSET ?1)";
    connection.prepare_cached(sql)?.execute([CONVERSATIONS_KEPT])?;
    Ok(())
}
