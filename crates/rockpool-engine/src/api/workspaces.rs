//! `/accounts/{name}/workspaces`: what else the login behind an account reaches.

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Body, RequestViewer};
use super::problem::Problem;
use crate::operations::handle::EngineHandle;
use crate::operations::requests::NewWorkspaceAccount;
use crate::operations::workspaces;
use crate::snapshot::{AccountView, WorkspaceView};

pub(super) fn routes() -> OpenApiRouter<EngineHandle> {
    OpenApiRouter::new().routes(routes!(list, add))
}

/// Workspaces that the login behind an account reaches
#[utoipa::path(get, path = "/accounts/{name}/workspaces", tag = "accounts", operation_id = "listWorkspaces",
    params(("name" = String, Path, description = "Slug of the account")),
    responses((status = OK, body = Vec<WorkspaceView>)))]
async fn list(
    State(engine): State<EngineHandle>,
    RequestViewer(viewer): RequestViewer,
    Path(name): Path<String>,
) -> Result<Json<Vec<WorkspaceView>>, Problem> {
    Ok(Json(workspaces::list(&engine, viewer.home, &name).await?))
}

/// Make an account of another workspace of the same login
#[utoipa::path(post, path = "/accounts/{name}/workspaces", tag = "accounts", operation_id = "addWorkspace",
    params(("name" = String, Path, description = "Slug of the account whose login it is")),
    request_body = NewWorkspaceAccount, responses((status = CREATED, body = AccountView)))]
async fn add(
    State(engine): State<EngineHandle>,
    RequestViewer(viewer): RequestViewer,
    Path(name): Path<String>,
    Body(new): Body<NewWorkspaceAccount>,
) -> Result<(StatusCode, Json<AccountView>), Problem> {
    Ok((StatusCode::CREATED, Json(workspaces::add(&engine, viewer.home, &name, new).await?)))
}
