//! `/sign-ins`: browser sign-ins that are under way.

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Shared;
use super::extract::{Body, Caller, sign_in_id};
use super::problem::Problem;
use crate::operations::action::{ActionError, OpenBrowser};
use crate::snapshot::SignInView;

/// A sign-in to be started.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSignIn {
    /// Slug of the account to repair; absent for a new one.
    account: Option<String>,
    /// Whether the engine opens the browser; `yes` when absent.
    #[serde(default)]
    open_browser: OpenBrowser,
}

/// The callback address that the person copied.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PastedCallback {
    /// The whole address of the page that the browser ended on, or `code#state`.
    url: String,
}

/// Start a sign-in; starting the same again returns the pending one
#[utoipa::path(post, path = "/sign-ins", tag = "sign-ins", operation_id = "startSignIn",
    request_body = NewSignIn, responses((status = CREATED, body = SignInView)))]
pub(super) async fn start(
    State(engine): State<Shared>,
    Caller(viewer): Caller,
    Body(new): Body<NewSignIn>,
) -> Result<(StatusCode, Json<SignInView>), Problem> {
    let view = engine.start_sign_in(viewer.home, new.account.as_deref(), new.open_browser).await?;
    Ok((StatusCode::CREATED, Json(view)))
}

/// Sign-ins under way, and those that just ended
#[utoipa::path(get, path = "/sign-ins", tag = "sign-ins", operation_id = "listSignIns",
    responses((status = OK, body = Vec<SignInView>)))]
pub(super) async fn list(State(engine): State<Shared>, Caller(viewer): Caller) -> Json<Vec<SignInView>> {
    Json(engine.sign_ins(viewer.home))
}

/// One sign-in
#[utoipa::path(get, path = "/sign-ins/{id}", tag = "sign-ins", operation_id = "getSignIn",
    params(("id" = String, Path, description = "Id of the sign-in")),
    responses((status = OK, body = SignInView)))]
pub(super) async fn show(
    State(engine): State<Shared>,
    Caller(viewer): Caller,
    Path(id): Path<String>,
) -> Result<Json<SignInView>, Problem> {
    let id = sign_in_id(&id)?;
    let found = engine.sign_ins(viewer.home).into_iter().find(|sign_in| sign_in.id == id);
    found.map(Json).ok_or_else(|| ActionError::no_sign_in(id).into())
}

/// Give a sign-in up
#[utoipa::path(delete, path = "/sign-ins/{id}", tag = "sign-ins", operation_id = "cancelSignIn",
    params(("id" = String, Path, description = "Id of the sign-in")),
    responses((status = NO_CONTENT, description = "Given up")))]
pub(super) async fn cancel(
    State(engine): State<Shared>,
    Caller(viewer): Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    engine.cancel_sign_in(viewer.home, sign_in_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Hand in the callback address by hand
#[utoipa::path(post, path = "/sign-ins/{id}/callback", tag = "sign-ins", operation_id = "pasteCallback",
    params(("id" = String, Path, description = "Id of the sign-in")),
    request_body = PastedCallback, responses((status = OK, body = SignInView)))]
pub(super) async fn paste(
    State(engine): State<Shared>,
    Caller(viewer): Caller,
    Path(id): Path<String>,
    Body(pasted): Body<PastedCallback>,
) -> Result<Json<SignInView>, Problem> {
    let id = sign_in_id(&id)?;
    Ok(Json(engine.paste_callback(viewer.home, id, &pasted.url).await?))
}
