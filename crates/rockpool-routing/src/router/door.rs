//! The cool-down of one account: shut for a while, then open to one request that finds out.

use std::time::{Duration, Instant};

use crate::Now;

/// Longest cool-down: limits are often lifted early.
pub(super) const LONGEST: Duration = Duration::from_secs(15 * 60);
/// A provider that asks to come back at once gets a moment all the same.
const SHORTEST: Duration = Duration::from_secs(1);
/// First cool-down after a rate limit that names no time.
const RATE_LIMITED: Duration = Duration::from_secs(10);
/// First cool-down of an account that failed three times in a row.
const UNREACHABLE: Duration = Duration::from_secs(30);

/// Why the door is shut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The provider asked to slow down.
    RateLimited,
    /// The way to it, or the provider, failed again and again.
    Unreachable,
}

impl Trouble {
    /// The first cool-down; each probe that fails doubles it.
    fn first(self) -> Duration {
        match self {
            Self::RateLimited => RATE_LIMITED,
            Self::Unreachable => UNREACHABLE,
        }
    }
}

/// Shut doors open for one request at their time, and for all once that was answered.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Door {
    #[default]
    Open,
    Shut {
        trouble: Trouble,
        until: Instant,
        /// Probes in a row that failed.
        strikes: u32,
    },
}

/// Who may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Passage {
    /// Everyone.
    Free,
    /// No one until then.
    Shut(Trouble, Instant),
    /// One, to find out.
    Doubtful(Trouble),
}

impl Door {
    pub(super) fn passage(self, at: Instant) -> Passage {
        match self {
            Self::Open => Passage::Free,
            Self::Shut { trouble, until, .. } if until > at => Passage::Shut(trouble, until),
            Self::Shut { trouble, .. } => Passage::Doubtful(trouble),
        }
    }

    /// The door after an attempt that began at `began` met `trouble`. A named wait is honoured; a vague
    /// failure never shortens one, and an attempt from before the door was shut does not count twice.
    pub(super) fn shut(self, trouble: Trouble, wait: Option<Duration>, began: Now, now: Now) -> Self {
        let strikes = match self {
            Self::Shut { strikes, trouble: before, .. } if before == trouble => {
                match self.passage(began.mono) {
                    Passage::Doubtful(_) => strikes.saturating_add(1),
                    Passage::Free | Passage::Shut(..) => strikes,
                }
            }
            Self::Open | Self::Shut { .. } => 0,
        };
        let backoff = trouble.first().saturating_mul(1 << strikes.min(10));
        let wait = match (trouble, wait) {
            (_, None) => backoff,
            (Trouble::RateLimited, Some(named)) => named.max(SHORTEST),
            (Trouble::Unreachable, Some(named)) => named.max(backoff),
        };
        let wait = wait.min(LONGEST);
        let until = now.mono + wait;
        match self {
            Self::Shut { trouble: Trouble::RateLimited, until: named, .. }
                if named > now.mono && trouble == Trouble::Unreachable =>
            {
                self
            }
            Self::Shut { trouble: same, until: known, .. } if same == trouble => {
                Self::Shut { trouble, until: known.max(until), strikes }
            }
            Self::Open | Self::Shut { .. } => Self::Shut { trouble, until, strikes },
        }
    }
}
