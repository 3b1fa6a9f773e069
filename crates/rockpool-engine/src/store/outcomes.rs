//! Table `outcomes`: how the last attempts on each account ended, so that health survives a restart.

use std::collections::BTreeSet;

use rockpool_routing::health::Outcome;
use rockpool_routing::{AccountId, TenantId};
use rusqlite::Connection;

use super::column::{Name, Text};
use super::{Durability, Store, StoreError, SystemScope};

/// Rows kept per account: as many as health looks at.
const KEPT: u32 = 120;

/// How one attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OutcomeRow {
    pub tenant: TenantId,
    pub account: AccountId,
    pub outcome: Outcome,
}

impl Store {
    /// What is kept of every account, oldest first.
    pub(crate) async fn outcomes(
        &self,
        _scope: SystemScope,
    ) -> Result<Vec<(AccountId, Outcome)>, StoreError> {
        self.call(Durability::Batched, |tx| {
            let mut query = tx.prepare("SELECT account_id, outcome FROM outcomes ORDER BY seq")?;
            let rows =
                query.query_map([], |row| Ok((row.get::<_, Text<_>>(0)?.0, row.get::<_, Name<_>>(1)?.0)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}

/// Adds outcomes, oldest first, and drops the oldest beyond 120 per account. Those of an account that
/// is gone are passed over.
pub(super) fn record(connection: &Connection, rows: &[OutcomeRow]) -> rusqlite::Result<()> {
    let sql = "INSERT INTO outcomes (tenant_id, account_id, outcome)
               SELECT ?1, id, ?3 FROM accounts WHERE tenant_id = ?1 AND id = ?2";
    let mut insert = connection.prepare_cached(sql)?;
    for row in rows {
        insert.execute((Text(row.tenant), Text(row.account), Name(row.outcome)))?;
    }
    let sql = "DELETE FROM outcomes WHERE tenant_id = ?1 AND account_id = ?2 AND seq <= (
                   SELECT seq FROM outcomes WHERE tenant_id = ?1 AND account_id = ?2
                   ORDER BY seq DESC LIMIT 1 OFFSET ?3)";
    let mut prune = connection.prepare_cached(sql)?;
    let accounts: BTreeSet<_> = rows.iter().map(|row| (row.tenant, row.account)).collect();
    for (tenant, account) in accounts {
        prune.execute((Text(tenant), Text(account), KEPT))?;
    }
    Ok(())
}
