//! What is remembered of one account: what the provider said of its quota, the work that it did, and the
//! conversations that came to it. Bounded, so that forecasts need no look into the database.

use jiff::{SignedDuration, Timestamp};
use rockpool_routing::runway::{Record, SAMPLE_RETENTION, Sample, Tokens, Work, downsample};

use super::tally::Tally;
use crate::model::activity::MoveCosts;

/// Samples from which on they are thinned out: six hours of one a minute, two weeks of one an hour, and
/// some more.
const CROWD: usize = 1_000;
const TEN_MINUTES: i64 = 600;
const HOUR: i64 = 3_600;
/// How far back moves are counted.
const DAY: SignedDuration = SignedDuration::from_hours(24);

pub(super) struct AccountHistory {
    /// Oldest first. The last one may be there only until a newer one comes.
    samples: Vec<Sample>,
    kept: usize,
    work: Tally<f64>,
    moves: Tally<MoveCosts>,
}

/// How long a sample is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Retention {
    /// For as long as samples are kept, and in the database.
    Kept,
    /// Until the next one comes, or not at all where a newer one is known.
    Passing,
}

impl Default for AccountHistory {
    fn default() -> Self {
        Self {
            samples: Vec::new(),
            kept: 0,
            work: Tally::of(HOUR, SAMPLE_RETENTION.as_hours() as usize),
            moves: Tally::of(TEN_MINUTES, 145),
        }
    }
}

impl AccountHistory {
    /// Takes what the provider said, unless something newer is known.
    pub(super) fn sample(&mut self, sample: Sample) -> Retention {
        if self.samples.last().is_some_and(|newest| newest.at >= sample.at) {
            return Retention::Passing;
        }
        self.samples.truncate(self.kept);
        let last = self.samples.last();
        let retention = match last.is_none_or(|last| sample.is_worth_keeping_after(last)) {
            true => Retention::Kept,
            false => Retention::Passing,
        };
        let now = sample.at;
        self.samples.push(sample);
        if retention == Retention::Kept {
            if self.samples.len() > CROWD {
                downsample(&mut self.samples, now);
            }
            self.kept = self.samples.len();
        }
        retention
    }

    /// Takes samples of an earlier run, all of which were kept, in order of time.
    pub(super) fn recall(&mut self, sample: Sample) {
        self.samples.truncate(self.kept);
        self.samples.push(sample);
        self.kept = self.samples.len();
    }

    /// Notes what was asked of it.
    pub(super) fn served(&mut self, at: Timestamp, tokens: Tokens, moves: MoveCosts) {
        let work = tokens.work();
        if work > 0.0 {
            self.work.add(at, |sum| *sum += work);
        }
        if moves != MoveCosts::default() {
            self.moves.add(at, |sum| *sum = sum.plus(moves));
        }
    }

    /// The last sample that was kept.
    pub(super) fn last_kept(&self) -> Option<Timestamp> {
        Some(self.samples.get(self.kept.checked_sub(1)?)?.at)
    }

    /// What is recorded. Work is counted in whole hours, from the first of which both are known.
    pub(super) fn record(&self) -> Record<'_> {
        let first = self.samples.first().map_or(Timestamp::MAX, |sample| sample.at);
        let mut hours = self.work.since(first).peekable();
        let since = hours.peek().map(|(begins, _)| *begins);
        let work = since.map(|since| Work { since, amount: hours.map(|(_, sum)| *sum).sum() });
        Record { samples: &self.samples, work }
    }

    /// What moving conversations to it has cost in the day before `now`.
    pub(super) fn moves(&self, now: Timestamp) -> MoveCosts {
        let since = now.checked_sub(DAY).unwrap_or(Timestamp::MIN);
        self.moves.since(since).fold(MoveCosts::default(), |sum, (_, costs)| sum.plus(*costs))
    }
}
