//! What is known of one login at this moment, and what to do when somebody asks for its bearer.
//!
//! Decides without waiting: each function takes the present moment and returns a value. The keeper
//! holds it behind a lock that is never held across an await.

use std::collections::VecDeque;
use std::time::Instant;

use rockpool_routing::{CredentialState, Now};
use secrecy::SecretString;

use super::schedule::{Life, backoff};
use crate::provider::bearer::{Bearer, TokenError};
use crate::provider::oauth::RefreshReason;
use crate::store::{LoginRow, Obtained, RefreshPhase, Refreshed};
use crate::vault::VaultKey;

/// One login in memory.
#[derive(Debug)]
pub(super) struct Held {
    /// The row as the book has it.
    pub(super) row: LoginRow,
    pub(super) current: Option<Current>,
    pub(super) phase: Phase,
    /// How far a refresh that is under way has come.
    pub(super) progress: Progress,
    /// Received, not yet published.
    pub(super) next: Option<Current>,
    /// What has still to be written, in this order.
    pub(super) debts: VecDeque<Debt>,
    /// The book may say "sent" of a token that was not used up.
    pub(super) book: BookSays,
    /// The newest generation that the backend refused.
    refused: Option<u64>,
    taken: u64,
    failures: u32,
    told: Option<CredentialState>,
    announcing: Announcing,
}

/// The bearer that is handed out.
#[derive(Clone, Debug)]
pub(super) struct Current {
    pub(super) bearer: Bearer,
    pub(super) life: Life,
}

/// What may be done with the refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// It may be sent.
    Idle,
    /// It may be sent again from `until` on.
    Resting { until: Instant, why: Pause },
    /// Somebody is working on the login: a refresh, a new sign-in, a removal.
    Busy,
    /// Its successor is not at rest everywhere; nothing is sent until it is.
    Owing(Creditor),
    /// It was sent, and nobody knows what became of it.
    Uncertain,
    /// It is refused for good, or gone.
    Dead,
    /// The vault did not answer; it is asked again from `until` on.
    Unread { until: Instant },
    /// Another tool owns it; only its file is read.
    Followed,
}

/// Why a refresh token rests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pause {
    Passing(String),
    Vault,
}

/// Who did not take what is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Creditor {
    Vault,
    Book,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    NotSent,
    Sent,
    Answered,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BookSays {
    Truth,
    PerhapsSent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Announcing {
    Nobody,
    Somebody,
}

/// One thing that has still to be written.
#[derive(Clone, Debug)]
pub(super) enum Debt {
    Secret(VaultKey, SecretString),
    Entry(Refreshed),
}

/// How a refresh ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Renewed,
    Passing(String),
    NoVault,
    Uncertain,
    Dead,
    Owing(Creditor),
}

/// What the caller wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// The present bearer.
    Present,
    /// Another one than this refused generation.
    NewerThan(u64),
    /// Nothing: only what is due has to be started.
    Upkeep,
}

/// Whether new refreshes may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Renewals {
    Allowed,
    Stopped,
}

/// What the caller has to do.
#[derive(Clone, Debug)]
pub(super) enum Decision {
    Serve(Bearer),
    Fail(TokenError),
    /// The phase is now busy: start a refresh; hand out the bearer, or wait where there is none.
    Refresh(Errand, Option<Bearer>),
    Wait,
    /// The phase is now busy: read vault or file again.
    Reread(u64),
}

/// A refresh to be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Errand {
    pub(super) number: u64,
    pub(super) reason: RefreshReason,
}

impl Held {
    pub(super) fn new(row: LoginRow, phase: Phase) -> Self {
        Self {
            row,
            current: None,
            phase,
            progress: Progress::NotSent,
            next: None,
            debts: VecDeque::new(),
            book: BookSays::Truth,
            refused: None,
            taken: 0,
            failures: 0,
            told: None,
            announcing: Announcing::Nobody,
        }
    }

    /// The newest generation in use anywhere.
    pub(super) fn generation(&self) -> u64 {
        let in_hand = [&self.current, &self.next].into_iter().flatten().map(|held| held.bearer.generation);
        in_hand.max().unwrap_or(0).max(self.row.generation)
    }

    fn usable(&self, now: Now) -> Option<&Current> {
        let current = self.current.as_ref()?;
        let refused = self.refused.is_some_and(|refused| current.bearer.generation <= refused);
        (!refused && !current.life.spent(now)).then_some(current)
    }

