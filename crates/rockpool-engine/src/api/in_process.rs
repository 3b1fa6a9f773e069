//! The same routes without a socket, for a host in the same process.

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use tower::ServiceExt as _;

use super::problem::Problem;
use crate::model::principal::Principal;

/// A way into the router that attaches one principal to everything.
#[derive(Clone, Debug)]
pub struct InProcess {
    router: Router,
    principal: Principal,
}

/// What the router answered.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// JSON; empty for 204.
    pub body: Bytes,
}

impl InProcess {
    /// Whoever holds this acts as `principal`.
    pub fn new(router: Router, principal: Principal) -> Self {
        Self { router, principal }
    }

    /// Calls one route and reads its whole answer; `path` starts with [`super::PREFIX`] and may have a
    /// query. Not for `/events`, whose answer does not end: take the engine's events themselves.
    pub async fn call(&self, method: Method, path: &str, json: Option<Bytes>) -> Reply {
        let mut request = Request::builder().method(method).uri(path).extension(self.principal);
        if json.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let Ok(request) = request.body(json.map_or_else(Body::empty, Body::from)) else {
            return problem(&Problem::new(StatusCode::BAD_REQUEST, "invalid_path", "This is not a path."));
        };
        let Ok(response) = self.router.clone().oneshot(request).await;
        let status = response.status();
        match axum::body::to_bytes(response.into_body(), usize::MAX).await {
            Ok(body) => Reply { status, body },
            Err(_) => problem(&Problem::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "answer_cut_off",
                "The answer ended too early.",
            )),
        }
    }
}

fn problem(problem: &Problem) -> Reply {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Reply { status, body: serde_json::to_vec(problem).unwrap_or_default().into() }
}
