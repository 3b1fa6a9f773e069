//! How long the quota of one account lasts.

use jiff::{SignedDuration, Timestamp};

use super::cost_unit::Work;
use super::cycle::{Slot, burnt, cycles};
use super::pace::{self, Judgement};
use super::sample::Sample;
use crate::{Window, WindowKind};

/// Percentages are whole numbers: less burn than this says nothing of how much work a percent is.
pub(crate) const TELLING_PERCENT: f64 = 5.0;

/// What is recorded of one account.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// What the provider said, in order of time.
    pub samples: &'a [Sample],
    /// What it was said about, where that is known.
    pub work: Option<Work>,
}

/// Whether an account has quota now, by the word that counts for routing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Present {
    /// It has some, or nobody knows.
    Left,
    Exhausted {
        /// When it comes back, where known.
        until: Option<Timestamp>,
    },
}

/// How long quota lasts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Runway {
    /// Too little is used, or too little is known.
    #[default]
    Silent,
    /// At this pace it lasts.
    Lasts {
        /// Until this reset; nothing is said of later.
        until: Option<Timestamp>,
        /// At the fastest pace seen lately it runs out all the same, at this moment.
        earliest: Option<Timestamp>,
    },
    /// At this pace it runs out.
    RunsOut {
        /// The window that runs out first; `None` for a pool.
        window: Option<WindowKind>,
        /// By the middle of the three ways to read the record.
        at: Timestamp,
        /// At the fastest pace seen lately; not after `at`.
        earliest: Timestamp,
        /// At the slowest pace seen lately, not before `at`; `None` where that lasts until the reset.
        latest: Option<Timestamp>,
        /// When capacity comes back after `at`, where known.
        returns_at: Option<Timestamp>,
    },
    /// Nothing is left now.
    Exhausted {
        /// When capacity comes back, where known.
        returns_at: Option<Timestamp>,
    },
}

/// What is forecast of one account, and what a pool's forecast needs of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// The account's own answer.
    pub runway: Runway,
    pub(super) present: Present,
    pub(super) windows: Vec<WindowState>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct WindowState {
    pub(super) slot: Slot,
    pub(super) window: Window,
    pub(super) judgement: Judgement,
    /// Percent per second.
    pub(super) of_late: f64,
    /// The work that one percent of it stands for, where the record shows it.
    pub(super) size: Option<f64>,
}

impl WindowState {
    pub(super) fn left_percent(&self) -> f64 {
        (100.0 - self.window.used_percent).max(0.0)
    }

    /// A window whose reset is unknown resets within its length.
    fn longest_wait(&self) -> Option<SignedDuration> {
        self.window.length_seconds.map(|seconds| SignedDuration::from_secs(seconds.into()))
    }
}

/// Forecasts one account from what is recorded of it. Samples later than `now` are left out.
pub fn forecast(record: Record<'_>, present: Present, now: Timestamp) -> Forecast {
    let known = record.samples.partition_point(|sample| sample.at <= now);
    let record = Record { samples: &record.samples[..known], ..record };
    let windows = windows(record, now);
    let runway = match present {
        Present::Exhausted { until } => Runway::Exhausted { returns_at: until.filter(|until| *until > now) },
        Present::Left => of_windows(&windows, now),
    };
    Forecast { runway, present, windows }
}

/// The windows that the newest sample names.
fn windows(record: Record<'_>, now: Timestamp) -> Vec<WindowState> {
    let Some(newest) = record.samples.last() else { return Vec::new() };
    let mut slots: Vec<Slot> = newest.windows.iter().map(Slot::of).collect();
    slots.sort_unstable();
    slots.dedup();
    slots
        .into_iter()
        .filter_map(|slot| {
            let cycle = cycles(record.samples, slot).pop()?;
            let size = size(record, slot);
            if cycle.window.resets_at.is_some_and(|at| at <= now) {
                let window = refilled(cycle.window, now);
                return Some(WindowState { slot, window, judgement: Judgement::Little, of_late: 0.0, size });
            }
            let (judgement, of_late) = (pace::judge(&cycle, now), pace::of_late(&cycle, now));
            Some(WindowState { slot, window: cycle.window, judgement, of_late, size })
        })
        .collect()
}

fn size(record: Record<'_>, slot: Slot) -> Option<f64> {
    let work = record.work.filter(|work| work.amount > 0.0)?;
    let since = record.samples.partition_point(|sample| sample.at < work.since);
    let burnt = burnt(&record.samples[since..], slot);
    (burnt >= TELLING_PERCENT).then(|| work.amount / burnt)
}

/// A window whose reset has passed and that nobody has seen since.
fn refilled(window: Window, now: Timestamp) -> Window {
    let length = window.length_seconds.map(|seconds| SignedDuration::from_secs(seconds.into()));
    let resets_at = length.and_then(|length| now.checked_add(length).ok());
    Window { used_percent: 0.0, resets_at, ..window }
}

fn of_windows(windows: &[WindowState], now: Timestamp) -> Runway {
    let answers: Vec<Runway> = windows.iter().map(|state| of_window(state, now)).collect();
    let earliest = answers.iter().filter_map(|answer| match answer {
        Runway::RunsOut { earliest, .. } => Some(*earliest),
        Runway::Lasts { earliest, .. } => *earliest,
        Runway::Silent | Runway::Exhausted { .. } => None,
    });
    let earliest = earliest.min();
    let latest = answers.iter().filter_map(|answer| match answer {
        Runway::RunsOut { latest, .. } => *latest,
        Runway::Lasts { .. } | Runway::Silent | Runway::Exhausted { .. } => None,
    });
    let latest = latest.min();
    let soonest = answers.iter().filter_map(|answer| match answer {
        Runway::RunsOut { window, at, returns_at, .. } => Some((*at, *window, *returns_at)),
        Runway::Lasts { .. } | Runway::Silent | Runway::Exhausted { .. } => None,
    });
    if let Some((at, window, returns_at)) = soonest.min_by_key(|(at, ..)| *at) {
        let earliest = earliest.map_or(at, |earliest| earliest.min(at));
        return Runway::RunsOut { window, at, earliest, latest, returns_at };
    }
    if windows.iter().any(|state| state.judgement == Judgement::Unknown) {
        return Runway::Silent;
    }
    let until = answers.iter().filter_map(|answer| match answer {
        Runway::Lasts { until, .. } => Some(*until),
        Runway::RunsOut { .. } | Runway::Silent | Runway::Exhausted { .. } => None,
    });
    // A window without a known reset lasts longer than any that has one.
    match until.min_by_key(|until| until.unwrap_or(Timestamp::MAX)) {
        Some(until) => Runway::Lasts { until, earliest },
        None => Runway::Silent,
    }
}

fn of_window(state: &WindowState, now: Timestamp) -> Runway {
    let Judgement::Judged(lasts) = &state.judgement else { return Runway::Silent };
    let reset = state.window.resets_at;
    let before_reset = |left: Option<SignedDuration>| {
        let at = now.checked_add(left?).ok()?;
        let end = reset.or_else(|| now.checked_add(state.longest_wait()?).ok());
        (end.is_none_or(|end| at < end)).then_some(at)
    };
    let earliest = before_reset(lasts.fast);
    match before_reset(lasts.best) {
        Some(at) => Runway::RunsOut {
            window: Some(state.window.kind()),
            at,
            earliest: earliest.unwrap_or(at),
            latest: before_reset(lasts.slow),
            returns_at: reset,
        },
        None => Runway::Lasts { until: reset, earliest },
    }
}
