//! Making, changing and dissolving pools; every rule is checked before anything is saved.

use std::collections::BTreeMap;

use rockpool_routing::{AccountId, Pool, PoolError, TenantId, pool};

use super::error::{ActionError, refused};
use super::handle::EngineHandle;
use super::requests::PoolChange;
use super::snapshot;
use crate::snapshot::PoolView;
use crate::store::registry::Registry;

/// Makes or replaces the pool of `owner`.
pub(crate) async fn set(
    engine: &EngineHandle,
    tenant: TenantId,
    owner: &str,
    change: PoolChange,
) -> Result<PoolView, ActionError> {
    let _edit = engine.core().registry.edit().await;
    let registry = engine.core().registry.get();
    let owner_id = engine.account(tenant, owner)?.id;
    let members = members(&registry, tenant, owner, &change.extra_provider_names)?;
    let present = registry.pools.get(&owner_id).map(|row| row.pool.conversations);
    let conversations = change.conversations.or(present).unwrap_or_default();
    let candidate = Pool { owner: owner_id, members, strategy: change.strategy, conversations };
    let existing: BTreeMap<AccountId, Pool> = registry
        .pools
        .iter()
        .filter(|(_, row)| row.tenant == tenant)
        .map(|(owner, row)| (*owner, row.pool.clone()))
        .collect();
    pool::validate(&candidate, &existing).map_err(|error| in_words(&registry, owner, &error))?;
    engine.core().store.set_pool(tenant, candidate).await.map_err(refused)?;
    let registry = engine.reload().await?;
    engine.core().routing.look_again();
    let row = registry.pools.get(&owner_id).ok_or_else(|| ActionError::no_pool(owner))?;
    Ok(engine.core().routing.read(|router, now| snapshot::pool(engine.core(), &registry, router, row, now)))
}

/// Dissolves the pool of `owner`; its accounts stay.
pub(crate) async fn remove(engine: &EngineHandle, tenant: TenantId, owner: &str) -> Result<(), ActionError> {
    let _edit = engine.core().registry.edit().await;
    let registry = engine.core().registry.get();
    let id = engine.account(tenant, owner)?.id;
    if !registry.pools.contains_key(&id) {
        return Err(ActionError::no_pool(owner));
    }
    engine.core().store.remove_pool(tenant, id).await.map_err(refused)?;
    engine.reload().await?;
    Ok(())
}

/// The members by name, each once, in the order of their first mention.
fn members(
    registry: &Registry,
    tenant: TenantId,
    owner: &str,
    names: &[String],
) -> Result<Vec<AccountId>, ActionError> {
    let mut members = Vec::new();
    for name in names.iter().map(|name| name.trim()).filter(|name| !name.is_empty()) {
        let unknown = || {
            let text = format!("There is no account “{name}” to put into the pool of “{owner}”.");
            ActionError::invalid("unknown_member", name, text)
        };
        let id = registry.account_named(tenant, name).ok_or_else(unknown)?.id;
        if !members.contains(&id) {
            members.push(id);
        }
    }
    Ok(members)
}

fn in_words(registry: &Registry, owner: &str, error: &PoolError) -> ActionError {
    match error {
        PoolError::SelfReference => ActionError::invalid(
            "self_reference",
            owner,
            format!("“{owner}” owns this pool and cannot be its member too; leave it out of the members."),
        ),
        PoolError::MemberElsewhere { member, owner: other } => {
            let (member, other) = (registry.name_of(*member), registry.name_of(*other));
            let text = format!("“{member}” is in the pool of “{other}” already; take it out there first.");
            ActionError::conflict("member_elsewhere", &member, text)
        }
        PoolError::MemberOwnsPool { member } => {
            let member = registry.name_of(*member);
            let text = format!("“{member}” owns a pool of its own; dissolve that pool first.");
            ActionError::conflict("member_owns_pool", &member, text)
        }
        PoolError::OwnerIsMember { owner: other } => {
            let other = registry.name_of(*other);
            let text = format!("“{owner}” is in the pool of “{other}”; take it out there first.");
            ActionError::conflict("owner_is_member", owner, text)
        }
    }
}
