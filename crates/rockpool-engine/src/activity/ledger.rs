//! What is written after the fact: activity, conversations, quota, outcomes, last use. In batches, off
//! every request's way, and kept until the database took them. What snapshots show of it is remembered.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rockpool_routing::health::Outcome;
use rockpool_routing::runway::{FULL_RESOLUTION, Record, SAMPLE_RETENTION, Sample, Tokens};
use rockpool_routing::{AccountId, ClientId, ConversationKey, Reading, TenantId};
use tokio::sync::Notify;

use super::pending::Pending;
use super::track::{self, Fate, Track};
use crate::snapshot::event_bus::Notices;
use crate::snapshot::{ActivityView, AffinityKind, MovesView};
use crate::store::{ActivityRow, OutcomeRow, QuotaSampleRow, Store, StoreError};

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
    tracks: BTreeMap<AccountId, Track>,
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

    /// Takes what earlier runs recorded of a tenant's accounts, for forecasts and sums.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) async fn recall_tracks(
        &self,
        store: &Store,
        tenant: TenantId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let ago = |time| now.checked_sub(time).unwrap_or(Timestamp::MIN);
        let samples = store.quota_outline(tenant, ago(SAMPLE_RETENTION), ago(FULL_RESOLUTION)).await?;
        let sums = store.traffic_sums(tenant, ago(SAMPLE_RETENTION)).await?;
        let mut books = self.lock();
        for row in samples {
            books.tracks.entry(row.account).or_default().recall(row.sample);
        }
        for sum in sums {
            books.tracks.entry(sum.account).or_default().served(sum.at, sum.tokens, sum.moves);
        }
        Ok(())
    }

    /// Records one finished request.
    pub(crate) fn request(&self, row: ActivityRow) {
        let mut books = self.lock();
        if let Some(account) = row.account {
            books.last_used.insert(account, row.view.at);
            let track = books.tracks.entry(account).or_default();
            track.served(row.view.at, tokens(&row.view), moves(&row.view));
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

    /// Records an account's newest quota reading, and keeps it for long where it says something new.
    pub(crate) fn quota(&self, tenant: TenantId, account: AccountId, reading: Reading) {
        let mut books = self.lock();
        if !reading.windows.is_empty() {
            let sample = Sample { at: reading.seen_at, windows: reading.windows.clone() };
            if books.tracks.entry(account).or_default().sample(sample.clone()) == Fate::Kept {
                let source = reading.source;
                books.pending.sample(QuotaSampleRow { tenant, account, source, sample });
            }
        }
        books.pending.quota(tenant, account, reading);
        drop(books);
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

    /// When the last sample of an account's quota was kept.
    pub(crate) fn last_sample(&self, account: AccountId) -> Option<Timestamp> {
        self.lock().tracks.get(&account).and_then(Track::last_kept)
    }

    /// Looks at what is recorded of an account.
    pub(crate) fn look<R>(&self, account: AccountId, look: impl FnOnce(Record<'_>) -> R) -> R {
        let nothing = Record { samples: &[], work: None };
        look(self.lock().tracks.get(&account).map_or(nothing, Track::record))
    }

    /// What moving conversations to these accounts has cost in the day before `now`. A move belongs to the
    /// account that it led to, and with it to the pool that this account is in now.
    pub(crate) fn moves(&self, accounts: impl Iterator<Item = AccountId>, now: Timestamp) -> MovesView {
        let books = self.lock();
        let moves = accounts.filter_map(|account| Some(books.tracks.get(&account)?.moves(now)));
        moves.fold(MovesView::default(), track::total)
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

fn tokens(view: &ActivityView) -> Tokens {
    Tokens {
        input: view.input_tokens.unwrap_or_default(),
        cached: view.cached_tokens.unwrap_or_default(),
        output: view.output_tokens.unwrap_or_default(),
    }
}

fn moves(view: &ActivityView) -> MovesView {
    let count = match view.why.affinity.kind {
        AffinityKind::Moved => 1,
        AffinityKind::None | AffinityKind::New | AffinityKind::Kept | AffinityKind::Bound => 0,
    };
    MovesView {
        count,
        cached_tokens_lost: view.why.affinity.cached_tokens_lost.unwrap_or_default(),
        maybe_billed_twice: view.why.maybe_billed_twice,
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
