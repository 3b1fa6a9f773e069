//! WebSockets: the provider is dialed before the tool is answered, then turns are relayed frame by frame.

pub(crate) mod breaker;
mod byte_stream;
mod deadlines;
mod dial;
mod error_frame;
mod recover;
mod session;
#[cfg(test)]
mod tests;
mod turn;

use std::sync::Arc;

use http::header::{self, HeaderMap, HeaderValue};
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use rockpool_routing::{
    AccountId, Admission, Ask, Class, ConversationKey, Evidence, History, Home, Pool, Selection, TieKey,
};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::authenticate::Caller;
use super::exchange::{turn_tie, with_query};
use super::failover::attempt::Credentials;
use super::failover::candidates::{Next, Walk};
use super::failover::no_account;
use super::record::{Record, Transport};
use super::request::facts;
use super::request::headers;
use super::response::body::{ProxyBody, whole};
use super::response::error_response::ProxyError;
use crate::core::Core;
use dial::{Dialed, Refusal, Sign};
use session::Session;

/// Everything a session keeps of the tool's handshake.
pub(crate) struct Handshake {
    pub(crate) core: Arc<Core>,
    pub(crate) caller: Caller,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) pool: Pool,
    pub(crate) conversation: Option<ConversationKey>,
    /// The turn in progress, where the tool's handshake repeats its state.
    pub(crate) ties: Vec<TieKey>,
    /// The account that gave that state, as far as is known.
    pub(crate) turn: Option<AccountId>,
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
    let ties: Vec<TieKey> = turn_tie(caller.client.tenant, &headers).into_iter().collect();
    let turn = core.routing.read(|router, now| ties.iter().find_map(|tie| router.tied(tie, now.wall)));
    let core_ = Arc::clone(core);
    let handshake = Handshake { core: core_, caller, path, headers, pool, conversation, ties, turn };
    let mut record = Record::open(core, &handshake.caller, Transport::WebSocket, None);
    match core.gate.admit() {
        Admission::Pass | Admission::Probe => {}
        Admission::Refuse => return handshake.refuse(record, &[]),
    }
    let selection = core.routing.choose(&handshake.ask());
    record.chosen(&handshake.ask(), &selection);
    let mut failed = Vec::new();
    let Some(dialed) = handshake.dial_first(&selection, &mut failed).await else {
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
        let tool = byte_stream::socket(upgraded, Role::Server).await;
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
    /// What a turn of this session asks the router.
    pub(crate) fn ask(&self) -> Ask<'_> {
        Ask { pool: &self.pool, conversation: self.conversation.as_ref(), ties: &self.ties }
    }

    /// Dials the candidates in order until one accepts; those that do not are noted in `failed`.
    async fn dial_first(&self, selection: &Selection, failed: &mut Vec<FailedDial>) -> Option<Dialed> {
        let patience = Instant::now() + self.core.config.pace.handshake;
        let mut walk = Walk::new(selection);
        let mut credentials = Credentials::Present;
        while let Some(account) = walk.current() {
            let refusal = match self.dial(account, credentials, selection.home, Some(patience)).await {
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
        let remembered =
            known.and_then(|key| self.core.routing.read(|router, now| router.home(key, now.wall)));
        remembered.or(match before {
            Some(home) if home.account != account => {
                Some(Home { history: History::Mixed, ..Home::new(account) })
            }
            Some(home) => Some(home),
            None => Some(Home::new(account)),
        })
    }

    /// No account took the connection, or none was asked. Where one could still serve, the tool is sent
    /// to HTTP by a 426, which the Codex CLI 0.169.0 follows at once and without a word, and for good.
    /// So a provider that cannot be reached at all is told otherwise: the tool tries again, and keeps
    /// its WebSockets once the network is back.
    fn refuse(&self, mut record: Record, failed: &[FailedDial]) -> Response<ProxyBody> {
        for try_ in failed {
            record.tried(try_.account, try_.refusal.noted());
        }
        let shows = |sign| failed.iter().any(|try_| try_.refusal.sign == sign);
        if shows(Sign::NoWebSockets) {
            self.core.gate.note(Evidence::HandshakeFailed);
        }
        let response = match no_account::error(&self.core, &self.caller, &self.pool) {
            Some(error) => error.response(),
            None if shows(Sign::Unreachable) && !shows(Sign::NoWebSockets) => {
                ProxyError::Unreachable("no account's connection could be made".to_owned()).response()
            }
            None => upgrade_required(),
        };
        let outlasted = |try_: &&FailedDial| try_.refusal.class != Class::Abandoned;
        let class = failed.iter().rfind(outlasted).map_or(Class::FAILURE, |try_| try_.refusal.class);
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
