//! `/status`: everything at a glance.

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::RequestViewer;
use crate::operations::handle::EngineHandle;
use crate::snapshot::Snapshot;

pub(super) fn routes() -> OpenApiRouter<EngineHandle> {
    OpenApiRouter::new().routes(routes!(show))
}

/// Everything that a person may want to see at a glance
#[utoipa::path(get, path = "/status", tag = "status", operation_id = "status",
    responses((status = OK, body = Snapshot)))]
pub(super) async fn show(
    State(engine): State<EngineHandle>,
    RequestViewer(viewer): RequestViewer,
) -> Json<Snapshot> {
    Json(engine.snapshot_for(&viewer))
}
