//! Accounts being depleted, from one reset or exhaustion to the next.

use jiff::{SignedDuration, Timestamp};

use super::account::{Part, PoolAccount};
use crate::runway::cycle::Slot;
use crate::runway::forecast::{Present, WindowState};
use crate::runway::pace::{Judgement, Lasts};

/// Left percentages up to this are nothing.
const NOTHING: f64 = 1e-6;
/// Resets and exhausted accounts that are looked at before it is given up: a bound that windows of hours never
/// reach.
const MOST_STEPS: usize = 5_000;

/// The moment at which nothing is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exhaustion {
    pub(super) at: Timestamp,
    pub(super) returns_at: Option<Timestamp>,
}

pub(super) struct Depletion {
    now: Timestamp,
    accounts: Vec<Account>,
}

struct Account {
    /// It serves not before this, whatever its windows say.
    out_until: Option<Return>,
    levels: Vec<Level>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Return {
    At(Timestamp),
    Never,
}

/// What is left of one window.
struct Level {
    slot: Slot,
    /// The work that one percent stands for; positive.
    size: f64,
    /// Percent, 0 to 100.
    left: f64,
    resets_at: Option<Timestamp>,
    length: Option<SignedDuration>,
    /// Percent per second of this account's own.
    pace: f64,
}

impl Depletion {
    pub(super) fn new(
        accounts: &[PoolAccount<'_>],
        now: Timestamp,
        pace: fn(&Lasts) -> Option<SignedDuration>,
    ) -> Self {
        let accounts = accounts.iter().map(|account| {
            let out_until = out_until(account, now);
            // An exhausted window of an account that still has quota is paid for otherwise.
            let counts =
                |state: &&WindowState| state.judgement != Judgement::Exhausted || out_until.is_some();
            let level = |state: &WindowState| {
                let pace = match out_until {
                    Some(_) => state.load_of_late(),
                    None => state.pace(pace),
                };
                Level::of(state, pace, usual_size(accounts, state))
            };
            Account { out_until, levels: account.forecast.windows.iter().filter(counts).map(level).collect() }
        });
        Self { now, accounts: accounts.collect() }
    }

    /// Whether anything is being burnt.
    pub(super) fn is_loaded(&self) -> bool {
        self.accounts.iter().flat_map(|account| &account.levels).any(|level| level.pace > 0.0)
    }

    /// Depletes until all are exhausted, or until `end`: then `None`.
    pub(super) fn run(mut self, end: Timestamp) -> Option<Exhaustion> {
        for _ in 0..MOST_STEPS {
            self.refill();
            let serving: Vec<bool> =
                self.accounts.iter().map(|account| account.can_serve(self.now)).collect();
            if !serving.contains(&true) {
                return Some(Exhaustion { at: self.now, returns_at: self.returns_at() });
            }
            let rates = self.rates(&serving);
            let next = self.next_change(&rates).filter(|next| *next < end)?;
            let seconds = next.duration_since(self.now).as_secs_f64();
            for (account, rates) in self.accounts.iter_mut().zip(&rates) {
                for (level, rate) in account.levels.iter_mut().zip(rates) {
                    let left = level.left - rate * seconds;
                    // A window that ends with this step is exhausted, whatever the rounding says.
                    level.left = if left < rate * 0.001 + NOTHING { 0.0 } else { left };
                }
            }
            self.now = next;
        }
        None
    }

    fn refill(&mut self) {
        let now = self.now;
        for account in &mut self.accounts {
            if account.out_until.is_some_and(|out_until| matches!(out_until, Return::At(at) if at <= now)) {
                account.out_until = None;
                // The provider's word for the end of an exhaustion counts for the window that is exhausted.
                account
                    .levels
                    .iter_mut()
                    .filter(|level| level.left <= NOTHING)
                    .for_each(|level| level.fill(now));
            }
            account
                .levels
                .iter_mut()
                .filter(|level| level.resets_at.is_some_and(|at| at <= now))
                .for_each(|level| level.fill(now));
        }
    }

    /// Percent per second that each window of each account loses.
    fn rates(&self, serving: &[bool]) -> Vec<Vec<f64>> {
        let moved = |slot: Slot| {
            let others = self.accounts.iter().zip(serving).filter(|(_, serving)| !**serving);
            let load = others.flat_map(|(account, _)| account.loads(slot)).sum::<f64>();
            let takers =
                self.accounts.iter().zip(serving).filter(|(account, serving)| **serving && account.has(slot));
            let takers = takers.count();
            if takers == 0 { 0.0 } else { load / takers as f64 }
        };
        let of_account = |(account, serving): (&Account, &bool)| {
            let of_level = |level: &Level| {
                if *serving { level.pace + moved(level.slot) / level.size } else { 0.0 }
            };
            account.levels.iter().map(of_level).collect()
        };
        self.accounts.iter().zip(serving).map(of_account).collect()
    }

    /// The next moment at which an account runs out or gets something back.
    fn next_change(&self, rates: &[Vec<f64>]) -> Option<Timestamp> {
        let mut next: Option<Timestamp> = None;
        let mut sooner = |at: Option<Timestamp>| {
            if let Some(at) = at.filter(|at| *at > self.now) {
                next = Some(next.map_or(at, |known| known.min(at)));
            }
        };
        for (account, rates) in self.accounts.iter().zip(rates) {
            if let Some(Return::At(at)) = account.out_until {
                sooner(Some(at));
            }
            for (level, rate) in account.levels.iter().zip(rates) {
                sooner(level.resets_at);
                if *rate > 0.0 {
                    let lasts = SignedDuration::try_from_secs_f64((level.left / rate).max(0.001)).ok();
                    sooner(lasts.and_then(|lasts| self.now.checked_add(lasts).ok()));
                }
            }
        }
        next
    }

    /// When the first account comes back.
    pub(super) fn returns_at(&self) -> Option<Timestamp> {
        self.accounts.iter().filter_map(|account| account.returns_at(self.now)).min()
    }
}

impl Account {
    fn can_serve(&self, now: Timestamp) -> bool {
        let out_until = self.out_until.is_some_and(|out_until| match out_until {
            Return::At(at) => at > now,
            Return::Never => true,
        });
        !out_until && self.levels.iter().all(|level| level.left > NOTHING)
    }

