//! Accounts: importing one, renaming, ordering, setting aside, removing, asking for quota.

use std::path::PathBuf;

use rockpool_routing::account::Activation;
use rockpool_routing::{AccountId, LoginId, TenantId};

use super::error::{ActionError, refused};
use super::handle::EngineHandle;
use super::names::{name_taken, new_names, valid_display_name, valid_slug};
use super::requests::{AccountChange, AccountImport, AccountOrder, ImportModeName};
use super::{imports, judge, snapshot};
use crate::jobs::poll::PollError;
use crate::provider::outbound::OnBehalfOf;
use crate::provider::usage::UsageError;
use crate::snapshot::AccountView;
use crate::store::{AccountEdit, AccountRow, Obtained};

/// Makes an account of the one login in a file, or repairs the one that the same login has.
pub(crate) async fn import(
    engine: &EngineHandle,
    tenant: TenantId,
    import: AccountImport,
) -> Result<AccountView, ActionError> {
    let mode = mode(import.mode, import.path)?;
    engine.keeps_tokens()?;
    let bytes = imports::bytes_of(&import.auth_json, import.encoding)?;
    let login = imports::only_login(&bytes)
        .map_err(|error| ActionError::invalid("auth_json_not_usable", "auth_json", error.to_string()))?;
    let names = new_names(engine, tenant, import.name.as_deref(), import.display_name.as_deref())?;
    let obtained = match mode {
        Mode::TakeOver => judge::obtained(&login),
        Mode::Follow(path) => Obtained::Follow(path),
    };
    let judged = judge::judge(engine.core(), tenant, &login, &obtained).await;
    let row = imports::take(engine, tenant, &login, obtained, judged, names).await;
    shown(engine, &row.map_err(imports::in_words)?)
}

/// Who owns the refresh token afterwards.
enum Mode {
    TakeOver,
    Follow(PathBuf),
}

fn mode(mode: ImportModeName, path: Option<PathBuf>) -> Result<Mode, ActionError> {
    let refused = |sentence: &str| Err(ActionError::invalid("invalid_field", "path", sentence));
    match (mode, path) {
        (ImportModeName::TakeOver, None) => Ok(Mode::TakeOver),
        (ImportModeName::TakeOver, Some(_)) => refused("path: Only an import that follows a file has one."),
        (ImportModeName::Follow, Some(path)) if path.is_absolute() => Ok(Mode::Follow(path)),
        (ImportModeName::Follow, Some(_)) => refused("path: Give the file's absolute path."),
        (ImportModeName::Follow, None) => refused("path: Name the file to follow, by its absolute path."),
    }
}

/// Renames, pauses or resumes an account.
pub(crate) async fn update(
    engine: &EngineHandle,
    tenant: TenantId,
    name: &str,
    change: AccountChange,
) -> Result<AccountView, ActionError> {
    let edit = AccountEdit {
        name: change.name.as_deref().map(valid_slug).transpose()?,
        display_name: change.display_name.as_deref().map(valid_display_name).transpose()?,
        activation: change.state,
    };
    let core = engine.core();
    let _edit = core.registry.edit().await;
    let row = engine.account(tenant, name)?;
    if let Some(new_name) = edit.name.as_ref().filter(|new_name| **new_name != row.name)
        && engine.account(tenant, new_name).is_ok()
    {
        return Err(name_taken(new_name));
    }
    core.store.edit_account(tenant, row.id, edit, core.clock.wall()).await.map_err(refused)?;
    engine.reload().await?;
    if let Some(state) = change.state {
        core.routing.learn(|router, _| router.set_activation(row.id, state));
    }
    if change.state == Some(Activation::Active) {
        engine.poller().look_now(row.id);
    }
    shown(engine, &row)
}

/// Removes an account: it leaves its pool, and a pool of its own is dissolved. While clients are pointed at it, it
/// stays: they would have nowhere to go.
pub(crate) async fn remove(engine: &EngineHandle, tenant: TenantId, name: &str) -> Result<(), ActionError> {
    let (account, orphan) = take_out(engine, tenant, name).await?;
    if let Some(login) = orphan
        && let Err(error) = engine.core().keeper.forget(login, OnBehalfOf::Account(account)).await
    {
        return Err(ActionError::unavailable("login_stays_behind", error.to_string()));
    }
    Ok(())
}

/// Removes the account and gives its id, and the login that serves no other.
async fn take_out(
    engine: &EngineHandle,
    tenant: TenantId,
    name: &str,
) -> Result<(AccountId, Option<LoginId>), ActionError> {
    let _edit = engine.core().registry.edit().await;
    let row = engine.account(tenant, name)?;
    let registry = engine.core().registry.get();
    let pointed: Vec<&str> = registry
        .clients
        .iter()
        .filter(|client| client.account == row.id)
        .map(|client| &*client.name)
        .collect();
    if !pointed.is_empty() {
        let clients = pointed.join("”, “");
        let text = format!(
            "“{name}” serves the tools “{clients}”; point them at another account or remove them first."
        );
        return Err(ActionError::conflict("account_in_use", name, text));
    }
    let orphan = engine.core().store.delete_account(tenant, row.id).await.map_err(refused)?;
    engine.reload().await?;
    engine.core().routing.learn(|router, _| router.remove_account(row.id));
    Ok((row.id, orphan))
}

/// Asks the provider now.
pub(crate) async fn refresh_quota(
    engine: &EngineHandle,
    tenant: TenantId,
    name: &str,
) -> Result<AccountView, ActionError> {
    let row = engine.account(tenant, name)?;
    engine.poller().ask(engine.core(), &row).await.map_err(|error| {
        let code = match &error {
            PollError::Token(_) => "no_bearer",
            PollError::Usage(UsageError::Unauthorized) => "refused",
            PollError::Usage(_) => "usage_unavailable",
        };
        ActionError::unavailable(code, format!("The quota of “{name}” could not be read: {error}."))
    })?;
    shown(engine, &row)
}

pub(super) fn shown(engine: &EngineHandle, row: &AccountRow) -> Result<AccountView, ActionError> {
    let core = engine.core();
    let registry = core.registry.get();
    let present = registry.account(row.id).ok_or_else(|| ActionError::no_account(&row.name))?;
    Ok(core.routing.read(|router, now| snapshot::account(core, &registry, router, present, now)))
}

/// Puts the named accounts first, in this order; the others follow as they stood.
pub(crate) async fn order(
    engine: &EngineHandle,
    tenant: TenantId,
    order: AccountOrder,
) -> Result<Vec<AccountView>, ActionError> {
    let core = engine.core();
    let _edit = core.registry.edit().await;
    let mut ids: Vec<AccountId> = Vec::new();
    for name in &order.names {
        let id = engine.account(tenant, name)?.id;
        if ids.contains(&id) {
            let text = format!("names: “{name}” stands there twice.");
            return Err(ActionError::invalid("invalid_field", "names", text));
        }
        ids.push(id);
    }
    let registry = core.registry.get();
    let others = registry.accounts_of(tenant).map(|row| row.id).filter(|id| !ids.contains(id));
    let all = ids.iter().copied().chain(others).collect();
    core.store.order_accounts(tenant, all, core.clock.wall()).await.map_err(refused)?;
    let registry = engine.reload().await?;
    registry.accounts_of(tenant).map(|row| shown(engine, row)).collect()
}
