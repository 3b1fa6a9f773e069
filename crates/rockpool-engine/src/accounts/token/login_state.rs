//! What is known of one login at this moment, and what to do when somebody asks for its bearer.
//!
//! Decides without waiting: each function takes the present moment and returns a value. It lives behind
//! a lock that is never held across an await.
//!
//! # Which combinations there are
//!
//! [`Access`] (what can be handed out) and [`RefreshState`] (what may be done with the refresh token)
//! vary independently: a bearer may be usable, spent or refused in each state. The last column is what a
//! person sees with a usable bearer, and without one where that differs.
//!
//! | refresh state | row's phase | vault holds | what a kill leaves | shown |
//! |---|---|---|---|---|
//! | `Idle` | idle | the row's token | `Idle` | usable |
//! | `Paused`, by a fault | idle (*) | the row's token | `Idle` (*) | usable |
//! | `Paused`, by the vault | idle (*) | no answer | `Unread` until it answers | usable; locked |
//! | `Working`, not sent | as before the job | as before the job | as before the job | as before |
//! | `Working`, sent | sent | the row's token | `Uncertain` | as before |
//! | `Working`, answered | sent | the row's token, then its successor | `Uncertain`, then `Idle` | as before |
//! | `Unsaved(Vault)` | sent | a used-up token, or no access token | `Uncertain`, or `Idle` | locked |
//! | `Unsaved(Database)` | sent | the successor | `Idle`: the row is caught up | usable |
//! | `Uncertain` | sent or uncertain | the row's token, or an older one | `Uncertain` | serving; spent |
//! | `Dead` | dead, or any | a refused token, or none | `Dead` | sign in again |
//! | `Unread` | any | no answer | `Unread` until it answers | locked |
//! | `Followed` | idle | nothing: another tool's file counts | `Followed` | usable; sign in again |
//!
//! (*) Where [`SentMark::MayStand`], the row may say "sent" of a token that was not used up. This process
//! knows better and goes on; a process that finds it after a kill must not, and is `Uncertain`.
//!
//! With an answer that brought no new refresh token, the sent one was not used up, and the row says so
//! before anything else is saved: a kill then leaves `Uncertain` or `Idle`, as the row says.
//!
//! Taking over a new sign-in is `Working`, not sent: the vault gets the new refresh token two generations
//! ahead of the row, so a kill before that leaves the old login and a kill after it the new one.
//!
//! There is something in `unsaved` only in `Working` and `Unsaved`, and always in `Unsaved`. A login is
//! `Followed` only if its row says so.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rockpool_routing::{CredentialState, Now};
use secrecy::SecretString;
use thiserror::Error;

use super::access::{Access, Issued};
use super::credentials::{Adoption, Credentials};
use super::schedule::{Life, backoff};
use super::traits::LoginStoreError;
use super::vault_entry::{VaultEntry, fingerprint};
use crate::provider::bearer::{Bearer, TokenError};
use crate::provider::claims::Claims;
use crate::provider::oauth::{RefreshReason, Renewal};
use crate::store::{LoginRow, Obtained, RefreshPhase, Refreshed};

/// One login in memory.
#[derive(Debug)]
pub(super) struct LoginState {
    /// As the database has it, but for the phase while a job runs.
    row: LoginRow,
    access: Access,
    refresh: RefreshState,
    /// Received, and to be saved in this order.
    unsaved: VecDeque<PendingWrite>,
    sent_mark: SentMark,
    /// Refreshes in a row that did not come about.
    failures: u32,
    /// Jobs claimed so far.
    jobs: u64,
    published: Published,
}

