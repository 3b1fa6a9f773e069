//! One try of one account over HTTP: its bearer, its request, and its answer up to the first output.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::response::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use jiff::Timestamp;
use rockpool_routing::{AccountId, Class, Delivery, PinKind};

use super::bearer_choice::{BearerChoice, BearerShown, bearer_of, class_without_bearer};
use super::context::RequestContext;
use crate::provider::content_coding::{Coding, Decoder, readable};
use crate::provider::delivery;
use crate::provider::delivery::SendFailure;
use crate::provider::endpoints;
use crate::provider::endpoints::Part;
use crate::provider::error::{class_of_answer, class_of_aside, connection_in_words};
use crate::provider::headers::{LimitHeaders, TURN_STATE};
use crate::provider::outbound::OnBehalfOf;
use crate::provider::reuse::Sent;
use crate::provider::sse::is_event_stream;
use crate::provider::usage;
use crate::proxy::record::Try;
use crate::proxy::request::body::{Encoding, MAX_BODY};
use crate::proxy::request::headers;
use crate::proxy::request::headers::TurnState;
use crate::proxy::request::payload::Sendable;
use crate::proxy::response::first_event;
use crate::proxy::response::first_event::{AnswerForm, Opened, Started, Unread};

/// Longest wait for the head of an answer: as long as the Codex CLI 0.169.0 waits for an event.
const HEAD_TIMEOUT: Duration = Duration::from_secs(300);
/// Largest error that is looked at.
const ERROR_BODY: usize = 1 << 20;

/// What an attempt sends to which account.
pub(crate) struct Outgoing {
    pub(crate) account: AccountId,
    pub(crate) bearer_choice: BearerChoice,
    pub(crate) body: Sendable,
    pub(crate) turn_state: TurnState,
}

/// The answer of one attempt.
pub(crate) enum ProviderReply {
    /// A stream whose beginning is known to be an answer, or to be an error (by its class).
    Stream { status: StatusCode, headers: HeaderMap, started: Box<Started> },
    /// A whole answer as it came: an error, or one that is not a stream.
    Whole { status: StatusCode, headers: HeaderMap, body: Bytes },
    /// No answer; in the words of whoever failed.
    Nothing(String),
}

/// The outcome of one attempt, over HTTP or a WebSocket.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AttemptOutcome {
    pub(crate) class: Class,
    pub(crate) status: Option<u16>,
    pub(crate) delivery: Delivery,
    /// The bearer that was presented.
    pub(crate) bearer: BearerShown,
    /// When the attempt began.
    pub(crate) since: Instant,
    pub(crate) sent: Sent,
}

impl AttemptOutcome {
    /// What is noted of it.
    pub(crate) fn noted(&self) -> Try {
        Try {
            class: self.class,
            status: self.status,
            delivery: self.delivery,
            since: self.since,
            sent: self.sent,
        }
    }
}

/// One attempt over HTTP that has come to an answer, or to nothing.
pub(crate) struct Tried {
    pub(crate) outcome: AttemptOutcome,
    pub(crate) reply: ProviderReply,
}

/// Sends the request on behalf of an account and looks at the answer until it is known to be one.
pub(crate) async fn send(context: &RequestContext, outgoing: &Outgoing) -> Tried {
    let since = context.core().clock.now().mono;
    let failed = |class, delivery, bearer| AttemptOutcome {
        class,
        status: None,
        delivery,
        bearer,
        since,
        sent: Sent::Once,
    };
    let (bearer, workspace) = match bearer_of(context, outgoing.account, outgoing.bearer_choice).await {
        Ok(found) => found,
        Err(error) => {
            let outcome = failed(class_without_bearer(&error), Delivery::NotSent, BearerShown::None);
            return Tried { outcome, reply: ProviderReply::Nothing(error.to_string()) };
        }
    };
    let shown = BearerShown::Generation(bearer.generation);
    let clients = match context.core().outbound.clients(OnBehalfOf::Account(outgoing.account)) {
        Ok(clients) => clients,
        Err(error) => {
            let outcome = failed(Class::FAILURE, SendFailure::NotBuilt.delivery(), shown);
            return Tried { outcome, reply: ProviderReply::Nothing(error.to_string()) };
        }
    };
    let request = request(&clients.http, context, outgoing, bearer.authorization(), workspace);
    let (response, sent) = clients.send_within(HEAD_TIMEOUT, request).await;
    let response = match response {
        Some(Ok(response)) => response,
        Some(Err(error)) => {
            let delivery = SendFailure::of(&error).delivery();
            let outcome = AttemptOutcome { sent, ..failed(Class::FAILURE, delivery, shown) };
            return Tried { outcome, reply: ProviderReply::Nothing(connection_in_words(&error)) };
        }
        None => {
            let outcome = AttemptOutcome { sent, ..failed(Class::FAILURE, Delivery::Unknown, shown) };
            return Tried {
                outcome,
                reply: ProviderReply::Nothing("no answer within five minutes".to_owned()),
            };
        }
    };
    let answered = AttemptOutcome { sent, ..failed(Class::FAILURE, Delivery::Answered, shown) };
    answer(context, outgoing.account, response, answered).await
}

