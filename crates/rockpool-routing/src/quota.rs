//! What the provider said is left of an account, and when it comes back.
//!
//! # Policy
//!
//! Windows are told apart by their length, never by the slot they arrive in: the provider moves the
//! weekly window between "primary" and "secondary" (recorded live answers of 2026). A window without
//! length, use and reset is a placeholder and is dropped. `allowed` and `limit_reached` are separate
//! facts: an account over its limit may still be allowed (credits), so only `allowed = false`, or a
//! exhausted window nobody vouches for, blocks it. A usage-limit answer to a real request outranks every
//! percentage until its reset passes or a newer reading explicitly allows the account; where the reset is
//! far off, one request may find out after 15 minutes, for limits are often lifted early.
//!
//! A figure that an answer does not tell is not known. The last one that was told stands on, with its age, until
//! its window starts afresh; where there is none, the account counts as one of unknown quota.

mod contradiction;
mod family;
mod reading;

use jiff::{SignedDuration, Timestamp};

use crate::probe::LONGEST_WITHOUT_PROBE;
use contradiction::Contradictions;
pub use family::{FamilyReading, LimitFamily};
pub use reading::{
    Credits, ExtraLimit, Extras, Reading, Source, Spend, UnmeasuredWindow, Window, WindowKind,
};

/// The effect of quota on routing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Supply {
    /// Every window has something left.
    Plenty,
    /// Nothing is known, or an exhausted window of an account that is still allowed.
    Unknown,
    /// A refusal whose reset is far off, and nothing else speaks against the account: one request may
    /// find out whether the limit was lifted early.
    ProbeDue {
        /// The reset that the refusal named.
        until: Option<Timestamp>,
    },
    /// Nothing left.
    Exhausted {
        /// When the last exhausted window resets or the refusal ends, where known.
        until: Option<Timestamp>,
    },
}

/// What is known about one account's quota.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Quota {
    reading: Option<Reading>,
    contradictions: Contradictions,
    refused: Option<Refusal>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Refusal {
    at: Timestamp,
    /// The reset that it named.
    until: Option<Timestamp>,
}

/// The same bound as that of a cool-down, and for the same reason; on the calendar, since a refusal spans a
/// sleeping laptop as its reset does.
const PROBE_AFTER: SignedDuration = SignedDuration::from_secs(LONGEST_WITHOUT_PROBE.as_secs() as i64);

impl Refusal {
    /// When a request may find out whether it still holds.
    fn probe_at(self) -> Timestamp {
        let latest = self.at + PROBE_AFTER;
        self.until.map_or(latest, |until| until.min(latest))
    }

    /// Whether its own reset has passed.
    fn is_over(self, wall: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= wall)
    }
}

impl Quota {
    /// The newest reading that is believed, if any.
    pub fn reading(&self) -> Option<&Reading> {
        self.reading.as_ref()
    }

    /// A newer reading that contradicts it and is not confirmed; nothing goes by it.
    pub fn unconfirmed(&self) -> Option<&Reading> {
        self.contradictions.unconfirmed()
    }

    /// Since when the provider contradicts itself about this account; `None` when it does not.
    pub fn flapping_since(&self, wall: Timestamp) -> Option<Timestamp> {
        self.contradictions.since(wall)
    }

    /// Takes a reading. An older one than the present is ignored; what the new one does not speak of
    /// stays as it was known; one that contradicts the present waits until it is confirmed.
    pub fn observe(&mut self, mut reading: Reading) {
        let lifts = reading.lifts_refusals();
        if let Some(known) = &self.reading {
            if reading.seen_at < known.seen_at {
                return;
            }
            reading.complete_from(known);
            let Some(believed) = self.contradictions.judge(known, reading) else { return };
            reading = believed;
        }
        if lifts && self.refused.is_some_and(|refusal| reading.seen_at > refusal.at) {
            self.refused = None;
        }
        self.reading = Some(reading);
    }

    /// Notes that a request was refused for an exhausted limit.
    pub fn refuse(&mut self, at: Timestamp, resets_at: Option<Timestamp>) {
        self.refused = Some(Refusal { at, until: resets_at });
    }

    /// Notes that a request which began at `began` was served: what was refused before then is lifted.
    pub fn served(&mut self, began: Timestamp) {
        if self.refused.is_some_and(|refusal| refusal.at <= began) {
            self.refused = None;
        }
        if let Some(reading) = self.reading.as_mut().filter(|reading| reading.seen_at <= began)
            && reading.allowed == Some(false)
        {
            reading.allowed = None;
        }
    }

