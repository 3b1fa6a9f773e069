//! The quota of one account, simulated from what was seen of it.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::exhausted_spans::ExhaustedSpans;
use crate::Window;
use crate::runway::{Cycle, Sample, Slot, cycles, is_same_reset};

#[derive(Debug)]
pub(super) struct SimulatedQuota {
    levels: Vec<Level>,
    exhausted_since: Option<Timestamp>,
    exhausted: ExhaustedSpans,
    /// The last reset, until everyone has heard of it.
    news: Option<Timestamp>,
}

/// For so long after a reset the router is told of it at every request, as the engine would ask again and
/// again: a sudden change is believed when it stands for some minutes.
const NEWS: SignedDuration = SignedDuration::from_mins(5);

#[derive(Debug)]
struct Level {
    slot: Slot,
    length_seconds: Option<u32>,
    /// Percent, 0 to 100.
    used: f64,
    resets_at: Option<Timestamp>,
    /// What the record knows of later cycles, the next one last.
    ahead: Vec<Ahead>,
}

/// A cycle that is still to come.
#[derive(Clone, Copy, Debug)]
struct Ahead {
    begins: Timestamp,
    resets_at: Option<Timestamp>,
    cause: Cause,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    /// The one before was due.
    Due,
    /// The provider gave capacity back ahead of time.
    Early,
}

impl SimulatedQuota {
    /// As it was seen last before `from`, or first after that.
    pub(super) fn at(samples: &[Sample], from: Timestamp) -> Self {
        let slots: BTreeSet<Slot> = samples.iter().flat_map(|sample| &sample.windows).map(Slot::of).collect();
        let levels = slots.into_iter().filter_map(|slot| Level::at(&cycles(samples, slot), slot, from));
        let levels = levels.collect();
        let mut quota =
            Self { levels, exhausted_since: None, exhausted: ExhaustedSpans::default(), news: None };
        quota.note(from);
        quota
    }

    /// Lets resets happen until `wall`.
    pub(super) fn advance(&mut self, wall: Timestamp) {
        while let Some(at) = self.levels.iter().filter_map(Level::next_reset).filter(|at| *at <= wall).min() {
            self.levels.iter_mut().for_each(|level| level.reset_until(at));
            self.note(at);
            self.news = Some(at);
        }
    }

    /// Whether there was a reset that is still news at `wall`.
    pub(super) fn has_news(&mut self, wall: Timestamp) -> bool {
        let news = self.news.is_some();
        self.news = self.news.filter(|at| wall.duration_since(*at) < NEWS);
        news
    }

    /// Notes since when nothing is left, or that something is.
    fn note(&mut self, wall: Timestamp) {
        match (self.exhausted_until().is_some(), self.exhausted_since) {
            (true, None) => self.exhausted_since = Some(wall),
            (false, Some(since)) => {
                self.exhausted.add(since, wall);
                self.exhausted_since = None;
            }
            (true, Some(_)) | (false, None) => {}
        }
    }

    /// Until when nothing is left; `None` where something is, `Some(None)` where no reset is known.
    pub(super) fn exhausted_until(&self) -> Option<Option<Timestamp>> {
        let exhausted = self.levels.iter().filter(|level| level.is_exhausted());
        exhausted.map(|level| level.resets_at).reduce(|a, b| Some(a?.max(b?)))
    }

    /// Takes work done at `wall` off each window.
    pub(super) fn burn(&mut self, work: f64, wall: Timestamp, percent_per_work: impl Fn(Slot) -> f64) {
        for level in &mut self.levels {
            level.burn(work * percent_per_work(level.slot), wall);
        }
        self.note(wall);
    }

    /// What the provider would say.
    pub(super) fn windows(&self, wall: Timestamp) -> Vec<Window> {
        self.levels.iter().filter_map(|level| level.window(wall)).collect()
    }

