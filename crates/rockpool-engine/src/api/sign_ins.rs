//! `/sign-ins`: the ways to sign in, and sign-ins that are under way.

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Body, RequestViewer, sign_in_id};
use super::problem::Problem;
use crate::operations::handle::EngineHandle;
use crate::operations::requests::{NewSignIn, PastedCallback};
use crate::operations::sign_ins;
use crate::snapshot::{SignInView, SignInWaysView};

pub(super) fn routes() -> OpenApiRouter<EngineHandle> {
    OpenApiRouter::new()
        .routes(routes!(start, list))
        .routes(routes!(ways))
        .routes(routes!(show, cancel))
        .routes(routes!(paste))
}

/// Start a sign-in; a caller that starts the same again gets the pending one
#[utoipa::path(post, path = "/sign-ins", tag = "sign-ins", operation_id = "startSignIn",
    request_body = NewSignIn, responses((status = CREATED, body = SignInView)))]
async fn start(
    State(engine): State<EngineHandle>,
    RequestViewer(viewer): RequestViewer,
    Body(new): Body<NewSignIn>,
) -> Result<(StatusCode, Json<SignInView>), Problem> {
    Ok((StatusCode::CREATED, Json(sign_ins::start(&engine, viewer.home, new).await?)))
}

/// Sign-ins under way, and those that just ended
#[utoipa::path(get, path = "/sign-ins", tag = "sign-ins", operation_id = "listSignIns",
    responses((status = OK, body = Vec<SignInView>)))]
async fn list(
    State(engine): State<EngineHandle>,
    RequestViewer(viewer): RequestViewer,
) -> Json<Vec<SignInView>> {
    Json(sign_ins::list(&engine, viewer.home))
}

/// Ways to sign in, the best one for the engine's machine first
#[utoipa::path(get, path = "/sign-ins/ways", tag = "sign-ins", operation_id = "listSignInWays",
    responses((status = OK, body = SignInWaysView)))]
async fn ways(State(engine): State<EngineHandle>, RequestViewer(_): RequestViewer) -> Json<SignInWaysView> {
    Json(sign_ins::ways(&engine))
}

/// One sign-in
#[utoipa::path(get, path = "/sign-ins/{id}", tag = "sign-ins", operation_id = "getSignIn",
    params(("id" = String, Path, description = "Id of the sign-in")),
    responses((status = OK, body = SignInView)))]
async fn show(
    State(engine): State<EngineHandle>,
    RequestViewer(viewer): RequestViewer,
    Path(id): Path<String>,
) -> Result<Json<SignInView>, Problem> {
    Ok(Json(sign_ins::show(&engine, viewer.home, sign_in_id(&id)?)?))
}

/// Give a sign-in up
#[utoipa::path(delete, path = "/sign-ins/{id}", tag = "sign-ins", operation_id = "cancelSignIn",
    params(("id" = String, Path, description = "Id of the sign-in")),
    responses((status = NO_CONTENT, description = "Given up")))]
async fn cancel(
    State(engine): State<EngineHandle>,
    RequestViewer(viewer): RequestViewer,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    sign_ins::cancel(&engine, viewer.home, sign_in_id(&id)?)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Hand in the callback address by hand
#[utoipa::path(post, path = "/sign-ins/{id}/callback", tag = "sign-ins", operation_id = "pasteCallback",
    params(("id" = String, Path, description = "Id of the sign-in")),
    request_body = PastedCallback, responses((status = OK, body = SignInView)))]
async fn paste(
    State(engine): State<EngineHandle>,
    RequestViewer(viewer): RequestViewer,
    Path(id): Path<String>,
    Body(pasted): Body<PastedCallback>,
) -> Result<Json<SignInView>, Problem> {
    Ok(Json(sign_ins::paste(&engine, viewer.home, sign_in_id(&id)?, pasted).await?))
}
