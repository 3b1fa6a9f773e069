//! WebSockets: the provider is dialed before the tool is answered, then turns are relayed frame by frame.

mod dial;
mod session;
mod turn;

use std::sync::Arc;

use http::header::{self, HeaderMap, HeaderValue};
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use rockpool_routing::{AccountId, Class, ConversationKey, Pool, Selection};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use super::attempt::Credentials;
use super::authenticate::Caller;
use super::body::{MAX_BODY, ProxyBody, whole};
use super::facts;
use super::frame::Tokens;
use super::headers::{self, TurnState};
use super::record::{Ending, Record, Transport};
use super::rescue::ProxyError;
use super::unservable;
use super::walk::{Next, Walk};
use crate::core::Core;
use dial::{Dialed, Refusal};
use session::Session;

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
    let pool = caller.registry.pool_for(&caller.client);
    let name = facts::conversation_of(&headers);
    let conversation = name.and_then(|name| ConversationKey::new(caller.client.tenant, &name));
    let handshake = Handshake { core: Arc::clone(core), caller, path, headers, pool, conversation };
    let selection = core.routing.choose(&handshake.pool, handshake.conversation.as_ref());
    let (dialed, failed) = match handshake.dial_first(&selection).await {
        Ok(found) => found,
        Err(failed) => return handshake.refuse(&selection, &failed),
    };
    let response = switching(&key, &dialed.headers);
    if let (None, Some(conversation)) = (selection.home, &handshake.conversation) {
        core.place(conversation, dialed.account);
    }
    tokio::spawn(async move {
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
    /// Dials the candidates in order until one accepts.
    async fn dial_first(&self, selection: &Selection) -> Result<(Dialed, Vec<FailedDial>), Vec<FailedDial>> {
        let mut walk = Walk::new(selection);
        let mut failed = Vec::new();
        let mut credentials = Credentials::Present;
        while let Some(account) = walk.current() {
            let refusal =
                match self.dial(account, credentials, self.turn_state(account, selection.home)).await {
                    Ok(dialed) => return Ok((dialed, failed)),
                    Err(refusal) => refusal,
                };
            self.core.settle_refusal(account, refusal.class);
            credentials = match walk.after(refusal.class) {
                Next::Refresh => refusal.generation.map_or(Credentials::Present, Credentials::NewerThan),
                Next::Strip | Next::Account(_) | Next::NoneLeft => Credentials::Present,
                Next::Return => {
                    failed.push(FailedDial { account, refusal });
                    return Err(failed);
                }
            };
            failed.push(FailedDial { account, refusal });
        }
        Err(failed)
    }

    pub(crate) fn turn_state(&self, account: AccountId, home: Option<AccountId>) -> TurnState {
        let own = home == Some(account) || (home.is_none() && self.pool.members.is_empty());
        if own { TurnState::Keep } else { TurnState::Drop }
    }

    /// No account took the connection. Where one could still serve, the tool is sent to HTTP by a 426,
    /// which the Codex CLI 0.169.0 follows at once and without a word.
    fn refuse(&self, selection: &Selection, failed: &[FailedDial]) -> Response<ProxyBody> {
        let mut record = Record::open(&self.core, &self.caller, Transport::WebSocket, None);
        record.chosen(selection);
        for try_ in failed {
            record.tried(try_.account, try_.refusal.class, try_.refusal.status, try_.refusal.since);
        }
        let class = failed.last().map_or(Class::Failure, |try_| try_.refusal.class);
        let response = match unservable::error(&self.core, &self.caller, &self.pool) {
            Some(error) => error.response(),
            None => upgrade_required(),
        };
        let status = response.status().as_u16();
        record.finish(&Ending { class, status, account: None, tokens: Tokens::default() });
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
