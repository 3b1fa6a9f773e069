//! Asks the provider for usage where traffic does not tell it; `rockpool_routing::polling` says when.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rand::Rng as _;
use rockpool_routing::polling::{self, PollFacts};
use rockpool_routing::{AccountId, Class, Now, Signals, Standing, classify};
use tokio::sync::Notify;

use crate::core::Core;
use crate::provider::bearer::{Bearer, TokenError};
use crate::provider::outbound::OnBehalfOf;
use crate::provider::usage;
use crate::provider::usage::{UsageError, UsageReport};
use crate::store::AccountRow;

/// Longest sleep between two looks at what is due: whatever makes an account due sooner is seen within it.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);
/// Shortest sleep between two looks, however soon something is due.
const SHORTEST_SLEEP: Duration = Duration::from_secs(1);
/// Pause between two accounts that are due at the same time.
const SPACING: Duration = Duration::from_millis(500);
/// The calendar running ahead of the process by so much means that the machine was asleep.
const SLEPT: SignedDuration = SignedDuration::from_secs(30);
/// After that the network gets a moment, and machines that wake together do not ask together.
const AFTER_SLEEP: std::ops::Range<u64> = 5_000..20_000;

/// What was asked of one account so far.
#[derive(Clone, Debug, Default)]
struct PollHistory {
    at: Option<Timestamp>,
    failures: u32,
    questions: u64,
    /// Held by the one question under way.
    question_lock: Arc<tokio::sync::Mutex<()>>,
}

/// When each account was last asked.
#[derive(Default)]
pub(crate) struct Poller {
    asked: Mutex<BTreeMap<AccountId, PollHistory>>,
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
    fn lock(&self) -> MutexGuard<'_, BTreeMap<AccountId, PollHistory>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at once, for an account that was just added or signed in again: what it failed by before is of no
    /// account any more.
    pub(crate) fn look_now(&self, account: AccountId) {
        self.lock().remove(&account);
        self.wake.notify_one();
    }

    /// Asks for what is due; runs until dropped.
    pub(crate) async fn run(&self, core: &Core) {
        loop {
            let (due, next) = self.look(core);
            for row in due {
                if let Err(error) = self.ask(core, &row).await {
                    tracing::info!(account = %row.name, %error, "usage could not be read");
                }
                tokio::time::sleep(SPACING).await;
            }
            let before = core.clock.now();
            tokio::select! {
                () = tokio::time::sleep(next) => {}
                () = self.wake.notified() => {}
            }
            if slept(before, core.clock.now()) {
                let moment = rand::rng().random_range(AFTER_SLEEP);
                tokio::time::sleep(Duration::from_millis(moment)).await;
            }
        }
    }

    /// What is due, and how long nothing else will be.
    fn look(&self, core: &Core) -> (Vec<AccountRow>, Duration) {
        let now = core.clock.now();
        let registry = core.registry.get();
        self.lock().retain(|account, _| registry.account(*account).is_some());
        let mut due = Vec::new();
        let mut next = LONGEST_SLEEP;
        for row in &registry.accounts {
            let Some(at) = polling::next(&self.glance(core, row, now), core.config.usage_poll, now) else {
                continue;
            };
            match Duration::try_from(at.duration_since(now.wall)) {
                Ok(wait) if !wait.is_zero() => next = next.min(wait),
                Ok(_) | Err(_) => due.push(row.clone()),
            }
        }
        (due, next.max(SHORTEST_SLEEP))
    }

