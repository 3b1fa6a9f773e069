//! What the router knows of one account.
//!
//! # Evidence
//!
//! Many attempts are under way at once, and they end in any order. What counts is when an attempt *began*: one
//! that began before the provider said something bad of the account was let in by the old state of things, so
//! its success does not take that back. What it met on its own account it proves whenever it ends.
//!
//! Two kinds of answer are told apart. An attempt that was *served* shows that all is well: it ends every
//! cool-down, refusal and bad standing from before it began. One that was answered with an error of another
//! kind shows only that the provider is within reach, and ends no more than an unreachable mark.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use super::cooldown::{CoolDown, CoolDownReason, Phase};
use super::models::Models;
use crate::account::{Activation, CredentialState};
use crate::health::Health;
use crate::quota::{Quota, Reading, Source, Supply};
use crate::{AccountState, Blocked, Class, Now, Readiness, Standing};

/// Attempts under way from which on an account only helps out: more at once is no person's own work, and
/// the others of its pool are idle.
pub(super) const MOST_IN_FLIGHT: u32 = 32;
/// Failures in a row that mark an account unreachable.
const FAILURES_IN_A_ROW: u32 = 3;
/// How long a probe may go without a sign of life before another request may take its place. Short enough
/// that a tool which is asked to wait for it is worth asking (the Codex CLI 0.169.0 waits up to 20 s). The
/// WebSocket breaker waits as long for its probe, for another reason: it goes by the length of a handshake.
const PROBE_PATIENCE: Duration = Duration::from_secs(15);

/// When something bad was last heard of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Worsened(Option<Instant>);

