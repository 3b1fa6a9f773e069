//! The breaker of upstream WebSockets behind its lock.

use std::sync::{Mutex, PoisonError};

use rockpool_routing::{Admission, Breaker, Evidence};

use crate::host::clock::Clock;

/// Says whether a tool's handshake is let through. The lock is held for nanoseconds.
#[derive(Debug)]
pub(crate) struct WebSocketBreaker {
    clock: Clock,
    breaker: Mutex<Breaker>,
}

impl WebSocketBreaker {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, breaker: Mutex::default() }
    }

    /// Whether a handshake may be tried now.
    pub(crate) fn admit(&self) -> Admission {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner).admit(self.clock.now())
    }

    /// Learns how a connection did.
    pub(crate) fn note(&self, evidence: Evidence) {
        let now = self.clock.now();
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner).note(evidence, now);
    }
}
