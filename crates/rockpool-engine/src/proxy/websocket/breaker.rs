//! The breaker of upstream WebSockets behind its lock.

use std::sync::{Mutex, PoisonError};

use rockpool_routing::{Admission, Breaker, Evidence};

use crate::host::clock::Clock;

/// Says whether a tool's handshake is let through. The lock is held for nanoseconds.
#[derive(Debug)]
pub(crate) struct Gate {
    clock: Clock,
    breaker: Mutex<Breaker>,
}

impl Gate {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, breaker: Mutex::default() }
    }

    pub(crate) fn admit(&self) -> Admission {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner).admit(self.clock.now())
    }

    pub(crate) fn note(&self, evidence: Evidence) {
        let now = self.clock.now();
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner).note(evidence, now);
    }
}