/// What may be done with the refresh token.
#[derive(Clone, Debug)]
enum RefreshState {
    /// It may be sent.
    Idle,
    /// It may be sent again from `until` on.
    Paused { until: Instant, why: Pause },
    /// A job has claimed the login: a refresh, a reading, a new sign-in.
    Working { job: JobId, progress: Progress },
    /// Its successor is not saved everywhere; nothing is sent until it is.
    Unsaved(Target),
    /// It was sent, and nobody knows what became of it.
    Uncertain,
    /// It is refused for good, or gone.
    Dead,
    /// The vault did not answer; it is asked again from `until` on.
    Unread { until: Instant },
    /// Another tool owns it; only its file is read.
    Followed,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Pause {
    Fault(Fault),
    Vault,
}

/// Why a refresh did not come about, though the token was not used up.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(super) enum Fault {
    #[error("Rockpool is shutting down")]
    Stopping,
    #[error("the refresh broke down")]
    BrokeDown,
    #[error("the database cannot be written")]
    RowUnsaved,
    #[error("the issuer sent no access token")]
    NoAccessToken,
    #[error(transparent)]
    Store(#[from] LoginStoreError),
    /// In the words of the issuer or of the connection to it.
    #[error("{0}")]
    Issuer(String),
}

impl From<Fault> for TokenError {
    fn from(fault: Fault) -> Self {
        Self::Passing(fault.to_string())
    }
}

/// How far a refresh has come.
#[derive(Clone, Debug)]
enum Progress {
    NotSent,
    Sent,
    /// The answer is in `unsaved`; `next` is handed out when the job ends, never before: who had a bearer
    /// that is not saved would lose it with the process.
    Answered {
        next: Option<Issued>,
    },
}

/// Whether the row may say "sent" of a token that was not used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SentMark {
    Clear,
    MayStand,
}

/// Who did not take what is to be saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Vault,
    Database,
}

/// One thing that is still to be saved.
#[derive(Clone, Debug)]
pub(super) enum PendingWrite {
    RefreshToken(VaultEntry),
    AccessToken(VaultEntry),
    Row(Refreshed),
}

impl PendingWrite {
    fn target(&self) -> Target {
        match self {
            Self::RefreshToken(_) | Self::AccessToken(_) => Target::Vault,
            Self::Row(_) => Target::Database,
        }
    }
}

/// What the watcher was told of the login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Published {
    Nothing,
    /// Somebody is telling it at this moment.
    UnderWay(CredentialState),
    Done(CredentialState),
}

/// Tells one job from the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct JobId(u64);

/// A refresh to be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RefreshJob {
    pub(super) id: JobId,
    pub(super) reason: RefreshReason,
}

/// How a refresh ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Renewed,
    Fault(Fault),
    NoVault,
    Uncertain,
    Dead,
    Unsaved(Target),
}

/// What row and vault together say of a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    MayBeSent,
    Uncertain,
    Dead,
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
    /// The login is claimed: start the refresh; hand out the bearer, or wait where there is none.
    Refresh(RefreshJob, Option<Bearer>),
    Wait,
    /// The login is claimed: read vault or file again.
    Reread(JobId),
}

/// The state that an adoption interrupted, for the case that it fails.
#[derive(Debug)]
pub(super) struct Interrupted(RefreshState);

impl LoginState {
    /// A login of which only the row is known, claimed by the job that reads its tokens.
    pub(super) fn at_start(row: LoginRow) -> (Self, JobId) {
        let mut state = Self {
            row,
            access: Access::Missing,
            refresh: RefreshState::Idle,
            unsaved: VecDeque::new(),
            sent_mark: SentMark::Clear,
            failures: 0,
            jobs: 0,
            published: Published::Nothing,
        };
        let job = state.claim();
        (state, job)
    }

    /// A login whose first credentials are saved.
    pub(super) fn signed_in(adoption: Adoption, now: Now) -> Self {
        let (mut state, _) = Self::at_start(adoption.row.clone());
        state.adopted(adoption, now);
        state
    }

    pub(super) fn row(&self) -> &LoginRow {
        &self.row
    }

    pub(super) fn is_dead(&self) -> bool {
        matches!(self.refresh, RefreshState::Dead)
    }

    /// The newest generation in use anywhere.
    fn generation(&self) -> u64 {
        let next = match &self.refresh {
            RefreshState::Working { progress: Progress::Answered { next }, .. } => next.as_ref(),
            RefreshState::Working { progress: Progress::NotSent | Progress::Sent, .. }
            | RefreshState::Idle
            | RefreshState::Paused { .. }
            | RefreshState::Unsaved(_)
            | RefreshState::Uncertain
            | RefreshState::Dead
            | RefreshState::Unread { .. }
            | RefreshState::Followed => None,
        };
        let in_hand = [self.access.issued(), next].into_iter().flatten().map(|held| held.bearer.generation);
        in_hand.max().unwrap_or(0).max(self.row.generation)
    }

