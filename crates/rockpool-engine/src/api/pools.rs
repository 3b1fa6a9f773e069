//! `/pools`: an owner, ordered members and a strategy, in the seed's field names.

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use rockpool_routing::Strategy;
use serde::Deserialize;
use utoipa::ToSchema;

use super::extract::{Body, Caller};
use super::problem::Problem;
use super::{Shared, names};
use crate::action::PoolSettings;
use crate::snapshot::PoolView;

/// What a pool is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PoolChange {
    /// How requests are placed.
    #[schema(value_type = names::Strategy)]
    strategy: Strategy,
    /// Slugs of the members, in order, without the owner.
    extra_provider_names: Vec<String>,
}

/// Pools, by owner's name
#[utoipa::path(get, path = "/pools", tag = "pools", operation_id = "listPools",
    responses((status = OK, body = Vec<PoolView>)))]
pub(super) async fn list(State(engine): State<Shared>, Caller(viewer): Caller) -> Json<Vec<PoolView>> {
    Json(engine.snapshot(&viewer.at_home()).pools)
}

/// Make or replace the pool of an account
#[utoipa::path(put, path = "/pools/{owner}", tag = "pools", operation_id = "setPool",
    params(("owner" = String, Path, description = "Slug of the owner")),
    request_body = PoolChange, responses((status = OK, body = PoolView)))]
pub(super) async fn set(
    State(engine): State<Shared>,
    Caller(viewer): Caller,
    Path(owner): Path<String>,
    Body(change): Body<PoolChange>,
) -> Result<Json<PoolView>, Problem> {
    let settings =
        PoolSettings { strategy: change.strategy, extra_provider_names: change.extra_provider_names };
    Ok(Json(engine.set_pool(viewer.home, &owner, settings).await?))
}

/// Dissolve a pool; its accounts stay
#[utoipa::path(delete, path = "/pools/{owner}", tag = "pools", operation_id = "removePool",
    params(("owner" = String, Path, description = "Slug of the owner")),
    responses((status = NO_CONTENT, description = "Dissolved")))]
pub(super) async fn remove(
    State(engine): State<Shared>,
    Caller(viewer): Caller,
    Path(owner): Path<String>,
) -> Result<StatusCode, Problem> {
    engine.remove_pool(viewer.home, &owner).await?;
    Ok(StatusCode::NO_CONTENT)
}
