//! What the requests of the data plane share among themselves; nothing below the proxy knows of it.

use std::sync::Arc;

use http::HeaderMap;
use rockpool_routing::ClientId;

use super::failover::failing_turns::FailingTurns;
use super::local::model_cache::ModelCache;
use super::request::body::{self, BufferedBody};
use super::request::budget::Budget;
use super::request::upload::Upload;
use super::response::error_response::ProxyError;
use super::translation::continuation::Continuations;
use super::translation::conversations::GivenNames;
use super::websocket::breaker::WebSocketBreaker;
use super::websocket::http_only::HttpOnly;
use crate::core::Core;
use crate::host::tasks::Tasks;

/// The engine's parts, and the data plane's own state beside them.
pub(crate) struct DataPlane {
    pub(crate) core: Arc<Core>,
    /// Memory for the request bodies that are kept until their answer begins.
    pub(crate) budget: Budget,
    /// The lists of models that are known.
    pub(crate) models: ModelCache,
    /// Answers that tools may continue by their ids.
    pub(crate) continuations: Continuations,
    /// What answers gave to tools that do not name their conversations.
    pub(crate) given_names: GivenNames,
    /// Turns that failed alike on several accounts a moment ago.
    pub(crate) failing_turns: FailingTurns,
    /// Whether tools may open WebSockets now.
    pub(crate) breaker: WebSocketBreaker,
    /// What goes over HTTP because its turns are too large for a WebSocket.
    pub(crate) http_only: HttpOnly,
    /// WebSocket sessions under way, and lists of models that are asked for anew; each ends by itself when the engine
    /// stops.
    pub(crate) sessions: Tasks,
}

impl DataPlane {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        let breaker = WebSocketBreaker::new(core.clock.clone());
        let failing_turns = FailingTurns::new(core.clock.clone());
        let http_only = HttpOnly::new(core.clock.clone());
        Self {
            core,
            budget: Budget::default(),
            models: ModelCache::default(),
            continuations: Continuations::default(),
            given_names: GivenNames::default(),
            failing_turns,
            breaker,
            http_only,
            sessions: Tasks::default(),
        }
    }

    /// Reads the body of a client's request whole; waits for room in the budget as long as is configured.
    pub(crate) async fn read_body(
        &self,
        headers: &HeaderMap,
        incoming: Upload,
        client: ClientId,
    ) -> Result<BufferedBody, ProxyError> {
        let patience = self.core.config.upload_timeouts.memory;
        body::read(headers, incoming, client, &self.budget, patience).await
    }
}
