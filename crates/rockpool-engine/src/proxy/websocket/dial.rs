//! Opens a WebSocket to the provider on behalf of an account.

use std::future::Future;

use http::header::{self, HeaderMap, HeaderValue};
use http_body_util::{BodyExt, Limited};
use jiff::Timestamp;
use rockpool_routing::{AccountId, Class, Delivery, Evidence};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::byte_stream::{ActivityProbe, Socket, socket};
use crate::provider::content_coding::readable;
use crate::provider::delivery::SendFailure;
use crate::provider::endpoints;
use crate::provider::error::class_of_answer;
use crate::provider::outbound::OnBehalfOf;
use crate::provider::reuse::Sent;
use crate::provider::upstream::WEBSOCKET_CONNECT_TIMEOUT;
use crate::provider::usage;
use crate::proxy::failover::attempt::AttemptOutcome;
use crate::proxy::failover::bearer_choice::{BearerChoice, BearerShown, bearer_of, class_without_bearer};
use crate::proxy::failover::context::RequestContext;
use crate::proxy::request::headers::{self, TurnState};

/// Largest refusal that is looked at.
const REFUSAL_BODY: usize = 1 << 20;

/// An open connection to the provider, with what its turns are recorded and judged by.
pub(crate) struct Dialed {
    pub(crate) account: AccountId,
    /// Generation of the bearer that opened it.
    pub(crate) generation: u64,
    pub(crate) socket: Socket,
    pub(crate) activity: ActivityProbe,
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

impl Sign {
    fn of_failure(failure: SendFailure) -> Self {
        match failure {
            SendFailure::NoConnection => Self::Unreachable,
            SendFailure::NotBuilt | SendFailure::NotWritten | SendFailure::NotTaken | SendFailure::Lost => {
                Self::NoWebSockets
            }
        }
    }

    /// A request that is at fault, or an account that is refused, says nothing; a path that is not there,
    /// or takes no upgrade, does.
    fn of_answer(class: Class, status: http::StatusCode) -> Self {
        match class {
            Class::Failure { .. } => Self::NoWebSockets,
            Class::Rejected if status != http::StatusCode::BAD_REQUEST => Self::NoWebSockets,
            Class::Rejected
            | Class::Success
            | Class::Unauthorized
            | Class::UsageLimit { .. }
            | Class::ModelLimit { .. }
            | Class::RateLimited { .. }
            | Class::MissingWorkspace
            | Class::Forbidden
            | Class::Billing
            | Class::Unsuitable
            | Class::ForeignCiphertext
            | Class::Abandoned => Self::Nothing,
        }
    }
}

/// Why the provider took no connection.
pub(crate) struct Refusal {
    pub(crate) outcome: AttemptOutcome,
    pub(crate) sign: Sign,
}

/// A connection to be opened on behalf of an account, with the tool's own headers.
pub(crate) struct Dial {
    pub(crate) account: AccountId,
    pub(crate) bearer_choice: BearerChoice,
    pub(crate) turn_state: TurnState,
    /// When to give up at the latest, without blaming the account; absent, after the time of one dial.
    pub(crate) patience: Option<Instant>,
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

impl Dial {
    /// Dials. Gives up after the time that one dial may take, a refresh included, or at the end of patience,
    /// which is no fault of the account's.
    pub(crate) async fn of(self, context: &RequestContext) -> Result<Dialed, Refusal> {
        let own = Instant::now() + context.core().config.websocket_timeouts.dial;
        let limit = match self.patience {
            Some(at) if at < own => Limit { at, class: Class::Abandoned },
            Some(_) | None => Limit { at: own, class: Class::FAILURE },
        };
        let dialed = self.within(context, limit).await?;
        context.plane.breaker.note(Evidence::Connected);
        Ok(dialed)
    }

    async fn within(&self, context: &RequestContext, limit: Limit) -> Result<Dialed, Refusal> {
        let core = context.core();
        let since = core.clock.now().mono;
        let refusal = |class, status, bearer, sign| Refusal {
            // A handshake carries no turn: whatever became of it, nothing was worked on.
            outcome: AttemptOutcome {
                class,
                status,
                delivery: Delivery::NotSent,
                bearer,
                since,
                sent: Sent::Once,
            },
            sign,
        };
        let bearer = bearer_of(context, self.account, self.bearer_choice);
        let (bearer, workspace) = match limit.within(bearer).await {
            Some(Ok(found)) => found,
            Some(Err(error)) => {
                return Err(refusal(class_without_bearer(&error), None, BearerShown::None, Sign::Nothing));
            }
            None => return Err(refusal(limit.class, None, BearerShown::None, Sign::Nothing)),
        };
        let shown = BearerShown::Generation(bearer.generation);
        let refusal = |class, status, sign| refusal(class, status, shown, sign);
        let key = generate_key();
        let mut headers = headers::upstream(&context.headers, self.turn_state);
        headers::attach(&mut headers, bearer.authorization(), workspace);
        negotiate(&mut headers, &key);
        let url = endpoints::below(&core.config.backend_url, &context.path);
        let sent = Instant::now();
        let Ok(clients) = core.outbound.clients(OnBehalfOf::Account(self.account)) else {
            return Err(refusal(Class::FAILURE, None, Sign::of_failure(SendFailure::NotBuilt)));
        };
        let request = clients.websocket.get(url).headers(headers);
        let response = match limit.within(request.send()).await {
            Some(Ok(response)) => response,
            Some(Err(error)) => {
                return Err(refusal(Class::FAILURE, None, Sign::of_failure(SendFailure::of(&error))));
            }
            // Within the first seconds there may have been no connection yet.
            None if sent.elapsed() < WEBSOCKET_CONNECT_TIMEOUT => {
                return Err(refusal(limit.class, None, Sign::Nothing));
            }
            None => return Err(refusal(limit.class, None, Sign::NoWebSockets)),
        };
        let status = response.status();
        if let Some(reading) = usage::headers::reading(response.headers(), core.clock.wall()) {
            core.record_quota(self.account, reading);
        }
        if status != http::StatusCode::SWITCHING_PROTOCOLS {
            let class = class_of(core.clock.wall(), response);
            let class = limit.within(class).await.unwrap_or(limit.class);
            return Err(refusal(class, Some(status.as_u16()), Sign::of_answer(class, status)));
        }
        let broken = || refusal(Class::FAILURE, Some(101), Sign::NoWebSockets);
        let headers = response.headers().clone();
        let accepted = headers.get(header::SEC_WEBSOCKET_ACCEPT).map(HeaderValue::as_bytes);
        if accepted != Some(derive_accept_key(key.as_bytes()).as_bytes()) {
            return Err(broken());
        }
        let upgraded = limit.within(response.upgrade()).await.ok_or_else(broken)?.map_err(|_| broken())?;
        let activity = ActivityProbe::default();
        let socket = socket(activity.of(upgraded), Role::Client).await;
        let (account, generation) = (self.account, bearer.generation);
        Ok(Dialed { account, generation, socket, activity, headers, since })
    }
}

/// The class of a refused connection.
async fn class_of(now: Timestamp, response: reqwest::Response) -> Class {
    let response: http::Response<reqwest::Body> = response.into();
    let (head, body) = response.into_parts();
    let body = Limited::new(body, REFUSAL_BODY).collect().await;
    let body = body.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let body = readable(&head.headers, &body, REFUSAL_BODY);
    let class = class_of_answer(head.status, &head.headers, &body, now);
    // Any other answer than 101 is no success here.
    if class == Class::Success { Class::FAILURE } else { class }
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
