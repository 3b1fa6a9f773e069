//! Who looks after the accounts: usage is asked for when it is due, and a dead login is repaired by hand.

use std::time::Duration;

use rockpool_routing::account::CredentialState;
use rockpool_routing::polling::{self, PollFacts};
use rockpool_routing::{AccountState, Now, Router, Source, Standing};

use crate::calendar::wall;
use crate::provider::{Account, SEATS};
use crate::simulation::account;

const BASE: Duration = Duration::from_secs(300);

/// What is remembered of one account between two looks.
#[derive(Clone, Copy, Debug, Default)]
struct Notes {
    used_at: Option<u64>,
    asked_at: Option<u64>,
    failures: u32,
    questions: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Upkeep {
    notes: [Notes; SEATS.len()],
}

impl Upkeep {
    /// Seconds between two looks.
    pub(crate) const EVERY: u64 = 30;

    /// Notes that an account was given a request.
    pub(crate) fn used(&mut self, seat: usize, now: u64) {
        self.notes[seat].used_at = Some(now);
    }

    pub(crate) fn look(&mut self, router: &mut Router, accounts: &mut [Account], second: u64, now: Now) {
        for (seat, (truth, notes)) in accounts.iter_mut().zip(&mut self.notes).enumerate() {
            let id = account(seat);
            let dead = router.state(id, now).0 == AccountState::NeedsReauth;
            if dead && !truth.is_signed_out(second) {
                router.set_credentials(id, CredentialState::Usable);
                notes.asked_at = None;
            }
            let due = polling::next(&notes.facts(router, seat, now), BASE, now);
            if due.is_some_and(|due| due <= now.wall) {
                notes.ask(router, truth, seat, second, now);
            }
        }
    }
}

impl Notes {
    fn facts(&self, router: &Router, seat: usize, now: Now) -> PollFacts {
        let quota = router.quota(account(seat));
        let reading = quota.and_then(|quota| quota.reading());
        let running = reading.iter().flat_map(|reading| &reading.windows);
        let resets = running.filter(|window| window.used_percent > 0.0).filter_map(|window| window.resets_at);
        PollFacts {
            state: router.state(account(seat), now).0,
            used_at: self.used_at.map(wall),
            seen_at: reading.map(|reading| reading.seen_at).filter(|_| self.asked_at.is_some()),
            resets_at: resets.filter(|at| reading.is_none_or(|reading| *at > reading.seen_at)).min(),
            contradicted_since: quota.and_then(|quota| quota.unconfirmed()).map(|other| other.seen_at),
            asked_at: self.asked_at.map(wall),
            failures: self.failures,
            salt: seat as u64 + self.questions,
        }
    }

    fn ask(&mut self, router: &mut Router, truth: &mut Account, seat: usize, second: u64, now: Now) {
        self.questions += 1;
        self.asked_at = Some(second);
        if truth.is_signed_out(second) {
            router.set_credentials(account(seat), CredentialState::NeedsReauth);
        } else if truth.is_down(second) {
            self.failures += 1;
        } else {
            self.failures = 0;
            router.set_standing(account(seat), Standing::Good, now);
            router.observe(account(seat), truth.tell(Source::Usage, second));
        }
    }
}
