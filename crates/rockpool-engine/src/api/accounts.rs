//! `/accounts`: signed-in accounts, their names and whether they are used.

use std::path::PathBuf;

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use rockpool_routing::account::Activation;
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Shared;
use super::extract::{Body, Caller};
use super::problem::Problem;
use crate::operations::action::{AccountPatch, ActionError, ImportMode, NewImport};
use crate::snapshot::AccountView;
use crate::snapshot::names;

/// Changes to an account; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountChange {
    /// New slug.
    name: Option<String>,
    /// New display name.
    display_name: Option<String>,
    /// `active` or `paused`.
    #[schema(value_type = Option<names::Wish>)]
    state: Option<Activation>,
}

/// An existing `auth.json` that becomes an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountImport {
    /// The file's content.
    auth_json: String,
    /// Slug; made from the plan when absent.
    name: Option<String>,
    /// What to call it; the slug when absent.
    display_name: Option<String>,
    /// Who owns the refresh token afterwards.
    mode: ImportModeName,
    /// Absolute path of the file, for `follow`.
    #[schema(value_type = Option<String>)]
    path: Option<PathBuf>,
}

/// A refresh token can have one owner only.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ImportModeName {
    /// Rockpool refreshes from now on; the other client must stop using the file.
    TakeOver,
    /// The other client goes on refreshing; Rockpool re-reads the file.
    Follow,
}

/// Accounts in the order in which they were added
#[utoipa::path(get, path = "/accounts", tag = "accounts", operation_id = "listAccounts",
    responses((status = OK, body = Vec<AccountView>)))]
pub(super) async fn list(State(engine): State<Shared>, Caller(viewer): Caller) -> Json<Vec<AccountView>> {
    Json(engine.snapshot(&viewer.at_home()).accounts)
}

/// One account
#[utoipa::path(get, path = "/accounts/{name}", tag = "accounts", operation_id = "getAccount",
    params(("name" = String, Path, description = "Slug of the account")),
    responses((status = OK, body = AccountView)))]
pub(super) async fn show(
    State(engine): State<Shared>,
    Caller(viewer): Caller,
    Path(name): Path<String>,
) -> Result<Json<AccountView>, Problem> {
    let accounts = engine.snapshot(&viewer.at_home()).accounts;
    let found = accounts.into_iter().find(|account| account.name == name);
    found.map(Json).ok_or_else(|| ActionError::no_account(&name).into())
}

/// Rename, pause or resume an account
#[utoipa::path(patch, path = "/accounts/{name}", tag = "accounts", operation_id = "updateAccount",
    params(("name" = String, Path, description = "Slug of the account")),
    request_body = AccountChange, responses((status = OK, body = AccountView)))]
pub(super) async fn update(
    State(engine): State<Shared>,
    Caller(viewer): Caller,
    Path(name): Path<String>,
    Body(change): Body<AccountChange>,
) -> Result<Json<AccountView>, Problem> {
    let patch = AccountPatch { name: change.name, display_name: change.display_name, wish: change.state };
    Ok(Json(engine.update_account(viewer.home, &name, patch).await?))
}

/// Remove an account; it leaves its pool, and is refused while a client points to it
#[utoipa::path(delete, path = "/accounts/{name}", tag = "accounts", operation_id = "removeAccount",
    params(("name" = String, Path, description = "Slug of the account")),
    responses((status = NO_CONTENT, description = "Removed")))]
pub(super) async fn remove(
    State(engine): State<Shared>,
    Caller(viewer): Caller,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    engine.remove_account(viewer.home, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ask the provider for the account's quota now
#[utoipa::path(post, path = "/accounts/{name}/quota", tag = "accounts", operation_id = "refreshQuota",
    params(("name" = String, Path, description = "Slug of the account")),
    responses((status = OK, body = AccountView)))]
pub(super) async fn refresh_quota(
    State(engine): State<Shared>,
    Caller(viewer): Caller,
    Path(name): Path<String>,
) -> Result<Json<AccountView>, Problem> {
    Ok(Json(engine.refresh_quota(viewer.home, &name).await?))
}

/// Make an account of an existing `auth.json`
#[utoipa::path(post, path = "/accounts/import", tag = "accounts", operation_id = "importAccount",
    request_body = AccountImport, responses((status = CREATED, body = AccountView)))]
pub(super) async fn import(
    State(engine): State<Shared>,
    Caller(viewer): Caller,
    Body(import): Body<AccountImport>,
) -> Result<(StatusCode, Json<AccountView>), Problem> {
    let new = NewImport {
        mode: import_mode(import.mode, import.path)?,
        auth_json: SecretString::from(import.auth_json),
        name: import.name,
        display_name: import.display_name,
    };
    Ok((StatusCode::CREATED, Json(engine.import_account(viewer.home, new).await?)))
}

fn import_mode(mode: ImportModeName, path: Option<PathBuf>) -> Result<ImportMode, Problem> {
    let refused = |sentence: &str| Err(ActionError::invalid("invalid_field", "path", sentence).into());
    match (mode, path) {
        (ImportModeName::TakeOver, None) => Ok(ImportMode::TakeOver),
        (ImportModeName::TakeOver, Some(_)) => refused("path: Only an import that follows a file has one."),
        (ImportModeName::Follow, Some(path)) if path.is_absolute() => Ok(ImportMode::Follow(path)),
        (ImportModeName::Follow, Some(_)) => refused("path: Give the file's absolute path."),
        (ImportModeName::Follow, None) => refused("path: Name the file to follow, by its absolute path."),
    }
}
