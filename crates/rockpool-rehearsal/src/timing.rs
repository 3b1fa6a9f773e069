//! When the scenes of a rehearsal come.

use std::time::Duration;

/// How fast a rehearsal goes. Moments are counted from the tool's first request.
#[derive(Clone, Copy, Debug)]
pub struct RehearsalTiming {
    /// How long a person takes at the sign-in page, so that the waiting is seen.
    pub reading: Duration,
    /// Pause between two requests of the tool while the scenes play.
    pub brisk: Duration,
    /// The same afterwards.
    pub calm: Duration,
    /// How long a scene is shown at least, before the next one is.
    pub hold: Duration,
    /// When one account is exhausted at the latest.
    pub exhausted: Duration,
    /// When one login is ended.
    pub loss: Duration,
    /// When the quota of the exhausted account comes back, in whole seconds from the start of the rehearsal.
    pub reset: Duration,
}

impl RehearsalTiming {
    /// For people: all scenes within a minute.
    pub const SHOW: Self = Self {
        reading: Duration::from_millis(1200),
        brisk: Duration::from_millis(700),
        calm: Duration::from_secs(8),
        hold: Duration::from_secs(5),
        exhausted: Duration::from_secs(15),
        loss: Duration::from_secs(26),
        reset: Duration::from_secs(47),
    };
}
