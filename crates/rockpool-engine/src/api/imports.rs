//! `/imports`: logins from files, many at once.

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Body, RequestViewer};
use super::problem::Problem;
use crate::operations::handle::EngineHandle;
use crate::operations::imports;
use crate::operations::requests::{ImportFiles, ImportSelection};
use crate::snapshot::{ImportPreview, ImportResult};

pub(super) fn routes() -> OpenApiRouter<EngineHandle> {
    OpenApiRouter::new().routes(routes!(preview)).routes(routes!(import))
}

/// What would become of each login in some files; nothing is kept
#[utoipa::path(post, path = "/imports/preview", tag = "accounts", operation_id = "previewImport",
    request_body = ImportFiles, responses((status = OK, body = ImportPreview)))]
async fn preview(
    State(engine): State<EngineHandle>,
    RequestViewer(viewer): RequestViewer,
    Body(files): Body<ImportFiles>,
) -> Result<Json<ImportPreview>, Problem> {
    Ok(Json(imports::preview(&engine, viewer.home, files).await?))
}

/// Take over the chosen logins, each by itself: one that fails does not keep the others back
#[utoipa::path(post, path = "/imports", tag = "accounts", operation_id = "importLogins",
    request_body = ImportSelection, responses((status = OK, body = ImportResult)))]
async fn import(
    State(engine): State<EngineHandle>,
    RequestViewer(viewer): RequestViewer,
    Body(selection): Body<ImportSelection>,
) -> Result<Json<ImportResult>, Problem> {
    Ok(Json(imports::import(&engine, viewer.home, selection).await?))
}
