//! How long what is recorded is kept.

use jiff::Timestamp;

use super::column::Millis;
use super::{Durability, Store, StoreError, SystemScope};

/// What stays; the rest goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Keep {
    /// The newest requests of each tenant.
    pub requests: u32,
    pub requests_since: Timestamp,
    pub quota_since: Timestamp,
    pub conversations_since: Timestamp,
}

impl Store {
    /// Removes what is not to be kept, of all tenants.
    ///
    /// # Errors
    /// [`StoreError`]; then everything is still there.
    pub(crate) async fn prune(&self, _scope: SystemScope, keep: Keep) -> Result<(), StoreError> {
        self.call(Durability::Batched, move |tx| {
            tx.execute("DELETE FROM activity WHERE at < ?1", [Millis(keep.requests_since)])?;
            let sql = "DELETE FROM activity WHERE seq <= (
                           SELECT seq FROM activity AS newer WHERE newer.tenant_id = activity.tenant_id
                           ORDER BY seq DESC LIMIT 1 OFFSET ?1)";
            tx.execute(sql, [keep.requests])?;
            tx.execute("DELETE FROM quota_history WHERE at < ?1", [Millis(keep.quota_since)])?;
            tx.execute("DELETE FROM conversations WHERE at < ?1", [Millis(keep.conversations_since)])?;
            Ok(())
        })
        .await
    }
}