impl Worsened {
    /// Whether an attempt that began at `began` is newer evidence.
    fn is_before(self, began: Instant) -> bool {
        self.0.is_none_or(|at| at <= began)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AttemptKind {
    Ordinary,
    /// The one that finds out whether a cool-down or a refusal is over, for all the others.
    Probe,
}

#[derive(Debug, Default)]
pub(super) struct RoutingState {
    pub(super) activation: Activation,
    pub(super) credentials: CredentialState,
    pub(super) standing: Standing,
    pub(super) quota: Quota,
    pub(super) models: Models,
    pub(super) health: Health,
    /// Attempts that have begun and not ended.
    pub(super) in_flight: u32,
    cool_down: CoolDown,
    /// When the probe under way began. It is one for 15 seconds: see [`PROBE_PATIENCE`].
    probe: Option<Instant>,
    /// The last rate limit, unreachable mark or bad standing. A refusal for quota keeps its own time.
    worsened: Worsened,
    /// Failures since the provider last answered with anything.
    failures: u32,
}

impl RoutingState {
    /// Lets an attempt begin; `None` where a probe is under way and the account takes no other.
    pub(super) fn begin(&mut self, now: Now) -> Option<AttemptKind> {
        let kind = match (self.is_probe_due(now), self.is_probing(now)) {
            (false, _) => AttemptKind::Ordinary,
            (true, false) => AttemptKind::Probe,
            // An unreachable account stays a fallback while its probe is out: it takes requests, as no probes.
            (true, true) => match self.readiness(now) {
                Readiness::Blocked(_) => return None,
                Readiness::Active | Readiness::FallbackOnly => AttemptKind::Ordinary,
            },
        };
        if kind == AttemptKind::Probe {
            self.probe = Some(now.mono);
        }
        self.in_flight = self.in_flight.saturating_add(1);
        Some(kind)
    }

    pub(super) fn release(&mut self, began: Now, kind: AttemptKind) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.probe_ended(began, kind);
    }

    /// Makes room for the next probe, if it was the present one that ended.
    pub(super) fn probe_ended(&mut self, began: Now, kind: AttemptKind) {
        // A probe that lost its place after 15 seconds must not end the one that took it.
        if kind == AttemptKind::Probe && self.probe == Some(began.mono) {
            self.probe = None;
        }
    }

    /// Takes a quota reading, with the limits of single models that it lists.
    pub(super) fn observe(&mut self, reading: Reading) {
        if let (Source::Usage, Some(extras)) = (reading.source, &reading.extras) {
            self.models.observe_listed(&extras.limits, reading.seen_at);
        }
        self.quota.observe(reading);
    }

    /// Notes that an attempt for `model` which began at `began` is being served.
    pub(super) fn answered(&mut self, model: Option<&str>, began: Now) {
        self.failures = 0;
        self.models.served(model, began.wall);
        self.quota.served(began.wall);
        if self.worsened.is_before(began.mono) {
            self.standing = Standing::Good;
            self.cool_down = CoolDown::Ready;
        }
    }

    /// Notes how an attempt for `model` that began at `began` ended.
    pub(super) fn attempt_ended(&mut self, model: Option<&str>, class: Class, began: Now, now: Now) {
        if let Some(outcome) = class.outcome() {
            self.health.record(outcome);
        }
        match class {
            Class::Success => self.answered(model, began),
            Class::UsageLimit { resets_at } => {
                self.provider_answered(began);
                // `worsened` stays as it is: a refusal has its own time, and what lifts it need not be a request
                // (`quota.rs`).
                self.quota.refuse(now.wall, resets_at);
            }
            Class::ModelLimit { family, resets_at } => {
                self.provider_answered(began);
                self.models.refuse(model, family, now.wall, resets_at);
            }
            Class::RateLimited { retry_after } => {
                self.provider_answered(began);
                self.cool_down =
                    self.cool_down.after_failure(CoolDownReason::RateLimited, retry_after, began, now);
                self.worsened = Worsened(Some(now.mono));
            }
            Class::Failure { retry_after } => self.failed(retry_after, began, now),
            Class::MissingWorkspace => self.refused(Standing::MissingWorkspace, began, now),
            Class::Forbidden => self.refused(Standing::Forbidden, began, now),
            Class::Billing => self.refused(Standing::Billing, began, now),
            Class::Unsuitable => {
                self.provider_answered(began);
                self.models.lacks(model, now.wall);
            }
            Class::Rejected | Class::ForeignCiphertext => self.provider_answered(began),
            // Nobody was asked, or nobody stayed for the answer.
            Class::Unauthorized | Class::Abandoned => {}
        }
    }

    fn refused(&mut self, standing: Standing, began: Now, now: Now) {
        self.provider_answered(began);
        self.set_standing(standing, now);
    }

    /// The provider answered, if not with what was asked for: the account is not out of reach.
    fn provider_answered(&mut self, began: Now) {
        self.failures = 0;
        match self.cool_down.phase(began.mono) {
            Phase::Waiting(CoolDownReason::Unreachable, _) | Phase::ProbeDue(CoolDownReason::Unreachable)
                if self.worsened.is_before(began.mono) =>
            {
                self.cool_down = CoolDown::Ready;
            }
            Phase::Ready | Phase::Waiting(..) | Phase::ProbeDue(_) => {}
        }
    }

    /// Notes how the account stands with the provider. A good word from a question for its usage ends no
    /// cool-down: it goes to another endpoint, and says nothing about how many requests are taken.
    pub(super) fn set_standing(&mut self, standing: Standing, now: Now) {
        self.standing = standing;
        if standing != Standing::Good {
            self.worsened = Worsened(Some(now.mono));
        }
    }

    fn failed(&mut self, retry_after: Option<Duration>, began: Now, now: Now) {
        self.failures = self.failures.saturating_add(1);
        // One failure is enough from a probe: the account had failed three times before.
        let failed_probe = self.cool_down.phase(began.mono) == Phase::ProbeDue(CoolDownReason::Unreachable);
        if self.failures >= FAILURES_IN_A_ROW || failed_probe {
            self.cool_down =
                self.cool_down.after_failure(CoolDownReason::Unreachable, retry_after, began, now);
            self.worsened = Worsened(Some(now.mono));
        }
    }

    /// Whether it was refused for its quota and the next request finds out whether it still is.
    pub(super) fn is_quota_probe_due(&self, now: Now) -> bool {
        match self.quota.supply(now.wall) {
            Supply::ProbeDue { .. } => true,
            Supply::Plenty | Supply::Unknown | Supply::Exhausted { .. } => false,
        }
    }

    fn is_probe_due(&self, now: Now) -> bool {
        let cool_down = match self.cool_down.phase(now.mono) {
            Phase::ProbeDue(_) => true,
            Phase::Ready | Phase::Waiting(..) => false,
        };
        cool_down || self.is_quota_probe_due(now)
    }

    fn is_probing(&self, now: Now) -> bool {
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
            // Quota that comes back nobody knows when is no chance, whatever the cool-down says.
            Supply::Exhausted { until } => Some(until?),
            Supply::ProbeDue { .. } => probe,
            Supply::Plenty | Supply::Unknown => None,
        };
        let cool_down = match self.cool_down.phase(now.mono) {
            Phase::Waiting(CoolDownReason::RateLimited, until) => Some(wall_of(until, now)),
            Phase::ProbeDue(CoolDownReason::RateLimited) => probe,
            // Unreachable keeps nobody out.
            Phase::Ready | Phase::Waiting(CoolDownReason::Unreachable, _) | Phase::ProbeDue(_) => None,
        };
        // All of them have to be over, so the last counts.
        quota.max(cool_down)
    }

