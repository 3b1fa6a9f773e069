//! What the router knows of one account.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use super::door::{Door, Passage, Trouble};
use crate::account::{CredentialState, Wish};
use crate::health::Health;
use crate::quota::{Quota, Supply};
use crate::{AccountState, Blocked, Class, Now, Readiness, Standing};

/// Attempts under way from which on an account only helps out: more at once is no person's own work, and
/// the others of its pool are idle.
pub(super) const MOST_IN_FLIGHT: u32 = 32;
/// Failures in a row that mark an account unreachable.
const FAILURES_IN_A_ROW: u32 = 3;
/// How long a probe may go without a sign of life before another request may take its place. Short enough
/// that a tool which is asked to wait for it is worth asking (the Codex CLI 0.169.0 waits up to 20 s).
pub(super) const PROBE_PATIENCE: Duration = Duration::from_secs(15);

/// What the last bad answer said of an account, and when it came.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Since(Option<Instant>);

impl Since {
    /// Whether an attempt that began at `began` knows better.
    fn is_before(self, began: Instant) -> bool {
        self.0.is_none_or(|at| at <= began)
    }
}

/// Whether an attempt stands for all the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Errand {
    /// One of many.
    Ordinary,
    /// The one that finds out whether a trouble is over.
    Probe,
}

#[derive(Debug, Default)]
pub(super) struct Entry {
    pub(super) wish: Wish,
    pub(super) credentials: CredentialState,
    pub(super) standing: Standing,
    pub(super) quota: Quota,
    pub(super) health: Health,
    pub(super) in_flight: u32,
    door: Door,
    probe: Option<Instant>,
    worsened: Since,
    failures: u32,
}

impl Entry {
    /// Lets an attempt begin; `None` where one is finding out already and the account takes no other.
    pub(super) fn begin(&mut self, now: Now) -> Option<Errand> {
        let errand = match (self.is_in_doubt(now), self.probe_is_out(now)) {
            (false, _) => Errand::Ordinary,
            (true, false) => Errand::Probe,
            (true, true) => match self.readiness(now) {
                Readiness::Blocked(_) => return None,
                Readiness::Active | Readiness::FallbackOnly => Errand::Ordinary,
            },
        };
        if errand == Errand::Probe {
            self.probe = Some(now.mono);
        }
        self.in_flight = self.in_flight.saturating_add(1);
        Some(errand)
    }

