//! One request over HTTP: understands what the tool sent, has it served, and answers.

use std::sync::Arc;

use http::request::Parts;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::BodyExt;
use rockpool_routing::Class;

use super::authenticate::Caller;
use super::failover::context::{Named, RequestContext};
use super::failover::over_http::{self, HttpAnswer};
use super::record::{OpenRecord, Transport};
use super::request::body::{self, BufferedBody};
use super::request::facts::{self, Facts};
use super::request::headers;
use super::request::payload::Payload;
use super::request::upload::Upload;
use super::response::body::{ProxyBody, whole};
use super::response::error_response::ProxyError;
use super::state::DataPlane;

/// Serves a request that goes to the provider; `path` is below its backend.
pub(crate) async fn serve(
    plane: &Arc<DataPlane>,
    caller: Caller,
    request: Request<Upload>,
    path: &str,
) -> Response<ProxyBody> {
    let (head, incoming) = request.into_parts();
    let read = read(plane, &caller, &head, incoming).await;
    let (kept, payload, facts) = match read {
        Ok(parts) => parts,
        Err(error) => return refused(plane, &caller, &error),
    };
    let mut record = OpenRecord::open(&plane.core, &caller, Transport::Http, facts.model.clone());
    record.read(kept.bytes.len());
    let named = Named {
        conversation: facts.conversation.as_deref(),
        previous_response: facts.previous_response.as_deref(),
    };
    let context = Arc::new(RequestContext::new(plane, caller, head, path, &named));
    let ask = context.ask(facts.model.as_deref());
    let selection = plane.core.routing.choose(&ask);
    record.chosen(&context.recorded_ask(facts.model.as_deref()), &selection);
    let answer = over_http::serve(context, &selection, payload, record).await;
    // Its share of the budget: from here on the body is not sent again.
    drop(kept);
    match answer {
        HttpAnswer::Stream { status, headers, relay, .. } => reply(status, &headers, relay.boxed_unsync()),
        HttpAnswer::Whole { status, headers, body } => reply(status, &headers, whole(body)),
        HttpAnswer::Error(error) => error.response(),
    }
}

async fn read(
    plane: &DataPlane,
    caller: &Caller,
    head: &Parts,
    incoming: Upload,
) -> Result<(BufferedBody, Payload, Facts), ProxyError> {
    let kept = plane.read_body(&head.headers, incoming, caller.client.id).await?;
    let (bytes, encoding) = body::for_provider(&head.headers, &kept.bytes)?;
    let facts = facts::learn(&head.headers, encoding, &bytes)?;
    let payload = Payload::new(bytes, encoding);
    Ok((kept, payload, facts))
}

/// A request that could not be understood leaves a record too.
pub(super) fn refused(plane: &DataPlane, caller: &Caller, error: &ProxyError) -> Response<ProxyBody> {
    OpenRecord::open(&plane.core, caller, Transport::Http, None)
        .unserved(Class::Rejected, error.status_code());
    error.response()
}

fn reply(status: StatusCode, headers: &HeaderMap, body: ProxyBody) -> Response<ProxyBody> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers::downstream(headers);
    response
}
