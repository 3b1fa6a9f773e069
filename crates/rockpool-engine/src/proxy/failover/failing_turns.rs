//! Turns that failed alike on several accounts: tools repeat such a turn up to six times, and each repetition over all
//! accounts would multiply what cannot succeed.
//!
//! A failure inside an answer that began well says mostly something of the turn or of the provider, and seldom of the
//! account. What failed so on two accounts goes to one account only when it comes again within a minute.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rockpool_routing::TenantId;

use crate::host::clock::Clock;

/// How long a turn is known to fail; each failure begins it anew.
const KNOWN: Duration = Duration::from_secs(60);
/// As many turns are known.
const MOST: usize = 1024;

/// A turn by its bytes, under a key of this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TurnDigest(u64);

/// The turns that are known to fail.
#[derive(Debug)]
pub(crate) struct FailingTurns {
    clock: Clock,
    key: RandomState,
    until: Mutex<HashMap<TurnDigest, Instant>>,
}

impl FailingTurns {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, key: RandomState::new(), until: Mutex::default() }
    }

    /// The digest of a tenant's turn.
    pub(crate) fn digest(&self, tenant: TenantId, turn: &[u8]) -> TurnDigest {
        TurnDigest(self.key.hash_one((tenant, turn)))
    }

    /// Whether this turn is known to fail. Where none is, nothing is computed.
    pub(crate) fn contains(&self, tenant: TenantId, turn: &[u8]) -> bool {
        let now = self.clock.now().mono;
        let mut until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        until.retain(|_, until| now < *until);
        !until.is_empty() && until.contains_key(&self.digest(tenant, turn))
    }

    pub(crate) fn add(&self, turn: TurnDigest) {
        let now = self.clock.now().mono;
        let mut until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        if until.len() < MOST || until.contains_key(&turn) {
            until.insert(turn, now + KNOWN);
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_turn_is_known_to_fail_for_a_minute() {
        let clock = Clock::manual(jiff::Timestamp::UNIX_EPOCH);
        let turns = FailingTurns::new(clock.clone());
        let (tenant, other) = (TenantId(Uuid::from_u128(1)), TenantId(Uuid::from_u128(2)));
        assert!(!turns.contains(tenant, b"turn"));
        turns.add(turns.digest(tenant, b"turn"));
        assert!(turns.contains(tenant, b"turn") && !turns.contains(tenant, b"another"));
        assert!(!turns.contains(other, b"turn"), "what fails for one tenant says nothing to another");
        clock.advance(KNOWN);
        assert!(!turns.contains(tenant, b"turn"));
    }
}
