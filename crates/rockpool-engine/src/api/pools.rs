//! `/pools`: an owner, ordered members and a strategy, in the seed's field names.

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use rockpool_routing::{Conversations, Strategy};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::extract::{Body, Caller, Search};
use super::problem::Problem;
use crate::operations::action::PoolSettings;
use crate::snapshot::names;
use crate::snapshot::{PoolView, WhatIfView};

/// What a pool is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PoolChange {
    /// How requests are placed.
    #[schema(value_type = names::Strategy)]
    strategy: Strategy,
    /// Slugs of the members, in order, without the owner.
    extra_provider_names: Vec<String>,
    /// Whether conversations stay on their account; absent, a pool keeps what it has, and a new one lets
    /// them stay.
    #[schema(value_type = Option<names::Conversations>)]
    conversations: Option<Conversations>,
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
    let settings = PoolSettings {
        strategy: change.strategy,
        extra_provider_names: change.extra_provider_names,
        conversations: change.conversations,
    };
    Ok(Json(engine.set_pool(viewer.home, &owner, settings).await?))
}

/// What is left out of a replay.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WhatIfQuery {
    /// Slugs of accounts to leave out, separated by commas
    without: Option<String>,
}

/// Place the pool's recorded requests anew, under each strategy
#[utoipa::path(get, path = "/pools/{owner}/what-if", tag = "pools", operation_id = "whatIf",
    params(("owner" = String, Path, description = "Slug of the owner"), WhatIfQuery),
    responses((status = OK, body = WhatIfView)))]
pub(super) async fn what_if(
    State(engine): State<Shared>,
    Caller(viewer): Caller,
    Path(owner): Path<String>,
    Search(query): Search<WhatIfQuery>,
) -> Result<Json<WhatIfView>, Problem> {
    let names = query.without.unwrap_or_default();
    let without =
        names.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
    Ok(Json(engine.what_if(viewer.home, &owner, without).await?))
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
