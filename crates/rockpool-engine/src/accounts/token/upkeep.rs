//! Upkeep: renews what is due, asks a silent vault again, looks at followed files.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::{Notify, watch};

use super::refresh_state::{Decision, Need};
use super::shared::Shared;
use super::{refresh, reread};

/// Longest sleep. Timers stand still while a laptop sleeps and the calendar does not, so the calendar
/// is looked at this often.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);
/// Shortest sleep, so that no clock can make upkeep spin.
const SHORTEST_SLEEP: Duration = Duration::from_secs(1);

/// Runs until the keeper stops, or nobody holds it any more.
pub(super) async fn run(keeper: Weak<Shared>, wake: Arc<Notify>, mut stopping: watch::Receiver<bool>) {
    loop {
        let Some(wait) = keeper.upgrade().map(|shared| until_next(&shared)) else { return };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = wake.notified() => continue,
            _ = stopping.wait_for(|stopping| *stopping) => return,
        }
        if let Some(shared) = keeper.upgrade() {
            check(&shared);
        }
    }
}

fn until_next(shared: &Shared) -> Duration {
    let now = shared.now();
    let next = shared.all().iter().filter_map(|slot| slot.state().wakes_in(now)).min();
    next.unwrap_or(LONGEST_SLEEP).clamp(SHORTEST_SLEEP, LONGEST_SLEEP)
}

fn check(shared: &Arc<Shared>) {
    for slot in shared.all() {
        match shared.decide(&slot, Need::Upkeep) {
            Decision::Serve(_) | Decision::Fail(_) | Decision::Wait => shared.publish(&slot),
            Decision::Refresh(job, _) => refresh::start(shared, &slot, job),
            Decision::Reread(job) => reread::start(shared, &slot, job),
        }
    }
}
