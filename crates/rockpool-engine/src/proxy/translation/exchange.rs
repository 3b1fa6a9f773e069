//! One translated request over HTTP.

use std::sync::Arc;

use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, header};
use rockpool_dialects::{Dialect, Refusal, Shape, Surroundings, Translated, translate};
use rockpool_routing::{Candidate, Class, ConversationKey, Selection};

use super::answered::{Continuable, WhenAnswered};
use super::reply::Reply;
use crate::provider::endpoints::RESPONSES;
use crate::provider::event::Audience;
use crate::provider::headers::LITE;
use crate::proxy::authenticate::Caller;
use crate::proxy::failover::context::{Named, RequestContext};
use crate::proxy::failover::over_http;
use crate::proxy::local::models;
use crate::proxy::local::pool_catalogue::PoolCatalogue;
use crate::proxy::record::{OpenRecord, Transport};
use crate::proxy::request::body::{self, BufferedBody, Encoding};
use crate::proxy::request::facts;
use crate::proxy::request::headers::own_headers;
use crate::proxy::request::payload::Payload;
use crate::proxy::request::upload::Upload;
use crate::proxy::response::body::ProxyBody;
use crate::proxy::response::error_response::ProxyError;
use crate::proxy::state::DataPlane;

/// A request, understood.
pub(super) struct Understood {
    pub(super) translated: Translated,
    pub(super) conversation: Option<String>,
    catalogue: PoolCatalogue,
}

/// Serves a request in a dialect.
pub(crate) async fn serve(
    plane: &Arc<DataPlane>,
    caller: Caller,
    request: Request<Upload>,
    dialect: Dialect,
) -> Response<ProxyBody> {
    let (head, incoming) = request.into_parts();
    match read(plane, &caller, &head, incoming, dialect).await {
        Ok((kept, understood)) => {
            let arrived = Arrived { transport: Transport::Http, bytes: kept.bytes.len() };
            // It holds its share of the budget until no account will be asked any more.
            over_accounts(plane, caller, understood, arrived, move || drop(kept)).await
        }
        Err(error) => refused(plane, &caller, Transport::Http, &error).response_in(dialect),
    }
}

/// A request that could not be understood leaves a record too.
pub(super) fn refused<'a>(
    plane: &DataPlane,
    caller: &Caller,
    transport: Transport,
    error: &'a ProxyError,
) -> &'a ProxyError {
    OpenRecord::open(&plane.core, caller, transport, None).unserved(Class::Rejected, error.status_code());
    error
}

async fn read(
    plane: &Arc<DataPlane>,
    caller: &Caller,
    head: &Parts,
    incoming: Upload,
    dialect: Dialect,
) -> Result<(BufferedBody, Understood), ProxyError> {
    let kept = plane.read_body(&head.headers, incoming, caller.client.id).await?;
    let plain = body::plain(&head.headers, &kept.bytes)?;
    let made = |surroundings: &Surroundings<'_>| translate(dialect, &plain, surroundings);
    let understood = understand(plane, caller, &head.headers, made).await?;
    Ok((kept, understood))
}

/// Has a request translated, and finds the conversation that it belongs to.
pub(super) async fn understand(
    plane: &Arc<DataPlane>,
    caller: &Caller,
    headers: &HeaderMap,
    made: impl FnOnce(&Surroundings<'_>) -> Result<Translated, Refusal>,
) -> Result<Understood, ProxyError> {
    let catalogue = models::catalogue(plane, caller.clone()).await?;
    let named = facts::conversation_of(headers);
    let continuation = plane.continuations.of(caller.client.id, plane.core.clock.wall());
    let translated = made(&Surroundings {
        catalogue: &catalogue,
        continuation: &continuation,
        conversation: named.as_deref(),
        most_bytes: body::MAX_BODY,
    })?;
    let conversation = named.or_else(|| translated.ties.conversation.clone());
    let conversation = conversation.or_else(|| known_conversation(plane, caller, &translated.ties.given));
    Ok(Understood { translated, conversation, catalogue })
}

/// The conversation of a tool that names none, by what the request repeats of an earlier answer. It is on the account
/// that gave that answer.
fn known_conversation(plane: &DataPlane, caller: &Caller, given: &[String]) -> Option<String> {
    let (tenant, core) = (caller.client.tenant, &plane.core);
    let (name, origin) = plane.given_names.find(tenant, given, core.clock.wall())?;
    if let Some(known) = origin.conversation {
        return Some(known);
    }
    let key = ConversationKey::new(tenant, &name)?;
    let placed = core.routing.read(|router, now| router.conversation_pin(&key, now.wall).is_some());
    if !placed {
        core.place(&key, origin.account);
    }
    Some(name)
}

/// How a request came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrived {
    pub(super) transport: Transport,
    /// Its length as it came.
    pub(super) bytes: usize,
}

