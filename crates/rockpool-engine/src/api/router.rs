//! All routes under one prefix, their document, and what holds for each of them.

use axum::Json;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::PREFIX;
use super::problem::Problem;
use super::{
    accounts, activity, clients, dashboard, events, extract, imports, openapi, pools, settings, sign_ins,
    status, tools, usage, workspaces,
};
use crate::model::principal::Principal;
use crate::operations::handle::EngineHandle;

/// Largest body, in bytes.
const BODY_LIMIT: usize = 2 * 1024 * 1024;

/// The routes, under [`PREFIX`].
pub(crate) fn router(engine: EngineHandle) -> Router {
    let (guarded, _) = guarded().split_for_parts();
    let (open, _) = open().split_for_parts();
    guarded
        .fallback(unknown_path)
        .layer(from_fn_with_state(engine.clone(), to_its_end))
        .layer(from_fn(admit))
        .merge(open)
        .method_not_allowed_fallback(unknown_method)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(from_fn(keep_out_of_caches))
        .with_state(engine)
}

/// The OpenAPI document of these routes.
pub(crate) fn document() -> utoipa::openapi::OpenApi {
    let (_, mut document) = guarded().merge(open()).split_for_parts();
    openapi::ProblemByDefault.modify(&mut document);
    document
}

/// What takes a principal.
fn guarded() -> OpenApiRouter<EngineHandle> {
    let routes = OpenApiRouter::new()
        .merge(status::routes())
        .merge(events::routes())
        .routes(routes!(show_document))
        .merge(sign_ins::routes())
        .merge(accounts::routes())
        .merge(workspaces::routes())
        .merge(imports::routes())
        .merge(pools::routes())
        .merge(clients::routes())
        .merge(tools::routes())
        .merge(activity::routes())
        .merge(usage::routes())
        .merge(dashboard::routes())
        .merge(settings::routes());
    OpenApiRouter::with_openapi(openapi::Document::openapi()).nest(PREFIX, routes)
}

/// What takes none, since it is how a browser gets one.
fn open() -> OpenApiRouter<EngineHandle> {
    OpenApiRouter::new().nest(PREFIX, dashboard::open_routes())
}

/// This document
#[utoipa::path(get, path = "/openapi.json", tag = "status", operation_id = "openapi",
    responses((status = OK, body = serde_json::Value, description = "The OpenAPI document")))]
async fn show_document() -> Json<utoipa::openapi::OpenApi> {
    Json(document())
}

/// Nothing behind this line is reached without a principal, not even the word that a path is unknown.
async fn admit(request: Request, next: Next) -> Response {
    match request.extensions().get::<Principal>() {
        Some(_) => next.run(request).await,
        None => extract::unauthorized(request.headers()).into_response(),
    }
}

/// Answers show accounts and once a key.
async fn keep_out_of_caches(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Runs a change in a task of its own: a caller who hangs up between the database and the registry would leave
/// a removed key in force.
async fn to_its_end(State(engine): State<EngineHandle>, request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let broke_down = |_| {
        let detail = "The change broke down; look at the log.";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "broke_down", detail).into_response()
    };
    engine.changes().spawn(next.run(request)).await.unwrap_or_else(broke_down)
}

async fn unknown_path(request: Request) -> Problem {
    let path = request.uri().path();
    let detail = format!("There is nothing at {path}; {PREFIX}/openapi.json lists what there is.");
    Problem::new(StatusCode::NOT_FOUND, "unknown_path", detail)
}

async fn unknown_method(request: Request) -> Problem {
    let (method, path) = (request.method(), request.uri().path());
    let detail = format!("{path} does not take {method}; {PREFIX}/openapi.json lists what it takes.");
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "unknown_method", detail)
}
