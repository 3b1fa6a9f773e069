//! How many tokens a request in Anthropic's form has, estimated: the backend has no route that counts.

use std::sync::Arc;

use http::{HeaderValue, Request, Response, header};
use rockpool_dialects::counted;

use crate::proxy::authenticate::Caller;
use crate::proxy::request::body;
use crate::proxy::request::upload::Upload;
use crate::proxy::response::body::{ProxyBody, whole};
use crate::proxy::response::error_response::ProxyError;
use crate::proxy::state::DataPlane;

/// Answers `POST /v1/messages/count_tokens`.
pub(crate) async fn serve(
    plane: &Arc<DataPlane>,
    caller: &Caller,
    request: Request<Upload>,
) -> Result<Response<ProxyBody>, ProxyError> {
    let (head, incoming) = request.into_parts();
    let kept = plane.read_body(&head.headers, incoming, caller.client.id).await?;
    let counted = counted(&body::plain(&head.headers, &kept.bytes)?)?;
    let mut response = Response::new(whole(counted));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}
