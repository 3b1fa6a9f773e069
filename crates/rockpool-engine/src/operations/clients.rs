//! Local tools: their names, the account they are pointed at, their keys.

use rockpool_routing::{AccountId, ClientId, Strategy, TenantId};
use secrecy::SecretString;
use uuid::Uuid;

use super::action::{ActionError, ClientPatch, NewClient};
use super::handle::{EngineHandle, refused};
use super::snapshot;
use crate::model::client::OverrideMode;
use crate::proxy::authenticate;
use crate::snapshot::ClientView;
use crate::store::ClientRow;

/// Longest name, in characters.
const LONGEST_NAME: usize = 64;

pub(super) async fn add(
    engine: &EngineHandle,
    tenant: TenantId,
    new: NewClient,
) -> Result<(ClientView, SecretString), ActionError> {
    let name = valid_name(&new.name)?;
    let _edit = engine.core().registry.edit().await;
    let account = engine.account(tenant, &new.account)?.id;
    let key = authenticate::new_key(new.key_kind);
    let wanted = Wanted { mode: new.override_mode, strategy: new.strategy, members: new.members };
    let (override_mode, strategy) = settle(engine, account, wanted)?;
    let row = ClientRow {
        id: ClientId(Uuid::now_v7()),
        tenant,
        name,
        account,
        key_kind: new.key_kind,
        key_hash: key.hash,
        key_hint: key.hint,
        override_mode,
        strategy,
        created_at: engine.core().clock.wall(),
        last_used_at: None,
    };
    if engine.client(tenant, &row.name).is_ok() {
        return Err(taken(&row.name));
    }
    engine.core().store.insert_client(row.clone()).await.map_err(refused)?;
    Ok((shown(engine, &row).await?, key.secret))
}

pub(super) async fn update(
    engine: &EngineHandle,
    tenant: TenantId,
    name: &str,
    patch: ClientPatch,
) -> Result<ClientView, ActionError> {
    let _edit = engine.core().registry.edit().await;
    let mut row = engine.client(tenant, name)?;
    if let Some(new_name) = &patch.name {
        let new_name = valid_name(new_name)?;
        if new_name != row.name && engine.client(tenant, &new_name).is_ok() {
            return Err(taken(&new_name));
        }
        row.name = new_name;
    }
    if let Some(account) = &patch.account {
        row.account = engine.account(tenant, account)?.id;
    }
    let wanted = Wanted {
        mode: patch.override_mode.unwrap_or(row.override_mode),
        strategy: patch.strategy.or(row.strategy),
        members: patch.members,
    };
    (row.override_mode, row.strategy) = settle(engine, row.account, wanted)?;
    engine.core().store.update_client(row.clone()).await.map_err(refused)?;
    shown(engine, &row).await
}

pub(super) async fn rotate(
    engine: &EngineHandle,
    tenant: TenantId,
    name: &str,
) -> Result<(ClientView, SecretString), ActionError> {
    let _edit = engine.core().registry.edit().await;
    let mut row = engine.client(tenant, name)?;
    let key = authenticate::new_key(row.key_kind);
    row.key_hash = key.hash;
    row.key_hint = key.hint;
    engine.core().store.update_client(row.clone()).await.map_err(refused)?;
    Ok((shown(engine, &row).await?, key.secret))
}

pub(super) async fn remove(engine: &EngineHandle, tenant: TenantId, name: &str) -> Result<(), ActionError> {
    let _edit = engine.core().registry.edit().await;
    let row = engine.client(tenant, name)?;
    engine.core().store.delete_client(tenant, row.id).await.map_err(refused)?;
    engine.reload().await?;
    Ok(())
}

async fn shown(engine: &EngineHandle, row: &ClientRow) -> Result<ClientView, ActionError> {
    let registry = engine.reload().await?;
    Ok(snapshot::client(engine.core(), &registry, registry.client(row.id).unwrap_or(row)))
}

fn valid_name(name: &str) -> Result<String, ActionError> {
    let name = name.trim();
    let fits = (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if fits {
        return Ok(name.to_owned());
    }
    let text = format!("A client's name has 1 to {LONGEST_NAME} characters and no line breaks.");
    Err(ActionError::invalid("invalid_name", name, text))
}

fn taken(name: &str) -> ActionError {
    ActionError::conflict(
        "name_taken",
        name,
        format!("There is a client “{name}” already; choose another name."),
    )
}

/// How a client is to use its account's pool, as it was asked for.
struct Wanted {
    mode: OverrideMode,
    strategy: Option<Strategy>,
    members: Option<Vec<String>>,
}

/// What is saved of it.
fn settle(
    engine: &EngineHandle,
    account: AccountId,
    wanted: Wanted,
) -> Result<(OverrideMode, Option<Strategy>), ActionError> {
    let strategy = match (wanted.mode, wanted.strategy) {
        (OverrideMode::Inherit | OverrideMode::Single, _) => return Ok((wanted.mode, None)),
        (OverrideMode::Custom, Some(strategy)) => strategy,
        (OverrideMode::Custom, None) => {
            let text = "A client with override_mode “custom” needs a strategy of its own.";
            return Err(ActionError::invalid("strategy_missing", "strategy", text));
        }
    };
    match wanted.members {
        Some(names) if names.is_empty() && strategy != Strategy::RoundRobin => {
            Ok((OverrideMode::Single, None))
        }
        Some(names) if !names.is_empty() => {
            check_members(engine, account, &names)?;
            Ok((OverrideMode::Custom, Some(strategy)))
        }
        Some(_) | None => Ok((OverrideMode::Custom, Some(strategy))),
    }
}

fn check_members(engine: &EngineHandle, account: AccountId, names: &[String]) -> Result<(), ActionError> {
    let registry = engine.core().registry.get();
    let members: Vec<String> =
        registry.pool_owned_by(account).members.iter().map(|member| registry.name_of(*member)).collect();
    if members == names {
        return Ok(());
    }
    let owner = registry.name_of(account);
    let text = format!(
        "A client cannot change who is in the pool of “{owner}”; change the pool itself, or leave extra_provider_names out."
    );
    Err(ActionError::invalid("members_differ", &owner, text))
}