/// Has an account answer; `sent` is called when no other will be asked any more.
pub(super) async fn over_accounts(
    plane: &Arc<DataPlane>,
    caller: Caller,
    understood: Understood,
    arrived: Arrived,
    sent: impl FnOnce(),
) -> Response<ProxyBody> {
    let Understood { translated, conversation, catalogue } = understood;
    let core = &plane.core;
    let (tenant, client) = (caller.client.tenant, caller.client.id);
    let model = Some(translated.model.clone());
    let mut record = OpenRecord::open(core, &caller, arrived.transport, model.clone());
    record.read(arrived.bytes);
    let head = head(&translated, conversation.as_deref());
    let named = Named { conversation: conversation.as_deref(), previous_response: None };
    let context = RequestContext::new(plane, caller, head, RESPONSES, &named);
    let context = Arc::new(RequestContext { audience: Audience::PublicApi, ..context });
    let ask = context.ask(model.as_deref());
    let mut selection = core.routing.choose(&ask);
    prefer_who_has_the_model(&mut selection, &catalogue, &translated.model);
    record.chosen(&ask, &selection);
    let continuable = continuable(&translated);
    let reply = Reply { form: translated.form, seconds: core.clock.wall().as_second() };
    let payload = Payload::new(translated.body.into(), Encoding::Plain);
    let answer = over_http::serve(context, &selection, payload, record).await;
    sent();
    let plane = Arc::clone(plane);
    reply
        .respond(answer, |account| WhenAnswered { plane, tenant, client, account, conversation, continuable })
        .await
}

pub(super) fn continuable(translated: &Translated) -> Continuable {
    let input = translated.input().filter(|_| translated.wants_kept());
    let input = input.and_then(|input| translated.body.get(input));
    match input.map(|input| String::from_utf8_lossy(input).into_owned()) {
        Some(input) => Continuable::After(input),
        None => Continuable::No,
    }
}

/// Accounts whose lists do not have the model are not asked, where others may have it.
fn prefer_who_has_the_model(selection: &mut Selection, catalogue: &PoolCatalogue, model: &str) {
    let lacks = |candidate: &Candidate| catalogue.lacks(candidate.account, model);
    if !selection.candidates.iter().all(lacks) {
        selection.candidates.retain(|candidate| !lacks(candidate));
    }
}

/// The head of the request to the provider: in Rockpool's own name, for the tool did not word it.
fn head(translated: &Translated, conversation: Option<&str>) -> Parts {
    let mut parts = Request::new(()).into_parts().0;
    parts.method = Method::POST;
    parts.headers = headers(translated.shape, conversation);
    parts
}

fn headers(shape: Shape, conversation: Option<&str>) -> HeaderMap {
    let mut headers = own_headers();
    headers.insert(header::ACCEPT, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(session) = conversation.and_then(|name| HeaderValue::from_str(name).ok()) {
        headers.insert(HeaderName::from_static("session-id"), session);
    }
    match shape {
        Shape::Plain => {}
        Shape::Lite => {
            headers.insert(HeaderName::from_static(LITE), HeaderValue::from_static("true"));
        }
    }
    headers
}
