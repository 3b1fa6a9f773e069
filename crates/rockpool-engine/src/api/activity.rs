//! `/activity`: the newest requests and why each went where.

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{RequestViewer, Search};
use super::problem::Problem;
use crate::operations::activity;
use crate::operations::handle::EngineHandle;
use crate::operations::requests::ActivityQuery;
use crate::snapshot::ActivityView;

pub(super) fn routes() -> OpenApiRouter<EngineHandle> {
    OpenApiRouter::new().routes(routes!(list))
}

/// The newest requests, newest first
#[utoipa::path(get, path = "/activity", tag = "activity", operation_id = "listActivity",
    params(ActivityQuery), responses((status = OK, body = Vec<ActivityView>)))]
async fn list(
    State(engine): State<EngineHandle>,
    RequestViewer(viewer): RequestViewer,
    Search(query): Search<ActivityQuery>,
) -> Result<Json<Vec<ActivityView>>, Problem> {
    Ok(Json(activity::list(&engine, viewer.home, query).await?))
}
