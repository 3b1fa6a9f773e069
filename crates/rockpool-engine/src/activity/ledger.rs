//! What is written after the fact: activity, conversations, quota, outcomes, last use. In batches, off
//! every request's way, and kept until the database took them. What snapshots show of it is remembered.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rockpool_routing::health::Outcome;
use rockpool_routing::runway::{FULL_RESOLUTION, Record, SAMPLE_RETENTION, Sample};
use rockpool_routing::{AccountId, ClientId, ConversationKey, Reading, TenantId, Window};
use tokio::sync::Notify;

use super::history::{AccountHistory, Retention};
use super::pending::Pending;
use crate::model::activity::{MoveCosts, RequestRecord, SHOWN};
use crate::snapshot::event_bus::EventBus;
use crate::store::{OutcomeRow, QuotaSampleRow, Store, StoreError};

/// Records wait at most this long for the database, so that a burst costs one transaction; about as much is
/// lost with a process that is killed.
const BATCH_DELAY: Duration = Duration::from_millis(300);
/// Pause after the database refused.
const AFTER_REFUSAL: Duration = Duration::from_secs(5);

#[derive(Default)]
struct Memory {
    pending: Pending,
    /// The newest requests, newest first.
    recent: BTreeMap<TenantId, VecDeque<Arc<RequestRecord>>>,
    histories: BTreeMap<AccountId, AccountHistory>,
    last_used: BTreeMap<AccountId, Timestamp>,
    clients_last_used: BTreeMap<ClientId, Timestamp>,
}

#[derive(Default)]
struct Writer {
    memory: Mutex<Memory>,
    /// Held while a batch is written, so that no batch overtakes an older one that comes back.
    write_lock: tokio::sync::Mutex<()>,
}

/// Collects records and writes them in batches.
pub(crate) struct Ledger {
    writer: Arc<Writer>,
    due: Notify,
    event_bus: EventBus,
}

