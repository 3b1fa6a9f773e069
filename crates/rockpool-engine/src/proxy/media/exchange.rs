//! One request of the public API for images or a transcription, over HTTP.

use std::sync::Arc;

use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use rockpool_dialects::{Dialect, Fault, FaultKind, Refusal};

use super::images;
use super::task::{AnswerShape, Made, Task};
use super::transcription;
use crate::provider::content_coding::readable;
use crate::provider::event::Audience;
use crate::proxy::authenticate::Caller;
use crate::proxy::exchange;
use crate::proxy::failover::context::{Named, RequestContext};
use crate::proxy::failover::over_http;
use crate::proxy::failover::over_http::HttpAnswer;
use crate::proxy::record::{OpenRecord, Transport};
use crate::proxy::request::body::{self, BufferedBody, Encoding, MAX_BODY};
use crate::proxy::request::facts;
use crate::proxy::request::headers::own_headers;
use crate::proxy::request::payload::Payload;
use crate::proxy::request::upload::Upload;
use crate::proxy::response::body::ProxyBody;
use crate::proxy::response::error_response::ProxyError;
use crate::proxy::response::public;
use crate::proxy::state::DataPlane;

/// Serves a request for `task`.
pub(crate) async fn serve(
    plane: &Arc<DataPlane>,
    caller: Caller,
    request: Request<Upload>,
    task: Task,
) -> Response<ProxyBody> {
    let (head, incoming) = request.into_parts();
    let (kept, made) = match read(plane, &caller, &head, incoming, task).await {
        Ok(parts) => parts,
        Err(error) => return exchange::refused(plane, &caller, &error),
    };
    let core = &plane.core;
    let mut record = OpenRecord::open(core, &caller, Transport::Http, made.model.clone());
    record.read(kept.bytes.len());
    let conversation = facts::conversation_of(&head.headers);
    let named = Named { conversation: conversation.as_deref(), previous_response: None };
    let context = RequestContext::new(plane, caller, own_head(&made), task.path(), &named);
    let context = Arc::new(RequestContext { audience: Audience::PublicApi, ..context });
    let ask = context.ask(made.model.as_deref());
    let selection = core.routing.choose(&ask);
    record.chosen(&context.recorded_ask(made.model.as_deref()), &selection);
    let payload = Payload::new(made.body, Encoding::Plain);
    let answer = over_http::serve(context, &selection, payload, record).await;
    // Its share of the budget: from here on the body is not sent again.
    drop(kept);
    let mut response = told(task, made.answer, answer);
    public::name_dropped(&mut response, &rockpool_dialects::first_names(made.dropped));
    response
}

async fn read(
    plane: &DataPlane,
    caller: &Caller,
    head: &Parts,
    incoming: Upload,
    task: Task,
) -> Result<(BufferedBody, Made), ProxyError> {
    let kept = plane.read_body(&head.headers, incoming, caller.client.id).await?;
    let plain = body::plain(&head.headers, &kept.bytes)?;
    let made = match task {
        Task::ImageGeneration | Task::ImageEdit => images::made(task, &head.headers, plain)?,
        Task::Transcription => transcription::made(&head.headers, &plain)?,
    };
    match made.body.len() > MAX_BODY {
        true => Err(Refusal::TooLarge { most_bytes: MAX_BODY }.into()),
        false => Ok((kept, made)),
    }
}

/// The head of the request to the provider: in Rockpool's own name, for the tool does not know the backend.
fn own_head(made: &Made) -> Parts {
    let mut parts = Request::new(()).into_parts().0;
    parts.method = Method::POST;
    parts.headers = own_headers();
    parts.headers.insert(header::CONTENT_TYPE, made.content_type.clone());
    parts
}

fn told(task: Task, shape: AnswerShape, answer: HttpAnswer) -> Response<ProxyBody> {
    let (status, headers, body) = match answer {
        // No such request asks for events. Where they come all the same, they are an answer of the public API.
        HttpAnswer::Stream { headers, relay, .. } => {
            let mut response = public::with_headers(&headers, relay.boxed_unsync());
            let events = HeaderValue::from_static("text/event-stream; charset=utf-8");
            response.headers_mut().insert(header::CONTENT_TYPE, events);
            return response;
        }
        HttpAnswer::Error(error) => return error.response(),
        HttpAnswer::Whole { status, headers, body } => (status, headers, body),
    };
    let body = readable(&headers, &body, MAX_BODY);
    if !status.is_success() {
        let fault = fault(task, status, &body);
        return public::object(&headers, fault.status, fault.body(Dialect::Responses));
    }
    match shape {
        AnswerShape::AsItCame => public::object(&headers, status.as_u16(), body),
        AnswerShape::Transcript(form) => transcription::answer(form, &headers, &body),
    }
}

/// The provider's error. Where it says no more than that there is nothing, the tool is told what to do instead.
fn fault(task: Task, status: StatusCode, body: &[u8]) -> Fault {
    let fault = Fault::of_backend(status.as_u16(), body);
    let says_nothing =
        [StatusCode::FORBIDDEN, StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED].contains(&status);
    if !says_nothing || fault.code.is_some() {
        return fault;
    }
    let message = match status {
        StatusCode::FORBIDDEN => format!(
            "A filter in front of this part of the provider let the request of no account through (403). {}",
            task.elsewhere()
        ),
        _ => format!(
            "No account of this pool that was asked has this part of the provider: “{}” {}",
            fault.message,
            task.elsewhere()
        ),
    };
    Fault {
        kind: FaultKind::of_status(status.as_u16()),
        message,
        code: Some("not_offered".to_owned()),
        ..fault
    }
}
