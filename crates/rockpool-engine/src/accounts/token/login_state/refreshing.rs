//! How a refresh goes, from sending the token until its successor is saved.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use rockpool_routing::Now;
use secrecy::SecretString;

use super::LoginState;
use crate::accounts::token::access::{Access, Issued};
use crate::accounts::token::refresh_state::{
    Fault, LastChance, Outcome, Pause, PendingWrite, Progress, RefreshJob, RefreshState, SentMark, Target,
    fate_unknown,
};
use crate::accounts::token::schedule::{Life, backoff};
use crate::accounts::token::vault_entry::{VaultEntry, fingerprint};
use crate::provider::bearer::Bearer;
use crate::provider::claims::Claims;
use crate::provider::oauth::Renewal;
use crate::store::{RefreshPhase, Refreshed};

/// Shortest time between losing an answer and sending the token once more: whatever lost the first answer would often
/// lose the second as well.
const BEFORE_LAST_CHANCE: Duration = Duration::from_secs(60);

impl LoginState {
    pub(in super::super) fn sent_mark(&self) -> SentMark {
        self.sent_mark
    }

    /// The next line sends the token: from here on, until the answer, nobody knows whether it is used up.
    pub(in super::super) fn token_leaves(&mut self) {
        self.sent_mark = SentMark::MayStand;
        self.comes_to(Progress::Sent);
    }

    /// The issuer proved that the token was not used up, so a refresh that breaks down from here on has
    /// lost nothing.
    pub(in super::super) fn token_was_not_used(&mut self) {
        self.comes_to(Progress::NotSent);
    }

    pub(in super::super) fn row_says_the_truth(&mut self) {
        self.sent_mark = SentMark::Clear;
    }

    /// The row could not be told that the token must not be sent.
    pub(in super::super) fn row_may_say_sent(&mut self) {
        self.sent_mark = SentMark::MayStand;
    }

    fn comes_to(&mut self, step: Progress) {
        if let RefreshState::Working { progress, .. } = &mut self.refresh {
            *progress = step;
        }
    }

    /// Takes what a refresh brought, and gives what the new access token says of its owner. From here on
    /// the tokens survive a panic.
    pub(in super::super) fn answered(&mut self, renewal: Renewal, now: Now) -> Option<Claims> {
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
    pub(in super::super) fn row_is_behind(&mut self, entry: &VaultEntry, at: Timestamp) {
        self.unsaved.push_back(PendingWrite::Row(Refreshed {
            generation: entry.generation.max(self.generation()),
            access_expires_at: self.row.access_expires_at,
            access_issued_at: self.row.access_issued_at,
            fingerprint: fingerprint(&entry.token),
            at,
        }));
    }

    pub(in super::super) fn next_write(&self) -> Option<PendingWrite> {
        self.unsaved.front().cloned()
    }

    /// The first pending write is on the disk.
    pub(in super::super) fn written(&mut self) {
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

    pub(in super::super) fn is_unsaved(&self) -> bool {
        matches!(self.refresh, RefreshState::Unsaved(_))
    }

    /// Whether ending now could cost a sign-in.
    pub(in super::super) fn is_at_stake(&self) -> bool {
        match self.refresh {
            RefreshState::Working { .. } | RefreshState::Unsaved(_) => true,
            RefreshState::Idle
            | RefreshState::Paused { .. }
            | RefreshState::Uncertain(_)
            | RefreshState::Dead
            | RefreshState::Unread { .. }
            | RefreshState::Followed
            | RefreshState::NotRenewable => false,
        }
    }

    /// Who has not taken what is first to be saved.
    pub(in super::super) fn unsaved_at(&self) -> Option<Target> {
        self.unsaved.front().map(PendingWrite::target)
    }

    /// Ends a try to save.
    pub(in super::super) fn saved_or_not(&mut self, saved: Result<(), Target>) {
        self.refresh = match saved {
            Ok(()) => RefreshState::Idle,
            Err(target) => RefreshState::Unsaved(target),
        };
    }

    /// Ends a refresh: hands out what was received and says what may happen next. `spread` as for
    /// [`backoff`].
    pub(in super::super) fn refresh_ended(&mut self, outcome: Outcome, now: Now, spread: f64) {
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
            Outcome::Uncertain => {
                RefreshState::Uncertain(LastChance::LeftFrom(now.mono + BEFORE_LAST_CHANCE))
            }
            Outcome::LastChanceLeft => RefreshState::Uncertain(LastChance::LeftFrom(self.rests(now, spread))),
            Outcome::LastChanceGone => RefreshState::Uncertain(LastChance::Gone),
            Outcome::Dead => RefreshState::Dead,
            Outcome::Unsaved(target) => RefreshState::Unsaved(target),
        };
    }

    fn pause(&mut self, why: Pause, now: Now, spread: f64) -> RefreshState {
        RefreshState::Paused { until: self.rests(now, spread), why }
    }

    /// Until when nothing is tried after one more failure.
    fn rests(&mut self, now: Now, spread: f64) -> Instant {
        self.failures = self.failures.saturating_add(1);
        now.mono + backoff(self.failures, spread)
    }

    /// What a refresh that panicked leaves behind, by how far it came.
    pub(in super::super) fn outcome_after_panic(&mut self, job: RefreshJob) -> Outcome {
        // The panic may have come after the mark was set and before anybody noted it.
        self.sent_mark = SentMark::MayStand;
        if let Some(target) = self.unsaved_at() {
            return Outcome::Unsaved(target);
        }
        match &self.refresh {
            RefreshState::Working { progress: Progress::Sent, .. } => fate_unknown(job.presentation),
            RefreshState::Working { progress: Progress::Answered { .. }, .. } => Outcome::Renewed,
            RefreshState::Working { progress: Progress::NotSent, .. }
            | RefreshState::Idle
            | RefreshState::Paused { .. }
            | RefreshState::Unsaved(_)
            | RefreshState::Uncertain(_)
            | RefreshState::Dead
            | RefreshState::Unread { .. }
            | RefreshState::Followed
            | RefreshState::NotRenewable => job.ends_unused(Outcome::Fault(Fault::BrokeDown)),
        }
    }
}
