//! The cool-down of one account: a circuit breaker with one probe, as in a load balancer's outlier detection.
//!
//! # When it begins
//!
//! A rate limit begins one at once: the provider has said so. A failure begins one only as the third in a
//! row (`account_state.rs` counts), since a connection may break for reasons that have nothing to do with the
//! account.
//!
//! # How long it lasts
//!
//! A rate limit that names a wait is taken at its word. Where nothing is named the wait begins at 10 s for a
//! rate limit and at 30 s for an unreachable account, and doubles with each probe that fails. A wait that comes
//! with a failure (`retry-after` beside a 503) lengthens that and never shortens it: a provider that fails again
//! and again is not relied on to know when it will be well. Nothing lasts longer than 15 minutes.
//!
//! # Probe
//!
//! When the time is over the account is not back: one attempt finds out, the *probe*, while others are kept
//! off or go behind the other accounts. Only a failed attempt that began when a probe was due counts as a
//! failed probe. Attempts that were under way when the cool-down began fail for the same cause, and many of
//! them together must not double the wait many times.
//!
//! # Two reasons at once
//!
//! A rate limit that is still running outlasts a failure: the provider named the end, and a broken connection
//! says nothing about it. The other way round the rate limit takes over, even where it ends sooner: the
//! account has answered, so it is within reach.
//!
//! # Recovery and first start
//!
//! An answer to an attempt that began after the cause was met ends the cool-down and forgets the failed probes. An
//! account begins ready, after a restart too: cool-downs are not kept on disk, because a wrong guess costs one
//! request, and a stale one would keep a healthy account out.

use std::time::{Duration, Instant};

use crate::Now;
use crate::probe::LONGEST_WITHOUT_PROBE;

/// A provider that asks to come back at once gets a moment all the same.
const SHORTEST: Duration = Duration::from_secs(1);
/// First cool-down after a rate limit that names no time.
const RATE_LIMITED: Duration = Duration::from_secs(10);
/// First cool-down of an account that failed three times in a row.
const UNREACHABLE: Duration = Duration::from_secs(30);
/// 10 s doubled so often is far beyond the longest cool-down; more would overflow the shift.
const MOST_DOUBLINGS: u32 = 10;

/// Why an account cools down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CoolDownReason {
    /// The provider asked to slow down.
    RateLimited,
    /// The way to it, or the provider, failed again and again.
    Unreachable,
}

impl CoolDownReason {
    fn first_wait(self) -> Duration {
        match self {
            Self::RateLimited => RATE_LIMITED,
            Self::Unreachable => UNREACHABLE,
        }
    }
}

/// The breaker's memory. Whether a probe is due follows from the time: see [`CoolDown::phase`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum CoolDown {
    #[default]
    Ready,
    CoolingDown {
        reason: CoolDownReason,
        /// When a probe is due; stays in the past until an attempt has shown something.
        until: Instant,
        /// Probes for this reason in a row that failed; each has doubled the wait.
        failed_probes: u32,
    },
}

/// What a cool-down means for attempts at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Attempts are taken as usual.
    Ready,
    /// No probe is due before this moment.
    Waiting(CoolDownReason, Instant),
    /// The wait is over, and nothing has shown yet whether the cause is.
    ProbeDue(CoolDownReason),
}

impl CoolDown {
    pub(super) fn phase(self, at: Instant) -> Phase {
        match self {
            Self::Ready => Phase::Ready,
            Self::CoolingDown { reason, until, .. } if until > at => Phase::Waiting(reason, until),
            Self::CoolingDown { reason, .. } => Phase::ProbeDue(reason),
        }
    }

    /// The cool-down after an attempt that began at `began` failed for `reason`. `asked` is the wait that the
    /// provider named.
    pub(super) fn after_failure(
        self,
        reason: CoolDownReason,
        asked: Option<Duration>,
        began: Now,
        now: Now,
    ) -> Self {
        let failed_probes = self.failed_probes(reason, began);
        let until = now.mono + wait(reason, asked, failed_probes);
        match self {
            // The provider named this end, and the failure says nothing about it.
            Self::CoolingDown { reason: CoolDownReason::RateLimited, until: named, .. }
                if named > now.mono && reason == CoolDownReason::Unreachable =>
            {
                self
            }
            // Answers arrive in any order: a shorter wait that was asked for earlier must not cut this one.
            Self::CoolingDown { reason: same, until: known, .. } if same == reason => {
                Self::CoolingDown { reason, until: known.max(until), failed_probes }
            }
            Self::Ready | Self::CoolingDown { .. } => Self::CoolingDown { reason, until, failed_probes },
        }
    }

    /// Failed probes for `reason`, with the attempt that began at `began` if it was one.
    fn failed_probes(self, reason: CoolDownReason, began: Now) -> u32 {
        match self {
            Self::CoolingDown { failed_probes, reason: before, .. } if before == reason => {
                match self.phase(began.mono) {
                    Phase::ProbeDue(_) => failed_probes.saturating_add(1),
                    Phase::Ready | Phase::Waiting(..) => failed_probes,
                }
            }
            // A probe after a rate limit that meets a broken connection has not failed for that reason.
            Self::Ready | Self::CoolingDown { .. } => 0,
        }
    }
}

fn wait(reason: CoolDownReason, asked: Option<Duration>, failed_probes: u32) -> Duration {
    let backoff = reason.first_wait().saturating_mul(1 << failed_probes.min(MOST_DOUBLINGS));
    let wait = match (reason, asked) {
        (_, None) => backoff,
        (CoolDownReason::RateLimited, Some(asked)) => asked.max(SHORTEST),
        (CoolDownReason::Unreachable, Some(asked)) => asked.max(backoff),
    };
    wait.min(LONGEST_WITHOUT_PROBE)
}
