//! Which samples are worth keeping: more of late, fewer of long ago.

use jiff::{SignedDuration, Timestamp};

use super::cycle::{Slot, is_same_reset};
use super::sample::Sample;
use crate::Window;

/// A sample that says nothing new is kept this long after the last one.
const SELDOM: SignedDuration = SignedDuration::from_mins(5);
/// One that does, this long after it.
const OFTEN: SignedDuration = SignedDuration::from_mins(1);
/// Use that changed by less than this, in percentage points, is nothing new.
const CHANGE_POINTS: f64 = 1.0;
/// Samples of this time are remembered as they are; of those before it, the last of each hour.
pub const FULL_RESOLUTION: SignedDuration = SignedDuration::from_hours(6);
/// Samples are remembered for this long.
pub const SAMPLE_RETENTION: SignedDuration = SignedDuration::from_hours(14 * 24);

impl Sample {
    /// Whether it is worth keeping beside the one kept last: five minutes later in any case, one minute
    /// later where the use of a window changed by a percentage point, its reset moved, or it came or went.
    pub fn is_worth_keeping_after(&self, last: &Self) -> bool {
        let age = self.at.duration_since(last.at);
        age >= SELDOM || (age >= OFTEN && self.differs_from(last))
    }

    fn differs_from(&self, last: &Self) -> bool {
        self.windows.len() != last.windows.len()
            || self.windows.iter().any(|window| match Slot::of(window).find(&last.windows) {
                Some(known) => differ(known, window),
                None => true,
            })
    }
}

fn differ(known: &Window, window: &Window) -> bool {
    (known.used_percent - window.used_percent).abs() >= CHANGE_POINTS || !is_same_reset(known, window)
}

/// Thins out samples in order of time: older than six hours, the last of each hour; older than two weeks,
/// none.
pub fn downsample(samples: &mut Vec<Sample>, now: Timestamp) {
    let begins = |ago| now.checked_sub(ago).unwrap_or(Timestamp::MIN);
    let (whole, kept) = (begins(FULL_RESOLUTION), begins(SAMPLE_RETENTION));
    let hour = |sample: &Sample| sample.at.as_second().div_euclid(3600);
    let mut thinned: Vec<Sample> = Vec::with_capacity(samples.len());
    for sample in samples.drain(..).filter(|sample| sample.at >= kept) {
        let stands_for_its_hour = |last: &Sample| sample.at < whole && hour(last) == hour(&sample);
        if thinned.last().is_some_and(stands_for_its_hour) {
            thinned.pop();
        }
        thinned.push(sample);
    }
    *samples = thinned;
}

#[cfg(test)]
mod tests {
    use super::super::tests::at;
    use super::*;

    fn sample(second: i64, used: f64, resets: i64) -> Sample {
        let windows = Window::reported(used, Some(18_000), Some(at(resets))).into_iter().collect();
        Sample { at: at(second), windows }
    }

    #[test]
    fn what_says_nothing_new_is_kept_every_five_minutes_and_what_does_every_minute() {
        let last = sample(0, 10.0, 9000);
        let kept = |new: Sample| new.is_worth_keeping_after(&last);
        assert!(!kept(sample(299, 10.9, 9000)));
        assert!(kept(sample(300, 10.0, 9000)));
        assert!(kept(sample(60, 11.0, 9000)));
        assert!(kept(sample(60, 9.0, 9000)));
        assert!(!kept(sample(59, 50.0, 18_000)));
        assert!(kept(sample(60, 10.0, 9200)), "its reset moved");
        assert!(!kept(sample(60, 10.0, 9100)), "the same reset, told in seconds");
        assert!(kept(Sample { windows: Vec::new(), ..sample(60, 10.0, 9000) }), "it went");
    }

    #[test]
    fn of_long_ago_the_last_of_each_hour_is_remembered() {
        const DAY: i64 = 24 * 3600;
        let mut samples: Vec<Sample> = (0..15 * 24 * 12).map(|n| sample(n * 300, 0.0, 0)).collect();
        let now = at(15 * DAY);
        downsample(&mut samples, now);
        assert_eq!(samples.len(), 72 + 14 * 24 - 6);
        assert_eq!(samples[0].at, at(DAY + 3600 - 300));
        assert_eq!(samples.last().map(|sample| sample.at), Some(at(15 * DAY - 300)));
        let before = samples.clone();
        downsample(&mut samples, now);
        assert_eq!(samples, before, "thinning twice changes nothing");
    }
}
