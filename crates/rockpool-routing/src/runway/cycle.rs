//! One window over time, cut at its resets.

use jiff::{SignedDuration, Timestamp};

use super::sample::Sample;
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

#[cfg(test)]
mod tests {
    use super::super::tests::at;
    use super::*;

    fn seen(second: i64, used: f64, resets: Option<i64>) -> Sample {
        let window = Window::reported(used, Some(18_000), resets.map(at)).unwrap();
        Sample { at: at(second), windows: vec![window] }
    }

    /// How many samples each cycle has.
    fn cut(samples: &[Sample]) -> Vec<usize> {
        let slot = Slot::of(&samples[0].windows[0]);
        cycles(samples, slot).iter().map(|cycle| cycle.seen.len()).collect()
    }

    #[test]
    fn a_reset_shows_in_its_time_that_has_passed_or_in_use_that_is_gone() {
        let passed = [seen(0, 4.0, Some(100)), seen(101, 6.0, Some(18_100)), seen(102, 6.0, Some(18_100))];
        assert_eq!(cut(&passed), [1, 2]);
        let early = [seen(0, 4.0, Some(9_000)), seen(1, 0.0, Some(18_001))];
        assert_eq!(cut(&early), [1, 1]);
    }

    #[test]
    fn an_anchor_that_moves_alone_and_a_fall_alone_are_no_resets() {
        let moved = [seen(0, 4.0, Some(9_000)), seen(1, 4.0, Some(12_000))];
        assert_eq!(cut(&moved), [2]);
        let fell = [seen(0, 40.0, Some(9_000)), seen(1, 4.0, Some(9_000))];
        assert_eq!(cut(&fell), [2]);
        let told_in_seconds = [seen(0, 40.0, Some(9_000)), seen(9_001, 39.0, Some(9_150))];
        assert_eq!(cut(&told_in_seconds), [2], "less than a hundredth of five hours");
    }

    #[test]
    fn without_a_reset_time_a_fall_to_less_than_half_is_a_reset() {
        assert_eq!(cut(&[seen(0, 40.0, None), seen(1, 20.0, None)]), [2]);
        assert_eq!(cut(&[seen(0, 40.0, None), seen(1, 19.0, Some(9_000))]), [1, 1]);
    }

    #[test]
    fn what_is_burnt_is_the_rise_within_the_first_cycle_and_all_of_each_later_one() {
        let samples = [
            seen(0, 50.0, Some(100)),
            seen(1, 45.0, Some(100)),
            seen(2, 60.0, Some(100)),
            seen(200, 7.0, Some(18_100)),
        ];
        assert_eq!(burnt(&samples, Slot::of(&samples[0].windows[0])), 15.0 + 7.0);
    }

    #[test]
    fn windows_of_unusual_length_are_told_apart_by_it_and_the_fuller_of_two_alike_counts() {
        let window = |used, length| Window::reported(used, Some(length), None).unwrap();
        let windows = [window(1.0, 7_200), window(2.0, 86_400), window(9.0, 86_400), window(3.0, 86_400)];
        assert_eq!(Slot::of(&windows[1]).find(&windows), Some(&windows[2]));
        assert_ne!(Slot::of(&windows[0]), Slot::of(&windows[1]));
        assert_eq!(Slot::of(&window(1.0, 18_000)), Slot::of(&window(1.0, 17_999)));
    }
}
