//! Asks the provider for usage where traffic does not tell it: seldom, one account at a time, jittered.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rockpool_routing::{AccountId, Class, Signals, Standing, classify};
use tokio::sync::Notify;

use crate::core::Core;
use crate::store::AccountRow;
use crate::token::{Bearer, TokenError};
use crate::usage::{self, UsageError, UsageReport};

/// Longest sleep between two looks at what is due.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);
/// Pause between two accounts that are due at the same time.
const SPACING: Duration = Duration::from_millis(500);

/// When each account was last asked.
#[derive(Default)]
pub(crate) struct Poller {
    asked: Mutex<BTreeMap<AccountId, Instant>>,
    wake: Notify,
}

/// Why there is no fresh reading.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PollError {
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error(transparent)]
    Usage(#[from] UsageError),
}

impl Poller {
    /// Looks at once, for an account that was just added or signed in again.
    pub(crate) fn look_now(&self, account: AccountId) {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).remove(&account);
        self.wake.notify_one();
    }

    /// Asks for what is due; runs until dropped.
    pub(crate) async fn run(&self, core: &Core) {
        loop {
            for row in self.due(core) {
                if let Err(error) = self.ask(core, &row).await {
                    tracing::info!(account = %row.name, %error, "usage could not be read");
                }
                tokio::time::sleep(SPACING).await;
            }
            tokio::select! {
                () = tokio::time::sleep(LONGEST_SLEEP.min(core.config.usage_poll)) => {}
                () = self.wake.notified() => {}
            }
        }
    }

    fn due(&self, core: &Core) -> Vec<AccountRow> {
        let now = core.clock.now();
        let registry = core.registry.get();
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let due = |row: &&AccountRow| {
            let Some(last) = asked.get(&row.id) else { return true };
            let interval = core.config.usage_poll + jitter(row.id, core.config.usage_poll);
            let seen = core.routing.read(|router, _| Some(router.quota(row.id)?.reading()?.seen_at));
            let told_by_traffic = seen.is_some_and(|at| {
                Duration::try_from(now.wall.duration_since(at)).is_ok_and(|age| age < core.config.usage_poll)
            });
            !told_by_traffic && now.mono.saturating_duration_since(*last) >= interval
        };
        registry.accounts.iter().filter(due).cloned().collect()
    }

    /// Asks for one account's usage and takes what it says.
    pub(crate) async fn ask(&self, core: &Core, row: &AccountRow) -> Result<(), PollError> {
        let now = core.clock.now().mono;
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(row.id, now);
        let bearer = core.keeper.bearer(row.login).await?;
        let report = match fetch(core, row, &bearer).await {
            Err(UsageError::Unauthorized) => {
                let newer = core.keeper.after_refusal(row.login, bearer.generation).await?;
                fetch(core, row, &newer).await
            }
            other => other,
        };
        match report {
            Ok(report) => {
                take(core, row, report).await;
                Ok(())
            }
            Err(error) => {
                if let Some(standing) = standing_after(&error) {
                    core.routing.learn(|router, _| router.set_standing(row.id, standing));
                }
                Err(error.into())
            }
        }
    }
}

async fn fetch(core: &Core, row: &AccountRow, bearer: &Bearer) -> Result<UsageReport, UsageError> {
    usage::fetch(&core.upstream, &core.config.backend_url, bearer, &row.workspace_id, &core.clock).await
}

/// An answer shows that the account is in good standing, and fills in what was not known of it.
async fn take(core: &Core, row: &AccountRow, report: UsageReport) {
    let plan = report.reading.plan.clone();
    core.routing.learn(|router, _| router.set_standing(row.id, Standing::Good));
    core.observe(row.id, report.reading);
    // The row is as old as the question: the account may have been renamed, repaired or removed since.
    let Some(present) = core.registry.get().account(row.id).cloned() else { return };
    let newer_plan = plan.filter(|plan| present.plan.as_ref() != Some(plan));
    let newer_email = report.email.filter(|_| present.email.is_none());
    if newer_plan.is_none() && newer_email.is_none() {
        return;
    }
    let now = core.clock.wall();
    let described = core.store.describe_account(row.tenant, row.id, newer_plan, newer_email, now).await;
    if described.is_ok()
        && let Err(error) = core.reload().await
    {
        tracing::warn!(%error, "the registry could not be read afresh");
    }
}

/// What an error says of the account: the same as it would say in answer to a tool's request.
fn standing_after(error: &UsageError) -> Option<Standing> {
    let (status, code) = match error {
        UsageError::Answered { status, code } => (*status, code.as_deref()),
        UsageError::Unauthorized
        | UsageError::Unreachable(_)
        | UsageError::TooLong
        | UsageError::NotUsage(_) => return None,
    };
    match classify::classify(&Signals { code, ..Signals::status(status) }) {
        Class::MissingWorkspace => Some(Standing::MissingWorkspace),
        Class::Forbidden => Some(Standing::Forbidden),
        Class::Billing => Some(Standing::Billing),
        Class::Success
        | Class::Rejected
        | Class::Unauthorized
        | Class::UsageLimit { .. }
        | Class::RateLimited { .. }
        | Class::Unsuitable
        | Class::ForeignCiphertext
        | Class::Failure { .. }
        | Class::Abandoned => None,
    }
}

/// Up to a fifth of the interval, the same for an account each time.
fn jitter(account: AccountId, interval: Duration) -> Duration {
    let share = (account.0.as_u128() % 200) as u32;
    interval * share / 1000
}

/// The poller as the parts share it.
pub(crate) type SharedPoller = Arc<Poller>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_the_usage_api_says_of_the_account_what_the_same_error_says_elsewhere() {
        let standing = |status, code: Option<&str>| {
            standing_after(&UsageError::Answered { status, code: code.map(str::to_owned) })
        };
        assert_eq!(standing(402, Some("deactivated_workspace")), Some(Standing::Forbidden));
        assert_eq!(standing(402, None), Some(Standing::Billing));
        assert_eq!(standing(403, Some("invalid_workspace_selected")), Some(Standing::MissingWorkspace));
        assert_eq!(standing(403, Some("unsupported_country_region_territory")), None);
        assert_eq!(standing(403, None), None);
        assert_eq!(standing(503, None), None);
        assert_eq!(standing_after(&UsageError::TooLong), None);
    }
}
