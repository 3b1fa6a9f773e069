//! The only place that reads the time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use rockpool_routing::Now;

/// A source of the present moment, shared by all of one engine.
#[derive(Clone, Debug)]
pub struct Clock(Kind);

#[derive(Clone, Debug)]
enum Kind {
    System,
    Manual(Arc<Mutex<Now>>),
}

impl Clock {
    /// The machine's clocks.
    pub fn system() -> Self {
        Self(Kind::System)
    }

    /// A clock that stands still at `wall` until [`Clock::advance`] is called.
    pub fn manual(wall: Timestamp) -> Self {
        let now = Now { mono: Instant::now(), wall };
        Self(Kind::Manual(Arc::new(Mutex::new(now))))
    }

    /// The present moment.
    #[expect(clippy::disallowed_methods, reason = "this is the place that reads the time")]
    pub fn now(&self) -> Now {
        match &self.0 {
            Kind::System => Now { mono: Instant::now(), wall: Timestamp::now() },
            Kind::Manual(now) => *now.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Calendar time.
    pub fn wall(&self) -> Timestamp {
        self.now().wall
    }

    /// Moves a manual clock; the machine's clocks cannot be moved and are left alone.
    pub fn advance(&self, by: Duration) {
        if let Kind::Manual(now) = &self.0 {
            let mut now = now.lock().unwrap_or_else(PoisonError::into_inner);
            now.mono += by;
            now.wall += SignedDuration::try_from(by).unwrap_or(SignedDuration::ZERO);
        }
    }
}
