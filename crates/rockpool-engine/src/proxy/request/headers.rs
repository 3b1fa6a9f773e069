//! Which headers go up, which come back, and nothing else.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use rockpool_routing::{AccountId, ConversationPin, History, Pool};

use crate::provider::endpoints::CLIENT_VERSION;
use crate::provider::headers::{ACCOUNT_ID, TURN_STATE, speaks_of_one_account};
use crate::provider::upstream::{ORIGINATOR, USER_AGENT};

/// Headers that concern one connection only (RFC 9110 §7.6.1), and `proxy-*`.
const HOP_BY_HOP: [&str; 10] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "expect",
];

/// Where tools carry credentials besides `authorization` and `cookie`.
const CREDENTIALS: [&str; 3] = ["api-key", "x-api-key", "x-openai-actor-authorization"];

/// Whether the turn state that the tool echoes belongs to the account that is asked now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TurnState {
    Keep,
    Drop,
}

/// A turn state belongs to the account that gave it. Where nobody is known to have given it, as after a
/// restart, it is kept only in a conversation that never moved: a tool keeps the first one of a turn.
pub(crate) fn turn_state_for(
    account: AccountId,
    giver: Option<AccountId>,
    pin: Option<ConversationPin>,
    pool: &Pool,
) -> TurnState {
    match (giver, pin) {
        (Some(giver), _) if giver == account => TurnState::Keep,
        (Some(_), _) => TurnState::Drop,
        (None, Some(pin)) if pin.account == account && pin.history == History::Own => TurnState::Keep,
        (None, None) if pool.members.is_empty() => TurnState::Keep,
        (None, Some(_) | None) => TurnState::Drop,
    }
}

fn is_hop_by_hop(name: &HeaderName, listed: &[String]) -> bool {
    HOP_BY_HOP.contains(&name.as_str()) || listed.iter().any(|other| other == name.as_str())
}

/// Names that a `connection` header declares hop-by-hop.
fn listed(headers: &HeaderMap) -> Vec<String> {
    headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect()
}

/// The tool's headers without what is its own or this connection's: credentials, cookies, host,
/// length, hop-by-hop, WebSocket negotiation, and the web page that asked. `accept-encoding` goes too: a
/// compressed answer could not be watched for quota and errors.
pub(crate) fn upstream(tool: &HeaderMap, turn_state: TurnState) -> HeaderMap {
    let listed = listed(tool);
    let mut headers = HeaderMap::with_capacity(tool.len() + 2);
    for (name, value) in tool {
        let own = CREDENTIALS.contains(&name.as_str())
            || matches!(
                *name,
                header::AUTHORIZATION
                    | header::COOKIE
                    | header::HOST
                    | header::CONTENT_LENGTH
                    | header::ACCEPT_ENCODING
                    | header::ORIGIN
                    | header::REFERER
            );
        let negotiated = name.as_str().starts_with("sec-websocket-");
        let stale = turn_state == TurnState::Drop && name.as_str() == TURN_STATE;
        if own || negotiated || stale || name.as_str() == ACCOUNT_ID || is_hop_by_hop(name, &listed) {
            continue;
        }
        headers.append(name.clone(), value.clone());
    }
    headers
}

/// The headers of a request that Rockpool words itself, on behalf of a tool that does not know the backend.
pub(crate) fn own_headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(HeaderName::from_static("originator"), HeaderValue::from_static(ORIGINATOR));
    headers.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
    headers.insert(HeaderName::from_static("version"), HeaderValue::from_static(CLIENT_VERSION));
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    headers
}

/// Puts the account's own credentials on.
pub(crate) fn attach(headers: &mut HeaderMap, bearer: HeaderValue, workspace: HeaderValue) {
    headers.insert(header::AUTHORIZATION, bearer);
    headers.insert(HeaderName::from_static(ACCOUNT_ID), workspace);
}

/// The provider's headers without what would contradict the pool.
pub(crate) fn downstream(provider: &HeaderMap) -> HeaderMap {
    let listed = listed(provider);
    let mut headers = HeaderMap::with_capacity(provider.len());
    for (name, value) in provider {
        if is_hop_by_hop(name, &listed)
            || speaks_of_one_account(name.as_str())
            || *name == header::CONTENT_LENGTH
        {
            continue;
        }
        headers.append(name.clone(), value.clone());
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), value.parse().unwrap());
        }
        headers
    }

    fn names(headers: &HeaderMap) -> Vec<&str> {
        headers.keys().map(HeaderName::as_str).collect()
    }

    #[test]
    fn the_tools_credentials_never_leave_and_everything_else_does() {
        let tool = map(&[
            ("authorization", "Bearer rp_secret"),
            ("cookie", "a=b"),
            ("x-api-key", "k"),
            ("host", "127.0.0.1"),
            ("chatgpt-account-id", "mine"),
            ("connection", "close, x-private"),
            ("x-private", "1"),
            ("accept-encoding", "gzip"),
            ("sec-websocket-key", "k"),
            ("originator", "codex_exec"),
            ("x-unknown", "kept"),
            ("x-codex-turn-state", "t"),
        ]);
        assert_eq!(
            names(&upstream(&tool, TurnState::Keep)),
            ["originator", "x-unknown", "x-codex-turn-state"]
        );
        assert_eq!(names(&upstream(&tool, TurnState::Drop)), ["originator", "x-unknown"]);
    }

    #[test]
    fn what_contradicts_the_pool_does_not_come_back() {
        let provider = map(&[
            ("content-type", "text/event-stream"),
            ("set-cookie", "s=1"),
            ("x-models-etag", "e"),
            ("x-codex-primary-used-percent", "5"),
            ("x-codex-secondary-reset-at", ""),
            ("x-codex-bengalfox-primary-window-minutes", "300"),
            ("x-codex-primary-over-secondary-limit-percent", "1"),
            ("x-codex-rate-limit-reached-type", "x"),
            ("x-codex-plan-type", "pro"),
            ("x-codex-credits-balance", "0"),
            ("x-codex-turn-state", "t"),
            ("x-codex-safety-buffering-enabled", "true"),
            ("openai-model", "m"),
            ("x-request-id", "r"),
            ("transfer-encoding", "chunked"),
        ]);
        assert_eq!(
            names(&downstream(&provider)),
            [
                "content-type",
                "x-codex-turn-state",
                "x-codex-safety-buffering-enabled",
                "openai-model",
                "x-request-id"
            ]
        );
    }
}
