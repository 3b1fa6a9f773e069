//! `/accounts`: signed-in accounts, their names and whether they are used.

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Body, RequestViewer};
use super::problem::Problem;
use crate::operations::accounts;
use crate::operations::error::ActionError;
use crate::operations::handle::EngineHandle;
use crate::operations::requests::{AccountChange, AccountImport, AccountOrder};
use crate::snapshot::AccountView;

pub(super) fn routes() -> OpenApiRouter<EngineHandle> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(import))
        .routes(routes!(order))
        .routes(routes!(show, update, remove))
        .routes(routes!(refresh_quota))
}

/// Accounts in the order of lists
#[utoipa::path(get, path = "/accounts", tag = "accounts", operation_id = "listAccounts",
    responses((status = OK, body = Vec<AccountView>)))]
async fn list(
    State(engine): State<EngineHandle>,
    RequestViewer(viewer): RequestViewer,
) -> Json<Vec<AccountView>> {
    Json(engine.snapshot_for(&viewer.at_home()).accounts)
}

/// One account
#[utoipa::path(get, path = "/accounts/{name}", tag = "accounts", operation_id = "getAccount",
    params(("name" = String, Path, description = "Slug of the account")),
    responses((status = OK, body = AccountView)))]
async fn show(
    State(engine): State<EngineHandle>,
    RequestViewer(viewer): RequestViewer,
    Path(name): Path<String>,
) -> Result<Json<AccountView>, Problem> {
    let accounts = engine.snapshot_for(&viewer.at_home()).accounts;
    let found = accounts.into_iter().find(|account| account.name == name);
    found.map(Json).ok_or_else(|| ActionError::no_account(&name).into())
}

/// Rename, pause or resume an account
#[utoipa::path(patch, path = "/accounts/{name}", tag = "accounts", operation_id = "updateAccount",
    params(("name" = String, Path, description = "Slug of the account")),
    request_body = AccountChange, responses((status = OK, body = AccountView)))]
async fn update(
    State(engine): State<EngineHandle>,
    RequestViewer(viewer): RequestViewer,
    Path(name): Path<String>,
    Body(change): Body<AccountChange>,
) -> Result<Json<AccountView>, Problem> {
    Ok(Json(accounts::update(&engine, viewer.home, &name, change).await?))
}

/// Remove an account; it leaves its pool, and is refused while a client points to it
#[utoipa::path(delete, path = "/accounts/{name}", tag = "accounts", operation_id = "removeAccount",
    params(("name" = String, Path, description = "Slug of the account")),
    responses((status = NO_CONTENT, description = "Removed")))]
async fn remove(
    State(engine): State<EngineHandle>,
    RequestViewer(viewer): RequestViewer,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    accounts::remove(&engine, viewer.home, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ask the provider for the account's quota now
#[utoipa::path(post, path = "/accounts/{name}/quota", tag = "accounts", operation_id = "refreshQuota",
    params(("name" = String, Path, description = "Slug of the account")),
    responses((status = OK, body = AccountView)))]
async fn refresh_quota(
    State(engine): State<EngineHandle>,
    RequestViewer(viewer): RequestViewer,
    Path(name): Path<String>,
) -> Result<Json<AccountView>, Problem> {
    Ok(Json(accounts::refresh_quota(&engine, viewer.home, &name).await?))
}

/// Make an account of the one login in a file, such as the Codex CLI's `auth.json`
#[utoipa::path(post, path = "/accounts/import", tag = "accounts", operation_id = "importAccount",
    request_body = AccountImport, responses((status = CREATED, body = AccountView)))]
async fn import(
    State(engine): State<EngineHandle>,
    RequestViewer(viewer): RequestViewer,
    Body(import): Body<AccountImport>,
) -> Result<(StatusCode, Json<AccountView>), Problem> {
    Ok((StatusCode::CREATED, Json(accounts::import(&engine, viewer.home, import).await?)))
}

/// Put accounts into another order; it gives them all
#[utoipa::path(put, path = "/account-order", tag = "accounts", operation_id = "orderAccounts",
    request_body = AccountOrder, responses((status = OK, body = Vec<AccountView>)))]
async fn order(
    State(engine): State<EngineHandle>,
    RequestViewer(viewer): RequestViewer,
    Body(order): Body<AccountOrder>,
) -> Result<Json<Vec<AccountView>>, Problem> {
    Ok(Json(accounts::order(&engine, viewer.home, order).await?))
}