    /// When nothing was left, until the end of the record.
    pub(super) fn spans(mut self, to: Timestamp) -> ExhaustedSpans {
        self.advance(to);
        if let Some(since) = self.exhausted_since {
            self.exhausted.add(since, to);
        }
        self.exhausted
    }
}

impl Level {
    fn at(cycles: &[Cycle], slot: Slot, from: Timestamp) -> Option<Self> {
        let begun = |cycle: &Cycle| cycle.seen.first().is_some_and(|seen| seen.at < from);
        let present = cycles.iter().rposition(begun).unwrap_or_default();
        let cycle = cycles.get(present)?;
        let seen = cycle.seen.iter().rfind(|seen| seen.at < from).or(cycle.seen.first())?;
        let mut ahead: Vec<Ahead> = cycles[present..].windows(2).filter_map(Ahead::between).collect();
        ahead.reverse();
        let length_seconds = cycle.window.length_seconds;
        let mut level = Self { slot, length_seconds, used: seen.used, resets_at: seen.resets_at, ahead };
        if seen.used == 0.0 && level.floats(seen.at) {
            level.resets_at = None;
        }
        level.reset_until(from);
        Some(level)
    }

    fn is_exhausted(&self) -> bool {
        let whole =
            Window { used_percent: self.used, length_seconds: None, resets_at: None, measured_at: None };
        whole.remaining_percent(Timestamp::MIN) == 0
    }

    /// The next time at which it starts afresh: when it is due, or when the provider was seen to do so ahead
    /// of time.
    fn next_reset(&self) -> Option<Timestamp> {
        let early = self.ahead.iter().rfind(|ahead| ahead.cause == Cause::Early).map(|ahead| ahead.begins);
        [self.resets_at, early].into_iter().flatten().min()
    }

    fn reset_until(&mut self, wall: Timestamp) {
        while let Some(at) = self.next_reset().filter(|at| *at <= wall) {
            self.used = 0.0;
            let due = self.resets_at.filter(|due| *due == at);
            // Without a recorded reset to go by, the next one is known when the window is used again.
            self.resets_at = None;
            while let Some(next) = self.ahead.last().copied() {
                let matches = due.is_some_and(|due| self.is_near(next.begins, due));
                if next.begins > at && !matches {
                    break;
                }
                self.ahead.pop();
                if next.begins == at || matches {
                    self.resets_at = next.resets_at.filter(|resets_at| *resets_at > at);
                }
            }
        }
    }

    /// Whether it has not begun: its reset is one length away whenever one looks.
    fn floats(&self, seen_at: Timestamp) -> bool {
        match (self.resets_at, self.due(seen_at)) {
            (Some(resets_at), Some(due)) => self.is_near(resets_at, due),
            (Some(_) | None, _) => false,
        }
    }

    fn is_near(&self, a: Timestamp, b: Timestamp) -> bool {
        let window = |at| Window {
            used_percent: 0.0,
            length_seconds: self.length_seconds,
            resets_at: Some(at),
            measured_at: None,
        };
        is_same_reset(&window(a), &window(b))
    }

    /// A window begins with its first use, and is due one length after that at the latest.
    fn burn(&mut self, percent: f64, wall: Timestamp) {
        if self.used == 0.0 && percent > 0.0 {
            let due = self.due(wall);
            self.resets_at = match (self.resets_at, due) {
                (Some(known), Some(due)) => Some(known.min(due)),
                (known, due) => known.or(due),
            };
        }
        self.used = (self.used + percent).min(100.0);
    }

    fn due(&self, wall: Timestamp) -> Option<Timestamp> {
        wall.checked_add(SignedDuration::from_secs(self.length_seconds?.into())).ok()
    }

    fn window(&self, wall: Timestamp) -> Option<Window> {
        Window::reported(self.used, self.length_seconds, self.resets_at.or(self.due(wall)))
    }
}

