//! One window over time, cut at its resets.

use jiff::{SignedDuration, Timestamp};

use super::Sample;
use crate::{Window, WindowKind};

/// A reset that moves by less than this, or by less than a hundredth of the window, has not moved: the
/// provider often tells the seconds that are left, and an answer is on its way for a while.
const JITTER: SignedDuration = SignedDuration::from_mins(2);

/// Tells the windows of one account apart over time: by kind, and by length where that is not a usual one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Slot {
    kind: WindowKind,
    length: Option<u32>,
}

impl Slot {
    pub(crate) fn of(window: &Window) -> Self {
        let kind = window.kind();
        let length = match kind {
            WindowKind::FiveHour | WindowKind::Weekly | WindowKind::Monthly => None,
            WindowKind::Other => window.length_seconds,
        };
        Self { kind, length }
    }

    /// This window in a sample; the fuller one, should there be two.
    pub(crate) fn find(self, windows: &[Window]) -> Option<&Window> {
        let mine = windows.iter().filter(|window| Self::of(window) == self);
        mine.max_by(|a, b| a.used_percent.total_cmp(&b.used_percent))
    }
}

/// The samples of a window between two resets, in order of time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cycle {
    /// Each look at it; never empty.
    pub(crate) seen: Vec<Seen>,
    /// The window as it was seen last.
    pub(crate) window: Window,
}

/// One look at a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Seen {
    pub(crate) at: Timestamp,
    /// How much of it was used: 0 to 100.
    pub(crate) used: f64,
    pub(crate) resets_at: Option<Timestamp>,
}

impl Cycle {
    /// When it began, as far as it says so.
    pub(crate) fn start(&self) -> Option<Timestamp> {
        let length = SignedDuration::from_secs(self.window.length_seconds?.into());
        self.window.resets_at?.checked_sub(length).ok()
    }
}

/// The cycles of a window, oldest first. Samples that do not name it are passed over.
pub(crate) fn cycles(samples: &[Sample], slot: Slot) -> Vec<Cycle> {
    let mut cycles: Vec<Cycle> = Vec::new();
    for sample in samples {
        let Some(window) = slot.find(&sample.windows) else { continue };
        let seen = Seen { at: sample.at, used: window.used_percent, resets_at: window.resets_at };
        match cycles.last_mut() {
            Some(cycle) if !began_anew(&cycle.window, window, sample.at) => {
                cycle.seen.push(seen);
                cycle.window = window.clone();
            }
            Some(_) | None => cycles.push(Cycle { seen: vec![seen], window: window.clone() }),
        }
    }
    cycles
}

/// Whether a reset lies between two looks at a window, the newer one at `at`. It takes a reset that has
/// moved on and either a time past the old one or less use than before: an anchor that merely moves is no
/// reset. Where no reset is named, it takes a fall to less than half.
pub(crate) fn began_anew(older: &Window, newer: &Window, at: Timestamp) -> bool {
    let fell = newer.used_percent < older.used_percent;
    match (older.resets_at, newer.resets_at) {
        (Some(old), Some(new)) => {
            let moved_on = new.duration_since(old) > jitter(newer);
            moved_on && (fell || old <= at)
        }
        (Some(_), None) | (None, Some(_)) | (None, None) => newer.used_percent < older.used_percent / 2.0,
    }
}

/// Whether both name the same reset, or neither names one.
pub(crate) fn is_same_reset(older: &Window, newer: &Window) -> bool {
    match (older.resets_at, newer.resets_at) {
        (Some(old), Some(new)) => new.duration_since(old).abs() <= jitter(newer),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

fn jitter(window: &Window) -> SignedDuration {
    let hundredth = window.length_seconds.map(|seconds| SignedDuration::from_secs(i64::from(seconds) / 100));
    hundredth.map_or(JITTER, |hundredth| hundredth.max(JITTER))
}

/// Percent of a window that the samples show to be burnt, over all its resets.
pub(crate) fn burnt(samples: &[Sample], slot: Slot) -> f64 {
    let of_cycle = |(index, cycle): (usize, &Cycle)| {
        // A cycle that began within the record began at nothing.
        let from =
            if index > 0 { 0.0 } else { cycle.seen.iter().map(|seen| seen.used).fold(100.0, f64::min) };
        cycle.window.used_percent - from
    };
    cycles(samples, slot).iter().enumerate().map(of_cycle).sum()
}
