//! What an answer to a tool of the public APIs carries besides its body.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};

use super::body::{ProxyBody, whole};

/// Names the parameters that the backend has no use for.
const DROPPED: &str = "x-rockpool-dropped";
/// An answer that is one JSON object.
pub(crate) fn object(provider: &HeaderMap, status: u16, body: impl Into<Bytes>) -> Response<ProxyBody> {
    let mut response = with_headers(provider, whole(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Of the provider's headers, what a tool of another API can use: its name for the request, and how long to wait. All
/// others speak of another form of the answer.
pub(crate) fn with_headers(provider: &HeaderMap, body: ProxyBody) -> Response<ProxyBody> {
    const KEPT: [&str; 4] = ["x-request-id", "retry-after", "x-should-retry", "cf-ray"];
    let mut response = Response::new(body);
    for name in KEPT {
        if let Some(value) = provider.get(name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    response
}

/// Names what of the request was not sent on.
pub(crate) fn name_dropped(response: &mut Response<ProxyBody>, dropped: &[String]) {
    if let Ok(named) = HeaderValue::from_str(&dropped.join(", "))
        && !named.is_empty()
    {
        response.headers_mut().insert(DROPPED, named);
    }
}