impl Ahead {
    /// The second of two cycles, and how it came about.
    fn between(cycles: &[Cycle]) -> Option<Self> {
        let [before, after] = cycles else { return None };
        let seen = after.seen.first()?.at;
        let due = before.window.resets_at.filter(|due| *due <= seen);
        Some(Self {
            begins: due.unwrap_or(seen),
            resets_at: after.window.resets_at,
            cause: if due.is_some() { Cause::Due } else { Cause::Early },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3600;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn sample(second: i64, used: f64, resets: i64) -> Sample {
        let window = Window::reported(used, Some(18_000), Some(at(resets))).unwrap();
        Sample { at: at(second), windows: vec![window] }
    }

    /// Used percent, and seconds to the reset, after one percent at each of these times.
    fn after(samples: &[Sample], from: i64, uses: &[i64]) -> (f64, i64) {
        let mut quota = SimulatedQuota::at(samples, at(from));
        for second in uses {
            quota.advance(at(*second));
            quota.burn(1.0, at(*second), |_| 1.0);
        }
        let window = quota.windows(at(from)).remove(0);
        (window.used_percent, window.resets_at.unwrap().duration_since(at(0)).as_secs())
    }

    #[test]
    fn it_begins_as_it_was_seen_last_before_the_first_request() {
        let samples = [sample(-20, 30.0, 900), sample(-10, 40.0, 900), sample(10, 50.0, 900)];
        assert_eq!(after(&samples, 0, &[]), (40.0, 900));
        assert_eq!(after(&samples[2..], 0, &[5]), (51.0, 900), "or first after it");
        let (used, resets) = after(&[sample(-20, 30.0, -5)], 0, &[7]);
        assert_eq!((used, resets), (1.0, 7 + 5 * HOUR), "its reset has passed");
        assert_eq!(SimulatedQuota::at(&[sample(-20, 100.0, -5)], at(0)).exhausted_until(), None);
    }

    #[test]
    fn a_window_that_was_not_in_use_begins_with_its_first_use() {
        let floating = [sample(-4 * HOUR, 0.0, HOUR)];
        assert_eq!(after(&floating, 0, &[60]), (1.0, 60 + 5 * HOUR));
        let begun = [sample(-4 * HOUR, 0.0, HOUR + 900)];
        assert_eq!(after(&begun, 0, &[60]), (1.0, HOUR + 900), "used by less than one percent");
    }

    #[test]
    fn the_next_cycle_is_the_recorded_one_but_no_longer_than_a_window_is() {
        let used_at = |second: i64| {
            vec![
                sample(0, 9.0, HOUR),
                sample(second, 1.0, second + 5 * HOUR),
                sample(second + 9, 2.0, second + 5 * HOUR),
            ]
        };
        assert_eq!(after(&used_at(2 * HOUR), 1, &[60, 3 * HOUR]), (1.0, 7 * HOUR));
        assert_eq!(after(&used_at(4 * HOUR), 1, &[60, 2 * HOUR]), (1.0, 7 * HOUR));
        assert_eq!(after(&[sample(0, 9.0, HOUR)], 1, &[60, 2 * HOUR]), (1.0, 7 * HOUR));
    }

    #[test]
    fn it_is_exhausted_until_the_last_of_its_exhausted_windows_resets() {
        let weekly = |used| Window::reported(used, Some(604_800), Some(at(90 * HOUR))).unwrap();
        let mut sample = sample(0, 98.0, HOUR);
        sample.windows.push(weekly(98.5));
        let mut quota = SimulatedQuota::at(&[sample], at(1));
        assert_eq!(quota.exhausted_until(), None);
        quota.burn(2.0, at(10), |_| 1.0);
        assert_eq!(quota.exhausted_until(), Some(Some(at(90 * HOUR))));
        quota.advance(at(2 * HOUR));
        assert_eq!(quota.exhausted_until(), Some(Some(at(90 * HOUR))));
        assert_eq!(quota.spans(at(3 * HOUR)).into_pairs(), [(at(10), at(3 * HOUR))]);
    }
}