fn request(
    http: &reqwest::Client,
    context: &RequestContext,
    outgoing: &Outgoing,
    authorization: HeaderValue,
    workspace: HeaderValue,
) -> reqwest::RequestBuilder {
    let core = context.core();
    let url = endpoints::below(&core.config.backend_url, &context.path);
    let mut headers = headers::upstream(&context.headers, outgoing.turn_state);
    headers::attach(&mut headers, authorization, workspace);
    if outgoing.body.encoding == Encoding::Plain {
        headers.remove(header::CONTENT_ENCODING);
    }
    http.request(context.method.clone(), url).headers(headers).body(outgoing.body.bytes.clone())
}

async fn answer(
    context: &RequestContext,
    account: AccountId,
    response: reqwest::Response,
    outcome: AttemptOutcome,
) -> Tried {
    let core = context.core();
    let response: http::Response<reqwest::Body> = response.into();
    let (head, body) = response.into_parts();
    let now = core.clock.wall();
    if let Some(reading) = usage::headers::reading(&head.headers, now) {
        core.record_quota(account, reading);
    }
    let outcome = AttemptOutcome { status: Some(head.status.as_u16()), ..outcome };
    if let Some(state) = head.headers.get(TURN_STATE).and_then(|value| value.to_str().ok()) {
        core.pin(account, PinKind::Turn, state);
    }
    let decoder = head.status.is_success().then(|| Decoder::new(Coding::of(&head.headers))).flatten();
    let opened = match decoder {
        Some(decoder) => {
            let expected = expected(&head.headers, &context.path);
            let observer =
                context.observer(account).counted_against(LimitHeaders::of(&head.headers).active());
            first_event::open(observer, decoder, body, expected).await
        }
        None => Opened::Whole(Unread::new(body)),
    };
    match opened {
        Opened::Events(started) => {
            let outcome = AttemptOutcome { class: started.class(), ..outcome };
            let mut headers = head.headers;
            // It was undone, to be read and to have taken out what is not for the tool.
            headers.remove(header::CONTENT_ENCODING);
            Tried { outcome, reply: ProviderReply::Stream { status: head.status, headers, started } }
        }
        Opened::Whole(unread) => whole(context.part, head, unread, outcome, now).await,
        Opened::Broken => broke_off(AttemptOutcome { delivery: Delivery::Begun, ..outcome }),
    }
}

/// What an answer with these headers is, where its first bytes do not say.
fn expected(headers: &HeaderMap, path: &str) -> AnswerForm {
    let asked_for_events = path.split('?').next() == Some(endpoints::RESPONSES);
    let says_events = is_event_stream(headers);
    let says_nothing = !headers.contains_key(header::CONTENT_TYPE);
    if says_events || (says_nothing && asked_for_events) { AnswerForm::Events } else { AnswerForm::Whole }
}

async fn whole(part: Part, head: Parts, unread: Unread, outcome: AttemptOutcome, now: Timestamp) -> Tried {
    let (status, headers) = (head.status, head.headers);
    let limit = if status.is_success() { MAX_BODY } else { ERROR_BODY };
    let Some(body) = unread.read(limit).await else {
        let delivery = if status.is_success() { Delivery::Begun } else { delivery::of_answer(status) };
        return broke_off(AttemptOutcome { delivery, ..outcome });
    };
    let said = readable(&headers, &body, ERROR_BODY);
    let class = match part {
        Part::Turn => class_of_answer(status, &headers, &said, now),
        Part::Aside => class_of_aside(status, &headers, &said, now),
    };
    let outcome = AttemptOutcome { class, delivery: delivery::of_answer(status), ..outcome };
    Tried { outcome, reply: ProviderReply::Whole { status, headers, body } }
}

fn broke_off(outcome: AttemptOutcome) -> Tried {
    Tried { outcome, reply: ProviderReply::Nothing("the provider's answer broke off".to_owned()) }
}
