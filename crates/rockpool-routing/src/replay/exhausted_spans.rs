//! Times in which an account was exhausted.

use jiff::Timestamp;

use crate::runway::Sample;

/// Spans in order of time that neither touch nor overlap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ExhaustedSpans(Vec<(Timestamp, Timestamp)>);

impl ExhaustedSpans {
    /// Adds a span that begins no earlier than those before it.
    pub(super) fn add(&mut self, from: Timestamp, to: Timestamp) {
        if from >= to {
            return;
        }
        match self.0.last_mut() {
            Some((_, end)) if *end >= from => *end = to.max(*end),
            Some(_) | None => self.0.push((from, to)),
        }
    }

    /// When an account was exhausted between two moments, by what the provider said: from the sample that says
    /// so to the one that takes it back, or to the reset.
    pub(super) fn seen(samples: &[Sample], from: Timestamp, to: Timestamp) -> Self {
        let mut spans = Self::default();
        for (index, sample) in samples.iter().enumerate() {
            let Some(back) = exhausted_until(sample) else { continue };
            let next = samples.get(index + 1).map_or(Timestamp::MAX, |next| next.at);
            let end = back.unwrap_or(Timestamp::MAX).min(next);
            spans.add(sample.at.max(from), end.min(to));
        }
        spans
    }

    /// The times that all of them have in common; none where there are none.
    pub(super) fn common(all: &[Self]) -> Self {
        let Some((first, others)) = all.split_first() else { return Self::default() };
        others.iter().fold(first.clone(), |common, other| common.cut(other))
    }

    fn cut(&self, other: &Self) -> Self {
        let mut common = Self::default();
        for (from, to) in &self.0 {
            for (other_from, other_to) in &other.0 {
                common.add(*from.max(other_from), *to.min(other_to));
            }
        }
        common
    }

    pub(super) fn seconds(&self) -> u64 {
        let seconds = |(from, to): &(Timestamp, Timestamp)| to.duration_since(*from).as_secs().unsigned_abs();
        self.0.iter().map(seconds).sum()
    }

    pub(super) fn into_pairs(self) -> Vec<(Timestamp, Timestamp)> {
        self.0
    }
}

/// Until when the account that a sample shows is exhausted; `None` where it is not, `Some(None)` where it is
/// and no reset is named.
fn exhausted_until(sample: &Sample) -> Option<Option<Timestamp>> {
    let exhausted = sample.windows.iter().filter(|window| window.remaining_percent(sample.at) == 0);
    exhausted.map(|window| window.resets_at).reduce(|a, b| Some(a?.max(b?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Window;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn spans(pairs: &[(i64, i64)]) -> ExhaustedSpans {
        let mut spans = ExhaustedSpans::default();
        pairs.iter().for_each(|(from, to)| spans.add(at(*from), at(*to)));
        spans
    }

    #[test]
    fn spans_that_touch_are_one_and_empty_ones_are_none() {
        assert_eq!(spans(&[(1, 3), (3, 5), (4, 4), (4, 4), (9, 8), (9, 10)]), spans(&[(1, 5), (9, 10)]));
        assert_eq!(spans(&[(1, 5), (9, 10)]).seconds(), 5);
    }

    #[test]
    fn the_common_time_is_what_all_of_them_cover() {
        let all = [spans(&[(0, 10), (20, 30)]), spans(&[(5, 25)]), spans(&[(0, 8), (22, 99)])];
        assert_eq!(ExhaustedSpans::common(&all), spans(&[(5, 8), (22, 25)]));
        assert_eq!(ExhaustedSpans::common(&all[..1]), all[0]);
        assert_eq!(ExhaustedSpans::common(&[]), ExhaustedSpans::default());
    }

    #[test]
    fn an_account_is_exhausted_until_it_is_seen_otherwise_or_its_last_exhausted_window_resets() {
        let sample = |second, short: f64, long: f64| Sample {
            at: at(second),
            windows: vec![
                Window::reported(short, Some(18_000), Some(at(500))).unwrap(),
                Window::reported(long, Some(604_800), Some(at(800))).unwrap(),
            ],
        };
        let samples = [sample(100, 100.0, 5.0), sample(200, 100.0, 5.0), sample(600, 0.0, 100.0)];
        assert_eq!(ExhaustedSpans::seen(&samples, at(0), at(900)), spans(&[(100, 500), (600, 800)]));
        assert_eq!(ExhaustedSpans::seen(&samples, at(150), at(700)), spans(&[(150, 500), (600, 700)]));
        let lifted = [sample(100, 100.0, 5.0), sample(300, 99.4, 5.0)];
        assert_eq!(ExhaustedSpans::seen(&lifted, at(0), at(900)), spans(&[(100, 300)]));
    }
}
