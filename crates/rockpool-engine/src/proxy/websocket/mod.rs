//! WebSockets: the provider is dialed before the tool is answered, then turns are relayed frame by frame.

pub(crate) mod breaker;
pub(crate) mod byte_stream;
mod deadlines;
mod dial;
mod error_frame;
pub(crate) mod http_only;
mod placing;
mod recover;
mod session;
#[cfg(test)]
mod tests;
mod turn;

use std::sync::Arc;

use http::header::{self, HeaderMap, HeaderValue};
use http::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use rockpool_routing::{AccountId, Admission, Class, Evidence};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::authenticate::Caller;
use super::failover::context::{Named, RequestContext};
use super::failover::drive::{Decision, Drive, WhenNoneLeft};
use super::failover::lease::Lease;
use super::failover::no_account;
use super::record::{OpenRecord, Transport, Try};
use super::request::upload::Upload;
use super::request::{facts, headers};
use super::response::body::{ProxyBody, whole};
use super::response::error_response::ProxyError;
use super::state::DataPlane;
use dial::{Dial, Dialed, Sign};
use session::{Opening, Session};

/// Whether a request asks for a WebSocket (RFC 6455 §4.2.1).
pub(crate) fn is_upgrade(request: &Request<Upload>) -> bool {
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

/// Answers a tool's handshake, once an account has a connection for it: until then it can be refused over HTTP, with a status.
pub(crate) async fn serve(
    plane: &Arc<DataPlane>,
    caller: Caller,
    mut request: Request<Upload>,
    path: &str,
) -> Response<ProxyBody> {
    let Some(key) = request.headers().get(header::SEC_WEBSOCKET_KEY).cloned() else {
        return ProxyError::NoWebSocketKey.response();
    };
    let upgrade = hyper::upgrade::on(&mut request);
    let (head, _) = request.into_parts();
    let conversation = facts::conversation_of(&head.headers);
    let named = Named { conversation: conversation.as_deref(), previous_response: None };
    let context = Arc::new(RequestContext::new(plane, caller, head, path, &named));
    let mut record = OpenRecord::open(&plane.core, &context.caller, Transport::WebSocket, None);
    if plane.http_only.contains(&context.http_only_subject()) {
        let error = ProxyError::UseHttp;
        record.unserved(Class::Rejected, error.status_code());
        return error.response();
    }
    match plane.breaker.admit() {
        Admission::Pass | Admission::Probe => {}
        Admission::Refuse => return refuse(&context, record, &[]),
    }
    // No turn has named its model yet: each looks again whether the account that was dialed has it.
    let ask = context.ask(None);
    let selection = plane.core.routing.choose(&ask);
    record.chosen(&ask, &selection);
    let mut drive = Drive::new(&context, &selection.candidates, selection.pin, WhenNoneLeft::Stop, record);
    let mut failed = Vec::new();
    let Some(dialed) = dial_first(&context, &mut drive, &mut failed).await else {
        return refuse(&context, drive.into_record(), &failed);
    };
    drive.into_record().discard();
    let response = switching(&key, &dialed.headers);
    if let (None, Some(conversation)) = (selection.pin, &context.conversation) {
        plane.core.place(conversation, dialed.account);
    }
    let failed = failed.into_iter().map(|refused| (refused.account, refused.noted)).collect();
    let opening = Opening { selection, failed };
    plane.sessions.spawn(async move {
        let upgraded = match upgrade.await {
            Ok(upgraded) => TokioIo::new(upgraded),
            Err(error) => return tracing::debug!(%error, "the tool left during the handshake"),
        };
        let tool = byte_stream::socket(upgraded, Role::Server).await;
        Session::new(context, opening, dialed, tool).run().await;
    });
    response
}

/// A connection that an account's provider refused.
struct RefusedDial {
    account: AccountId,
    noted: Try,
    sign: Sign,
}

/// Dials the accounts in order until one accepts; those that do not go into `failed`.
async fn dial_first(
    context: &RequestContext,
    drive: &mut Drive,
    failed: &mut Vec<RefusedDial>,
) -> Option<Dialed> {
    let patience = Some(Instant::now() + context.core().config.websocket_timeouts.handshake);
    while let Some((account, bearer_choice, turn_state)) = drive.next_to_dial() {
        let dial = Dial { account, bearer_choice, turn_state, patience };
        let refusal = match dial.of(context).await {
            Ok(dialed) => return Some(dialed),
            Err(refusal) => refusal,
        };
        failed.push(RefusedDial { account, noted: refusal.outcome.noted(), sign: refusal.sign });
        // A handshake holds no account while it dials: it may be followed by no turn at all.
        let lease = Lease::begin(context.core(), account, None, None);
        match drive.after_refusal(account, lease, &refusal.outcome) {
            Decision::Stands => return None,
            Decision::GoOn => {}
        }
    }
    None
}

/// No account took the connection, or none was asked. Where one could still serve, the tool is sent
/// to HTTP by a 426, which the Codex CLI 0.169.0 follows at once and without a word, and for good.
/// So a provider that cannot be reached at all is another error: the tool tries again, and keeps
/// its WebSockets once the network is back.
fn refuse(context: &RequestContext, record: OpenRecord, failed: &[RefusedDial]) -> Response<ProxyBody> {
    let shows = |sign| failed.iter().any(|refused| refused.sign == sign);
    if shows(Sign::NoWebSockets) {
        context.plane.breaker.note(Evidence::HandshakeFailed);
    }
    let error = match no_account::error(context, None) {
        Some(error) => error,
        None if shows(Sign::Unreachable) && !shows(Sign::NoWebSockets) => {
            ProxyError::Unreachable("no account's connection could be made".to_owned())
        }
        None => ProxyError::UseHttp,
    };
    let outlasted = |refused: &&RefusedDial| refused.noted.class != Class::Abandoned;
    let class = failed.iter().rfind(outlasted).map_or(Class::FAILURE, |refused| refused.noted.class);
    record.unserved(class, error.status_code());
    error.response()
}

pub(crate) fn switching(key: &HeaderValue, provider: &HeaderMap) -> Response<ProxyBody> {
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
