//! `/activity`: the newest requests and why each went where.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;

use super::Shared;
use super::extract::{Caller, Search};
use super::problem::Problem;
use crate::snapshot::ActivityView;

/// Requests returned when no number is asked for.
const DEFAULT_LIMIT: u32 = 50;
/// Most requests that one call returns.
const MAX_LIMIT: u32 = 200;

/// How much is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ActivityQuery {
    /// 1 to 200; 50 when absent
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// The newest requests, newest first
#[utoipa::path(get, path = "/activity", tag = "activity", operation_id = "listActivity",
    params(ActivityQuery), responses((status = OK, body = Vec<ActivityView>)))]
pub(super) async fn list(
    State(engine): State<Shared>,
    Caller(viewer): Caller,
    Search(query): Search<ActivityQuery>,
) -> Result<Json<Vec<ActivityView>>, Problem> {
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        let detail = format!("limit: Ask for 1 to {MAX_LIMIT} requests.");
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_query", detail).about("limit"));
    }
    Ok(Json(engine.activity(viewer.home, limit).await?))
}
