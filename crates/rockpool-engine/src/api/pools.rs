//! `/pools`: an owner, ordered members and a strategy, in the seed's field names.

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Body, RequestViewer, Search};
use super::problem::Problem;
use crate::operations::handle::EngineHandle;
use crate::operations::pools;
use crate::operations::requests::{PoolChange, WhatIfQuery};
use crate::operations::what_if;
use crate::snapshot::{PoolView, WhatIfView};

pub(super) fn routes() -> OpenApiRouter<EngineHandle> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(set, remove)).routes(routes!(replay))
}

/// Pools, by owner's name
#[utoipa::path(get, path = "/pools", tag = "pools", operation_id = "listPools",
    responses((status = OK, body = Vec<PoolView>)))]
async fn list(
    State(engine): State<EngineHandle>,
    RequestViewer(viewer): RequestViewer,
) -> Json<Vec<PoolView>> {
    Json(engine.snapshot_for(&viewer.at_home()).pools)
}

/// Make or replace the pool of an account
#[utoipa::path(put, path = "/pools/{owner}", tag = "pools", operation_id = "setPool",
    params(("owner" = String, Path, description = "Slug of the owner")),
    request_body = PoolChange, responses((status = OK, body = PoolView)))]
async fn set(
    State(engine): State<EngineHandle>,
    RequestViewer(viewer): RequestViewer,
    Path(owner): Path<String>,
    Body(change): Body<PoolChange>,
) -> Result<Json<PoolView>, Problem> {
    Ok(Json(pools::set(&engine, viewer.home, &owner, change).await?))
}

/// Place the pool's recorded requests anew, under each strategy
#[utoipa::path(get, path = "/pools/{owner}/what-if", tag = "pools", operation_id = "whatIf",
    params(("owner" = String, Path, description = "Slug of the owner"), WhatIfQuery),
    responses((status = OK, body = WhatIfView)))]
async fn replay(
    State(engine): State<EngineHandle>,
    RequestViewer(viewer): RequestViewer,
    Path(owner): Path<String>,
    Search(query): Search<WhatIfQuery>,
) -> Result<Json<WhatIfView>, Problem> {
    let names = query.without.unwrap_or_default();
    let without =
        names.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
    Ok(Json(what_if::what_if(&engine, viewer.home, &owner, without).await?))
}

/// Dissolve a pool; its accounts stay
#[utoipa::path(delete, path = "/pools/{owner}", tag = "pools", operation_id = "removePool",
    params(("owner" = String, Path, description = "Slug of the owner")),
    responses((status = NO_CONTENT, description = "Dissolved")))]
async fn remove(
    State(engine): State<EngineHandle>,
    RequestViewer(viewer): RequestViewer,
    Path(owner): Path<String>,
) -> Result<StatusCode, Problem> {
    pools::remove(&engine, viewer.home, &owner).await?;
    Ok(StatusCode::NO_CONTENT)
}