    /// Decides, and claims the login where the decision asks for work.
    pub(super) fn decide(&mut self, need: Need, renewals: Renewals, now: Now) -> Decision {
        if let Need::NewerThan(generation) = need {
            self.access.refuse(generation);
        }
        let bearer = self.access.usable(now).map(|issued| issued.bearer.clone());
        let allowed = renewals == Renewals::Allowed;
        match (&self.refresh, bearer) {
            (RefreshState::Dead, _) => Decision::Fail(TokenError::NeedsReauth),
            (RefreshState::Idle | RefreshState::Paused { .. }, Some(bearer)) => {
                if allowed && self.is_due(now) {
                    return Decision::Refresh(self.claim_refresh(), Some(bearer));
                }
                Decision::Serve(bearer)
            }
            // Nothing is sent in these states, but what is in hand serves on: the access token does not
            // depend on what became of the refresh token.
            (
                RefreshState::Working { .. } | RefreshState::Unsaved(_) | RefreshState::Uncertain,
                Some(bearer),
            ) => Decision::Serve(bearer),
            (RefreshState::Followed, Some(bearer)) => match need {
                Need::Present | Need::NewerThan(_) => Decision::Serve(bearer),
                Need::Upkeep => Decision::Reread(self.claim()),
            },
            (RefreshState::Followed, None) => Decision::Reread(self.claim()),
            (RefreshState::Working { .. }, None) => Decision::Wait,
            (RefreshState::Uncertain, None) => Decision::Fail(TokenError::UncertainSpent),
            (RefreshState::Unsaved(Target::Vault), None) => Decision::Fail(TokenError::VaultLocked),
            (RefreshState::Unsaved(Target::Database), None) => Decision::Fail(Fault::RowUnsaved.into()),
            (RefreshState::Unread { until }, _) if now.mono >= *until && allowed => {
                Decision::Reread(self.claim())
            }
            (RefreshState::Unread { .. }, _) => Decision::Fail(TokenError::VaultLocked),
            (RefreshState::Paused { until, why }, None) if now.mono < *until => {
                Decision::Fail(why.as_error())
            }
            (RefreshState::Idle | RefreshState::Paused { .. }, None) if !allowed => {
                Decision::Fail(Fault::Stopping.into())
            }
            // Upkeep too: a login that is never used is renewed all the same, or it would be lost with
            // its refresh token's own end.
            (RefreshState::Idle | RefreshState::Paused { .. }, None) => {
                Decision::Refresh(self.claim_refresh(), None)
            }
        }
    }

    fn is_due(&self, now: Now) -> bool {
        let rested = match &self.refresh {
            RefreshState::Paused { until, .. } => now.mono >= *until,
            RefreshState::Idle => true,
            RefreshState::Working { .. }
            | RefreshState::Unsaved(_)
            | RefreshState::Uncertain
            | RefreshState::Dead
            | RefreshState::Unread { .. }
            | RefreshState::Followed => false,
        };
        rested && self.access.issued().is_some_and(|issued| issued.life.due(self.row.id, now))
    }

    /// Takes the login for a job; a job that claimed it before and has not begun leaves it alone from
    /// now on.
    fn claim(&mut self) -> JobId {
        self.jobs += 1;
        let job = JobId(self.jobs);
        self.refresh = RefreshState::Working { job, progress: Progress::NotSent };
        job
    }

    fn claim_refresh(&mut self) -> RefreshJob {
        let reason = match &self.access {
            Access::Refused(_) => RefreshReason::UnauthorizedRecovery,
            Access::Accepted(issued) if issued.life.expires_at.is_none() => RefreshReason::Scheduled,
            Access::Accepted(_) | Access::Missing => RefreshReason::ProactiveExpiry,
        };
        RefreshJob { id: self.claim(), reason }
    }

    /// Whether nobody claimed the login after this job. Between claiming a login and its turn to write, a
    /// job may have been overtaken by a new sign-in, whose refresh token is not the job's to spend.
    pub(super) fn still_claimed(&self, by: JobId) -> bool {
        matches!(self.refresh, RefreshState::Working { job, .. } if job == by)
    }

    pub(super) fn sent_mark(&self) -> SentMark {
        self.sent_mark
    }

    /// The next line sends the token: from here on, until the answer, nobody knows whether it is used up.
    pub(super) fn token_leaves(&mut self) {
        self.sent_mark = SentMark::MayStand;
        self.comes_to(Progress::Sent);
    }

    /// The issuer proved that the token was not used up, so a refresh that breaks down from here on has
    /// lost nothing.
    pub(super) fn token_was_not_used(&mut self) {
        self.comes_to(Progress::NotSent);
    }

    pub(super) fn row_says_the_truth(&mut self) {
        self.sent_mark = SentMark::Clear;
    }

    /// The row could not be told that the token must not be sent.
    pub(super) fn row_may_say_sent(&mut self) {
        self.sent_mark = SentMark::MayStand;
    }