    /// Decides, and takes the login in hand (phase busy) where the decision asks for work.
    pub(super) fn decide(&mut self, need: Need, renewals: Renewals, now: Now) -> Decision {
        if let Need::NewerThan(generation) = need {
            self.refused = self.refused.max(Some(generation));
        }
        let bearer = self.usable(now).map(|current| current.bearer.clone());
        let allowed = renewals == Renewals::Allowed;
        let stopped = || TokenError::Passing("Rockpool is shutting down".to_owned());
        match (&self.phase, bearer) {
            (Phase::Dead, _) => Decision::Fail(TokenError::NeedsReauth),
            (Phase::Idle | Phase::Resting { .. }, Some(bearer)) => {
                if allowed && self.due(now) {
                    return Decision::Refresh(self.errand(), Some(bearer));
                }
                Decision::Serve(bearer)
            }
            (Phase::Busy | Phase::Owing(_) | Phase::Uncertain, Some(bearer)) => Decision::Serve(bearer),
            (Phase::Followed, Some(bearer)) => match need {
                Need::Present | Need::NewerThan(_) => Decision::Serve(bearer),
                Need::Upkeep => self.reread(),
            },
            (Phase::Followed, None) => self.reread(),
            (Phase::Busy, None) => Decision::Wait,
            (Phase::Uncertain, None) => Decision::Fail(TokenError::UncertainSpent),
            (Phase::Owing(Creditor::Vault), None) => Decision::Fail(TokenError::VaultLocked),
            (Phase::Owing(Creditor::Book), None) => {
                Decision::Fail(TokenError::Passing("the database cannot be written".to_owned()))
            }
            (Phase::Unread { until }, _) if now.mono >= *until && allowed => self.reread(),
            (Phase::Unread { .. }, _) => Decision::Fail(TokenError::VaultLocked),
            (Phase::Resting { until, why }, None) if now.mono < *until => Decision::Fail(why.as_error()),
            (Phase::Idle | Phase::Resting { .. }, None) if !allowed => Decision::Fail(stopped()),
            // Upkeep too: a login that is never used is renewed all the same, or it would be lost with
            // its refresh token's own end.
            (Phase::Idle | Phase::Resting { .. }, None) => Decision::Refresh(self.errand(), None),
        }
    }

    fn due(&self, now: Now) -> bool {
        let rested = match &self.phase {
            Phase::Resting { until, .. } => now.mono >= *until,
            Phase::Idle => true,
            Phase::Busy
            | Phase::Owing(_)
            | Phase::Uncertain
            | Phase::Dead
            | Phase::Unread { .. }
            | Phase::Followed => false,
        };
        rested && self.current.as_ref().is_some_and(|current| current.life.due(self.row.id, now))
    }

    fn reason(&self) -> RefreshReason {
        match &self.current {
            Some(current) if self.refused.is_some_and(|refused| current.bearer.generation <= refused) => {
                RefreshReason::UnauthorizedRecovery
            }
            Some(current) if current.life.expires_at.is_none() => RefreshReason::Scheduled,
            Some(_) | None => RefreshReason::ProactiveExpiry,
        }
    }

    /// Takes the login in hand; who took it before has to leave it alone from now on. The number tells
    /// one errand from the next.
    pub(super) fn take(&mut self) -> u64 {
        self.phase = Phase::Busy;
        self.progress = Progress::NotSent;
        self.taken += 1;
        self.taken
    }

    /// Whether nobody took the login in hand after the errand of this number.
    pub(super) fn is_on(&self, number: u64) -> bool {
        self.taken == number && self.phase == Phase::Busy
    }

    fn errand(&mut self) -> Errand {
        let reason = self.reason();
        Errand { number: self.take(), reason }
    }

    fn reread(&mut self) -> Decision {
        Decision::Reread(self.take())
    }

    /// Gives a login back that was taken in hand to be read again, unread.
    pub(super) fn put_back(&mut self, now: Now) {
        self.phase = match self.row.obtained {
            Obtained::Follow(_) => Phase::Followed,
            Obtained::SignIn | Obtained::Import => Phase::Unread { until: now.mono },
        };
    }

