//! What is known of one login at this moment, and what to do when somebody asks for its bearer.
//!
//! Decides without waiting: each function takes the present moment and returns a value. It lives behind
//! a lock that is never held across an await.
//!
//! # Which combinations there are
//!
//! [`Access`] (what can be handed out) and [`RefreshState`] (what may be done with the refresh token)
//! vary independently: a bearer may be usable, spent or refused in each state. What a state means is said
//! at [`RefreshState`]; the last column is what a person sees with a usable bearer, and without one where
//! that differs.
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
//! | `Uncertain`, chance left | sent or uncertain | the row's token | the same | serving; spent |
//! | `Working` on the last chance, sent | last chance taken | the row's token | `Uncertain`, chance gone | as before |
//! | `Uncertain`, chance gone | last chance taken, or any | the row's token, or an older one | the same | serving; spent |
//! | `Dead` | dead, or any | a refused token, or none | `Dead` | sign in again |
//! | `Unread` | any | no answer | `Unread` until it answers | locked |
//! | `Followed` | idle | nothing: another tool's file counts | `Followed` | usable; sign in again |
//! | `NotRenewable` | idle | the access token alone | `NotRenewable` | usable; sign in again |
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
//! `Followed` or `NotRenewable` only if its row says so.

mod adopting;
mod deciding;
mod reading;
mod refreshing;
mod shown;

use std::collections::VecDeque;

use rockpool_routing::Now;

use super::access::Access;
use super::credentials::Adoption;
use super::refresh_state::{JobId, PendingWrite, Progress, Published, RefreshState, SentMark};
use crate::store::{LoginRow, Obtained};

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
            | RefreshState::Uncertain(_)
            | RefreshState::Dead
            | RefreshState::Unread { .. }
            | RefreshState::Followed
            | RefreshState::NotRenewable => None,
        };
        let in_hand = [self.access.issued(), next].into_iter().flatten().map(|held| held.bearer.generation);
        in_hand.max().unwrap_or(0).max(self.row.generation)
    }

    /// Takes the login for a job; a job that claimed it before and has not begun leaves it alone from
    /// now on.
    fn claim(&mut self) -> JobId {
        self.jobs += 1;
        let job = JobId(self.jobs);
        self.refresh = RefreshState::Working { job, progress: Progress::NotSent };
        job
    }

    /// Whether nobody claimed the login after this job. Between claiming a login and its turn to write, a
    /// job may have been overtaken by a new sign-in, whose refresh token is not the job's to spend.
    pub(super) fn still_claimed(&self, by: JobId) -> bool {
        matches!(self.refresh, RefreshState::Working { job, .. } if job == by)
    }

    /// Whether the table in this module's header has the combination.
    pub(super) fn is_legal(&self) -> bool {
        let followed = matches!(self.row.obtained, Obtained::Follow(_));
        let alone = self.row.obtained == Obtained::AccessToken;
        let ours = !followed && !alone;
        match &self.refresh {
            RefreshState::Working { .. } => true,
            RefreshState::Unsaved(target) => ours && self.unsaved_at() == Some(*target),
            RefreshState::Idle | RefreshState::Paused { .. } | RefreshState::Uncertain(_) => {
                ours && self.unsaved.is_empty()
            }
            RefreshState::Unread { .. } => !followed && self.unsaved.is_empty(),
            RefreshState::Followed => followed && self.unsaved.is_empty(),
            RefreshState::NotRenewable => alone && self.unsaved.is_empty(),
            RefreshState::Dead => self.unsaved.is_empty(),
        }
    }
}
