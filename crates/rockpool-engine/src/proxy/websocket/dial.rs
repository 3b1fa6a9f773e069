//! Opens a WebSocket to the provider on behalf of an account.

use std::time::{Duration, Instant};

use http::header::{self, HeaderMap, HeaderValue};
use http_body_util::{BodyExt, Limited};
use rockpool_routing::{AccountId, Class, Home};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::{Handshake, config};
use crate::proxy::attempt::{self, Credentials};
use crate::proxy::headers;
use crate::proxy::walk::{BearerShown, Next, Walk};
use crate::usage;

/// Under the 15 seconds that the Codex CLI 0.169.0 waits for its own handshake.
const TIMEOUT: Duration = Duration::from_secs(12);
/// Largest refusal that is looked at.
const REFUSAL_BODY: usize = 1 << 20;

/// The provider's side of a session.
pub(crate) type ProviderSocket = WebSocketStream<reqwest::Upgraded>;

/// An open connection.
pub(crate) struct Dialed {
    pub(crate) account: AccountId,
    /// Generation of the bearer that opened it.
    pub(crate) generation: u64,
    pub(crate) socket: ProviderSocket,
    pub(crate) headers: HeaderMap,
}

/// Why the provider took no connection.
pub(crate) struct Refusal {
    pub(crate) class: Class,
    pub(crate) status: Option<u16>,
    /// The bearer that was presented.
    pub(crate) bearer: BearerShown,
    pub(crate) since: Instant,
}

impl Handshake {
    /// Dials the provider with the tool's own headers under the account's credentials, for a
    /// conversation that lives at `home`. Takes twelve seconds at most, a refresh included.
    pub(crate) async fn dial(
        &self,
        account: AccountId,
        credentials: Credentials,
        home: Option<Home>,
    ) -> Result<Dialed, Refusal> {
        let since = self.core.clock.now().mono;
        let work = self.dial_within(account, credentials, home, since);
        let late = Refusal { class: Class::FAILURE, status: None, bearer: BearerShown::None, since };
        tokio::time::timeout(TIMEOUT, work).await.unwrap_or(Err(late))
    }

    async fn dial_within(
        &self,
        account: AccountId,
        credentials: Credentials,
        home: Option<Home>,
        since: Instant,
    ) -> Result<Dialed, Refusal> {
        let refusal = |class, status, bearer| Refusal { class, status, bearer, since };
        let (bearer, workspace) = attempt::bearer_of(&self.core, &self.caller, account, credentials)
            .await
            .map_err(|error| refusal(attempt::class_without_bearer(&error), None, BearerShown::None))?;
        let shown = BearerShown::Generation(bearer.generation);
        let key = generate_key();
        let mut headers =
            headers::upstream(&self.headers, headers::turn_state_for(account, home, &self.pool));
        headers::attach(&mut headers, bearer.authorization(), workspace);
        negotiate(&mut headers, &key);
        let url = format!("{}/{}", self.core.config.backend_url.as_str().trim_end_matches('/'), self.path);
        let sent = self.core.upstream.websocket.get(url).headers(headers).send().await;
        let response = sent.map_err(|_| refusal(Class::FAILURE, None, shown))?;
        let status = response.status();
        if let Some(reading) = usage::headers::reading(response.headers(), self.core.clock.wall()) {
            self.core.observe(account, reading);
        }
        if status != http::StatusCode::SWITCHING_PROTOCOLS {
            let class = self.class_of(response).await;
            return Err(refusal(class, Some(status.as_u16()), shown));
        }
        let headers = response.headers().clone();
        let accepted = headers.get(header::SEC_WEBSOCKET_ACCEPT).map(HeaderValue::as_bytes);
        if accepted != Some(derive_accept_key(key.as_bytes()).as_bytes()) {
            return Err(refusal(Class::FAILURE, Some(101), shown));
        }
        let upgraded = response.upgrade().await.map_err(|_| refusal(Class::FAILURE, Some(101), shown))?;
        let socket = WebSocketStream::from_raw_socket(upgraded, Role::Client, Some(config())).await;
        Ok(Dialed { account, generation: bearer.generation, socket, headers })
    }

    /// Learns from a refused connection, for which no lease was taken, and says where to go.
    pub(crate) fn after_refusal(&self, account: AccountId, refusal: &Refusal, walk: &mut Walk) -> Next {
        self.core.routing.begin(account);
        self.core.settle(account, refusal.class, self.core.clock.now());
        let next = walk.after(refusal.class, refusal.bearer);
        if next.leaves_refused(refusal.class, refusal.bearer) {
            self.core.distrust(account);
        }
        next
    }

    async fn class_of(&self, response: reqwest::Response) -> Class {
        let response: http::Response<reqwest::Body> = response.into();
        let (head, body) = response.into_parts();
        let body = Limited::new(body, REFUSAL_BODY).collect().await;
        let body = body.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        let class = attempt::class_of(head.status, &head.headers, &body, self.core.clock.wall());
        // Any other answer than 101 is no success here.
        if class == Class::Success { Class::FAILURE } else { class }
    }
}

/// The part of the handshake that is between us and the provider (RFC 6455 §4.1).
fn negotiate(headers: &mut HeaderMap, key: &str) {
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    if let Ok(key) = HeaderValue::from_str(key) {
        headers.insert(header::SEC_WEBSOCKET_KEY, key);
    }
}
