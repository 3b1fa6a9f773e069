//! What is written after the fact: activity, conversations, quota, outcomes, last use. In batches, off
//! every request's way, and kept until the database took them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rockpool_routing::health::Outcome;
use rockpool_routing::{AccountId, ClientId, ConversationKey, Reading, TenantId};
use tokio::sync::Notify;

use crate::notices::Notices;
use crate::snapshot::ActivityView;
use crate::store::{ActivityRow, ConversationRow, OutcomeRow, QuotaRow, Store, StoreError};

/// Requests of a tenant that the snapshot shows.
const SHOWN: usize = 50;
/// Records wait at most this long for the database.
const PACE: Duration = Duration::from_millis(300);
/// When the database refuses for long, the oldest records beyond this many are given up.
const MOST_PENDING: usize = 20_000;

#[derive(Default)]
struct Pending {
    activity: Vec<ActivityRow>,
    conversations: BTreeMap<ConversationKey, (AccountId, Timestamp)>,
    quota: BTreeMap<AccountId, (TenantId, Reading)>,
    outcomes: Vec<OutcomeRow>,
    used: BTreeMap<ClientId, (TenantId, Timestamp)>,
}

impl Pending {
    fn is_empty(&self) -> bool {
        self.activity.is_empty()
            && self.conversations.is_empty()
            && self.quota.is_empty()
            && self.outcomes.is_empty()
            && self.used.is_empty()
    }
}

#[derive(Default)]
struct Books {
    pending: Pending,
    shown: BTreeMap<TenantId, VecDeque<ActivityView>>,
    last_used: BTreeMap<AccountId, Timestamp>,
    clients_last_used: BTreeMap<ClientId, Timestamp>,
}

/// Collects records and writes them in batches.
pub(crate) struct Ledger {
    books: Mutex<Books>,
    due: Notify,
    notices: Notices,
}

impl Ledger {
    pub(crate) fn new(notices: Notices) -> Self {
        Self { books: Mutex::default(), due: Notify::new(), notices }
    }

    fn lock(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
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
            books.pending.used.insert(client, (row.tenant, row.view.at));
            books.clients_last_used.insert(client, row.view.at);
        }
        let shown = books.shown.entry(row.tenant).or_default();
        shown.push_front(row.view.clone());
        shown.truncate(SHOWN);
        books.pending.activity.push(row);
        let surplus = books.pending.activity.len().saturating_sub(MOST_PENDING);
        books.pending.activity.drain(..surplus);
        drop(books);
        self.due.notify_one();
        self.notices.changed();
    }

    /// Records where a conversation lives.
    pub(crate) fn conversation(&self, key: &ConversationKey, account: AccountId, at: Timestamp) {
        self.lock().pending.conversations.insert(key.clone(), (account, at));
        self.due.notify_one();
    }

    /// Records an account's newest quota reading.
    pub(crate) fn quota(&self, tenant: TenantId, account: AccountId, reading: Reading) {
        self.lock().pending.quota.insert(account, (tenant, reading));
        self.due.notify_one();
    }

    /// Records an outcome for the health sample.
    pub(crate) fn outcome(&self, tenant: TenantId, account: AccountId, outcome: Outcome) {
        self.lock().pending.outcomes.push(OutcomeRow { tenant, account, outcome });
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
            }
        }
    }

    /// Writes what is pending now.
    pub(crate) async fn write(&self, store: &Store) -> Result<(), StoreError> {
        let batch = std::mem::take(&mut self.lock().pending);
        if batch.is_empty() {
            return Ok(());
        }
        let conversations = batch.conversations.into_iter().map(|(key, (account, at))| ConversationRow {
            tenant: key.tenant,
            name: key.name,
            account,
            at,
        });
        let quota =
            batch.quota.into_iter().map(|(account, (tenant, reading))| QuotaRow { tenant, account, reading });
        let used = batch.used.into_iter().map(|(client, (tenant, at))| (tenant, client, at));
        if let Err(error) = store.record_activity(batch.activity.clone()).await {
            self.put_back(batch.activity);
            return Err(error);
        }
        store.record_conversations(conversations.collect()).await?;
        store.record_quota(quota.collect()).await?;
        store.record_outcomes(batch.outcomes).await?;
        store.touch_clients(used.collect()).await
    }

    fn put_back(&self, mut activity: Vec<ActivityRow>) {
        let mut books = self.lock();
        activity.append(&mut books.pending.activity);
        books.pending.activity = activity;
        self.due.notify_one();
    }
}
