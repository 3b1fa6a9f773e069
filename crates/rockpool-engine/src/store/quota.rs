//! Table `quota`: the last thing that the provider said about each account.

use rockpool_routing::{AccountId, Reading, TenantId};
use rusqlite::Connection;

use super::column::{Json, Text};
use super::{Durability, Store, StoreError, SystemScope};

/// The last reading of one account.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct QuotaRow {
    pub tenant: TenantId,
    pub account: AccountId,
    pub reading: Reading,
}

impl Store {
    /// The last reading of every account that has one.
    pub(crate) async fn quota(&self, _scope: SystemScope) -> Result<Vec<QuotaRow>, StoreError> {
        self.call(Durability::Batched, |tx| {
            let mut query = tx.prepare("SELECT tenant_id, account_id, reading FROM quota")?;
            let rows = query.query_map([], |row| {
                Ok(QuotaRow {
                    tenant: row.get::<_, Text<_>>(0)?.0,
                    account: row.get::<_, Text<_>>(1)?.0,
                    reading: row.get::<_, Json<_>>(2)?.0,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}

/// Replaces the readings of these accounts; accounts that are gone are passed over.
pub(super) fn record(connection: &Connection, rows: &[QuotaRow]) -> rusqlite::Result<()> {
    let sql = "INSERT INTO quota (tenant_id, account_id, reading)
               SELECT ?1, id, ?3 FROM accounts WHERE tenant_id = ?1 AND id = ?2
               ON CONFLICT (tenant_id, account_id) DO UPDATE SET reading = excluded.reading";
    let mut upsert = connection.prepare_cached(sql)?;
    for row in rows {
        upsert.execute((Text(row.tenant), Text(row.account), Json(&row.reading)))?;
    }
    Ok(())
}
