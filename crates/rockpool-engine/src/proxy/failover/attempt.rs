//! One try on one account: its bearer, its request, its lease on the account.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use rockpool_routing::{AccountId, Class, ConversationKey, Delivery, Signals, Ticket, TieKind, classify};

use super::candidates::{BearerShown, Next};
use crate::core::Core;
use crate::provider::bearer::{Bearer, TokenError};
use crate::provider::event;
use crate::provider::event::Fault;
use crate::provider::usage;
use crate::proxy::authenticate::Caller;
use crate::proxy::record::Try;
use crate::proxy::request::body::{Encoding, MAX_BODY};
use crate::proxy::request::headers;
use crate::proxy::request::headers::TurnState;
use crate::proxy::request::payload::Sendable;
use crate::proxy::response::first_event;
use crate::proxy::response::first_event::Peeked;

/// Longest wait for the head of an answer: as long as the Codex CLI 0.169.0 waits for an event.
const HEAD_TIMEOUT: Duration = Duration::from_secs(300);
/// Longest wait for the rest of an answer that is not a stream.
const BODY_TIMEOUT: Duration = Duration::from_secs(60);
/// Largest error that is looked at.
const ERROR_BODY: usize = 1 << 20;

/// One attempt's hold on an account, settled exactly once; dropped unsettled, it was abandoned.
pub(crate) struct Lease {
    core: Arc<Core>,
    account: AccountId,
    conversation: Option<ConversationKey>,
    ticket: Option<Ticket>,
}

impl Lease {
    /// Takes hold; `None` where another request is finding out whether the account is back.
    pub(crate) fn begin(
        core: &Arc<Core>,
        account: AccountId,
        conversation: Option<ConversationKey>,
    ) -> Option<Self> {
        let ticket = Some(core.routing.begin(account)?);
        Some(Self { core: Arc::clone(core), account, conversation, ticket })
    }

    pub(crate) fn account(&self) -> AccountId {
        self.account
    }

    /// Notes that the account's answer has begun: it serves again if it was in doubt, and the conversation
    /// is on it from now on.
    pub(crate) fn place(&self) {
        if let Some(ticket) = &self.ticket {
            self.core.routing.answered(ticket);
        }
        if let Some(conversation) = &self.conversation {
            self.core.place(conversation, self.account);
        }
    }

    pub(crate) fn settle(mut self, class: Class) {
        self.close(class);
    }

    fn close(&mut self, class: Class) {
        if let Some(ticket) = self.ticket.take() {
            self.core.settle(ticket, class);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.close(Class::Abandoned);
    }
}

/// What an attempt sends; the same for every account but for the credentials.
pub(crate) struct Outgoing<'a> {
    pub(crate) method: Method,
    /// Path and query below the backend, such as `codex/responses`.
    pub(crate) path: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: Sendable,
    pub(crate) turn_state: TurnState,
}

/// The answer of one attempt.
pub(crate) enum Reply {
    /// A stream whose beginning is known to be an answer, or to be an error (by its class).
    Stream { status: StatusCode, headers: HeaderMap, peeked: Box<Peeked> },
    /// A whole answer: an error, or one that is not a stream.
    Whole { status: StatusCode, headers: HeaderMap, body: Bytes },
    /// No answer; in the words of whoever failed.
    Nothing(String),
}

/// The outcome of one attempt.
pub(crate) struct Tried {
    pub(crate) class: Class,
    pub(crate) status: Option<u16>,
    pub(crate) delivery: Delivery,
    /// The bearer that was presented.
    pub(crate) bearer: BearerShown,
    pub(crate) reply: Reply,
    pub(crate) since: Instant,
}

impl Tried {
    /// What is noted of it.
    pub(crate) fn noted(&self) -> Try {
        Try { class: self.class, status: self.status, delivery: self.delivery, since: self.since }
    }
}

/// Which bearer to present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Credentials {
    /// The present one.
    Present,
    /// One that is newer than the generation that was refused.
    NewerThan(u64),
}

impl Credentials {
    /// The credentials for where the walk goes after `bearer` was presented.
    pub(crate) fn after(next: Next, bearer: BearerShown) -> Self {
        match (next, bearer) {
            (Next::Refresh, BearerShown::Generation(generation)) => Self::NewerThan(generation),
            (Next::Refresh | Next::Return | Next::Strip | Next::Account(_) | Next::NoneLeft, _) => {
                Self::Present
            }
        }
    }
}

/// The bearer of an account.
pub(crate) async fn bearer_of(
    core: &Core,
    caller: &Caller,
    account: AccountId,
    credentials: Credentials,
) -> Result<(Bearer, HeaderValue), TokenError> {
    let gone = || TokenError::Passing("the account was removed".to_owned());
    let row = caller.registry.account(account).ok_or_else(gone)?;
    let workspace = HeaderValue::from_str(&row.workspace_id).map_err(|_| gone())?;
    let bearer = match credentials {
        Credentials::Present => core.keeper.bearer(row.login).await?,
        Credentials::NewerThan(generation) => core.keeper.after_refusal(row.login, generation).await?,
    };
    Ok((bearer, workspace))
}

/// The class of an attempt for which there was no bearer.
pub(crate) fn class_without_bearer(error: &TokenError) -> Class {
    match error {
        TokenError::NeedsReauth | TokenError::UncertainSpent => Class::Unauthorized,
        TokenError::VaultLocked | TokenError::Passing(_) => Class::FAILURE,
    }
}

