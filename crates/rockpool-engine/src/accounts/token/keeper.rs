//! The one owner of every login's tokens: hands out bearers, renews them, never sends a refresh token
//! twice.
//!
//! # Who owns what
//!
//! A [`Slot`] per login holds what is known ([`Held`], behind a lock of microseconds) and a `desk`: the
//! right to write this login's row and secrets, held by a refresh, a saver, a new sign-in or a removal,
//! one at a time and never by those who only want a bearer. Work runs in tracked tasks of its own, so
//! that no caller who goes away can stop it, and [`TokenKeeper::drain`] can wait for it.
//!
//! # The order of a refresh
//!
//! read from the vault → mark "sent" in the book → send → refresh token to the vault → access token to
//! the vault → complete in the book → publish. Where a kill leaves a mark without a newer secret, the
//! fate of the token is unknown and it is never sent again. Where the secret is newer than the book, it
//! was never sent, and the book is brought up to it. See [`super::reconcile`].

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use rockpool_routing::{CredentialState, LoginId, Now};
use tokio::sync::{Notify, watch};

use super::held::{Decision, Held, Need, Phase, Renewals};
use super::parts::{CredentialWatcher, Issuer, LoginBook, SecretShelf};
use super::sealed::Keys;
use super::{refresh, reread, tender};
use crate::host::clock::Clock;
use crate::host::tasks::Tasks;
use crate::provider::bearer::{Bearer, TokenError};
use crate::store::LoginRow;

/// What a keeper is made of.
pub(crate) struct KeeperParts {
    /// Where logins are written down.
    pub book: Arc<dyn LoginBook>,
    /// Where secrets rest.
    pub shelf: Arc<dyn SecretShelf>,
    /// Who renews tokens.
    pub issuer: Arc<dyn Issuer>,
    /// Who is told of changes.
    pub watcher: Arc<dyn CredentialWatcher>,
    /// The time.
    pub clock: Clock,
    /// The installation's id: prefix of every key in the vault.
    pub installation: String,
}

/// Handle on the keeper; clones share it.
#[derive(Clone)]
pub(crate) struct TokenKeeper {
    pub(super) shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub(super) parts: KeeperParts,
    pub(super) tasks: Tasks,
    pub(super) stopping: watch::Sender<bool>,
    /// Wakes upkeep when there may be something new to wait for.
    pub(super) stirred: Arc<Notify>,
    slots: RwLock<HashMap<LoginId, Arc<Slot>>>,
}

/// One login.
pub(super) struct Slot {
    pub(super) id: LoginId,
    pub(super) desk: tokio::sync::Mutex<()>,
    held: Mutex<Held>,
    settled: watch::Sender<u64>,
}

impl Slot {
    pub(super) fn new(held: Held) -> Arc<Self> {
        Arc::new(Self {
            id: held.row.id,
            desk: tokio::sync::Mutex::new(()),
            held: Mutex::new(held),
            settled: watch::Sender::new(0),
        })
    }

    pub(super) fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TokenKeeper {
    /// Starts a keeper that knows no login yet; its upkeep runs until the last handle is dropped. Has to
    /// be called inside a tokio runtime.
    pub(crate) fn start(parts: KeeperParts) -> Self {
        let stirred = Arc::new(Notify::new());
        let shared = Arc::new(Shared {
            parts,
            tasks: Tasks::default(),
            stopping: watch::Sender::new(false),
            stirred: Arc::clone(&stirred),
            slots: RwLock::default(),
        });
        tokio::spawn(tender::tend(Arc::downgrade(&shared), stirred, shared.stopping.subscribe()));
        Self { shared }
    }

    /// Takes over the logins that the book knows, at start. What the vault does not give is asked for
    /// again later; each login's state is told to the watcher.
    pub(crate) async fn load(&self, rows: Vec<LoginRow>) {
        for row in rows {
            let slot = Slot::new(Held::new(row, Phase::Busy));
            let number = slot.held().take();
            reread::reread(&self.shared, &slot, number).await;
            self.shared.insert(slot);
        }
        self.shared.stirred.notify_one();
    }

    /// The present bearer of a login; waits for a refresh only where there is none that could serve.
    ///
    /// # Errors
    /// See [`TokenError`]; a login that is not known needs a sign-in.
    pub(crate) async fn bearer(&self, login: LoginId) -> Result<Bearer, TokenError> {
        self.get(login, Need::Present).await
    }

    /// A bearer after the backend refused the one of `generation`: the present one where that is newer
    /// already, else a new one.
    ///
    /// # Errors
    /// As [`TokenKeeper::bearer`].
    pub(crate) async fn after_refusal(&self, login: LoginId, generation: u64) -> Result<Bearer, TokenError> {
        self.get(login, Need::NewerThan(generation)).await
    }

    /// What the credentials of a login can do; `None` for one that is not known.
    pub(crate) fn state(&self, login: LoginId) -> Option<CredentialState> {
        let slot = self.shared.slot(login)?;
        let state = slot.held().state(self.shared.now());
        Some(state)
    }

    /// Starts no further refresh, and returns when those under way have ended and everything received
    /// is saved, or was tried once more and could not be.
    pub(crate) async fn drain(&self) {
        self.shared.stopping.send_replace(true);
        self.shared.tasks.finished().await;
    }

    async fn get(&self, login: LoginId, need: Need) -> Result<Bearer, TokenError> {
        let slot = self.shared.slot(login).ok_or(TokenError::NeedsReauth)?;
        let mut settled = slot.settled.subscribe();
        let mut reread = Reread::NotYet;
        loop {
            settled.mark_unchanged();
            let decision = self.shared.decide(&slot, need);
            match decision {
                Decision::Serve(bearer) => return Ok(bearer),
                Decision::Fail(error) => {
                    self.shared.announce(&slot);
                    return Err(error);
                }
                Decision::Refresh(errand, bearer) => {
                    refresh::start(&self.shared, &slot, errand);
                    if let Some(bearer) = bearer {
                        return Ok(bearer);
                    }
                }
                Decision::Wait => {}
                Decision::Reread(_) if reread == Reread::Done => {
                    let now = self.shared.now();
                    self.shared.settled(&slot, |held| held.put_back(now));
                    return Err(TokenError::NeedsReauth);
                }
                Decision::Reread(number) => {
                    reread = Reread::Done;
                    reread::start(&self.shared, &slot, number);
                }
            }
            // The slot outlives its waiters, so the sender cannot be gone.
            let _ = settled.changed().await;
        }
    }
}

#[derive(PartialEq, Eq)]
enum Reread {
    NotYet,
    Done,
}

impl Shared {
    pub(super) fn now(&self) -> Now {
        self.parts.clock.now()
    }

    pub(super) fn keys(&self, login: LoginId) -> Keys {
        Keys::new(&self.parts.installation, login)
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
        slot.held().decide(need, renewals, self.now())
    }

    /// Changes a login for good, wakes whoever waits for it, and tells the news.
    pub(super) fn settled(&self, slot: &Slot, change: impl FnOnce(&mut Held)) {
        change(&mut slot.held());
        slot.settled.send_modify(|count| *count += 1);
        self.announce(slot);
        self.stirred.notify_one();
    }

    /// Tells the watcher the login's state, where that is news.
    pub(super) fn announce(&self, slot: &Slot) {
        loop {
            let Some(state) = slot.held().news(self.now()) else { return };
            self.parts.watcher.changed(slot.id, state);
            slot.held().announced();
        }
    }
}
