//! WebSockets: the provider is dialed before the tool is answered, then turns are relayed frame by frame.

mod dial;
mod recover;
mod session;
mod turn;

use std::sync::Arc;
use std::time::Duration;

use http::header::{self, HeaderMap, HeaderValue};
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use rockpool_routing::{AccountId, Class, ConversationKey, History, Home, Pool, Selection};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use super::attempt::Credentials;
use super::authenticate::Caller;
use super::body::{MAX_BODY, ProxyBody, whole};
use super::exchange::with_query;
use super::facts;
use super::headers;
use super::record::{Record, Transport};
use super::rescue::ProxyError;
use super::unservable;
use super::walk::{Next, Walk};
use crate::core::Core;
use dial::{Dialed, Refusal};
use session::Session;

/// A little under the 15 seconds that the Codex CLI 0.169.0 waits for its handshake, over all accounts.
const PATIENCE: Duration = Duration::from_secs(13);

/// Everything a session keeps of the tool's handshake.
pub(crate) struct Handshake {
    pub(crate) core: Arc<Core>,
    pub(crate) caller: Caller,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) pool: Pool,
    pub(crate) conversation: Option<ConversationKey>,
}

/// A failed try to dial, for the record.
pub(crate) struct FailedDial {
    pub(crate) account: AccountId,
    pub(crate) refusal: Refusal,
}

/// Whether a request asks for a WebSocket (RFC 6455 §4.2.1).
pub(crate) fn is_upgrade(request: &Request<Incoming>) -> bool {
    let has = |name: header::HeaderName, token: &str| {
        request
            .headers()
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .any(|value| value.split(',').any(|part| part.trim().eq_ignore_ascii_case(token)))
    };
    request.method() == http::Method::GET
        && has(header::UPGRADE, "websocket")
        && has(header::CONNECTION, "upgrade")
}

/// Size limits of both sides: a turn may be as large as a request body.
pub(crate) fn config() -> WebSocketConfig {
    WebSocketConfig::default().max_message_size(Some(MAX_BODY)).max_frame_size(Some(MAX_BODY))
}

/// Answers a handshake.
pub(crate) async fn serve(
    core: &Arc<Core>,
    caller: Caller,
    mut request: Request<Incoming>,
    path: String,
) -> Response<ProxyBody> {
    let Some(key) = request.headers().get(header::SEC_WEBSOCKET_KEY).cloned() else {
        return ProxyError::BadJson("the WebSocket handshake has no key".to_owned()).response();
    };
    let upgrade = hyper::upgrade::on(&mut request);
    let headers = request.headers().clone();
    let path = with_query(path, request.uri().query());
    let pool = caller.registry.pool_for(&caller.client);
    let name = facts::conversation_of(&headers);
    let conversation = name.and_then(|name| ConversationKey::new(caller.client.tenant, &name));
    let handshake = Handshake { core: Arc::clone(core), caller, path, headers, pool, conversation };
    let mut record = Record::open(core, &handshake.caller, Transport::WebSocket, None);
    let selection = core.routing.choose(&handshake.pool, handshake.conversation.as_ref());
    record.chosen(&selection);
    let mut failed = Vec::new();
    let dialing = handshake.dial_first(&selection, &mut failed);
    let Ok(Some(dialed)) = tokio::time::timeout(PATIENCE, dialing).await else {
        return handshake.refuse(record, &failed);
    };
    record.discard();
    let response = switching(&key, &dialed.headers);
    if let (None, Some(conversation)) = (selection.home, &handshake.conversation) {
        core.place(conversation, dialed.account);
    }
    core.sessions.spawn(async move {
        let upgraded = match upgrade.await {
            Ok(upgraded) => TokioIo::new(upgraded),
            Err(error) => return tracing::debug!(%error, "the tool left during the handshake"),
        };
        let tool = WebSocketStream::from_raw_socket(upgraded, Role::Server, Some(config())).await;
        Session::new(handshake, selection, failed, dialed, tool).run().await;
    });
    response
}

fn switching(key: &HeaderValue, provider: &HeaderMap) -> Response<ProxyBody> {
    let mut response = Response::new(whole(""));
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let mut headers = headers::downstream(provider);
    for name in
        [header::SEC_WEBSOCKET_ACCEPT, header::SEC_WEBSOCKET_EXTENSIONS, header::SEC_WEBSOCKET_PROTOCOL]
    {
        headers.remove(name);
    }
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    if let Ok(accept) = HeaderValue::from_str(&derive_accept_key(key.as_bytes())) {
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    }
    *response.headers_mut() = headers;
    response
}

impl Handshake {
    /// Dials the candidates in order until one accepts; those that do not are noted in `failed`.
    async fn dial_first(&self, selection: &Selection, failed: &mut Vec<FailedDial>) -> Option<Dialed> {
        let mut walk = Walk::new(selection);
        let mut credentials = Credentials::Present;
        while let Some(account) = walk.current() {
            let refusal = match self.dial(account, credentials, selection.home).await {
                Ok(dialed) => return Some(dialed),
                Err(refusal) => refusal,
            };
            let next = self.after_refusal(account, &refusal, &mut walk);
            credentials = Credentials::after(next, refusal.bearer);
            failed.push(FailedDial { account, refusal });
            if next == Next::Return {
                return None;
            }
        }
        None
    }

    /// Where the conversation lives once `account` has answered it.
    pub(crate) fn home_after(&self, before: Option<Home>, account: AccountId) -> Option<Home> {
        let known = self.conversation.as_ref();
        let remembered = known.and_then(|key| self.core.routing.read(|router, _| router.home(key)));
        remembered.or(match before {
            Some(home) if home.account != account => Some(Home { account, history: History::Mixed }),
            Some(home) => Some(home),
            None => Some(Home { account, history: History::Own }),
        })
    }

    /// No account took the connection. Where one could still serve, the tool is sent to HTTP by a 426,
    /// which the Codex CLI 0.169.0 follows at once and without a word.
    fn refuse(&self, mut record: Record, failed: &[FailedDial]) -> Response<ProxyBody> {
        for try_ in failed {
            record.tried(try_.account, try_.refusal.class, try_.refusal.status, try_.refusal.since);
        }
        let class = failed.last().map_or(Class::FAILURE, |try_| try_.refusal.class);
        let response = match unservable::error(&self.core, &self.caller, &self.pool) {
            Some(error) => error.response(),
            None => upgrade_required(),
        };
        record.unserved(class, response.status().as_u16());
        response
    }
}

fn upgrade_required() -> Response<ProxyBody> {
    let body = r#"{"error":{"message":"The provider takes no WebSocket now; use HTTP.","type":"invalid_request_error","code":"websocket_unavailable","param":null}}"#;
    let mut response = Response::new(whole(body));
    *response.status_mut() = StatusCode::UPGRADE_REQUIRED;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
