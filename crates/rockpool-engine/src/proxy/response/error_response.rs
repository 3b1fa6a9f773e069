//! Turns what went wrong into a response that the tool understands; the only such place.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rockpool_dialects::{Dialect, Fault, FaultKind, Refusal};
use serde_json::{Value, json};
use thiserror::Error;

use super::body::{ProxyBody, whole};
use super::moment;
use super::stopping::LongWait;

/// Waits up to this many seconds are worth a tool's while; the Codex CLI honours them.
const SHORT_WAIT_SECONDS: i64 = 20;

/// Why the data plane did not hand on an answer of the provider.
#[derive(Debug, Error)]
pub(crate) enum ProxyError {
    #[error(
        "This endpoint needs a Rockpool client key: send it as “Authorization: Bearer rp_…”. Create one in the Rockpool window under Clients, or with “rockpool client add”."
    )]
    NoKey,
    #[error(
        "This client key is unknown or was removed. Create a new one in the Rockpool window under Clients, or with “rockpool client add”."
    )]
    UnknownKey,
    #[error("A path key works from this machine only. Use a bearer key on the network.")]
    PathKeyOffLoopback,
    #[error(
        "This address does not belong to Rockpool. Use http://127.0.0.1 and the port that Rockpool shows."
    )]
    ForeignHost,
    #[error("Web pages may not use this endpoint.")]
    ForeignOrigin,
    #[error(
        "Rockpool does not serve {path}. The base address for tools is {base}, below which it serves /responses and /models."
    )]
    NotFound { path: String, base: String },
    #[error(transparent)]
    Untranslatable(#[from] Refusal),
    #[error("{0}")]
    NotOffered(&'static str),
    #[error("{0} is not answered for this method.")]
    MethodNotAllowed(String),
    #[error("The request body is larger than 64 MiB, the most that Rockpool takes.")]
    BodyTooLarge,
    #[error("The request's headers are larger than 64 KiB, the most that Rockpool takes.")]
    HeadersTooLarge,
    #[error("The request body ended early.")]
    BodyBroken,
    #[error(
        "The request body came too slowly: in half a minute, less than a megabyte and not its end. Send it again."
    )]
    BodyStalled,
    #[error(
        "Other requests take all the memory that Rockpool gives to request bodies. Send this one again later."
    )]
    NoMemoryForBody,
    #[error(
        "The body's content-encoding “{0}” is not understood. Send it plain, or with gzip, deflate, br or zstd."
    )]
    UnknownEncoding(String),
    #[error("The body is not valid zstd data, though its content-encoding says so.")]
    BadZstd,
    #[error("The body is not valid {0} data, though its content-encoding says so.")]
    BadEncoding(String),
    #[error("The request body is not a JSON object that the Responses API takes: {0}")]
    BadJson(String),
    #[error(
        "The WebSocket handshake has no “Sec-WebSocket-Key” header (RFC 6455 §4.2.1). Send one, or use HTTP."
    )]
    NoWebSocketKey,
    #[error("The provider takes no WebSocket now; use HTTP.")]
    UseHttp,
    #[error("This turn is larger than the provider takes over a WebSocket; use HTTP.")]
    TooLargeForWebSocket,
    #[error("Previous response with id '{0}' not found.")]
    PreviousResponseNotFound(String),
    #[error("No account can serve this request until {}. {detail}", moment::in_words(*until, *now, zone))]
    Wait { until: Timestamp, now: Timestamp, zone: TimeZone, plan: Option<String>, detail: String },
    #[error("{0}")]
    NoUsableAccount(String),
    #[error("The provider could not be reached: {0}")]
    Unreachable(String),
    #[error("The list of models could not be fetched from the provider yet: {0}")]
    NoModels(String),
}

