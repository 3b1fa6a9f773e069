//! What the router knows of one account.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use crate::account::{CredentialState, Wish};
use crate::health::Health;
use crate::quota::{Quota, Supply};
use crate::{AccountState, Blocked, Class, Now, Readiness, Standing};

/// Longest that a `Retry-After` keeps an account out: limits are often lifted early.
pub(super) const LONGEST_COOL_DOWN: Duration = Duration::from_secs(15 * 60);
/// A rate limit that names no time.
const SHORT_COOL_DOWN: Duration = Duration::from_secs(10);
/// How long an account that failed three times in a row is only a fallback.
const UNREACHABLE_COOL_DOWN: Duration = Duration::from_secs(30);
/// Attempts under way from which on an account only helps out: more at once is no person's own work, and
/// the others of its pool are idle.
pub(super) const MOST_IN_FLIGHT: u32 = 32;
/// Failures in a row that mark an account unreachable.
const FAILURES_IN_A_ROW: u32 = 3;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum CoolDown {
    #[default]
    None,
    RateLimited {
        until: Instant,
    },
    Unreachable {
        until: Instant,
    },
}

/// What the last bad answer said of an account, and when it came.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Since(Option<Instant>);

impl Since {
    /// Whether an attempt that began at `began` knows better.
    fn is_before(self, began: Instant) -> bool {
        self.0.is_none_or(|at| at <= began)
    }
}

#[derive(Debug, Default)]
pub(super) struct Entry {
    pub(super) wish: Wish,
    pub(super) credentials: CredentialState,
    pub(super) standing: Standing,
    pub(super) quota: Quota,
    pub(super) health: Health,
    pub(super) in_flight: u32,
    cool_down: CoolDown,
    worsened: Since,
    failures: u32,
}

impl Entry {
    /// Learns from an attempt that began at `began`. A success says nothing about what was found out
    /// while it was still running.
    pub(super) fn learn(&mut self, class: Class, began: Now, now: Now) {
        if let Some(outcome) = class.outcome() {
            self.health.record(outcome);
        }
        self.failures = match class {
            Class::Failure { .. } => self.failures + 1,
            Class::Success => 0,
            Class::Rejected
            | Class::Unauthorized
            | Class::UsageLimit { .. }
            | Class::RateLimited { .. }
            | Class::MissingWorkspace
            | Class::Forbidden
            | Class::Billing
            | Class::Unsuitable
            | Class::ForeignCiphertext
            | Class::Abandoned => self.failures,
        };
        match class {
            Class::Success => {
                self.quota.served(began.wall);
                if self.worsened.is_before(began.mono) {
                    self.standing = Standing::Good;
                    self.cool_down = CoolDown::None;
                }
            }
            Class::UsageLimit { resets_at } => {
                self.quota.refuse(now.wall, resets_at);
            }
            Class::RateLimited { retry_after } => {
                let wait = retry_after.unwrap_or(SHORT_COOL_DOWN).min(LONGEST_COOL_DOWN);
                self.cool_down = CoolDown::RateLimited { until: now.mono + wait };
                self.worsened = Since(Some(now.mono));
            }
            Class::Failure { .. } => {
                if self.failures >= FAILURES_IN_A_ROW {
                    self.fail_over_for_a_while(now);
                }
            }
            Class::MissingWorkspace => {
                self.standing = Standing::MissingWorkspace;
                self.worsened = Since(Some(now.mono));
            }
            Class::Forbidden => {
                self.standing = Standing::Forbidden;
                self.worsened = Since(Some(now.mono));
            }
            Class::Billing => {
                self.standing = Standing::Billing;
                self.worsened = Since(Some(now.mono));
            }
            Class::Unauthorized
            | Class::Rejected
            | Class::Unsuitable
            | Class::ForeignCiphertext
            | Class::Abandoned => {}
        }
    }

    /// A vague failure never shortens a wait that the provider named.
    fn fail_over_for_a_while(&mut self, now: Now) {
        let until = now.mono + UNREACHABLE_COOL_DOWN;
        match self.cool_down {
            CoolDown::RateLimited { until: named } if named > now.mono => {}
            CoolDown::None | CoolDown::RateLimited { .. } | CoolDown::Unreachable { .. } => {
                self.cool_down = CoolDown::Unreachable { until };
                self.worsened = Since(Some(now.mono));
            }
        }
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
        match self.cool_down {
            CoolDown::Unreachable { until } if until > now.mono => {
                (AccountState::Unreachable, Some(wall_of(until, now)))
            }
            CoolDown::None | CoolDown::RateLimited { .. } | CoolDown::Unreachable { .. } => {
                (AccountState::Ready, None)
            }
        }
    }

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
        let supply = self.quota.supply(now.wall);
        if let Supply::Gone { until } = supply {
            return blocked(AccountState::Exhausted, until);
        }
        match self.cool_down {
            CoolDown::RateLimited { until } if until > now.mono => {
                return blocked(AccountState::RateLimited, Some(wall_of(until, now)));
            }
            CoolDown::Unreachable { until } if until > now.mono => return Readiness::FallbackOnly,
            CoolDown::None | CoolDown::RateLimited { .. } | CoolDown::Unreachable { .. } => {}
        }
        match supply {
            Supply::Plenty if self.in_flight >= MOST_IN_FLIGHT => Readiness::FallbackOnly,
            Supply::Plenty => Readiness::Active,
            Supply::Unknown | Supply::Gone { .. } => Readiness::FallbackOnly,
        }
    }
}

/// The calendar time of a monotonic deadline, for display. Cool-downs are minutes, so the sum stays in range.
fn wall_of(until: Instant, now: Now) -> Timestamp {
    let left = until.saturating_duration_since(now.mono);
    now.wall + SignedDuration::try_from(left).unwrap_or(SignedDuration::ZERO)
}