/// Sends the request on behalf of `account` and looks at the answer until it is known to be one.
pub(crate) async fn send(
    core: &Arc<Core>,
    caller: &Caller,
    account: AccountId,
    credentials: Credentials,
    outgoing: &Outgoing<'_>,
) -> Tried {
    let since = core.clock.now().mono;
    let nothing = |class, delivery, bearer, text: String| Tried {
        class,
        status: None,
        delivery,
        bearer,
        reply: Reply::Nothing(text),
        since,
    };
    let (bearer, workspace) = match bearer_of(core, caller, account, credentials).await {
        Ok(found) => found,
        Err(error) => {
            let class = class_without_bearer(&error);
            return nothing(class, Delivery::NotSent, BearerShown::None, error.to_string());
        }
    };
    let shown = BearerShown::Generation(bearer.generation);
    let request = request(core, outgoing, bearer.authorization(), workspace);
    let response = match tokio::time::timeout(HEAD_TIMEOUT, request.send()).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => return nothing(Class::FAILURE, delivery_of(&error), shown, plain(&error)),
        Err(_) => {
            let text = "no answer within five minutes".to_owned();
            return nothing(Class::FAILURE, Delivery::Unknown, shown, text);
        }
    };
    answer(core, account, response, nothing(Class::FAILURE, Delivery::Answered, shown, String::new())).await
}

/// How far a request had come whose connection failed before any answer.
pub(crate) fn delivery_of(error: &reqwest::Error) -> Delivery {
    use std::error::Error as _;
    if error.is_connect() || error.is_builder() {
        return Delivery::NotSent;
    }
    let mut source = error.source();
    while let Some(cause) = source {
        // The connection went before anything was written on it.
        if cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_canceled) {
            return Delivery::NotSent;
        }
        source = cause.source();
    }
    Delivery::Unknown
}

/// Whether a whole answer comes from the provider, or from a gateway that had waited for it in vain.
fn delivery_by(status: StatusCode) -> Delivery {
    match status.as_u16() {
        504 | 524 => Delivery::Unknown,
        _ => Delivery::Answered,
    }
}

fn request(
    core: &Core,
    outgoing: &Outgoing<'_>,
    authorization: HeaderValue,
    workspace: HeaderValue,
) -> reqwest::RequestBuilder {
    let url = format!("{}/{}", core.config.backend_url.as_str().trim_end_matches('/'), outgoing.path);
    let mut headers = headers::upstream(outgoing.headers, outgoing.turn_state);
    headers::attach(&mut headers, authorization, workspace);
    if outgoing.body.encoding == Encoding::Plain {
        headers.remove(header::CONTENT_ENCODING);
    }
    core.upstream
        .http
        .request(outgoing.method.clone(), url)
        .headers(headers)
        .body(outgoing.body.bytes.clone())
}

async fn answer(core: &Arc<Core>, account: AccountId, response: reqwest::Response, tried: Tried) -> Tried {
    let response: http::Response<reqwest::Body> = response.into();
    let (head, body) = response.into_parts();
    let now = core.clock.wall();
    if let Some(reading) = usage::headers::reading(&head.headers, now) {
        core.observe(account, reading);
    }
    let status = Some(head.status.as_u16());
    if let Some(state) = head.headers.get(headers::TURN_STATE).and_then(|value| value.to_str().ok()) {
        core.bind(account, TieKind::Turn, state);
    }
    if head.status.is_success() && is_event_stream(&head.headers) {
        let peeked = Box::new(first_event::peek(core, account, body).await);
        let (class, delivery) = (peeked.class(), peeked.delivery());
        let reply = Reply::Stream { status: head.status, headers: head.headers, peeked };
        return Tried { class, status, delivery, reply, ..tried };
    }
    let limit = if head.status.is_success() { MAX_BODY } else { ERROR_BODY };
    let Ok(Ok(body)) = tokio::time::timeout(BODY_TIMEOUT, Limited::new(body, limit).collect()).await else {
        let text = "the provider's answer broke off".to_owned();
        let delivery = if head.status.is_success() { Delivery::Begun } else { delivery_by(head.status) };
        return Tried { class: Class::FAILURE, status, delivery, reply: Reply::Nothing(text), ..tried };
    };
    let body = body.to_bytes();
    let class = class_of(head.status, &head.headers, &body, now);
    let delivery = delivery_by(head.status);
    let reply = Reply::Whole { status: head.status, headers: head.headers, body };
    Tried { class, status, delivery, reply, ..tried }
}

fn is_event_stream(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.trim_start().to_ascii_lowercase().starts_with("text/event-stream"))
}

/// The class of a whole answer.
pub(crate) fn class_of(status: StatusCode, headers: &HeaderMap, body: &[u8], now: jiff::Timestamp) -> Class {
    if status.is_success() {
        return Class::Success;
    }
    let fault: Fault = event::fault(body, now);
    let retry_after = headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
    classify::classify(&Signals {
        code: fault.code.as_deref(),
        retry_after: retry_after.and_then(event::retry_after).or(fault.retry_after),
        resets_at: fault.resets_at,
        ..Signals::status(status.as_u16())
    })
}

/// A connection error in words, without the address that it was meant for.
pub(crate) fn plain(error: &reqwest::Error) -> String {
    use std::error::Error as _;
    let mut text = if error.is_connect() { "no connection" } else { "the connection broke" }.to_owned();
    let mut source = error.source();
    while let Some(cause) = source {
        if cause.source().is_none() {
            text = format!("{text}: {cause}");
        }
        source = cause.source();
    }
    text
}