    fn comes_to(&mut self, step: Progress) {
        if let RefreshState::Working { progress, .. } = &mut self.refresh {
            *progress = step;
        }
    }

    /// Takes what a refresh brought, and gives what the new access token says of its owner. From here on
    /// the tokens survive a panic.
    pub(super) fn answered(&mut self, renewal: Renewal, now: Now) -> Option<Claims> {
        let generation = self.generation() + 1;
        let entry = |token: &SecretString| VaultEntry { generation, token: token.clone() };
        let claims =
            renewal.access_token.as_ref().map(|access| Claims::of_pair(renewal.id_token.as_ref(), access));
        let (expires, issued) = match &claims {
            Some(claims) => (claims.expires_at, claims.issued_at),
            None => (self.row.access_expires_at, self.row.access_issued_at),
        };
        let row = PendingWrite::Row(Refreshed {
            generation,
            access_expires_at: expires,
            access_issued_at: issued,
            fingerprint: renewal.refresh_token.as_ref().map_or(self.row.fingerprint, fingerprint),
            at: now.wall,
        });
        let access = renewal.access_token.as_ref().map(|token| PendingWrite::AccessToken(entry(token)));
        match &renewal.refresh_token {
            // The row last: while it says "sent", a newer entry in the vault is known to be unused.
            Some(token) => {
                self.unsaved.push_back(PendingWrite::RefreshToken(entry(token)));
                self.unsaved.extend(access);
                self.unsaved.push_back(row);
            }
            // The row first: the sent token was not used up, and no kill may make it look as if it were.
            None => {
                self.unsaved.push_back(row);
                self.unsaved.extend(access);
            }
        }
        let next = renewal.access_token.map(|token| Issued {
            bearer: Bearer { token, generation },
            life: Life { issued_at: issued, expires_at: expires, received: Some(now.mono) },
        });
        self.comes_to(Progress::Answered { next });
        claims
    }

    /// The vault has a refresh token that was saved and never sent: the row has to be brought up to it.
    pub(super) fn row_is_behind(&mut self, entry: &VaultEntry, at: Timestamp) {
        self.unsaved.push_back(PendingWrite::Row(Refreshed {
            generation: entry.generation.max(self.generation()),
            access_expires_at: self.row.access_expires_at,
            access_issued_at: self.row.access_issued_at,
            fingerprint: fingerprint(&entry.token),
            at,
        }));
    }

    pub(super) fn next_write(&self) -> Option<PendingWrite> {
        self.unsaved.front().cloned()
    }

    /// The first pending write is on the disk.
    pub(super) fn written(&mut self) {
        match self.unsaved.pop_front() {
            None | Some(PendingWrite::RefreshToken(_) | PendingWrite::AccessToken(_)) => {}
            Some(PendingWrite::Row(done)) => {
                self.row.generation = done.generation;
                self.row.access_expires_at = done.access_expires_at;
                self.row.access_issued_at = done.access_issued_at;
                self.row.fingerprint = done.fingerprint;
                self.row.phase = RefreshPhase::Idle;
                self.row.phase_code = None;
                self.sent_mark = SentMark::Clear;
            }
        }
    }

    pub(super) fn is_unsaved(&self) -> bool {
        matches!(self.refresh, RefreshState::Unsaved(_))
    }

    /// Who has not taken what is first to be saved.
    pub(super) fn unsaved_at(&self) -> Option<Target> {
        self.unsaved.front().map(PendingWrite::target)
    }

    /// Ends a try to save.
    pub(super) fn saved_or_not(&mut self, saved: Result<(), Target>) {
        self.refresh = match saved {
            Ok(()) => RefreshState::Idle,
            Err(target) => RefreshState::Unsaved(target),
        };
    }

    /// Ends a refresh: hands out what was received and says what may happen next. `spread` as for
    /// [`backoff`].
    pub(super) fn refresh_ended(&mut self, outcome: Outcome, now: Now, spread: f64) {
        let before = std::mem::replace(&mut self.refresh, RefreshState::Idle);
        if let RefreshState::Working { progress: Progress::Answered { next: Some(next) }, .. } = before {
            self.access = Access::Accepted(next);
        }
        self.refresh = match outcome {
            Outcome::Renewed => {
                self.failures = 0;
                RefreshState::Idle
            }
            Outcome::Fault(fault) => self.pause(Pause::Fault(fault), now, spread),
            Outcome::NoVault => self.pause(Pause::Vault, now, spread),
            Outcome::Uncertain => RefreshState::Uncertain,
            Outcome::Dead => RefreshState::Dead,
            Outcome::Unsaved(target) => RefreshState::Unsaved(target),
        };
    }

