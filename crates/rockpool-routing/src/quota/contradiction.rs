//! Tells a change of quota from a provider that contradicts itself.
//!
//! # Policy
//!
//! Within one window use only grows, and its reset stays where it is. In September 2026 the provider was
//! seen to alternate between two states of one account, each consistent in itself. A reading that
//! contradicts the known one is kept beside it and changes nothing until it has stood for two minutes
//! without a word to the contrary: an early reset is believed after that time, an oscillation never.
//! A window that the provider stops or begins to mention is a change of plan, not a contradiction.

use jiff::{SignedDuration, Timestamp};

use super::reading::{ANCHOR_TOLERANCE, Reading, Window};

/// A contradiction is one between readings that are this close; an older reading is simply out of date.
const CLOSE: SignedDuration = SignedDuration::from_mins(10);
/// How long the new state has to stand.
const CONFIRMATION: SignedDuration = SignedDuration::from_mins(2);
/// The mark stays this long after the last contradiction.
const MEMORY: SignedDuration = SignedDuration::from_mins(30);
/// Use that fell by more than this many points was not rounded.
const FALL_POINTS: f64 = 5.0;
/// A window of which less is used has not begun in earnest: its reset still floats.
const BEGUN_PERCENT: f64 = 1.0;

/// The state that contradicts the known one.
#[derive(Clone, Debug, PartialEq)]
struct Unconfirmed {
    since: Timestamp,
    newest: Reading,
}

/// When the provider was seen to take a contradiction back.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Flapping {
    since: Timestamp,
    last: Timestamp,
}

/// The contradictions of one account.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Contradictions {
    unconfirmed: Option<Unconfirmed>,
    flapping: Option<Flapping>,
}

impl Contradictions {
    /// Judges a reading that is newer than `known`: gives it back if it follows from what was known, or was
    /// confirmed, and keeps it if not.
    pub(super) fn judge(&mut self, known: &Reading, new: Reading) -> Option<Reading> {
        let close = new.seen_at.duration_since(known.seen_at) <= CLOSE;
        let watched = self.unconfirmed.is_some() || self.since(new.seen_at).is_some();
        if !contradicts(known, &new) || !(close || watched) {
            let since = self.since(new.seen_at);
            if let (Some(since), Some(_)) = (since, self.unconfirmed.take()) {
                self.flapping = Some(Flapping { since, last: new.seen_at });
            }
            return Some(new);
        }
        let since = match &self.unconfirmed {
            Some(unconfirmed) if !contradicts(&unconfirmed.newest, &new) => unconfirmed.since,
            Some(_) | None => new.seen_at,
        };
        if new.seen_at.duration_since(since) >= CONFIRMATION {
            self.unconfirmed = None;
            return Some(new);
        }
        self.unconfirmed = Some(Unconfirmed { since, newest: new });
        None
    }

    /// The reading that waits to be confirmed or taken back.
    pub(super) fn unconfirmed(&self) -> Option<&Reading> {
        self.unconfirmed.as_ref().map(|unconfirmed| &unconfirmed.newest)
    }

    /// Since when the provider contradicts itself, as far as is known at `wall`.
    pub(super) fn since(&self, wall: Timestamp) -> Option<Timestamp> {
        let flapping = self.flapping.filter(|flapping| wall.duration_since(flapping.last) < MEMORY);
        let unconfirmed = self.unconfirmed.as_ref().map(|unconfirmed| unconfirmed.since);
        flapping.map(|flapping| flapping.since).or(unconfirmed)
    }
}

/// Whether `new` cannot follow from `known` by use and the passing of time.
fn contradicts(known: &Reading, new: &Reading) -> bool {
    known.windows.iter().filter(|window| is_running(window, new.seen_at)).any(|window| {
        let twin = new.windows.iter().find(|other| other.is_twin_of(window));
        twin.is_some_and(|twin| fell(window, twin) || moved(window, twin))
    })
}

fn is_running(window: &Window, wall: Timestamp) -> bool {
    window.resets_at.is_none_or(|at| at > wall)
}

fn fell(window: &Window, twin: &Window) -> bool {
    window.used_percent - twin.used_percent > FALL_POINTS
}

fn moved(window: &Window, twin: &Window) -> bool {
    let begun = window.used_percent >= BEGUN_PERCENT && twin.used_percent >= BEGUN_PERCENT;
    match (window.resets_at, twin.resets_at) {
        (Some(before), Some(after)) => begun && before.duration_since(after).abs() > ANCHOR_TOLERANCE,
        (Some(_) | None, _) => false,
    }
}