    fn glance(&self, core: &Core, row: &AccountRow, now: Now) -> PollFacts {
        let asked = self.lock().get(&row.id).cloned().unwrap_or_default();
        core.routing.read(|router, _| {
            let quota = router.quota(row.id);
            let reading = quota.and_then(|quota| quota.reading());
            let running = reading.iter().flat_map(|reading| &reading.windows);
            // A window of which nothing is used has nothing to give back; its reset is no reason to ask.
            let resets = running.filter(|window| window.used_percent > 0.0).filter_map(|one| one.resets_at);
            PollFacts {
                state: router.state(row.id, now).0,
                used_at: core.ledger.last_used(row.id),
                seen_at: reading.map(|reading| reading.seen_at),
                resets_at: resets.filter(|at| reading.is_none_or(|reading| *at > reading.seen_at)).min(),
                contradicted_since: quota.and_then(|quota| quota.unconfirmed()).map(|other| other.seen_at),
                asked_at: asked.at,
                failures: asked.failures,
                // Another one for each account and question, or all of them would come due in step.
                salt: (row.id.0.as_u128() as u64).wrapping_add(asked.questions),
            }
        })
    }

    /// Asks for one account's usage and takes what it says. One question at a time for each account: who
    /// comes while one is under way gets its answer.
    pub(crate) async fn ask(&self, core: &Core, row: &AccountRow) -> Result<(), PollError> {
        let called = core.clock.wall();
        let question_lock = Arc::clone(&self.lock().entry(row.id).or_default().question_lock);
        let _held = question_lock.lock().await;
        if self.answered_since(row.id, called) {
            return Ok(());
        }
        let answer = self.ask_now(core, row).await;
        let mut asked = self.lock();
        let known = asked.entry(row.id).or_default();
        known.at = Some(core.clock.wall());
        known.questions = known.questions.wrapping_add(1);
        known.failures = if answer.is_ok() { 0 } else { known.failures.saturating_add(1) };
        answer
    }

    fn answered_since(&self, account: AccountId, called: Timestamp) -> bool {
        let asked = self.lock();
        asked.get(&account).is_some_and(|known| known.failures == 0 && known.at.is_some_and(|at| at > called))
    }

    async fn ask_now(&self, core: &Core, row: &AccountRow) -> Result<(), PollError> {
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
                    core.routing.learn(|router, now| router.set_standing(row.id, standing, now));
                }
                Err(error.into())
            }
        }
    }
}

/// Whether the calendar went on while the process did not.
fn slept(before: Now, after: Now) -> bool {
    let process = SignedDuration::try_from(after.mono.saturating_duration_since(before.mono));
    let calendar = after.wall.duration_since(before.wall);
    process.is_ok_and(|process| calendar - process > SLEPT)
}

async fn fetch(core: &Core, row: &AccountRow, bearer: &Bearer) -> Result<UsageReport, UsageError> {
    let clients = core.outbound.clients(OnBehalfOf::Account(row.id));
    let clients = clients.map_err(|error| UsageError::Unreachable(error.to_string()))?;
    usage::fetch(&clients, &core.config.backend_url, bearer, &row.workspace_id, &core.clock).await
}

/// An answer shows that the account is in good standing, and fills in what was not known of it.
async fn take(core: &Core, row: &AccountRow, report: UsageReport) {
    let plan = report.reading.plan.clone();
    core.routing.learn(|router, now| router.set_standing(row.id, Standing::Good, now));
    core.record_quota(row.id, report.reading);
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
        | Class::ModelLimit { .. }
        | Class::RateLimited { .. }
        | Class::Unsuitable
        | Class::ForeignCiphertext
        | Class::Failure { .. }
        | Class::Abandoned => None,
    }
}

/// The poller as the parts share it.
pub(crate) type SharedPoller = Arc<Poller>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::clock::Clock;

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

    #[test]
    fn a_calendar_that_ran_ahead_of_the_process_means_that_the_machine_was_asleep() {
        let mono = Clock::manual(Timestamp::UNIX_EPOCH).now().mono;
        let at = |mono, second| Now { mono, wall: Timestamp::from_second(second).unwrap() };
        let minute = mono + Duration::from_secs(60);
        assert!(!slept(at(mono, 0), at(minute, 60)));
        assert!(!slept(at(mono, 0), at(minute, 0)));
        assert!(slept(at(mono, 0), at(minute, 3_600)));
    }
}