impl Ledger {
    pub(crate) fn new(event_bus: EventBus) -> Self {
        Self { writer: Arc::default(), due: Notify::new(), event_bus }
    }

    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.writer.lock()
    }

    /// Takes what an earlier run recorded, newest first, for the snapshot.
    pub(crate) fn recall(&self, tenant: TenantId, newest_first: Vec<RequestRecord>) {
        let mut memory = self.lock();
        // Oldest first, so that the newest use is what remains.
        for record in newest_first.iter().rev() {
            if let Some(account) = &record.account {
                memory.last_used.insert(account.id, record.at);
            }
        }
        memory.recent.insert(tenant, newest_first.into_iter().map(Arc::new).take(SHOWN as usize).collect());
    }

    /// Takes what earlier runs recorded of a tenant's accounts, for forecasts and sums.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) async fn recall_histories(
        &self,
        store: &Store,
        tenant: TenantId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let ago = |time| now.checked_sub(time).unwrap_or(Timestamp::MIN);
        let samples = store.quota_outline(tenant, ago(SAMPLE_RETENTION), ago(FULL_RESOLUTION)).await?;
        let sums = store.traffic_sums(tenant, ago(SAMPLE_RETENTION)).await?;
        let mut memory = self.lock();
        for row in samples {
            memory.histories.entry(row.account).or_default().recall(row.sample);
        }
        for sum in sums {
            memory.histories.entry(sum.account).or_default().served(sum.at, sum.tokens, sum.moves);
        }
        Ok(())
    }

    /// Records one finished request.
    pub(crate) fn request(&self, record: RequestRecord) {
        let record = Arc::new(record);
        let mut memory = self.lock();
        if let Some(account) = &record.account {
            memory.last_used.insert(account.id, record.at);
            let history = memory.histories.entry(account.id).or_default();
            history.served(record.at, record.tokens(), record.move_costs());
        }
        if let Some(client) = record.client_id {
            memory.pending.used(record.tenant, client, record.at);
            memory.clients_last_used.insert(client, record.at);
        }
        let recent = memory.recent.entry(record.tenant).or_default();
        recent.push_front(Arc::clone(&record));
        recent.truncate(SHOWN as usize);
        memory.pending.request(record);
        drop(memory);
        self.due.notify_one();
        self.event_bus.snapshot_changed();
    }

    /// Records the account that a conversation is pinned to.
    pub(crate) fn conversation(&self, key: &ConversationKey, account: AccountId, at: Timestamp) {
        self.lock().pending.conversation(key.clone(), account, at);
        self.due.notify_one();
    }

    /// Records an account's newest quota reading, and keeps it for long where it says something new.
    pub(crate) fn quota(&self, tenant: TenantId, account: AccountId, reading: Reading) {
        let mut memory = self.lock();
        // A figure that was not told anew says nothing of the pace.
        let told = reading.windows.iter().filter(|window| window.measured_at.is_none());
        let windows: Vec<Window> = told.cloned().collect();
        if !windows.is_empty() {
            let sample = Sample { at: reading.seen_at, windows };
            if memory.histories.entry(account).or_default().sample(sample.clone()) == Retention::Kept {
                let source = reading.source;
                memory.pending.sample(QuotaSampleRow { tenant, account, source, sample });
            }
        }
        memory.pending.quota(tenant, account, reading);
        drop(memory);
        self.due.notify_one();
    }

    /// Records an outcome for the health sample.
    pub(crate) fn outcome(&self, tenant: TenantId, account: AccountId, outcome: Outcome) {
        self.lock().pending.outcome(OutcomeRow { tenant, account, outcome });
        self.due.notify_one();
    }

    /// The newest requests of a tenant, newest first.
    pub(crate) fn recent(&self, tenant: TenantId) -> Vec<Arc<RequestRecord>> {
        self.lock().recent.get(&tenant).map(|recent| recent.iter().cloned().collect()).unwrap_or_default()
    }

    /// Forgets shown requests that are older; true if there were any.
    pub(crate) fn forget_before(&self, oldest: Timestamp) -> bool {
        let mut memory = self.lock();
        let before: usize = memory.recent.values().map(VecDeque::len).sum();
        memory.recent.values_mut().for_each(|recent| recent.retain(|request| request.at >= oldest));
        before != memory.recent.values().map(VecDeque::len).sum::<usize>()
    }

    /// When the last sample of an account's quota was kept.
    pub(crate) fn last_sample(&self, account: AccountId) -> Option<Timestamp> {
        self.lock().histories.get(&account).and_then(AccountHistory::last_kept)
    }

    /// Looks at what is recorded of an account.
    pub(crate) fn look<R>(&self, account: AccountId, look: impl FnOnce(Record<'_>) -> R) -> R {
        let nothing = Record { samples: &[], work: None };
        look(self.lock().histories.get(&account).map_or(nothing, AccountHistory::record))
    }

    /// What moving conversations to these accounts has cost in the day before `now`. A move belongs to the
    /// account that it led to, and with it to the pool that this account is in now.
    pub(crate) fn moves(&self, accounts: impl Iterator<Item = AccountId>, now: Timestamp) -> MoveCosts {
        let memory = self.lock();
        let costs = accounts.filter_map(|account| Some(memory.histories.get(&account)?.moves(now)));
        costs.fold(MoveCosts::default(), MoveCosts::plus)
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
            tokio::time::sleep(BATCH_DELAY).await;
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
        let (writer, store) = (Arc::clone(&self.writer), store.clone());
        // In a task of its own: between taking a batch and putting it back, a caller that goes away would lose it.
        let work = tokio::spawn(async move { writer.write(&store).await });
        let written = work.await.unwrap_or(Err(StoreError::Closed));
        if written.is_err() {
            self.due.notify_one();
        }
        written
    }
}

impl Writer {
    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn write(&self, store: &Store) -> Result<(), StoreError> {
        let _held = self.write_lock.lock().await;
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