    /// When the next probe may begin; `None` where there is nothing that a request could find out about.
    pub(super) fn probe_at(&self, now: Now) -> Option<Timestamp> {
        let cool_down = match self.cool_down.phase(now.mono) {
            Phase::Waiting(_, until) => Some(wall_of(until, now)),
            Phase::ProbeDue(_) => Some(now.wall),
            Phase::Ready => None,
        };
        let over = cool_down.max(self.quota.probe_at(now.wall))?;
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
        if let Supply::ProbeDue { until } = self.quota.supply(now.wall) {
            return (AccountState::Exhausted, until);
        }
        match self.cool_down.phase(now.mono) {
            Phase::Waiting(CoolDownReason::Unreachable, until) => {
                (AccountState::Unreachable, Some(wall_of(until, now)))
            }
            Phase::ProbeDue(CoolDownReason::Unreachable) => (AccountState::Unreachable, None),
            Phase::Ready | Phase::Waiting(CoolDownReason::RateLimited, _) | Phase::ProbeDue(_) => {
                (AccountState::Ready, None)
            }
        }
    }

    /// Where the account stands for routing.
    ///
    /// Several things may be against an account at once; the first in this order is named, because it is the
    /// one that a person has to deal with before any other matters. What a person must do comes before what
    /// time cures: an account that is exhausted *and* signed out does not come back with its reset. Of what
    /// time cures, quota comes before a rate limit: it lasts for hours, not seconds.
    pub(super) fn readiness(&self, now: Now) -> Readiness {
        let blocked = |state, until| Readiness::Blocked(Blocked { state, until });
        match self.activation {
            Activation::Paused => return blocked(AccountState::Paused, None),
            Activation::Active => {}
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
        // One probe for both causes: the same request shows whether the quota is back and the rate limit over.
        let probing = self.is_probing(now);
        let supply = match self.quota.supply(now.wall) {
            Supply::Exhausted { until } => return blocked(AccountState::Exhausted, until),
            Supply::ProbeDue { until } if probing => return blocked(AccountState::Exhausted, until),
            supply @ (Supply::Plenty | Supply::Unknown | Supply::ProbeDue { .. }) => supply,
        };
        match self.cool_down.phase(now.mono) {
            Phase::Waiting(CoolDownReason::RateLimited, until) => {
                return blocked(AccountState::RateLimited, Some(wall_of(until, now)));
            }
            Phase::ProbeDue(CoolDownReason::RateLimited) if probing => {
                let until = self.probe_ends(now).map(|ends| wall_of(ends, now));
                return blocked(AccountState::RateLimited, until);
            }
            // Not blocked: when the whole network is down no account is better, and the tool should see the
            // real error rather than ours.
            Phase::Waiting(CoolDownReason::Unreachable, _) => return Readiness::FallbackOnly,
            Phase::ProbeDue(CoolDownReason::Unreachable) if probing => return Readiness::FallbackOnly,
            Phase::Ready | Phase::ProbeDue(_) => {}
        }
        match supply {
            // Nobody knows that it is exhausted either, so it helps out, and its first answer tells.
            Supply::Unknown => Readiness::FallbackOnly,
            Supply::Plenty | Supply::ProbeDue { .. } | Supply::Exhausted { .. } => self.active_unless_busy(),
        }
    }

    fn active_unless_busy(&self) -> Readiness {
        if self.in_flight >= MOST_IN_FLIGHT { Readiness::FallbackOnly } else { Readiness::Active }
    }
}

/// The calendar time of a monotonic deadline. Cool-downs are minutes, so the derived stays in range.
fn wall_of(until: Instant, now: Now) -> Timestamp {
    let left = until.saturating_duration_since(now.mono);
    now.wall + SignedDuration::try_from(left).unwrap_or(SignedDuration::ZERO)
}