impl ProxyError {
    fn status(&self) -> StatusCode {
        match self {
            Self::NoKey | Self::UnknownKey => StatusCode::UNAUTHORIZED,
            Self::PathKeyOffLoopback | Self::ForeignHost | Self::ForeignOrigin => StatusCode::FORBIDDEN,
            Self::NotFound { .. } | Self::NotOffered(_) => StatusCode::NOT_FOUND,
            Self::Untranslatable(refusal) => {
                StatusCode::from_u16(refusal.fault().status).unwrap_or(StatusCode::BAD_REQUEST)
            }
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::BodyStalled | Self::NoMemoryForBody => StatusCode::REQUEST_TIMEOUT,
            Self::BodyTooLarge | Self::TooLargeForWebSocket => StatusCode::PAYLOAD_TOO_LARGE,
            Self::HeadersTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::UnknownEncoding(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::BodyBroken
            | Self::BadZstd
            | Self::BadEncoding(_)
            | Self::BadJson(_)
            | Self::NoWebSocketKey
            | Self::PreviousResponseNotFound(_)
            | Self::NoUsableAccount(_) => StatusCode::BAD_REQUEST,
            Self::UseHttp => StatusCode::UPGRADE_REQUIRED,
            Self::Wait { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unreachable(_) | Self::NoModels(_) => StatusCode::BAD_GATEWAY,
        }
    }

    /// The status that the tool sees.
    pub(crate) fn status_code(&self) -> u16 {
        self.status().as_u16()
    }

    fn kind_and_code(&self) -> (&'static str, &'static str) {
        let request = "invalid_request_error";
        match self {
            Self::NoKey | Self::UnknownKey => (request, "invalid_api_key"),
            Self::PathKeyOffLoopback => (request, "path_key_off_loopback"),
            Self::ForeignHost => (request, "foreign_host"),
            Self::ForeignOrigin => (request, "foreign_origin"),
            Self::NotFound { .. } => (request, "not_found"),
            Self::Untranslatable(_) => (request, "invalid_request"),
            Self::NotOffered(_) => (request, "not_offered"),
            Self::MethodNotAllowed(_) => (request, "method_not_allowed"),
            Self::BodyTooLarge => (request, "request_too_large"),
            Self::HeadersTooLarge => (request, "headers_too_large"),
            Self::BodyBroken => (request, "incomplete_body"),
            Self::BodyStalled => (request, "request_timeout"),
            Self::NoMemoryForBody => ("server_error", "out_of_memory_for_requests"),
            Self::TooLargeForWebSocket => (request, "too_large_for_websocket"),
            Self::UnknownEncoding(_) => (request, "unsupported_content_encoding"),
            Self::BadZstd => (request, "invalid_zstd"),
            Self::BadEncoding(_) => (request, "invalid_content_encoding"),
            Self::BadJson(_) => (request, "invalid_json"),
            Self::NoWebSocketKey => (request, "invalid_websocket_handshake"),
            Self::UseHttp => (request, "websocket_unavailable"),
            Self::PreviousResponseNotFound(_) => (request, "previous_response_not_found"),
            Self::NoUsableAccount(_) => (request, "no_usable_account"),
            Self::Wait { until, now, .. } if is_short(*until, *now) => {
                ("rate_limit_exceeded", "rate_limit_exceeded")
            }
            Self::Wait { .. } => ("usage_limit_reached", "usage_limit_reached"),
            Self::Unreachable(_) => ("server_error", "provider_unreachable"),
            Self::NoModels(_) => ("server_error", "models_unavailable"),
        }
    }

    /// The error object in OpenAI's form.
    pub(crate) fn body(&self) -> Value {
        if let Self::Untranslatable(refusal) = self {
            return serde_json::from_slice(&refusal.fault().body(Dialect::Responses)).unwrap_or_default();
        }
        let (kind, code) = self.kind_and_code();
        let mut error = json!({ "message": self.to_string(), "type": kind, "code": code, "param": null });
        if let Self::PreviousResponseNotFound(_) = self {
            error["param"] = "previous_response_id".into();
        }
        if let Self::Wait { until, now, plan, .. } = self {
            error["resets_at"] = until.as_second().into();
            error["resets_in_seconds"] = seconds_between(*now, *until).into();
            if let Some(plan) = plan {
                error["plan_type"] = plan.as_str().into();
            }
        }
        json!({ "error": error })
    }

    /// The whole response, in OpenAI's form.
    pub(crate) fn response(&self) -> Response<ProxyBody> {
        self.with_body(self.body().to_string())
    }

    /// The whole response in the form of a dialect.
    pub(crate) fn response_in(&self, dialect: Dialect) -> Response<ProxyBody> {
        match dialect {
            Dialect::Responses | Dialect::ChatCompletions => self.response(),
            Dialect::Messages => self.with_body(self.fault().body(dialect)),
        }
    }

    fn fault(&self) -> Fault {
        let status = self.status_code();
        let (message, kind) = (self.to_string(), FaultKind::of_status(status));
        Fault { status, kind, message, code: None, param: None }
    }

    fn with_body(&self, body: impl Into<Bytes>) -> Response<ProxyBody> {
        let mut response = Response::new(whole(body));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Self::Wait { until, now, .. } = self {
            if is_short(*until, *now) {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds_between(*now, *until).max(1)));
            } else {
                headers.insert("x-should-retry", HeaderValue::from_static("false"));
                response.extensions_mut().insert(LongWait);
            }
        }
        response
    }

