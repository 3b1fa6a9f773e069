//! Lets go of what was kept as long as the settings say.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::core::Core;
use crate::model::settings::Settings;
use crate::store::{Keep, StoreError, system_scope};

/// Between two looks, while nobody changes how long things are kept.
const EVERY: Duration = Duration::from_secs(60 * 60);

/// Looks at the start, every hour, and when a setting changes; runs until dropped.
pub(crate) async fn run(core: &Core) {
    let mut changes = core.settings.changes();
    loop {
        let settings = changes.borrow_and_update().clone();
        if let Err(error) = prune(core, &settings).await {
            tracing::warn!(%error, "what is older than the settings say is still kept");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            changed = changes.changed() => if changed.is_err() { return },
        }
    }
}

async fn prune(core: &Core, settings: &Settings) -> Result<(), StoreError> {
    let now = core.clock.wall();
    let keep = Keep {
        requests: settings.keep_requests.value,
        requests_since: days_before(now, settings.keep_requests_days.value),
        quota_since: days_before(now, settings.keep_quota_days.value),
        conversations_since: days_before(now, settings.keep_conversations_days.value),
    };
    core.store.prune(system_scope(), keep).await?;
    if core.ledger.forget_before(keep.requests_since) {
        core.event_bus.snapshot_changed();
    }
    Ok(())
}

fn days_before(now: Timestamp, days: u32) -> Timestamp {
    now.checked_sub(SignedDuration::from_hours(i64::from(days) * 24)).unwrap_or(Timestamp::MIN)
}
