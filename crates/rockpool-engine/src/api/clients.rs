//! `/clients`: local tools, each with a key of its own that is shown once.

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Body, RequestViewer};
use super::problem::Problem;
use crate::operations::clients;
use crate::operations::clients::ClientKey;
use crate::operations::handle::EngineHandle;
use crate::operations::requests::{ClientChange, ClientNew};
use crate::snapshot::ClientView;

pub(super) fn routes() -> OpenApiRouter<EngineHandle> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(update, remove)).routes(routes!(rotate))
}

/// Clients, by name
#[utoipa::path(get, path = "/clients", tag = "clients", operation_id = "listClients",
    responses((status = OK, body = Vec<ClientView>)))]
async fn list(
    State(engine): State<EngineHandle>,
    RequestViewer(viewer): RequestViewer,
) -> Json<Vec<ClientView>> {
    Json(engine.snapshot_for(&viewer.at_home()).clients)
}

/// Make a client; its key is shown this once
#[utoipa::path(post, path = "/clients", tag = "clients", operation_id = "addClient",
    request_body = ClientNew, responses((status = CREATED, body = ClientKey)))]
async fn add(
    State(engine): State<EngineHandle>,
    RequestViewer(viewer): RequestViewer,
    Body(new): Body<ClientNew>,
) -> Result<(StatusCode, Json<ClientKey>), Problem> {
    Ok((StatusCode::CREATED, Json(clients::add(&engine, viewer.home, new).await?)))
}

/// Change a client; its key stays
#[utoipa::path(patch, path = "/clients/{name}", tag = "clients", operation_id = "updateClient",
    params(("name" = String, Path, description = "Name of the client")),
    request_body = ClientChange, responses((status = OK, body = ClientView)))]
async fn update(
    State(engine): State<EngineHandle>,
    RequestViewer(viewer): RequestViewer,
    Path(name): Path<String>,
    Body(change): Body<ClientChange>,
) -> Result<Json<ClientView>, Problem> {
    Ok(Json(clients::update(&engine, viewer.home, &name, change).await?))
}

/// Give a client a new key; the old one ends at once
#[utoipa::path(post, path = "/clients/{name}/key", tag = "clients", operation_id = "rotateClientKey",
    params(("name" = String, Path, description = "Name of the client")),
    responses((status = OK, body = ClientKey)))]
async fn rotate(
    State(engine): State<EngineHandle>,
    RequestViewer(viewer): RequestViewer,
    Path(name): Path<String>,
) -> Result<Json<ClientKey>, Problem> {
    Ok(Json(clients::rotate(&engine, viewer.home, &name).await?))
}

/// Remove a client; its key ends at once
#[utoipa::path(delete, path = "/clients/{name}", tag = "clients", operation_id = "removeClient",
    params(("name" = String, Path, description = "Name of the client")),
    responses((status = NO_CONTENT, description = "Removed")))]
async fn remove(
    State(engine): State<EngineHandle>,
    RequestViewer(viewer): RequestViewer,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    clients::remove(&engine, viewer.home, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}