    /// Lets go of an attempt.
    pub(super) fn end(&mut self, began: Now, errand: Errand) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.found_out(began, errand);
    }

    /// Notes that the probe that began then is none any more.
    pub(super) fn found_out(&mut self, began: Now, errand: Errand) {
        if errand == Errand::Probe && self.probe == Some(began.mono) {
            self.probe = None;
        }
    }

    /// Notes that an attempt which began at `began` is being answered. It says nothing about what was
    /// found out while it was still running.
    pub(super) fn answered(&mut self, began: Now) {
        self.failures = 0;
        self.quota.served(began.wall);
        if self.worsened.is_before(began.mono) {
            self.standing = Standing::Good;
            self.door = Door::Open;
        }
    }

    /// Learns how an attempt that began at `began` ended.
    pub(super) fn learn(&mut self, class: Class, began: Now, now: Now) {
        if let Some(outcome) = class.outcome() {
            self.health.record(outcome);
        }
        match class {
            Class::Success => self.answered(began),
            Class::UsageLimit { resets_at } => {
                self.reached(began);
                self.quota.refuse(now.wall, resets_at);
            }
            Class::RateLimited { retry_after } => {
                self.reached(began);
                self.door = self.door.shut(Trouble::RateLimited, retry_after, began, now);
                self.worsened = Since(Some(now.mono));
            }
            Class::Failure { retry_after } => self.failed(retry_after, began, now),
            Class::MissingWorkspace => self.refused(Standing::MissingWorkspace, began, now),
            Class::Forbidden => self.refused(Standing::Forbidden, began, now),
            Class::Billing => self.refused(Standing::Billing, began, now),
            Class::Rejected | Class::Unsuitable | Class::ForeignCiphertext => self.reached(began),
            // Without a bearer nobody was asked.
            Class::Unauthorized | Class::Abandoned => {}
        }
    }

    fn refused(&mut self, standing: Standing, began: Now, now: Now) {
        self.reached(began);
        self.stands(standing, now);
    }

    /// The provider answered, if not with what was asked for: the account is not out of reach.
    fn reached(&mut self, began: Now) {
        self.failures = 0;
        match self.door.passage(began.mono) {
            Passage::Shut(Trouble::Unreachable, _) | Passage::Doubtful(Trouble::Unreachable)
                if self.worsened.is_before(began.mono) =>
            {
                self.door = Door::Open;
            }
            Passage::Free | Passage::Shut(..) | Passage::Doubtful(_) => {}
        }
    }

    /// Notes how the account stands: what began before a bad word proves nothing against it.
    pub(super) fn stands(&mut self, standing: Standing, now: Now) {
        self.standing = standing;
        if standing != Standing::Good {
            self.worsened = Since(Some(now.mono));
        }
    }

    fn failed(&mut self, retry_after: Option<Duration>, began: Now, now: Now) {
        self.failures = self.failures.saturating_add(1);
        let found_out = self.door.passage(began.mono) == Passage::Doubtful(Trouble::Unreachable);
        if self.failures >= FAILURES_IN_A_ROW || found_out {
            self.door = self.door.shut(Trouble::Unreachable, retry_after, began, now);
            self.worsened = Since(Some(now.mono));
        }
    }

    /// Whether its quota may be used up all the same, which the next request finds out.
    pub(super) fn is_doubted(&self, now: Now) -> bool {
        match self.quota.supply(now.wall) {
            Supply::Doubtful { .. } => true,
            Supply::Plenty | Supply::Unknown | Supply::Gone { .. } => false,
        }
    }

    fn is_in_doubt(&self, now: Now) -> bool {
        let door = match self.door.passage(now.mono) {
            Passage::Doubtful(_) => true,
            Passage::Free | Passage::Shut(..) => false,
        };
        door || self.is_doubted(now)
    }

    fn probe_is_out(&self, now: Now) -> bool {
        self.probe_ends(now).is_some()
    }

    fn probe_ends(&self, now: Now) -> Option<Instant> {
        self.probe.map(|began| began + PROBE_PATIENCE).filter(|ends| *ends > now.mono)
    }

    /// When a request has its next chance, where time alone brings it and is known: the end of every wait,
    /// or of the probe that is finding out.
    pub(super) fn next_chance(&self, now: Now) -> Option<Timestamp> {
        match self.readiness(now) {
            Readiness::Active | Readiness::FallbackOnly => return Some(now.wall),
            Readiness::Blocked(blocked) if !blocked.state.passes_with_time() => return None,
            Readiness::Blocked(_) => {}
        }
        let probe = self.probe_ends(now).map(|ends| wall_of(ends, now));
        let quota = match self.quota.supply(now.wall) {
            Supply::Gone { until } => Some(until?),
            Supply::Doubtful { .. } => probe,
            Supply::Plenty | Supply::Unknown => None,
        };
        let door = match self.door.passage(now.mono) {
            Passage::Shut(Trouble::RateLimited, until) => Some(wall_of(until, now)),
            Passage::Doubtful(Trouble::RateLimited) => probe,
            Passage::Free | Passage::Shut(Trouble::Unreachable, _) | Passage::Doubtful(_) => None,
        };
        quota.max(door)
    }

    /// When the next request may find out whether a trouble is over; `None` where there is none that a
    /// request could find out about.
    pub(super) fn probe_at(&self, now: Now) -> Option<Timestamp> {
        let door = match self.door.passage(now.mono) {
            Passage::Shut(_, until) => Some(wall_of(until, now)),
            Passage::Doubtful(_) => Some(now.wall),
            Passage::Free => None,
        };
        let over = door.max(self.quota.probe_at(now.wall))?;
        let another = self.probe_ends(now).map_or(now.wall, |ends| wall_of(ends, now));
        Some(over.max(another))
    }

    /// The state that a person has to know first.
    pub(super) fn state(&self, now: Now) -> (AccountState, Option<Timestamp>) {
        match self.readiness(now) {
            Readiness::Blocked(blocked) => (blocked.state, blocked.until),
            Readiness::Active | Readiness::FallbackOnly => self.serving_state(now),
        }
    }

    fn serving_state(&self, now: Now) -> (AccountState, Option<Timestamp>) {
        if self.credentials == CredentialState::UncertainServing {
            return (AccountState::SignInUncertain, None);
        }
        // An account that is merely tried again is not back.
        if let Supply::Doubtful { until } = self.quota.supply(now.wall) {
            return (AccountState::Exhausted, until);
        }
        match self.door.passage(now.mono) {
            Passage::Shut(Trouble::Unreachable, until) => {
                (AccountState::Unreachable, Some(wall_of(until, now)))
            }
            Passage::Doubtful(Trouble::Unreachable) => (AccountState::Unreachable, None),
            Passage::Free | Passage::Shut(Trouble::RateLimited, _) | Passage::Doubtful(_) => {
                (AccountState::Ready, None)
            }
        }
    }

    /// Where the account stands for routing.
    pub(super) fn readiness(&self, now: Now) -> Readiness {
        let blocked = |state, until| Readiness::Blocked(Blocked { state, until });
        match self.wish {
            Wish::Paused => return blocked(AccountState::Paused, None),
            Wish::Active => {}
        }
        match self.credentials {
            CredentialState::NeedsReauth => return blocked(AccountState::NeedsReauth, None),
            CredentialState::UncertainSpent => return blocked(AccountState::SignInUncertain, None),
            CredentialState::VaultLocked => return blocked(AccountState::VaultLocked, None),
            CredentialState::Usable | CredentialState::UncertainServing => {}
        }
        match self.standing {
            Standing::MissingWorkspace => return blocked(AccountState::MissingWorkspace, None),
            Standing::Forbidden => return blocked(AccountState::Forbidden, None),
            Standing::Billing => return blocked(AccountState::Billing, None),
            Standing::Good => {}
        }
        let probing = self.probe_is_out(now);
        let supply = match self.quota.supply(now.wall) {
            Supply::Gone { until } => return blocked(AccountState::Exhausted, until),
            Supply::Doubtful { until } if probing => return blocked(AccountState::Exhausted, until),
            supply @ (Supply::Plenty | Supply::Unknown | Supply::Doubtful { .. }) => supply,
        };
        match self.door.passage(now.mono) {
            Passage::Shut(Trouble::RateLimited, until) => {
                return blocked(AccountState::RateLimited, Some(wall_of(until, now)));
            }
            Passage::Doubtful(Trouble::RateLimited) if probing => {
                let until = self.probe_ends(now).map(|ends| wall_of(ends, now));
                return blocked(AccountState::RateLimited, until);
            }
            // When the whole network is down there is no better account, and the tool should see the real
            // error: an unreachable account stays a fallback.
            Passage::Shut(Trouble::Unreachable, _) => return Readiness::FallbackOnly,
            Passage::Doubtful(Trouble::Unreachable) if probing => return Readiness::FallbackOnly,
            Passage::Free | Passage::Doubtful(_) => {}
        }
        match supply {
            Supply::Unknown => Readiness::FallbackOnly,
            Supply::Plenty | Supply::Doubtful { .. } | Supply::Gone { .. } => self.active_unless_busy(),
        }
    }

    fn active_unless_busy(&self) -> Readiness {
        if self.in_flight >= MOST_IN_FLIGHT { Readiness::FallbackOnly } else { Readiness::Active }
    }
}

/// The calendar time of a monotonic deadline, for display. Cool-downs are minutes, so the sum stays in range.
fn wall_of(until: Instant, now: Now) -> Timestamp {
    let left = until.saturating_duration_since(now.mono);
    now.wall + SignedDuration::try_from(left).unwrap_or(SignedDuration::ZERO)
}