    fn pause(&mut self, why: Pause, now: Now, spread: f64) -> RefreshState {
        self.failures = self.failures.saturating_add(1);
        RefreshState::Paused { until: now.mono + backoff(self.failures, spread), why }
    }

    /// What a refresh that panicked leaves behind, by how far it came.
    pub(super) fn outcome_after_panic(&mut self) -> Outcome {
        // The panic may have come after the mark was set and before anybody noted it.
        self.sent_mark = SentMark::MayStand;
        if let Some(target) = self.unsaved_at() {
            return Outcome::Unsaved(target);
        }
        match &self.refresh {
            RefreshState::Working { progress: Progress::Sent, .. } => Outcome::Uncertain,
            RefreshState::Working { progress: Progress::Answered { .. }, .. } => Outcome::Renewed,
            RefreshState::Working { progress: Progress::NotSent, .. }
            | RefreshState::Idle
            | RefreshState::Paused { .. }
            | RefreshState::Unsaved(_)
            | RefreshState::Uncertain
            | RefreshState::Dead
            | RefreshState::Unread { .. }
            | RefreshState::Followed => Outcome::Fault(Fault::BrokeDown),
        }
    }

    /// The vault has this access token.
    pub(super) fn access_was_read(&mut self, entry: VaultEntry) {
        let times = Claims::read(&entry.token);
        let generation = self.generation().max(entry.generation);
        self.access = Access::Accepted(Issued {
            bearer: Bearer { token: entry.token, generation },
            life: Life {
                issued_at: times.issued_at.or(self.row.access_issued_at),
                expires_at: times.expires_at.or(self.row.access_expires_at),
                received: None,
            },
        });
    }

    /// Ends a reading of the vault that needs nothing written.
    pub(super) fn was_read(&mut self, fate: Fate) {
        self.refresh = match fate {
            Fate::MayBeSent => RefreshState::Idle,
            Fate::Uncertain => RefreshState::Uncertain,
            Fate::Dead => RefreshState::Dead,
        };
    }

    /// Ends a reading that the vault did not answer.
    pub(super) fn stays_unread(&mut self, until: Instant) {
        self.refresh = RefreshState::Unread { until };
    }

    /// Ends a reading of another tool's file, which has this access token.
    pub(super) fn file_was_read(&mut self, access_token: SecretString) {
        self.refresh = RefreshState::Followed;
        let times = Claims::read(&access_token);
        let generation = self.generation() + 1;
        self.access = Access::Accepted(Issued {
            bearer: Bearer { token: access_token, generation },
            life: Life { issued_at: times.issued_at, expires_at: times.expires_at, received: None },
        });
    }

    /// Ends a reading of another tool's file that brought nothing new.
    pub(super) fn file_says_nothing_new(&mut self) {
        self.refresh = RefreshState::Followed;
    }

    /// The access token in hand, whether it is usable or not.
    pub(super) fn access_token(&self) -> Option<&SecretString> {
        self.access.issued().map(|issued| &issued.bearer.token)
    }

    /// Gives a login back that was claimed to be read, unread.
    pub(super) fn unclaim(&mut self, now: Now) {
        self.refresh = match self.row.obtained {
            Obtained::Follow(_) => RefreshState::Followed,
            Obtained::SignIn | Obtained::Import => RefreshState::Unread { until: now.mono },
        };
    }

    /// Claims the login for new credentials, and says how they are saved. They are two generations ahead:
    /// after a refresh that was killed or not saved, the vault may be one ahead of the row already, and
    /// its entry must not be taken for the newer one.
    pub(super) fn begin_adoption(&mut self, new: Credentials, at: Timestamp) -> (Adoption, Interrupted) {
        let adoption = new.in_place_of(&self.row, self.generation() + 2, at);
        let before = self.refresh.clone();
        self.claim();
        (adoption, Interrupted(before))
    }

    /// The new credentials are saved. What the old ones still had to save is dropped: it would be written
    /// over the new.
    pub(super) fn adopted(&mut self, adoption: Adoption, now: Now) {
        let row = &adoption.row;
        let (received, refresh) = match row.obtained {
            Obtained::SignIn => (Some(now.mono), RefreshState::Idle),
            Obtained::Import => (None, RefreshState::Idle),
            Obtained::Follow(_) => (None, RefreshState::Followed),
        };
        self.unsaved.clear();
        self.sent_mark = SentMark::Clear;
        self.access = Access::Accepted(Issued {
            bearer: adoption.bearer(),
            life: Life { issued_at: row.access_issued_at, expires_at: row.access_expires_at, received },
        });
        self.row = adoption.row;
        self.refresh = refresh;
    }

