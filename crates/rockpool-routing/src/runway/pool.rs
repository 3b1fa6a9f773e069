//! How long the quota of several accounts lasts together: they are depleted until all are exhausted.
//!
//! Each account goes on at its own pace. When it is exhausted, its load moves on in equal parts to those that
//! still have something, and comes back with its reset. Load is kept apart by kind of window: five hours
//! go at the pace of the present sitting, a week at that of days. A percent is not the same work on
//! every account: what it is shows in the work that was done while it was burnt, and an account that shows
//! nothing is taken to be of the average size of the others.
//!
//! The load of an account that is exhausted from the beginning, or out for another reason, is what it burnt of
//! late. That fades as its tools move on, while their load grows into the records of the others. What runs
//! past the last reset that is known today is not looked at.

mod account;
mod depletion;

use jiff::{SignedDuration, Timestamp};

use super::forecast::{Present, Runway};
use super::pace::{Judgement, Lasts};
pub use account::{Part, PoolAccount};
use depletion::Depletion;

/// Forecasts a pool. Its answer names no window.
pub fn pool(accounts: &[PoolAccount<'_>], now: Timestamp) -> Runway {
    let serving: Vec<PoolAccount<'_>> =
        accounts.iter().filter(|account| account.part == Part::Serves).copied().collect();
    let Some(end) = last_reset(&serving, now) else { return at_once(&serving, now) };
    let depleted = |pace: fn(&Lasts) -> Option<SignedDuration>| Depletion::new(accounts, now, pace).run(end);
    let best = depleted(|lasts| lasts.best);
    if let Some(exhausted) = best
        && exhausted.at == now
    {
        return Runway::Exhausted { returns_at: exhausted.returns_at };
    }
    let known = |account: &PoolAccount<'_>| match account.forecast.present {
        Present::Exhausted { .. } => true,
        Present::Left => !account.forecast.windows.is_empty(),
    };
    let loaded = Depletion::new(accounts, now, |lasts| lasts.fast).is_loaded();
    if !loaded || !serving.iter().all(known) {
        return Runway::Silent;
    }
    let fast = depleted(|lasts| lasts.fast).map(|exhausted| exhausted.at);
    match best {
        Some(exhausted) => Runway::RunsOut {
            window: None,
            at: exhausted.at,
            earliest: fast.map_or(exhausted.at, |fast| fast.min(exhausted.at)),
            latest: depleted(|lasts| lasts.slow).map(|slow| slow.at.max(exhausted.at)),
            returns_at: exhausted.returns_at,
        },
        None if serving.iter().any(unjudged) => Runway::Silent,
        None => Runway::Lasts { until: Some(end), earliest: fast },
    }
}

/// Without any reset ahead, only what is exhausted by the provider's word can be told.
fn at_once(serving: &[PoolAccount<'_>], now: Timestamp) -> Runway {
    let all_exhausted =
        serving.iter().all(|account| matches!(account.forecast.present, Present::Exhausted { .. }));
    if all_exhausted && !serving.is_empty() {
        let returns_at = Depletion::new(serving, now, |lasts| lasts.best).returns_at();
        return Runway::Exhausted { returns_at };
    }
    Runway::Silent
}

fn unjudged(account: &PoolAccount<'_>) -> bool {
    account.forecast.windows.iter().any(|state| state.judgement == Judgement::Unknown)
}

fn last_reset(serving: &[PoolAccount<'_>], now: Timestamp) -> Option<Timestamp> {
    let windows = serving.iter().flat_map(|account| &account.forecast.windows);
    windows.filter_map(|state| state.window.resets_at).filter(|at| *at > now).max()
}
