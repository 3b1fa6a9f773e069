//! Table `activity` once more, as sums over tokens read it.

use jiff::Timestamp;
use rockpool_routing::{AccountId, ClientId, TenantId};
use rusqlite::Row;

use super::activity::readable;
use super::column::{Count, Millis, Text};
use super::{Durability, Store, StoreError};
use crate::model::activity::TokenUsage;

/// One request: who asked, who answered, and what was counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UsageRow {
    pub at: Timestamp,
    /// Absent where no client was recognised.
    pub client: Option<(ClientId, String)>,
    pub tool: Option<String>,
    /// The account that answered, under its name of that time.
    pub account: Option<(AccountId, String)>,
    pub model: Option<String>,
    pub usage: TokenUsage,
}

impl Store {
    /// The tenant's requests that arrived from `from` on and before `to`, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) async fn usage(
        &self,
        tenant: TenantId,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<UsageRow>, StoreError> {
        self.call(Durability::Batched, move |tx| {
            let sql = "SELECT at, client_id, client, tool, account_id, account, model, input_tokens,
                           cached_tokens, cache_write_tokens, output_tokens, reasoning_tokens
                       FROM activity WHERE tenant_id = ?1 AND at >= ?2 AND at < ?3 ORDER BY at, seq";
            let mut query = tx.prepare_cached(sql)?;
            let rows = query.query_map((Text(tenant), Millis(from), Millis(to)), read)?;
            Ok(readable(rows)?)
        })
        .await
    }

    /// When the oldest request that is kept of the tenant arrived.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) async fn recorded_since(&self, tenant: TenantId) -> Result<Option<Timestamp>, StoreError> {
        self.call(Durability::Batched, move |tx| {
            let sql = "SELECT min(at) FROM activity WHERE tenant_id = ?1";
            let oldest: Option<Millis> = tx.query_row(sql, [Text(tenant)], |row| row.get(0))?;
            Ok(oldest.map(|oldest| oldest.0))
        })
        .await
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<UsageRow> {
    let count = |column: &str| -> rusqlite::Result<Option<u64>> {
        Ok(row.get::<_, Option<Count>>(column)?.map(|count| count.0))
    };
    let client: String = row.get("client")?;
    let account = row.get::<_, Option<Text<_>>>("account_id")?.zip(row.get("account")?);
    Ok(UsageRow {
        at: row.get::<_, Millis>("at")?.0,
        client: row.get::<_, Option<Text<_>>>("client_id")?.map(|id| (id.0, client)),
        tool: row.get("tool")?,
        account: account.map(|(id, name)| (id.0, name)),
        model: row.get("model")?,
        usage: TokenUsage {
            input: count("input_tokens")?,
            cached: count("cached_tokens")?,
            cache_write: count("cache_write_tokens")?,
            output: count("output_tokens")?,
            reasoning: count("reasoning_tokens")?,
        },
    })
}
