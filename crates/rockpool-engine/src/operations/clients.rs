//! Local tools: their names, the account they are pointed at, their keys.

use rockpool_routing::{AccountId, ClientId, Strategy, TenantId};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::error::{ActionError, refused};
use super::handle::EngineHandle;
use super::requests::{ClientChange, ClientNew};
use super::{secret_text, snapshot};
use crate::model::client::{KeyKind, OverrideMode};
use crate::proxy::authenticate;
use crate::snapshot::ClientView;
use crate::store::ClientRow;

/// Longest name, in characters.
const LONGEST_NAME: usize = 64;

/// A client and its new key, which is shown this once.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ClientKey {
    pub client: ClientView,
    #[serde(with = "secret_text")]
    #[schema(value_type = String)]
    pub key: SecretString,
    /// The address to configure in the tool; for a path key it holds the key.
    #[serde(with = "secret_text")]
    #[schema(value_type = String)]
    pub base_url: SecretString,
}

impl ClientKey {
    fn new(endpoint: String, client: ClientView, key: SecretString) -> Self {
        let base_url = match client.key_kind {
            KeyKind::Bearer => endpoint,
            KeyKind::Path => {
                format!("{}/k/{}/v1", endpoint.trim_end_matches("/v1"), key.expose_secret())
            }
        };
        Self { client, key, base_url: base_url.into() }
    }
}

/// Makes a client and its key.
pub(crate) async fn add(
    engine: &EngineHandle,
    tenant: TenantId,
    new: ClientNew,
) -> Result<ClientKey, ActionError> {
    let name = valid_name(&new.name)?;
    let _edit = engine.core().registry.edit().await;
    let account = engine.account(tenant, &new.account)?.id;
    let key_kind = new.key_kind.unwrap_or(KeyKind::Bearer);
    let key = authenticate::new_key(key_kind);
    let wanted = Wanted {
        mode: new.override_mode.unwrap_or(OverrideMode::Inherit),
        strategy: new.strategy,
        members: new.extra_provider_names,
    };
    let (override_mode, strategy) = resolve(engine, account, wanted)?;
    let row = ClientRow {
        id: ClientId(Uuid::now_v7()),
        tenant,
        name,
        account,
        key_kind,
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
    Ok(ClientKey::new(engine.endpoint(), shown(engine, &row).await?, key.secret))
}

/// Changes a client; its key stays. Leaving `custom` drops its own strategy.
pub(crate) async fn update(
    engine: &EngineHandle,
    tenant: TenantId,
    name: &str,
    change: ClientChange,
) -> Result<ClientView, ActionError> {
    let _edit = engine.core().registry.edit().await;
    let mut row = engine.client(tenant, name)?;
    if let Some(new_name) = &change.name {
        let new_name = valid_name(new_name)?;
        if new_name != row.name && engine.client(tenant, &new_name).is_ok() {
            return Err(taken(&new_name));
        }
        row.name = new_name;
    }
    if let Some(account) = &change.account {
        row.account = engine.account(tenant, account)?.id;
    }
    let wanted = Wanted {
        mode: change.override_mode.unwrap_or(row.override_mode),
        strategy: change.strategy.or(row.strategy),
        members: change.extra_provider_names,
    };
    (row.override_mode, row.strategy) = resolve(engine, row.account, wanted)?;
    engine.core().store.update_client(row.clone()).await.map_err(refused)?;
    shown(engine, &row).await
}

/// Gives a client a new key; the old one ends at once.
pub(crate) async fn rotate(
    engine: &EngineHandle,
    tenant: TenantId,
    name: &str,
) -> Result<ClientKey, ActionError> {
    let _edit = engine.core().registry.edit().await;
    let mut row = engine.client(tenant, name)?;
    let key = authenticate::new_key(row.key_kind);
    row.key_hash = key.hash;
    row.key_hint = key.hint;
    engine.core().store.update_client(row.clone()).await.map_err(refused)?;
    Ok(ClientKey::new(engine.endpoint(), shown(engine, &row).await?, key.secret))
}

/// Removes a client; its key ends at once.
pub(crate) async fn remove(engine: &EngineHandle, tenant: TenantId, name: &str) -> Result<(), ActionError> {
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
    /// Required in `custom` mode, without meaning in the others.
    strategy: Option<Strategy>,
    /// The seed's `extra_provider_names` of a client: in `custom` mode, none at all means the account alone (but
    /// for `round_robin`, which means its pool); anything else has to be the pool's members, for only the
    /// account's own pool says who they are.
    members: Option<Vec<String>>,
}

/// What is saved of it.
fn resolve(
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
