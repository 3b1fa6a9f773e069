//! `/status`: everything at a glance.

use axum::Json;
use axum::extract::State;

use super::Shared;
use super::extract::Caller;
use crate::snapshot::Snapshot;

/// Everything that a person may want to see at a glance
#[utoipa::path(get, path = "/status", tag = "status", operation_id = "status",
    responses((status = OK, body = Snapshot)))]
pub(super) async fn show(State(engine): State<Shared>, Caller(viewer): Caller) -> Json<Snapshot> {
    Json(engine.snapshot(&viewer))
}