    fn has(&self, slot: Slot) -> bool {
        self.levels.iter().any(|level| level.slot == slot)
    }

    /// What its own pace on a window is in work.
    fn loads(&self, slot: Slot) -> Option<f64> {
        self.levels.iter().find(|level| level.slot == slot).map(|level| level.pace * level.size)
    }

    fn returns_at(&self, now: Timestamp) -> Option<Timestamp> {
        match self.out_until {
            Some(Return::At(at)) => return Some(at),
            Some(Return::Never) => return None,
            None => {}
        }
        let mut back = now;
        for level in self.levels.iter().filter(|level| level.left <= NOTHING) {
            back = back.max(level.resets_at?);
        }
        Some(back)
    }
}

/// The size of a window that does not show its own: the average of its like in the pool.
fn usual_size(accounts: &[PoolAccount<'_>], state: &WindowState) -> f64 {
    let all = accounts
        .iter()
        .flat_map(|account| &account.forecast.windows)
        .filter(|other| other.slot == state.slot);
    let known: Vec<f64> = all.filter_map(|other| other.size).collect();
    let average = known.iter().sum::<f64>() / known.len() as f64;
    state.size.unwrap_or(if known.is_empty() { 1.0 } else { average })
}

fn out_until(account: &PoolAccount<'_>, now: Timestamp) -> Option<Return> {
    match (account.part, account.forecast.present) {
        (Part::Out, _) => Some(Return::Never),
        (Part::Serves, Present::Exhausted { until: Some(until) }) if until > now => Some(Return::At(until)),
        (Part::Serves, Present::Exhausted { .. }) => Some(Return::Never),
        (Part::Serves, Present::Left) => None,
    }
}

impl WindowState {
    /// Percent per second, by one of the ways to read the record.
    fn pace(&self, pace: fn(&Lasts) -> Option<SignedDuration>) -> f64 {
        match &self.judgement {
            Judgement::Judged(lasts) => {
                pace(lasts).map_or(0.0, |lasts| self.left_percent() / lasts.as_secs_f64().max(1.0))
            }
            Judgement::Little | Judgement::Unknown | Judgement::Exhausted => 0.0,
        }
    }

    /// Percent per second that its tools burn on others from now on.
    fn load_of_late(&self) -> f64 {
        match self.judgement {
            Judgement::Judged(_) | Judgement::Exhausted => self.of_late,
            Judgement::Little | Judgement::Unknown => 0.0,
        }
    }
}

impl Level {
    fn of(state: &WindowState, pace: f64, size: f64) -> Self {
        let left = if state.judgement == Judgement::Exhausted { 0.0 } else { state.left_percent() };
        let length = state.window.length_seconds.map(|seconds| SignedDuration::from_secs(seconds.into()));
        Self { slot: state.slot, size, left, resets_at: state.window.resets_at, length, pace }
    }

    /// A reset: all of it is there again, until the next.
    fn fill(&mut self, now: Timestamp) {
        self.left = 100.0;
        let from = self.resets_at.map_or(now, |at| at.min(now));
        self.resets_at = self.length.and_then(|length| from.checked_add(length).ok());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Window;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + 60 * minute).unwrap()
    }

    /// An account with a five-hour window: percent left, percent an hour, minutes to its reset.
    fn account(left: f64, pace: f64, resets: Option<i64>) -> Account {
        let window = Window {
            used_percent: 100.0 - left,
            length_seconds: Some(18_000),
            resets_at: None,
            measured_at: None,
        };
        let level = Level {
            slot: Slot::of(&window),
            size: 1.0,
            left,
            resets_at: resets.map(at),
            length: Some(SignedDuration::from_hours(5)),
            pace: pace / 3600.0,
        };
        Account { out_until: None, levels: vec![level] }
    }

    fn deplete(accounts: Vec<Account>) -> Option<(i64, Option<i64>)> {
        let minutes = |moment: Timestamp| moment.duration_since(at(0)).as_secs_f64() / 60.0;
        let exhausted = Depletion { now: at(0), accounts }.run(at(10_000))?;
        Some((minutes(exhausted.at).round() as i64, exhausted.returns_at.map(|at| minutes(at) as i64)))
    }

    #[test]
    fn each_reset_counts_at_its_time() {
        // The first is exhausted at 10 and back at 60, when half of the second is gone; that one is full again at
        // 100, unused. The first is exhausted at 160, the second at 260.
        let accounts = vec![account(10.0, 60.0, Some(60)), account(100.0, 0.0, Some(100))];
        assert_eq!(deplete(accounts), Some((260, Some(360))));
    }

    #[test]
    fn an_account_whose_reset_nobody_knows_does_not_come_back() {
        let accounts = vec![account(10.0, 60.0, None), account(20.0, 60.0, Some(200))];
        assert_eq!(deplete(accounts), Some((15, Some(200))));
        assert_eq!(deplete(vec![account(10.0, 60.0, None)]), Some((10, None)));
    }
}
