//! `/settings`: what can be changed while the engine runs.

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Body, RequestViewer};
use super::problem::Problem;
use crate::operations::handle::EngineHandle;
use crate::operations::requests::{SettingsChange, VaultMove};
use crate::operations::{settings, vault};
use crate::snapshot::SettingsView;

pub(super) fn routes() -> OpenApiRouter<EngineHandle> {
    OpenApiRouter::new()
        .routes(routes!(show, change))
        .routes(routes!(move_vault))
        .routes(routes!(retry_vault))
}

/// All settings, each with where its value comes from
#[utoipa::path(get, path = "/settings", tag = "settings", operation_id = "getSettings",
    responses((status = OK, body = SettingsView)))]
async fn show(State(engine): State<EngineHandle>, RequestViewer(_): RequestViewer) -> Json<SettingsView> {
    Json(settings::show(&engine))
}

/// Change settings, all that are named or none; null puts a default back
#[utoipa::path(patch, path = "/settings", tag = "settings", operation_id = "updateSettings",
    request_body = SettingsChange, responses((status = OK, body = SettingsView)))]
async fn change(
    State(engine): State<EngineHandle>,
    RequestViewer(_): RequestViewer,
    Body(change): Body<SettingsChange>,
) -> Result<Json<SettingsView>, Problem> {
    Ok(Json(settings::change(&engine, change).await?))
}

/// Move every secret to another place and use that from now on; no login is lost on the way
#[utoipa::path(post, path = "/settings/vault/move", tag = "settings", operation_id = "moveVault",
    request_body = VaultMove, responses((status = OK, body = SettingsView)))]
async fn move_vault(
    State(engine): State<EngineHandle>,
    RequestViewer(_): RequestViewer,
    Body(VaultMove { to }): Body<VaultMove>,
) -> Result<Json<SettingsView>, Problem> {
    Ok(Json(vault::relocate(&engine, to).await?))
}

/// Ask the vault again whether it can be read and written
#[utoipa::path(post, path = "/settings/vault/retry", tag = "settings", operation_id = "retryVault",
    responses((status = OK, body = SettingsView)))]
async fn retry_vault(
    State(engine): State<EngineHandle>,
    RequestViewer(_): RequestViewer,
) -> Json<SettingsView> {
    Json(vault::retry(&engine).await)
}
