//! Running sums over steps of time, of which the oldest are forgotten.

use std::collections::VecDeque;

use jiff::Timestamp;

/// Sums of the newest steps in which there was something to add up.
#[derive(Debug)]
pub(super) struct Tally<T> {
    seconds: i64,
    most: usize,
    sums: VecDeque<(i64, T)>,
}

impl<T: Default> Tally<T> {
    /// Steps of so many seconds, `most` of them.
    pub(super) fn of(seconds: i64, most: usize) -> Self {
        Self { seconds, most, sums: VecDeque::new() }
    }

    /// Adds to the step that holds `at`.
    pub(super) fn add(&mut self, at: Timestamp, add: impl FnOnce(&mut T)) {
        let step = at.as_second().div_euclid(self.seconds);
        let index = self.sums.partition_point(|(known, _)| *known < step);
        if self.sums.get(index).is_none_or(|(known, _)| *known != step) {
            self.sums.insert(index, (step, T::default()));
        }
        add(&mut self.sums[index].1);
        if self.sums.len() > self.most {
            self.sums.pop_front();
        }
    }

    /// The sums of the steps that begin at `since` or later, oldest first, each with its beginning.
    pub(super) fn since(&self, since: Timestamp) -> impl Iterator<Item = (Timestamp, &T)> {
        let begins = |step: i64| Timestamp::from_second(step.saturating_mul(self.seconds)).ok();
        let sums = self.sums.iter().filter_map(move |(step, sum)| Some((begins(*step)?, sum)));
        sums.filter(move |(begins, _)| *begins >= since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn what_comes_late_is_added_where_it_belongs_and_the_oldest_steps_are_forgotten() {
        let mut tally = Tally::<u32>::of(10, 3);
        for second in [5, 25, 9, 31, 29] {
            tally.add(at(second), |sum| *sum += 1);
        }
        let sums = |tally: &Tally<u32>, since| {
            let sums = tally.since(at(since));
            sums.map(|(begins, sum)| (begins.as_second(), *sum)).collect::<Vec<_>>()
        };
        assert_eq!(sums(&tally, 0), [(0, 2), (20, 2), (30, 1)]);
        assert_eq!(sums(&tally, 1), [(20, 2), (30, 1)]);
        tally.add(at(40), |sum| *sum += 1);
        tally.add(at(0), |sum| *sum += 9);
        assert_eq!(sums(&tally, 0), [(20, 2), (30, 1), (40, 1)]);
    }
}
