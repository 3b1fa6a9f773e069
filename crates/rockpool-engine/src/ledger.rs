//! What is written after the fact: activity, conversations, quota, outcomes, last use. In batches, off
//! every request's way, and kept until the database took them.

mod pending;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rockpool_routing::health::Outcome;
use rockpool_routing::{AccountId, ClientId, ConversationKey, Reading, TenantId};
use tokio::sync::Notify;

use crate::notices::Notices;
use crate::snapshot::ActivityView;
use crate::store::{ActivityRow, OutcomeRow, Store, StoreError};
use pending::Pending;

/// Requests of a tenant that the snapshot shows.
const SHOWN: usize = 50;
/// Records wait at most this long for the database.
const PACE: Duration = Duration::from_millis(300);
/// Pause after the database refused.
const AFTER_REFUSAL: Duration = Duration::from_secs(5);

#[derive(Default)]
struct Books {
    pending: Pending,
    shown: BTreeMap<TenantId, VecDeque<ActivityView>>,
    last_used: BTreeMap<AccountId, Timestamp>,
    clients_last_used: BTreeMap<ClientId, Timestamp>,
}

#[derive(Default)]
struct Desk {
    books: Mutex<Books>,
    /// Held by the one who writes.
    writing: tokio::sync::Mutex<()>,
}

/// Collects records and writes them in batches.
pub(crate) struct Ledger {
    desk: Arc<Desk>,
    due: Notify,
    notices: Notices,
}

impl Ledger {
    pub(crate) fn new(notices: Notices) -> Self {
        Self { desk: Arc::default(), due: Notify::new(), notices }
    }

    fn lock(&self) -> MutexGuard<'_, Books> {
        self.desk.lock()
    }

    /// Takes what an earlier run recorded, newest first, for the snapshot.
    pub(crate) fn recall(&self, tenant: TenantId, newest_first: Vec<ActivityRow>) {
        let mut books = self.lock();
        for row in newest_first.iter().rev() {
            if let Some(account) = row.account {
                books.last_used.insert(account, row.view.at);
            }
        }
        books.shown.insert(tenant, newest_first.into_iter().map(|row| row.view).take(SHOWN).collect());
    }

    /// Records one finished request.
    pub(crate) fn request(&self, row: ActivityRow) {
        let mut books = self.lock();
        if let Some(account) = row.account {
            books.last_used.insert(account, row.view.at);
        }
        if let Some(client) = row.client {
            books.pending.used(row.tenant, client, row.view.at);
            books.clients_last_used.insert(client, row.view.at);
        }
        let shown = books.shown.entry(row.tenant).or_default();
        shown.push_front(row.view.clone());
        shown.truncate(SHOWN);
        books.pending.request(row);
        drop(books);
        self.due.notify_one();
        self.notices.changed();
    }

    /// Records where a conversation lives.
    pub(crate) fn conversation(&self, key: &ConversationKey, account: AccountId, at: Timestamp) {
        self.lock().pending.conversation(key.clone(), account, at);
        self.due.notify_one();
    }

    /// Records an account's newest quota reading.
    pub(crate) fn quota(&self, tenant: TenantId, account: AccountId, reading: Reading) {
        self.lock().pending.quota(tenant, account, reading);
        self.due.notify_one();
    }

    /// Records an outcome for the health sample.
    pub(crate) fn outcome(&self, tenant: TenantId, account: AccountId, outcome: Outcome) {
        self.lock().pending.outcome(OutcomeRow { tenant, account, outcome });
        self.due.notify_one();
    }

    /// The newest requests of a tenant, newest first.
    pub(crate) fn recent(&self, tenant: TenantId) -> Vec<ActivityView> {
        self.lock().shown.get(&tenant).map(|shown| shown.iter().cloned().collect()).unwrap_or_default()
    }

    /// When an account last served or failed a request.
    pub(crate) fn last_used(&self, account: AccountId) -> Option<Timestamp> {
        self.lock().last_used.get(&account).copied()
    }

    /// When a client was last used in this run.
    pub(crate) fn client_last_used(&self, client: ClientId) -> Option<Timestamp> {
        self.lock().clients_last_used.get(&client).copied()
    }

    /// Writes batches as they fall due; runs until dropped.
    pub(crate) async fn keep(&self, store: &Store) {
        loop {
            self.due.notified().await;
            tokio::time::sleep(PACE).await;
            if let Err(error) = self.write(store).await {
                tracing::warn!(%error, "records could not be written and are kept in memory");
                tokio::time::sleep(AFTER_REFUSAL).await;
            }
        }
    }

    /// Writes what is pending now, after whatever is being written. Goes on when the caller goes away.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing was written, and all of it is pending again.
    pub(crate) async fn write(&self, store: &Store) -> Result<(), StoreError> {
        let (desk, store) = (Arc::clone(&self.desk), store.clone());
        let work = tokio::spawn(async move { desk.write(&store).await });
        let written = work.await.unwrap_or(Err(StoreError::Closed));
        if written.is_err() {
            self.due.notify_one();
        }
        written
    }
}

impl Desk {
    fn lock(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn write(&self, store: &Store) -> Result<(), StoreError> {
        let _turn = self.writing.lock().await;
        let taken = std::mem::take(&mut self.lock().pending);
        if taken.is_empty() {
            return Ok(());
        }
        let written = store.record(taken.batch()).await;
        if written.is_err() {
            self.lock().pending.put_back(taken);
        }
        written
    }
}
