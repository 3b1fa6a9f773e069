//! The routes without a socket, for a host in the same process.

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Method, Request, StatusCode, header};
use tower::ServiceExt as _;

use super::problem::Problem;
use super::router::router;
use super::transport::{ApiReply, ApiTransport, Unreachable};
use crate::model::principal::Principal;
use crate::operations::handle::EngineHandle;

/// A way into the router that attaches one principal to everything.
#[derive(Clone, Debug)]
pub struct InProcess {
    router: Router,
    principal: Principal,
}

impl InProcess {
    /// Whoever holds this acts as `principal`.
    pub fn new(engine: EngineHandle, principal: Principal) -> Self {
        Self { router: router(engine), principal }
    }

    /// As [`ApiTransport::send`]; there is always an answer.
    pub async fn call(&self, method: Method, path: &str, json: Option<Bytes>) -> ApiReply {
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
            Ok(body) => ApiReply { status, body },
            Err(_) => problem(&Problem::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "answer_cut_off",
                "The answer ended too early.",
            )),
        }
    }
}

impl ApiTransport for InProcess {
    fn send<'a>(
        &'a self,
        method: Method,
        path: &'a str,
        json: Option<Bytes>,
    ) -> BoxFuture<'a, Result<ApiReply, Unreachable>> {
        Box::pin(async move { Ok(self.call(method, path, json).await) })
    }
}

fn problem(problem: &Problem) -> ApiReply {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    ApiReply { status, body: serde_json::to_vec(problem).unwrap_or_default().into() }
}
