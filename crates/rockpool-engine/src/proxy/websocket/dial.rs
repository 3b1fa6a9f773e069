//! Opens a WebSocket to the provider on behalf of an account.

use std::future::Future;

use http::header::{self, HeaderMap, HeaderValue};
use http_body_util::{BodyExt, Limited};
use rockpool_routing::{AccountId, Class, Delivery, Evidence, Home};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::Handshake;
use super::byte_stream::{Noise, Socket, socket};
use crate::provider::upstream::WEBSOCKET_CONNECT_TIMEOUT;
use crate::provider::usage;
use crate::proxy::failover::attempt;
use crate::proxy::failover::attempt::Credentials;
use crate::proxy::failover::candidates::{BearerShown, Next, Walk};
use crate::proxy::record::Try;
use crate::proxy::request::headers;

/// Largest refusal that is looked at.
const REFUSAL_BODY: usize = 1 << 20;

/// An open connection.
pub(crate) struct Dialed {
    pub(crate) account: AccountId,
    /// Generation of the bearer that opened it.
    pub(crate) generation: u64,
    pub(crate) socket: Socket,
    /// Tells whether bytes come.
    pub(crate) noise: Noise,
    pub(crate) headers: HeaderMap,
    /// When it was asked for.
    pub(crate) since: std::time::Instant,
}

/// What a refused connection says of the way to the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    /// Nothing: it is about the account or the request.
    Nothing,
    /// There is no way to it, for HTTP neither.
    Unreachable,
    /// It is there, and its WebSockets fail.
    NoWebSockets,
}

/// Why the provider took no connection.
pub(crate) struct Refusal {
    pub(crate) class: Class,
    pub(crate) status: Option<u16>,
    /// The bearer that was presented.
    pub(crate) bearer: BearerShown,
    pub(crate) since: std::time::Instant,
    pub(crate) sign: Sign,
}

impl Refusal {
    /// What is noted of it.
    pub(crate) fn noted(&self) -> Try {
        Try { class: self.class, status: self.status, delivery: Delivery::NotSent, since: self.since }
    }
}

/// When a dial is given up, and what that says of the account.
#[derive(Clone, Copy)]
struct Limit {
    at: Instant,
    class: Class,
}

impl Limit {
    async fn within<T>(self, work: impl Future<Output = T>) -> Option<T> {
        tokio::time::timeout_at(self.at, work).await.ok()
    }
}

impl Handshake {
    /// Dials the provider with the tool's own headers under the account's credentials, for a
    /// conversation that lives at `home`. Gives up after the time that one dial may take, a refresh
    /// included, or at `patience`, which is no fault of the account's.
    pub(crate) async fn dial(
        &self,
        account: AccountId,
        credentials: Credentials,
        home: Option<Home>,
        patience: Option<Instant>,
    ) -> Result<Dialed, Refusal> {
        let own = Instant::now() + self.core.config.pace.dial;
        let limit = match patience {
            Some(at) if at < own => Limit { at, class: Class::Abandoned },
            Some(_) | None => Limit { at: own, class: Class::FAILURE },
        };
        let dialed = self.dial_within(account, credentials, home, limit).await?;
        self.core.gate.note(Evidence::Connected);
        Ok(dialed)
    }

    async fn dial_within(
        &self,
        account: AccountId,
        credentials: Credentials,
        home: Option<Home>,
        limit: Limit,
    ) -> Result<Dialed, Refusal> {
        let since = self.core.clock.now().mono;
        let refusal = |class, status, bearer, sign| Refusal { class, status, bearer, since, sign };
        let bearer = attempt::bearer_of(&self.core, &self.caller, account, credentials);
        let (bearer, workspace) = match limit.within(bearer).await {
            Some(Ok(found)) => found,
            Some(Err(error)) => {
                let class = attempt::class_without_bearer(&error);
                return Err(refusal(class, None, BearerShown::None, Sign::Nothing));
            }
            None => return Err(refusal(limit.class, None, BearerShown::None, Sign::Nothing)),
        };
        let shown = BearerShown::Generation(bearer.generation);
        let refusal = |class, status, sign| refusal(class, status, shown, sign);
        let key = generate_key();
        let mut headers =
            headers::upstream(&self.headers, headers::turn_state_for(account, self.turn, home, &self.pool));
        headers::attach(&mut headers, bearer.authorization(), workspace);
        negotiate(&mut headers, &key);
        let url = format!("{}/{}", self.core.config.backend_url.as_str().trim_end_matches('/'), self.path);
        let sent = Instant::now();
        let request = self.core.upstream.websocket.get(url).headers(headers);
        let response = match limit.within(request.send()).await {
            Some(Ok(response)) => response,
            Some(Err(error)) => return Err(refusal(Class::FAILURE, None, sign_of(&error))),
            // Within the first seconds there may have been no connection yet.
            None if sent.elapsed() < WEBSOCKET_CONNECT_TIMEOUT => {
                return Err(refusal(limit.class, None, Sign::Nothing));
            }
            None => return Err(refusal(limit.class, None, Sign::NoWebSockets)),
        };
        let status = response.status();
        if let Some(reading) = usage::headers::reading(response.headers(), self.core.clock.wall()) {
            self.core.observe(account, reading);
        }
        if status != http::StatusCode::SWITCHING_PROTOCOLS {
            let class = limit.within(self.class_of(response)).await.unwrap_or(limit.class);
            return Err(refusal(class, Some(status.as_u16()), sign_of_answer(class, status)));
        }
        let broken = || refusal(Class::FAILURE, Some(101), Sign::NoWebSockets);
        let headers = response.headers().clone();
        let accepted = headers.get(header::SEC_WEBSOCKET_ACCEPT).map(HeaderValue::as_bytes);
        if accepted != Some(derive_accept_key(key.as_bytes()).as_bytes()) {
            return Err(broken());
        }
        let upgraded = limit.within(response.upgrade()).await.ok_or_else(broken)?.map_err(|_| broken())?;
        let noise = Noise::default();
        let socket = socket(noise.of(upgraded), Role::Client).await;
        Ok(Dialed { account, generation: bearer.generation, socket, noise, headers, since })
    }

    /// Learns from a refused connection, for which no lease was taken, and says where to go.
    pub(crate) fn after_refusal(&self, account: AccountId, refusal: &Refusal, walk: &mut Walk) -> Next {
        if let Some(ticket) = self.core.routing.begin(account) {
            self.core.settle(ticket, refusal.class);
        }
        // A handshake carries no turn: whatever became of it, nothing was worked on.
        let next = walk.after(refusal.class, Delivery::NotSent, refusal.bearer);
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

fn sign_of(error: &reqwest::Error) -> Sign {
    if error.is_connect() { Sign::Unreachable } else { Sign::NoWebSockets }
}

/// A request that is at fault, or an account that is refused, says nothing; a path that is not there, or
/// takes no upgrade, does.
fn sign_of_answer(class: Class, status: http::StatusCode) -> Sign {
    match class {
        Class::Failure { .. } => Sign::NoWebSockets,
        Class::Rejected if status != http::StatusCode::BAD_REQUEST => Sign::NoWebSockets,
        Class::Rejected
        | Class::Success
        | Class::Unauthorized
        | Class::UsageLimit { .. }
        | Class::RateLimited { .. }
        | Class::MissingWorkspace
        | Class::Forbidden
        | Class::Billing
        | Class::Unsuitable
        | Class::ForeignCiphertext
        | Class::Abandoned => Sign::Nothing,
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
