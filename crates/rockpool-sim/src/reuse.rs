//! Connections that were kept alive and are closed when they are used again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::{HeaderValue, Method, Response, Version, header, request};

use crate::config::ReusedConnections;
use crate::reply::SimBody;
use crate::shared::Shared;

/// What became of one connection so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct ConnectionUse {
    answered: Arc<AtomicBool>,
}

impl ConnectionUse {
    /// Whether this request is cut off because its connection was kept too long.
    pub(crate) fn is_over(&self, shared: &Shared, request: &request::Parts) -> bool {
        let reused = self.answered.load(Ordering::SeqCst);
        let turn = request.method == Method::POST && request.uri.path().ends_with("/codex/responses");
        if !reused || !turn || request.version != Version::HTTP_11 {
            return false;
        }
        match shared.config.reused_connections {
            ReusedConnections::Kept | ReusedConnections::None => false,
            ReusedConnections::CutOneIn(share) => shared.world().next_reuse_is_cut(share),
        }
    }

    pub(crate) fn answered(&self, shared: &Shared, version: Version, response: &mut Response<SimBody>) {
        self.answered.store(true, Ordering::SeqCst);
        let upgraded = response.status() == http::StatusCode::SWITCHING_PROTOCOLS;
        match shared.config.reused_connections {
            ReusedConnections::None if version == Version::HTTP_11 && !upgraded => {
                response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            ReusedConnections::None | ReusedConnections::Kept | ReusedConnections::CutOneIn(_) => {}
        }
    }
}
