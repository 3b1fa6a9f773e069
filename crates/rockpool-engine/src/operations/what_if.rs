//! Plays the recorded requests of a pool again, under each strategy and without accounts on trial.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rockpool_routing::replay::{Assumption, Course, Recording, Replayer, Request, Share};
use rockpool_routing::runway::{SAMPLE_RETENTION, Sample, Tokens};
use rockpool_routing::{AccountId, ConversationKey, Now, Pool, Strategy, TenantId};

use super::error::{ActionError, refused};
use super::handle::EngineHandle;
use crate::model::activity::OutcomeClass;
use crate::model::client::OverrideMode;
use crate::snapshot::{DrySpanView, ScenarioAccountView, ScenarioView, WhatIfView};
use crate::store::registry::Registry;
use crate::store::{Considered, REQUESTS_KEPT, TrafficRow};

/// Quota is looked up from so long before the first request: what was left then was seen before it.
const BEFORE: SignedDuration = SignedDuration::from_hours(6);

pub(crate) async fn what_if(
    engine: &EngineHandle,
    tenant: TenantId,
    owner: &str,
    without: Vec<String>,
) -> Result<WhatIfView, ActionError> {
    let core = engine.core();
    let registry = core.registry.get();
    let id = engine.account(tenant, owner)?.id;
    let pool = registry.pools.get(&id).ok_or_else(|| ActionError::no_pool(owner))?.pool.clone();
    let without = left_out(&registry, tenant, &pool, owner, &without)?;
    core.ledger.write(&core.store).await.map_err(refused)?;
    let now = core.clock.now();
    let rows = core.store.traffic(tenant, REQUESTS_KEPT).await.map_err(refused)?;
    let oldest = now.wall.checked_sub(SAMPLE_RETENTION).unwrap_or(Timestamp::MIN);
    let recent = rows.iter().filter(|row| row.at >= oldest);
    let requests: Vec<Request> = recent.filter_map(|row| request(&registry, tenant, &pool, row)).collect();
    let since = requests.first().map_or(now.wall, |first| first.at);
    let since = since.checked_sub(BEFORE).unwrap_or(Timestamp::MIN);
    let mut samples: BTreeMap<AccountId, Vec<Sample>> = BTreeMap::new();
    for row in core.store.quota_history(tenant, since).await.map_err(refused)? {
        samples.entry(row.account).or_default().push(row.sample);
    }
    let traffic = PastTraffic { registry, pool, without, requests, samples };
    let played = tokio::task::spawn_blocking(move || traffic.play(now)).await;
    played.map_err(|_| ActionError::unavailable("broke_down", "The replay broke down; look at the log."))
}

/// The accounts to be left out, in pool order.
fn left_out(
    registry: &Registry,
    tenant: TenantId,
    pool: &Pool,
    owner: &str,
    names: &[String],
) -> Result<Vec<AccountId>, ActionError> {
    let mut chosen = BTreeSet::new();
    for name in names {
        let known = registry.account_named(tenant, name).map(|row| row.id);
        let Some(id) = known.filter(|id| pool.accounts().any(|account| account == *id)) else {
            let text = format!("“{name}” is not in the pool of “{owner}”, so it cannot be left out of it.");
            return Err(ActionError::invalid("unknown_member", name, text));
        };
        chosen.insert(id);
    }
    let without: Vec<AccountId> = pool.accounts().filter(|account| chosen.contains(account)).collect();
    if without.len() == pool.accounts().count() {
        let text = format!("Nothing would be left of the pool of “{owner}”; keep at least one account.");
        return Err(ActionError::invalid("nothing_left", owner, text));
    }
    Ok(without)
}

/// A recorded request of this pool: one that an account of it answered, or that nobody could serve and that
/// came from a client of this pool.
fn request(registry: &Registry, tenant: TenantId, pool: &Pool, row: &TrafficRow) -> Option<Request> {
    let client = row.client.and_then(|client| registry.client(client));
    let mine = |account: AccountId| pool.accounts().any(|member| member == account);
    let served = match row.account {
        Some(account) if !mine(account) => return None,
        Some(account) => Some(account).filter(|_| !is_refusal(row.outcome)),
        None => {
            let considered = row.considered == Considered::Yes && !is_own_fault(row.outcome);
            client.filter(|client| considered && mine(client.account))?;
            None
        }
    };
    let only = client.filter(|client| client.override_mode == OverrideMode::Single);
    let succeeded = row.outcome == OutcomeClass::Success;
    Some(Request {
        at: row.at,
        conversation: row.conversation.as_ref().and_then(|name| ConversationKey::new(tenant, name)),
        // An answer that broke off may have cost something; how much is not known.
        tokens: row.tokens.or((!succeeded).then(Tokens::default)),
        served,
        only: only.map(|client| client.account),
    })
}

/// Outcomes of an account that had nothing to give.
fn is_refusal(outcome: OutcomeClass) -> bool {
    [OutcomeClass::UsageLimit, OutcomeClass::RateLimited].contains(&outcome)
}

/// Outcomes that no other account would have changed.
fn is_own_fault(outcome: OutcomeClass) -> bool {
    [OutcomeClass::Rejected, OutcomeClass::Abandoned].contains(&outcome)
}

struct PastTraffic {
    registry: Arc<Registry>,
    pool: Pool,
    without: Vec<AccountId>,
    requests: Vec<Request>,
    samples: BTreeMap<AccountId, Vec<Sample>>,
}

impl PastTraffic {
    fn play(self, now: Now) -> WhatIfView {
        let replayer =
            Replayer::new(Recording { pool: &self.pool, requests: &self.requests, samples: &self.samples });
        let conversations: BTreeSet<&ConversationKey> =
            self.requests.iter().filter_map(|request| request.conversation.as_ref()).collect();
        let scenario = |strategy| {
            let course = replayer.replay(strategy, &self.without, now);
            self.scenario(Some(strategy), course)
        };
        WhatIfView {
            owner: self.registry.name_of(self.pool.owner),
            from: self.requests.first().map(|request| request.at),
            to: self.requests.last().map(|request| request.at),
            requests: u32::try_from(self.requests.len()).unwrap_or(u32::MAX),
            conversations: u32::try_from(conversations.len()).unwrap_or(u32::MAX),
            without: self.without.iter().map(|account| self.registry.name_of(*account)).collect(),
            recorded: self.scenario(None, replayer.recorded()),
            scenarios: Strategy::ALL.into_iter().map(scenario).collect(),
            assumptions: replayer
                .assumptions()
                .into_iter()
                .map(Assumption::name)
                .map(str::to_owned)
                .collect(),
        }
    }

    fn scenario(&self, strategy: Option<Strategy>, course: Course) -> ScenarioView {
        let account = |share: Share| ScenarioAccountView {
            account: self.registry.name_of(share.account),
            requests: share.requests,
            dry: share.exhausted.into_iter().map(|(from, to)| DrySpanView { from, to }).collect(),
        };
        ScenarioView {
            strategy,
            accounts: course.accounts.into_iter().map(account).collect(),
            cache_breaks: course.cache_breaks,
            cached_tokens_lost: course.cached_tokens_lost,
            unserved: course.unserved,
            dry_seconds: course.exhausted_seconds,
        }
    }
}
