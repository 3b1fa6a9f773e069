//! The management API: one router for window, dashboard, command line and scripts.
//!
//! The door that lets a request in attaches a [`Principal`](crate::model::principal::Principal); without one,
//! every path here answers 401. Conventions: `docs/openapi.json` describes every route and is
//! compared with this code by a test; a refusal is an RFC 9457 problem with a stable `code`; bodies are
//! JSON, at most 2 MiB, and unknown fields are refused.

mod accounts;
mod activity;
mod clients;
mod events;
mod extract;
mod in_process;
mod openapi;
pub mod operations;
mod pools;
mod problem;
mod sign_ins;
mod status;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use in_process::{InProcess, Reply};
pub use operations::Operations;
pub use problem::{Problem, ProblemType};

use crate::model::principal::Principal;

/// Where the routes stand.
pub const PREFIX: &str = "/api/v1";

/// Largest body, in bytes.
const BODY_LIMIT: usize = 2 * 1024 * 1024;

type Shared = Arc<dyn Operations>;

/// The routes, under `/api/v1`.
pub fn router(operations: Arc<dyn Operations>) -> Router {
    let (router, _) = registrations().split_for_parts();
    router
        .fallback(unknown_path)
        .method_not_allowed_fallback(unknown_method)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(from_fn(admit))
        .with_state(operations)
}

/// The OpenAPI document of these routes.
pub fn document() -> utoipa::openapi::OpenApi {
    let (_, mut document) = registrations().split_for_parts();
    openapi::ProblemByDefault.modify(&mut document);
    document
}

fn registrations() -> OpenApiRouter<Shared> {
    let routes = OpenApiRouter::new()
        .routes(routes!(status::show))
        .routes(routes!(events::listen))
        .routes(routes!(openapi::show))
        .routes(routes!(sign_ins::start, sign_ins::list))
        .routes(routes!(sign_ins::show, sign_ins::cancel))
        .routes(routes!(sign_ins::paste))
        .routes(routes!(accounts::list))
        .routes(routes!(accounts::import))
        .routes(routes!(accounts::show, accounts::update, accounts::remove))
        .routes(routes!(accounts::refresh_quota))
        .routes(routes!(pools::list))
        .routes(routes!(pools::set, pools::remove))
        .routes(routes!(pools::what_if))
        .routes(routes!(clients::list, clients::add))
        .routes(routes!(clients::update, clients::remove))
        .routes(routes!(clients::rotate))
        .routes(routes!(activity::list));
    OpenApiRouter::with_openapi(openapi::Document::openapi()).nest(PREFIX, routes)
}

/// Nothing behind this line is reached without a principal, not even the word that a path is unknown.
/// Answers show accounts and once a key, so no cache may keep them.
async fn admit(request: Request, next: Next) -> Response {
    let mut response = match request.extensions().get::<Principal>() {
        Some(_) => next.run(request).await,
        None => extract::unauthorized().into_response(),
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
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

#[cfg(test)]
mod tests;