    /// What quota means for routing at `wall`.
    pub fn supply(&self, wall: Timestamp) -> Supply {
        let told = self.told(wall);
        let Some(refusal) = self.refused.filter(|refusal| !refusal.is_over(wall)) else { return told };
        let named = refusal.until.unwrap_or(refusal.probe_at());
        match told {
            // The provider's own figures agree with the refusal: they are asked for again, not a request.
            Supply::Exhausted { until: Some(until) } => Supply::Exhausted { until: Some(until.max(named)) },
            Supply::Exhausted { until: None } => Supply::Exhausted { until: refusal.until },
            Supply::Plenty | Supply::Unknown | Supply::ProbeDue { .. } if wall < refusal.probe_at() => {
                Supply::Exhausted { until: Some(named) }
            }
            Supply::Plenty | Supply::Unknown | Supply::ProbeDue { .. } => {
                Supply::ProbeDue { until: refusal.until }
            }
        }
    }

    fn told(&self, wall: Timestamp) -> Supply {
        self.reading.as_ref().map_or(Supply::Unknown, |reading| told(reading, wall))
    }

    /// When the next request may find out whether a refusal still holds; `None` where there is none, or
    /// where the provider's own figures agree with it.
    pub fn probe_at(&self, wall: Timestamp) -> Option<Timestamp> {
        let refusal = self.refused.filter(|refusal| !refusal.is_over(wall))?;
        match self.told(wall) {
            Supply::Exhausted { .. } => None,
            Supply::Plenty | Supply::Unknown | Supply::ProbeDue { .. } => Some(refusal.probe_at()),
        }
    }

    /// The smallest remaining percentage over all windows; `None` where no window is known, or one of them is
    /// and its figure is not.
    pub fn headroom(&self, wall: Timestamp) -> Option<u8> {
        match self.supply(wall) {
            Supply::Exhausted { .. } => Some(0),
            Supply::Plenty | Supply::Unknown | Supply::ProbeDue { .. } => {
                let reading = self.reading.as_ref().filter(|reading| reading.unmeasured.is_empty())?;
                reading.windows.iter().map(|window| window.remaining_percent(wall)).min()
            }
        }
    }

    /// When the longest of its windows starts afresh: what is left of that one then is lost. `None` too where
    /// nobody knows what is left of one of them.
    pub fn long_reset(&self, wall: Timestamp) -> Option<Timestamp> {
        let reading = self.reading.as_ref().filter(|reading| reading.unmeasured.is_empty())?;
        let running = reading.windows.iter().filter(|window| window.resets_at.is_some_and(|at| at > wall));
        running.max_by_key(|window| window.length_seconds).and_then(|window| window.resets_at)
    }
}

/// What a reading alone says.
fn told(reading: &Reading, wall: Timestamp) -> Supply {
    let exhausted: Vec<&Window> =
        reading.windows.iter().filter(|window| window.remaining_percent(wall) == 0).collect();
    let until = exhausted.iter().filter_map(|window| window.resets_at).max();
    let spend = reading
        .extras
        .as_ref()
        .and_then(|extras| extras.spend.as_ref())
        .filter(|spend| spend.reached == Some(true));
    let spent = spend.filter(|spend| spend.resets_at.is_none_or(|at| at > wall));
    if let Some(spend) = spent.filter(|_| reading.allowed != Some(true)) {
        return Supply::Exhausted { until: spend.resets_at.max(until) };
    }
    let refused_until_next_reset = reading.allowed == Some(false);
    if refused_until_next_reset {
        let resets = reading.windows.iter().filter_map(|window| window.resets_at);
        let resets = resets.chain(reading.unmeasured.iter().filter_map(|window| window.resets_at));
        let next = until.or_else(|| resets.chain(spend.and_then(|spend| spend.resets_at)).min());
        return match next {
            Some(at) if at <= wall => Supply::Unknown,
            Some(_) | None => Supply::Exhausted { until: next },
        };
    }
    if !exhausted.is_empty() {
        return match reading.allowed {
            Some(true) => Supply::Unknown,
            Some(false) | None => Supply::Exhausted { until },
        };
    }
    if reading.windows.is_empty() || !reading.unmeasured.is_empty() {
        Supply::Unknown
    } else {
        Supply::Plenty
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
pub(crate) mod random_readings;
#[cfg(test)]
pub(crate) mod reference;
#[cfg(test)]
mod tests;
