//! Table `quota_history`: what the provider said of each account over time, thinned out by the ledger.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rockpool_routing::runway::{SAMPLE_RETENTION, Sample};
use rockpool_routing::{AccountId, Source, TenantId};
use rusqlite::{Connection, Row};

use super::column::{Json, Millis, Name, Text};
use super::{Durability, Store, StoreError};

/// Rows kept per account, whatever their age: more than the fullest use of two weeks leaves.
const MOST: u32 = 12_000;

/// What the provider said of one account at one moment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct QuotaSampleRow {
    pub tenant: TenantId,
    pub account: AccountId,
    pub source: Source,
    /// What was said, and when.
    pub sample: Sample,
}

impl Store {
    /// All samples of the tenant's accounts since a moment, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) async fn quota_history(
        &self,
        tenant: TenantId,
        since: Timestamp,
    ) -> Result<Vec<QuotaSampleRow>, StoreError> {
        self.call(Durability::Batched, move |tx| {
            let sql = "SELECT * FROM quota_history WHERE tenant_id = ?1 AND at >= ?2 ORDER BY at, seq";
            let mut query = tx.prepare_cached(sql)?;
            let rows = query.query_map((Text(tenant), Millis(since)), read)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// The same, but of what is older than `whole_since` only the last sample of each hour.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) async fn quota_outline(
        &self,
        tenant: TenantId,
        since: Timestamp,
        whole_since: Timestamp,
    ) -> Result<Vec<QuotaSampleRow>, StoreError> {
        self.call(Durability::Batched, move |tx| {
            let sql = "SELECT *, MAX(at) FROM quota_history WHERE tenant_id = ?1 AND at >= ?2 AND at < ?3
                       GROUP BY account_id, at / 3600000
                       UNION ALL SELECT *, at FROM quota_history WHERE tenant_id = ?1 AND at >= ?3
                       ORDER BY at, seq";
            let mut query = tx.prepare_cached(sql)?;
            let rows = query.query_map((Text(tenant), Millis(since), Millis(whole_since)), read)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<QuotaSampleRow> {
    Ok(QuotaSampleRow {
        tenant: row.get::<_, Text<_>>("tenant_id")?.0,
        account: row.get::<_, Text<_>>("account_id")?.0,
        source: row.get::<_, Name<_>>("source")?.0,
        sample: Sample { at: row.get::<_, Millis>("at")?.0, windows: row.get::<_, Json<_>>("windows")?.0 },
    })
}

/// Adds samples and drops those that are two weeks older than the newest of their account, and the oldest
/// beyond 12,000 of it. Those of an account that is gone are passed over.
pub(super) fn record(connection: &Connection, rows: &[QuotaSampleRow]) -> rusqlite::Result<()> {
    let sql = "INSERT INTO quota_history (tenant_id, account_id, at, source, windows)
               SELECT ?1, id, ?3, ?4, ?5 FROM accounts WHERE tenant_id = ?1 AND id = ?2";
    let mut insert = connection.prepare_cached(sql)?;
    let mut newest: BTreeMap<(TenantId, AccountId), Timestamp> = BTreeMap::new();
    for row in rows {
        let (at, windows) = (row.sample.at, Json(&row.sample.windows));
        insert.execute((Text(row.tenant), Text(row.account), Millis(at), Name(row.source), windows))?;
        let known = newest.entry((row.tenant, row.account)).or_insert(at);
        *known = at.max(*known);
    }
    let sql = "DELETE FROM quota_history WHERE tenant_id = ?1 AND account_id = ?2 AND (at < ?3 OR at <= (
                   SELECT at FROM quota_history WHERE tenant_id = ?1 AND account_id = ?2
                   ORDER BY at DESC LIMIT 1 OFFSET ?4))";
    let mut prune = connection.prepare_cached(sql)?;
    for ((tenant, account), at) in newest {
        let oldest = at.checked_sub(SAMPLE_RETENTION).unwrap_or(Timestamp::MIN);
        prune.execute((Text(tenant), Text(account), Millis(oldest), MOST))?;
    }
    Ok(())
}