    /// The same as an error frame on a WebSocket: exactly one of `status` and `status_code`, or the
    /// Codex CLI 0.169.0 waits five minutes for nothing.
    pub(crate) fn frame(&self) -> String {
        let mut frame = self.body();
        frame["type"] = "error".into();
        frame["status_code"] = self.status_code().into();
        if let Self::Wait { until, now, .. } = self
            && is_short(*until, *now)
        {
            frame["headers"] = json!({ "retry-after": seconds_between(*now, *until).max(1).to_string() });
        }
        frame.to_string()
    }
}

fn seconds_between(now: Timestamp, until: Timestamp) -> i64 {
    until.duration_since(now).as_secs().max(0)
}

fn is_short(until: Timestamp, now: Timestamp) -> bool {
    seconds_between(now, until) <= SHORT_WAIT_SECONDS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(seconds: i64) -> ProxyError {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let until = Timestamp::from_second(1_800_000_000 + seconds).unwrap();
        ProxyError::Wait { until, now, zone: TimeZone::UTC, plan: Some("plus".into()), detail: String::new() }
    }

    #[test]
    fn a_long_wait_is_a_usage_limit_that_no_tool_should_retry() {
        let response = wait(3600).response();
        assert_eq!(response.status(), 429);
        assert_eq!(response.headers()["x-should-retry"], "false");
        assert!(!response.headers().contains_key("retry-after"));
        let error = &wait(3600).body()["error"];
        assert_eq!(error["type"], "usage_limit_reached");
        assert_eq!(error["resets_in_seconds"], 3600);
        assert_eq!(error["resets_at"], 1_800_003_600);
    }

    #[test]
    fn a_short_wait_is_a_rate_limit_with_retry_after() {
        let response = wait(20).response();
        assert_eq!(response.headers()["retry-after"], "20");
        assert_eq!(wait(20).body()["error"]["code"], "rate_limit_exceeded");
    }

    #[test]
    fn a_frame_has_status_code_and_no_status() {
        let frame: Value = serde_json::from_str(&wait(3600).frame()).unwrap();
        assert_eq!(frame["type"], "error");
        assert_eq!(frame["status_code"], 429);
        assert!(frame.get("status").is_none());
    }

    #[test]
    fn a_missing_key_is_told_how_to_get_one() {
        assert_eq!(ProxyError::NoKey.response().status(), 401);
        let message = ProxyError::NoKey.body()["error"]["message"].to_string();
        assert!(message.contains("rockpool client add"));
    }
}
