//! How long quota will last, for accounts and pools: by the ledger's record and the router's present word.
//! An account is looked at anew when its record grows, its present state changes or a minute has passed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use rockpool_routing::quota::Supply;
use rockpool_routing::runway::{self, Forecast, Part, PoolAccount, Present, Runway};
use rockpool_routing::{AccountId, Now, Router};

use crate::activity::ledger::Ledger;
use crate::snapshot::{RunwayOutlook, RunwayView, Share, share};

/// The forecasts of all accounts, as made last.
#[derive(Default)]
pub(crate) struct Forecasts {
    made: Mutex<BTreeMap<AccountId, Made>>,
}

struct Made {
    by: Grounds,
    forecast: Arc<Forecast>,
}

/// What a forecast went by; the same grounds give the same forecast, up to a minute.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Grounds {
    last_sample: Option<Timestamp>,
    present: Present,
    minute: i64,
}

impl Forecasts {
    /// The runway of an account.
    pub(crate) fn account(
        &self,
        ledger: &Ledger,
        router: &Router,
        account: AccountId,
        now: Now,
    ) -> RunwayView {
        view(self.forecast(ledger, router, account, now.wall).runway)
    }

    /// The runway of a pool.
    pub(crate) fn pool(
        &self,
        ledger: &Ledger,
        router: &Router,
        accounts: impl Iterator<Item = AccountId>,
        now: Now,
    ) -> RunwayView {
        let forecasts: Vec<(Part, Arc<Forecast>)> = accounts
            .map(|account| (part(router, account, now), self.forecast(ledger, router, account, now.wall)))
            .collect();
        let pool: Vec<PoolAccount<'_>> =
            forecasts.iter().map(|(part, forecast)| PoolAccount { part: *part, forecast }).collect();
        view(runway::pool(&pool, now.wall))
    }

    fn forecast(
        &self,
        ledger: &Ledger,
        router: &Router,
        account: AccountId,
        wall: Timestamp,
    ) -> Arc<Forecast> {
        let present = present(router, account, wall);
        let last_sample = ledger.last_sample(account);
        let by = Grounds { last_sample, present, minute: wall.as_second().div_euclid(60) };
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = made.get(&account).filter(|known| known.by == by) {
            return Arc::clone(&known.forecast);
        }
        let forecast = Arc::new(ledger.look(account, |record| runway::forecast(record, present, wall)));
        made.insert(account, Made { by, forecast: Arc::clone(&forecast) });
        forecast
    }
}

/// A refusal counts until its reset, even while requests find out whether it was lifted early.
fn present(router: &Router, account: AccountId, wall: Timestamp) -> Present {
    match router.quota(account).map_or(Supply::Unknown, |quota| quota.supply(wall)) {
        Supply::Exhausted { until } | Supply::ProbeDue { until } => Present::Exhausted { until },
        Supply::Plenty | Supply::Unknown => Present::Left,
    }
}

/// An account takes part in its pool's supply unless something else than quota keeps it out for long.
fn part(router: &Router, account: AccountId, now: Now) -> Part {
    match share(router, account, now) {
        Share::WhatItHas | Share::Exhausted => Part::Serves,
        Share::LeftOut | Share::Unavailable => Part::Out,
    }
}

fn view(runway: Runway) -> RunwayView {
    match runway {
        Runway::Silent => RunwayView::default(),
        Runway::Lasts { until: _, earliest } => {
            RunwayView { outlook: RunwayOutlook::Lasts, earliest, ..RunwayView::default() }
        }
        Runway::RunsOut { window, at, earliest, latest, returns_at } => RunwayView {
            outlook: RunwayOutlook::RunsDry,
            window,
            dry_at: Some(at),
            earliest: Some(earliest),
            latest,
            returns_at,
        },
        Runway::Exhausted { returns_at } => {
            RunwayView { outlook: RunwayOutlook::Dry, returns_at, ..RunwayView::default() }
        }
    }
}

#[cfg(test)]
mod tests;
