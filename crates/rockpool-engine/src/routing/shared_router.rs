//! The router behind its lock, and the events that follow from what it learns.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rockpool_routing::{
    AccountId, AccountState, Ask, Class, CredentialState, FamilyReading, LoginId, Now, Outlook, Reading,
    Router, Selection, Ticket,
};
use tokio::sync::Notify;

use crate::accounts::token::CredentialWatcher;
use crate::host::clock::Clock;
use crate::snapshot::event::EngineEvent;
use crate::snapshot::event_bus::EventBus;
use crate::store::registry::RegistryCell;

/// Longest sleep of the watch: a laptop that wakes up is looked at within this time.
const LONGEST_WATCH: Duration = Duration::from_secs(30);

/// Routing state of the process. The lock is held for microseconds and never across an await: every request's way
/// leads through it several times.
pub(crate) struct Routing {
    state: Mutex<RouterState>,
    registry: Arc<RegistryCell>,
    clock: Clock,
    event_bus: EventBus,
    learned: Notify,
}

#[derive(Default)]
struct RouterState {
    router: Router,
    /// What listeners know of each account. States change by time alone, so a change is found by comparing.
    published: BTreeMap<AccountId, AccountState>,
    /// Owners of the pools of which listeners know that they cannot serve.
    dry: BTreeSet<AccountId>,
}

impl Routing {
    pub(crate) fn new(registry: Arc<RegistryCell>, clock: Clock, event_bus: EventBus) -> Self {
        Self { state: Mutex::default(), registry, clock, event_bus, learned: Notify::new() }
    }

    fn lock(&self) -> MutexGuard<'_, RouterState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks without changing anything.
    pub(crate) fn read<R>(&self, look: impl FnOnce(&Router, Now) -> R) -> R {
        look(&self.lock().router, self.clock.now())
    }

    /// Orders the accounts of a pool; the only change is the pool's turn.
    pub(crate) fn choose(&self, ask: &Ask<'_>) -> Selection {
        self.lock().router.choose(ask, self.clock.now())
    }

    /// Lets an attempt begin; `None` where another request is finding out whether the account is back.
    pub(crate) fn begin(&self, account: AccountId, model: Option<&str>) -> Option<Ticket> {
        self.lock().router.begin_for(account, model, self.clock.now())
    }

    /// Notes that an attempt is being answered.
    pub(crate) fn answered(&self, ticket: &Ticket) {
        self.learn_of(ticket.account(), |router, _| router.answered(ticket));
    }

    /// Ends an attempt. Even where no state changes, what is shown of the account's load and health does.
    pub(crate) fn attempt_ended(&self, ticket: Ticket, class: Class) {
        self.learn_of(ticket.account(), |router, now| router.attempt_ended(ticket, class, now));
        self.event_bus.snapshot_changed();
    }

    pub(crate) fn record_quota(&self, account: AccountId, reading: Reading) {
        self.learn_of(account, |router, _| router.observe(account, reading));
        self.event_bus.snapshot_changed();
    }

    /// Takes what was said of the limits of single models: none of them changes an account's state.
    pub(crate) fn record_families(&self, account: AccountId, families: Vec<FamilyReading>) {
        if families.is_empty() {
            return;
        }
        self.remember(|router, _| {
            for seen in families {
                router.observe_family(account, seen);
            }
        });
        self.event_bus.snapshot_changed();
    }

    /// Notes something that changes no account's state.
    pub(crate) fn remember(&self, note: impl FnOnce(&mut Router, Now)) {
        note(&mut self.lock().router, self.clock.now());
    }

    /// Learns of one account, and publishes what follows where its state has changed: on every request's way
    /// there is no time to look at all accounts and pools for nothing.
    fn learn_of(&self, account: AccountId, change: impl FnOnce(&mut Router, Now)) {
        let now = self.clock.now();
        let mut state = self.lock();
        let before = state.router.state(account, now);
        change(&mut state.router, now);
        if state.router.state(account, now) == before {
            return;
        }
        for event in self.transitions(&mut state, now) {
            self.event_bus.publish(event);
        }
        drop(state);
        self.event_bus.snapshot_changed();
        self.learned.notify_one();
    }

    /// Changes the router and publishes what follows from it.
    pub(crate) fn learn<R>(&self, change: impl FnOnce(&mut Router, Now) -> R) -> R {
        let now = self.clock.now();
        let mut state = self.lock();
        let result = change(&mut state.router, now);
        // Under the lock, or two threads could publish in the wrong order; publishing does not wait.
        for event in self.transitions(&mut state, now) {
            self.event_bus.publish(event);
        }
        drop(state);
        self.event_bus.snapshot_changed();
        self.learned.notify_one();
        result
    }

    /// Publishes what follows from a change outside the router, such as who is in a pool.
    pub(crate) fn look_again(&self) {
        self.learn(|_, _| ());
    }

    /// Takes the present states as published, so that starting up is not news.
    pub(crate) fn take_states_as_published(&self) {
        let mut state = self.lock();
        self.transitions(&mut state, self.clock.now());
    }

    fn transitions(&self, state: &mut RouterState, now: Now) -> Vec<EngineEvent> {
        let registry = self.registry.get();
        let mut events = Vec::new();
        for row in &registry.accounts {
            let (to, until) = state.router.state(row.id, now);
            let Some(from) = state.published.insert(row.id, to) else { continue };
            if from != to {
                events.push(EngineEvent::AccountState {
                    account: row.id,
                    name: row.name.clone(),
                    from,
                    to,
                    until,
                });
            }
        }
        for row in registry.pools.values() {
            let owner = row.pool.owner;
            let until = match state.router.known_outlook(row.pool.accounts(), now) {
                Outlook::Serving => {
                    if state.dry.remove(&owner) {
                        events.push(EngineEvent::PoolBack { owner: registry.name_of(owner) });
                    }
                    continue;
                }
                Outlook::Until(until) => Some(until),
                Outlook::NeedsPerson => None,
            };
            if state.dry.insert(owner) {
                events.push(EngineEvent::PoolDry { owner: registry.name_of(owner), until });
            }
        }
        state.published.retain(|id, _| registry.account(*id).is_some());
        state.dry.retain(|owner| registry.pools.contains_key(owner));
        events
    }

    /// Notices what time alone changes, such as a reset or the end of a cool-down; runs until dropped.
    pub(crate) async fn watch(self: Arc<Self>) {
        loop {
            let wait = self.next_change().map_or(LONGEST_WATCH, |at| {
                let left = at.duration_since(self.clock.wall());
                // Never zero: where the change is due and the router does not show it yet, this loop would spin.
                Duration::try_from(left).unwrap_or_default().clamp(Duration::from_millis(50), LONGEST_WATCH)
            });
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.learned.notified() => continue,
            }
            let mut state = self.lock();
            for event in self.transitions(&mut state, self.clock.now()) {
                self.event_bus.publish(event);
            }
        }
    }

    fn next_change(&self) -> Option<Timestamp> {
        let registry = self.registry.get();
        self.read(|router, now| registry.accounts.iter().filter_map(|row| router.state(row.id, now).1).min())
    }
}

impl CredentialWatcher for Routing {
    fn changed(&self, login: LoginId, credentials: CredentialState) {
        let registry = self.registry.get();
        let served: Vec<_> =
            registry.accounts.iter().filter(|row| row.login == login).map(|row| row.id).collect();
        self.learn(|router, _| {
            for account in served {
                router.set_credentials(account, credentials);
            }
        });
    }
}
