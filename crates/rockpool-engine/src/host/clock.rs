//! The only place that reads what moment it is. Waits are measured with tokio's `Instant`, which tests can pause.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rockpool_routing::Now;

/// A source of the present moment, shared by all of one engine.
#[derive(Clone, Debug)]
pub struct Clock(ClockSource);

#[derive(Clone, Debug)]
enum ClockSource {
    System,
    Manual(Arc<Mutex<Now>>),
}

impl Clock {
    /// The machine's clocks.
    pub fn system() -> Self {
        Self(ClockSource::System)
    }

    /// A clock that stands still at `wall` until [`Clock::advance`] is called.
    #[expect(clippy::disallowed_methods, reason = "this is the place that reads the time")]
    pub fn manual(wall: Timestamp) -> Self {
        let now = Now { mono: Instant::now(), wall };
        Self(ClockSource::Manual(Arc::new(Mutex::new(now))))
    }

    /// Both clocks at this moment.
    #[expect(clippy::disallowed_methods, reason = "this is the place that reads the time")]
    pub fn now(&self) -> Now {
        match &self.0 {
            ClockSource::System => Now { mono: Instant::now(), wall: Timestamp::now() },
            ClockSource::Manual(now) => *now.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Calendar time at this moment, in UTC.
    pub fn wall(&self) -> Timestamp {
        self.now().wall
    }

    /// The zone in which this machine's people read the time; UTC for a manual clock.
    pub fn zone(&self) -> TimeZone {
        match &self.0 {
            ClockSource::System => TimeZone::system(),
            ClockSource::Manual(_) => TimeZone::UTC,
        }
    }

    /// Moves a manual clock; the machine's clocks cannot be moved and are left alone.
    pub fn advance(&self, by: Duration) {
        if let ClockSource::Manual(now) = &self.0 {
            let mut now = now.lock().unwrap_or_else(PoisonError::into_inner);
            now.mono += by;
            now.wall += SignedDuration::try_from(by).unwrap_or(SignedDuration::ZERO);
        }
    }
}
