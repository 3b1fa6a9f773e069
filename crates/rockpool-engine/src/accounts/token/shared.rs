//! What the keeper's jobs share, and one login's place in it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use rockpool_routing::{LoginId, Now};
use tokio::sync::{Notify, watch};

use super::login_state::LoginState;
use super::refresh_state::{Decision, Need, Renewals};
use super::traits::{CredentialWatcher, Issuer, LoginStore, RenewalWatcher, SecretStore};
use super::vault_entry::VaultKeys;
use crate::host::clock::Clock;
use crate::host::tasks::Tasks;
use crate::provider::claims::Claims;

/// What a keeper is made of.
pub(crate) struct KeeperParts {
    pub logins: Arc<dyn LoginStore>,
    pub secrets: Arc<dyn SecretStore>,
    pub issuer: Arc<dyn Issuer>,
    pub watcher: Arc<dyn CredentialWatcher>,
    pub renewals: Arc<dyn RenewalWatcher>,
    pub clock: Clock,
    /// The installation's id: prefix of every key in the vault.
    pub installation: String,
}

pub(super) struct Shared {
    pub(super) parts: KeeperParts,
    /// What quitting waits for.
    pub(super) tasks: Tasks,
    pub(super) stopping: watch::Sender<bool>,
    /// Wakes upkeep when there may be something new to wait for.
    pub(super) wake: Arc<Notify>,
    slots: RwLock<HashMap<LoginId, Arc<Slot>>>,
}

pub(super) struct Slot {
    pub(super) id: LoginId,
    /// The right to write the login's row and secrets, held by a refresh, a saver, a new sign-in or a
    /// removal, one at a time and never by those who only want a bearer.
    pub(super) write_lock: tokio::sync::Mutex<()>,
    state: Mutex<LoginState>,
    changes: watch::Sender<u64>,
}

impl Slot {
    pub(super) fn new(state: LoginState) -> Arc<Self> {
        Arc::new(Self {
            id: state.row().id,
            write_lock: tokio::sync::Mutex::new(()),
            state: Mutex::new(state),
            changes: watch::Sender::new(0),
        })
    }

    /// Held for microseconds, and never across an await.
    pub(super) fn state(&self) -> MutexGuard<'_, LoginState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes that those who wait for a bearer look again after.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
}

impl Shared {
    pub(super) fn new(parts: KeeperParts) -> Self {
        Self {
            parts,
            tasks: Tasks::default(),
            stopping: watch::Sender::new(false),
            wake: Arc::default(),
            slots: RwLock::default(),
        }
    }

    pub(super) fn now(&self) -> Now {
        self.parts.clock.now()
    }

    pub(super) fn keys(&self, login: LoginId) -> VaultKeys {
        VaultKeys::new(&self.parts.installation, login)
    }

    pub(super) fn slot(&self, login: LoginId) -> Option<Arc<Slot>> {
        self.slots.read().unwrap_or_else(PoisonError::into_inner).get(&login).cloned()
    }

    pub(super) fn all(&self) -> Vec<Arc<Slot>> {
        self.slots.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    pub(super) fn insert(&self, slot: Arc<Slot>) {
        self.slots.write().unwrap_or_else(PoisonError::into_inner).insert(slot.id, slot);
    }

    pub(super) fn remove(&self, login: LoginId) {
        self.slots.write().unwrap_or_else(PoisonError::into_inner).remove(&login);
    }

    pub(super) fn decide(&self, slot: &Slot, need: Need) -> Decision {
        let renewals = if *self.stopping.borrow() { Renewals::Stopped } else { Renewals::Allowed };
        slot.state().decide(need, renewals, self.now())
    }

    /// Ends a job's work on a login: wakes whoever waits for it, and tells the news.
    pub(super) fn change(&self, slot: &Slot, change: impl FnOnce(&mut LoginState)) {
        {
            let mut state = slot.state();
            change(&mut state);
            debug_assert!(state.is_legal(), "{state:?}");
        }
        slot.changes.send_modify(|count| *count += 1);
        self.publish(slot);
        self.wake.notify_one();
    }

    /// Tells the watcher what the login's credentials can do, where that is news. A state also changes
    /// by the mere passing of time, so those who notice that a bearer is spent call this too.
    pub(super) fn publish(&self, slot: &Slot) {
        loop {
            let Some(state) = slot.state().begin_publishing(self.now()) else { return };
            self.parts.watcher.changed(slot.id, state);
            slot.state().published();
        }
    }

    /// Tells what new tokens say of their owner, in a task of its own: nobody's bearer waits for what is
    /// made of it.
    pub(super) fn tell_claims(self: &Arc<Self>, login: LoginId, claims: Option<Claims>) {
        let Some(claims) = claims else { return };
        let shared = Arc::clone(self);
        self.tasks.spawn(async move { shared.parts.renewals.renewed(login, claims).await });
    }
}
