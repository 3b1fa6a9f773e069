//! How long the quota of several accounts lasts together: they are drained until all are dry.
//!
//! Each account goes on at its own pace. When it is dry, its load moves on in equal parts to those that
//! still have something, and comes back with its reset. Load is kept apart by kind of window: five hours
//! drain at the pace of the present sitting, a week at that of days. A percent is not the same work on
//! every account: what it is shows in the work that was done while it was burnt, and an account that shows
//! nothing is taken to be of the average size of the others.
//!
//! The load of an account that is dry from the beginning, or out for another reason, is what it burnt of
//! late. That fades as its tools move on, while their load grows into the records of the others. What runs
//! past the last reset that is known today is not looked at.

mod drain;

use jiff::{SignedDuration, Timestamp};

use super::pace::{Judgement, Lasts};
use super::{Forecast, Present, Runway};
use drain::Drain;

/// Whether an account can be drained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// It serves, or will as soon as it has quota.
    Serves,
    /// Paused, or in a trouble that its quota has nothing to do with.
    Out,
}

/// One account of a pool.
#[derive(Clone, Copy, Debug)]
pub struct Tank<'a> {
    /// Its own forecast.
    pub forecast: &'a Forecast,
    /// Whether it takes part.
    pub part: Part,
}

/// Forecasts a pool. Its answer names no window.
pub fn pool(tanks: &[Tank<'_>], now: Timestamp) -> Runway {
    let serving: Vec<Tank<'_>> = tanks.iter().filter(|tank| tank.part == Part::Serves).copied().collect();
    let Some(end) = last_reset(&serving, now) else { return at_once(&serving, now) };
    let drained = |pace: fn(&Lasts) -> Option<SignedDuration>| Drain::new(tanks, now, pace).run(end);
    let best = drained(|lasts| lasts.best);
    if let Some(dry) = best
        && dry.at == now
    {
        return Runway::Dry { returns_at: dry.returns_at };
    }
    let known = |tank: &Tank<'_>| match tank.forecast.present {
        Present::UsedUp { .. } => true,
        Present::Left => !tank.forecast.gauges.is_empty(),
    };
    let loaded = Drain::new(tanks, now, |lasts| lasts.fast).is_loaded();
    if !loaded || !serving.iter().all(known) {
        return Runway::Silent;
    }
    let fast = drained(|lasts| lasts.fast).map(|dry| dry.at);
    match best {
        Some(dry) => Runway::RunsDry {
            window: None,
            at: dry.at,
            earliest: fast.map_or(dry.at, |fast| fast.min(dry.at)),
            latest: drained(|lasts| lasts.slow).map(|slow| slow.at.max(dry.at)),
            returns_at: dry.returns_at,
        },
        None if serving.iter().any(unjudged) => Runway::Silent,
        None => Runway::Lasts { until: Some(end), earliest: fast },
    }
}

/// Without any reset ahead, only what is dry by the provider's word can be told.
fn at_once(serving: &[Tank<'_>], now: Timestamp) -> Runway {
    let all_dry = serving.iter().all(|tank| matches!(tank.forecast.present, Present::UsedUp { .. }));
    if all_dry && !serving.is_empty() {
        let returns_at = Drain::new(serving, now, |lasts| lasts.best).returns_at();
        return Runway::Dry { returns_at };
    }
    Runway::Silent
}

fn unjudged(tank: &Tank<'_>) -> bool {
    tank.forecast.gauges.iter().any(|gauge| gauge.judgement == Judgement::Unknown)
}

fn last_reset(serving: &[Tank<'_>], now: Timestamp) -> Option<Timestamp> {
    let gauges = serving.iter().flat_map(|tank| &tank.forecast.gauges);
    gauges.filter_map(|gauge| gauge.window.resets_at).filter(|at| *at > now).max()
}
