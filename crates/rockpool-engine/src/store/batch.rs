//! What is recorded after the fact, all tables in one transaction.

use std::sync::Arc;

use super::activity;
use super::clients;
use super::clients::LastUse;
use super::conversations;
use super::conversations::ConversationRow;
use super::outcomes;
use super::outcomes::OutcomeRow;
use super::quota;
use super::quota::QuotaRow;
use super::quota_history;
use super::quota_history::QuotaSampleRow;
use super::{Durability, Store, StoreError};
use crate::model::activity::RequestRecord;

/// Records that are kept together or not at all.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Batch {
    /// Requests; one that is there already stays as it is.
    pub activity: Vec<Arc<RequestRecord>>,
    /// Where conversations are.
    pub conversations: Vec<ConversationRow>,
    /// The newest reading of each account.
    pub quota: Vec<QuotaRow>,
    /// Readings that are kept for long.
    pub history: Vec<QuotaSampleRow>,
    /// How attempts ended, oldest first.
    pub outcomes: Vec<OutcomeRow>,
    /// When clients were last used.
    pub used: Vec<LastUse>,
}

impl Store {
    /// Writes a batch in one transaction; what belongs to an account or a client that is gone is passed
    /// over. No fsync: see [`Durability::Batched`].
    ///
    /// # Errors
    /// [`StoreError`]; then nothing of the batch is there.
    pub(crate) async fn record(&self, batch: Batch) -> Result<(), StoreError> {
        self.call(Durability::Batched, move |tx| {
            activity::record(tx, &batch.activity)?;
            conversations::record(tx, &batch.conversations)?;
            quota::record(tx, &batch.quota)?;
            quota_history::record(tx, &batch.history)?;
            outcomes::record(tx, &batch.outcomes)?;
            clients::touch(tx, &batch.used)?;
            Ok(())
        })
        .await
    }
}