    /// The new credentials were not saved; the login is as it was. A job that waited for its turn to write
    /// has its claim back: nobody else would end it.
    pub(super) fn adoption_failed(&mut self, before: Interrupted) {
        self.refresh = before.0;
    }

    /// Nothing is handed out, sent or saved any more.
    pub(super) fn removed(&mut self) {
        self.unsaved.clear();
        self.refresh = RefreshState::Dead;
    }

    /// When upkeep has something to do, at the latest.
    pub(super) fn wakes_in(&self, now: Now) -> Option<Duration> {
        let until = |at: Instant| at.saturating_duration_since(now.mono);
        let due = || {
            let at = self.access.issued()?.life.due_at(self.row.id)?;
            Some(Duration::try_from(at.duration_since(now.wall)).unwrap_or_default())
        };
        match &self.refresh {
            RefreshState::Idle => due(),
            RefreshState::Paused { until: at, .. } => due().map(|due| due.max(until(*at))),
            RefreshState::Unread { until: at } => Some(until(*at)),
            RefreshState::Working { .. }
            | RefreshState::Unsaved(_)
            | RefreshState::Uncertain
            | RefreshState::Dead
            | RefreshState::Followed => None,
        }
    }

    /// What the credentials can do, as the router needs to know it.
    pub(super) fn credentials(&self, now: Now) -> CredentialState {
        let usable = self.access.usable(now).is_some();
        match &self.refresh {
            // Work under way is no news: the state before it stands until it ends.
            RefreshState::Working { .. } => self.published.state().unwrap_or_default(),
            RefreshState::Idle | RefreshState::Unsaved(Target::Database) => CredentialState::Usable,
            RefreshState::Paused { why: Pause::Fault(_), .. } => CredentialState::Usable,
            RefreshState::Paused { why: Pause::Vault, .. } if usable => CredentialState::Usable,
            RefreshState::Paused { why: Pause::Vault, .. } => CredentialState::VaultLocked,
            RefreshState::Unsaved(Target::Vault) | RefreshState::Unread { .. } => {
                CredentialState::VaultLocked
            }
            RefreshState::Uncertain if usable => CredentialState::UncertainServing,
            RefreshState::Uncertain => CredentialState::UncertainSpent,
            RefreshState::Followed if usable => CredentialState::Usable,
            RefreshState::Followed | RefreshState::Dead => CredentialState::NeedsReauth,
        }
    }

    /// The state, where it is news and nobody else is telling it. Whoever gets one tells it, calls
    /// [`LoginState::published`] and asks again; so each change is told once, in order, without a lock
    /// held.
    pub(super) fn to_publish(&mut self, now: Now) -> Option<CredentialState> {
        let state = self.credentials(now);
        match self.published {
            Published::UnderWay(_) => None,
            Published::Done(known) if known == state => None,
            Published::Nothing | Published::Done(_) => {
                self.published = Published::UnderWay(state);
                Some(state)
            }
        }
    }

    pub(super) fn published(&mut self) {
        if let Published::UnderWay(state) = self.published {
            self.published = Published::Done(state);
        }
    }

    /// Whether the table in this module's header has the combination.
    pub(super) fn is_legal(&self) -> bool {
        let followed = matches!(self.row.obtained, Obtained::Follow(_));
        match &self.refresh {
            RefreshState::Working { .. } => true,
            RefreshState::Unsaved(target) => !followed && self.unsaved_at() == Some(*target),
            RefreshState::Idle
            | RefreshState::Paused { .. }
            | RefreshState::Uncertain
            | RefreshState::Unread { .. } => !followed && self.unsaved.is_empty(),
            RefreshState::Followed => followed && self.unsaved.is_empty(),
            RefreshState::Dead => self.unsaved.is_empty(),
        }
    }
}

impl Published {
    fn state(self) -> Option<CredentialState> {
        match self {
            Self::Nothing => None,
            Self::UnderWay(state) | Self::Done(state) => Some(state),
        }
    }
}

impl Pause {
    fn as_error(&self) -> TokenError {
        match self {
            Self::Fault(fault) => fault.clone().into(),
            Self::Vault => TokenError::VaultLocked,
        }
    }
}