    /// Ends a refresh: publishes what was received and says what may happen next. `spread` as for
    /// [`backoff`].
    pub(super) fn settle(&mut self, outcome: Outcome, now: Now, spread: f64) {
        if let Some(next) = self.next.take() {
            self.publish(next);
        }
        self.progress = Progress::NotSent;
        self.phase = match outcome {
            Outcome::Renewed => {
                self.failures = 0;
                Phase::Idle
            }
            Outcome::Passing(text) => self.rest(Pause::Passing(text), now, spread),
            Outcome::NoVault => self.rest(Pause::Vault, now, spread),
            Outcome::Uncertain => Phase::Uncertain,
            Outcome::Dead => Phase::Dead,
            Outcome::Owing(creditor) => Phase::Owing(creditor),
        };
    }

    /// What a refresh that broke down leaves behind, by how far it came.
    pub(super) fn wreck(&self) -> Outcome {
        match self.progress {
            Progress::NotSent => Outcome::Passing("the refresh broke down".to_owned()),
            Progress::Sent => Outcome::Uncertain,
            Progress::Answered => Outcome::Owing(Creditor::Vault),
        }
    }

    fn rest(&mut self, why: Pause, now: Now, spread: f64) -> Phase {
        self.failures = self.failures.saturating_add(1);
        Phase::Resting { until: now.mono + backoff(self.failures, spread), why }
    }

    /// Hands out `next` from now on.
    pub(super) fn publish(&mut self, next: Current) {
        self.current = Some(next);
        self.refused = None;
    }

    /// Notes what the book has taken.
    pub(super) fn booked(&mut self, done: Refreshed) {
        self.row.generation = done.generation;
        self.row.access_expires_at = done.access_expires_at;
        self.row.access_issued_at = done.access_issued_at;
        self.row.fingerprint = done.fingerprint;
        self.row.phase = RefreshPhase::Idle;
        self.row.phase_code = None;
    }

    /// When upkeep has something to do, at the latest.
    pub(super) fn wakes_in(&self, now: Now) -> Option<std::time::Duration> {
        let until = |at: Instant| at.saturating_duration_since(now.mono);
        let due = || {
            let at = self.current.as_ref()?.life.due_at(self.row.id)?;
            Some(std::time::Duration::try_from(at.duration_since(now.wall)).unwrap_or_default())
        };
        match &self.phase {
            Phase::Idle => due(),
            Phase::Resting { until: at, .. } => due().map(|due| due.max(until(*at))),
            Phase::Unread { until: at } => Some(until(*at)),
            Phase::Busy | Phase::Owing(_) | Phase::Uncertain | Phase::Dead | Phase::Followed => None,
        }
    }

    /// What the credentials can do, as the router needs to know it.
    pub(super) fn state(&self, now: Now) -> CredentialState {
        let usable = self.usable(now).is_some();
        match &self.phase {
            // Work under way is no news: the state before it stands until it ends.
            Phase::Busy => self.told.unwrap_or_default(),
            Phase::Idle | Phase::Owing(Creditor::Book) => CredentialState::Usable,
            Phase::Resting { why: Pause::Passing(_), .. } => CredentialState::Usable,
            Phase::Resting { why: Pause::Vault, .. } if usable => CredentialState::Usable,
            Phase::Resting { why: Pause::Vault, .. } => CredentialState::VaultLocked,
            Phase::Owing(Creditor::Vault) | Phase::Unread { .. } => CredentialState::VaultLocked,
            Phase::Uncertain if usable => CredentialState::UncertainServing,
            Phase::Uncertain => CredentialState::UncertainSpent,
            Phase::Followed if usable => CredentialState::Usable,
            Phase::Followed | Phase::Dead => CredentialState::NeedsReauth,
        }
    }

    /// The state, where it is news and nobody else is telling it. Whoever gets one tells it and asks
    /// again; so each change is told once, in order, without a lock held.
    pub(super) fn news(&mut self, now: Now) -> Option<CredentialState> {
        if self.announcing == Announcing::Somebody {
            return None;
        }
        let state = self.state(now);
        if self.told == Some(state) {
            return None;
        }
        self.told = Some(state);
        self.announcing = Announcing::Somebody;
        Some(state)
    }

    /// The news was told.
    pub(super) fn announced(&mut self) {
        self.announcing = Announcing::Nobody;
    }
}

impl Pause {
    fn as_error(&self) -> TokenError {
        match self {
            Self::Passing(text) => TokenError::Passing(text.clone()),
            Self::Vault => TokenError::VaultLocked,
        }
    }
}
