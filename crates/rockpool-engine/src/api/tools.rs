//! `/tools`: the tools on this machine, and leading them to the endpoint.

use axum::Json;
use axum::extract::{Path, State};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Body, RequestViewer, Search, ThisMachine};
use super::problem::Problem;
use crate::operations::handle::EngineHandle;
use crate::operations::requests::{SnippetQuery, ToolConnect, ToolDisconnect};
use crate::operations::tools;
use crate::operations::tools::ToolConnected;
use crate::snapshot::{SnippetView, ToolCheck, ToolPreview, ToolView};

pub(super) fn routes() -> OpenApiRouter<EngineHandle> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(snippets))
        .routes(routes!(preview))
        .routes(routes!(connect))
        .routes(routes!(verify))
        .routes(routes!(disconnect))
}

/// Tools that are known, whether they are installed, and how each stands to the endpoint
#[utoipa::path(get, path = "/tools", tag = "tools", operation_id = "listTools",
    responses((status = OK, body = Vec<ToolView>)))]
async fn list(
    _: ThisMachine,
    State(engine): State<EngineHandle>,
    RequestViewer(viewer): RequestViewer,
) -> Result<Json<Vec<ToolView>>, Problem> {
    Ok(Json(tools::list(&engine, viewer.home).await?))
}

/// What to write into programs and shells of one's own
#[utoipa::path(get, path = "/snippets", tag = "tools", operation_id = "listSnippets", params(SnippetQuery),
    responses((status = OK, body = Vec<SnippetView>)))]
async fn snippets(
    State(engine): State<EngineHandle>,
    RequestViewer(_): RequestViewer,
    Search(query): Search<SnippetQuery>,
) -> Json<Vec<SnippetView>> {
    Json(tools::snippets(&engine, query))
}

/// Show what connecting a tool would change in its files
#[utoipa::path(post, path = "/tools/{name}/preview", tag = "tools", operation_id = "previewTool",
    params(("name" = String, Path, description = "Name of the tool, such as `codex`")),
    request_body = ToolConnect, responses((status = OK, body = ToolPreview)))]
async fn preview(
    _: ThisMachine,
    State(engine): State<EngineHandle>,
    RequestViewer(viewer): RequestViewer,
    Path(name): Path<String>,
    Body(wish): Body<ToolConnect>,
) -> Result<Json<ToolPreview>, Problem> {
    Ok(Json(tools::preview(&engine, viewer.home, &name, wish).await?))
}

/// Make a client for a tool and lead the tool to the endpoint, in its own files
#[utoipa::path(post, path = "/tools/{name}/connect", tag = "tools", operation_id = "connectTool",
    params(("name" = String, Path, description = "Name of the tool, such as `codex`")),
    request_body = ToolConnect, responses((status = OK, body = ToolConnected)))]
async fn connect(
    _: ThisMachine,
    State(engine): State<EngineHandle>,
    RequestViewer(viewer): RequestViewer,
    Path(name): Path<String>,
    Body(wish): Body<ToolConnect>,
) -> Result<Json<ToolConnected>, Problem> {
    Ok(Json(tools::connect(&engine, viewer.home, &name, wish).await?))
}

/// Send one real request with the address and key in a tool's files
#[utoipa::path(post, path = "/tools/{name}/verify", tag = "tools", operation_id = "verifyTool",
    params(("name" = String, Path, description = "Name of the tool, such as `codex`")),
    responses((status = OK, body = ToolCheck)))]
async fn verify(
    _: ThisMachine,
    State(engine): State<EngineHandle>,
    RequestViewer(viewer): RequestViewer,
    Path(name): Path<String>,
) -> Result<Json<ToolCheck>, Problem> {
    Ok(Json(tools::verify(&engine, viewer.home, &name).await?))
}

/// Take back what connecting a tool has changed
#[utoipa::path(post, path = "/tools/{name}/disconnect", tag = "tools", operation_id = "disconnectTool",
    params(("name" = String, Path, description = "Name of the tool, such as `codex`")),
    request_body = ToolDisconnect, responses((status = OK, body = ToolView)))]
async fn disconnect(
    _: ThisMachine,
    State(engine): State<EngineHandle>,
    RequestViewer(viewer): RequestViewer,
    Path(name): Path<String>,
    Body(wish): Body<ToolDisconnect>,
) -> Result<Json<ToolView>, Problem> {
    Ok(Json(tools::disconnect(&engine, viewer.home, &name, wish).await?))
}
