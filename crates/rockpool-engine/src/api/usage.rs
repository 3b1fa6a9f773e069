//! `/usage`: tokens put together, and what they would have cost at the prices of the API.

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{RequestViewer, Search};
use super::problem::Problem;
use crate::operations::handle::EngineHandle;
use crate::operations::requests::UsageQuery;
use crate::operations::usage;
use crate::snapshot::UsageView;

pub(super) fn routes() -> OpenApiRouter<EngineHandle> {
    OpenApiRouter::new().routes(routes!(show))
}

/// Tokens of the recorded requests by tool, account, client, model or day, and what they would have cost at the API's
/// prices
#[utoipa::path(get, path = "/usage", tag = "activity", operation_id = "showUsage",
    params(UsageQuery), responses((status = OK, body = UsageView)))]
async fn show(
    State(engine): State<EngineHandle>,
    RequestViewer(viewer): RequestViewer,
    Search(query): Search<UsageQuery>,
) -> Result<Json<UsageView>, Problem> {
    Ok(Json(usage::usage(&engine, viewer.home, query).await?))
}
