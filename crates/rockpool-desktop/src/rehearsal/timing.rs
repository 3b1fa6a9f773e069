//! When the scenes of a rehearsal come.

use std::time::Duration;

/// How fast a rehearsal goes.
#[derive(Clone, Copy, Debug)]
pub struct RehearsalTiming {
    /// How long a person takes at the sign-in page, so that the waiting is seen.
    pub reading: Duration,
    /// Pause between two requests of the tool while the scenes play.
    pub brisk: Duration,
    /// The same afterwards.
    pub calm: Duration,
    /// When, after the tool's first request, one account is exhausted at the latest.
    pub exhausted: Duration,
    /// When one login is ended.
    pub loss: Duration,
}

impl RehearsalTiming {
    /// For people: all scenes within a minute.
    pub const SHOW: Self = Self {
        reading: Duration::from_millis(1200),
        brisk: Duration::from_millis(700),
        calm: Duration::from_secs(4),
        exhausted: Duration::from_secs(18),
        loss: Duration::from_secs(32),
    };
}
