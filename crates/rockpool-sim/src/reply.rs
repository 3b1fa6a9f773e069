//! What a handler decides: an answer, a stream of steps, silence, or a cut.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http::{Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::Frame;
use serde_json::{Value, json};

use crate::byte_stream::ResetSwitch;
use crate::coding::Coding;
use crate::random;

/// The connection ends here, on purpose.
#[derive(Debug, thiserror::Error)]
#[error("the script cut this connection")]
pub(crate) struct Severed;

pub(crate) type SimBody = UnsyncBoxBody<Bytes, Severed>;

/// What happens to a request.
pub(crate) enum Outcome {
    Reply(Reply),
    Hold(Duration, Box<Outcome>),
    Never,
    Sever,
}

impl From<Reply> for Outcome {
    fn from(reply: Reply) -> Self {
        Self::Reply(reply)
    }
}

#[derive(Debug)]
pub(crate) struct Reply {
    pub status: StatusCode,
    pub headers: Vec<(String, String)>,
    pub body: ReplyBody,
}

#[derive(Debug)]
pub(crate) enum ReplyBody {
    Full(Bytes),
    Stream(VecDeque<ByteStep>),
}

/// One step of a streamed body.
#[derive(Debug)]
pub(crate) enum ByteStep {
    Send(Bytes),
    Wait(Duration),
    /// Says nothing any more, and keeps the connection.
    Stall,
    /// Ends the connection inside the body.
    Abrupt,
    /// As `Abrupt`, with a TCP reset.
    Reset,
}

impl Reply {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::bytes(status, "application/json", Bytes::from(body.to_string()))
    }

    pub(crate) fn html(status: u16, page: String) -> Self {
        Self::bytes(status, "text/html; charset=utf-8", Bytes::from(page))
    }

    pub(crate) fn text(status: u16, text: String) -> Self {
        Self::bytes(status, "text/plain; charset=utf-8", Bytes::from(text))
    }

    pub(crate) fn bytes(status: u16, content_type: &str, body: Bytes) -> Self {
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: ReplyBody::Full(body),
        }
    }

    pub(crate) fn redirect(to: &str) -> Self {
        Self::bytes(302, "text/plain; charset=utf-8", Bytes::new()).with("location", to)
    }

    /// `{"detail": …}`, the backend's own form.
    pub(crate) fn detail(status: u16, detail: impl Into<Value>) -> Self {
        Self::json(status, &json!({"detail": detail.into()}))
    }

    /// `{"error": {…}}`, OpenAI's form.
    pub(crate) fn error(status: u16, code: &str, message: &str) -> Self {
        Self::json(
            status,
            &json!({"error": {"message": message, "type": "invalid_request_error", "code": code, "param": null}, "status": status}),
        )
    }

    /// What an error says.
    pub(crate) fn message(&self) -> String {
        let body = self.json_body().unwrap_or_default();
        match (&body["error"]["message"], &body["detail"]) {
            (Value::String(message), _) | (_, Value::String(message)) => message.clone(),
            _ => body.to_string(),
        }
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// With a complete body encoded so, without a word of it in the headers.
    pub(crate) fn encoded(mut self, coding: Coding) -> Self {
        if let ReplyBody::Full(bytes) = &self.body
            && let Ok(encoded) = coding.encode(bytes)
        {
            self.body = ReplyBody::Full(encoded);
        }
        self
    }

    /// An error as a gateway sends it to a client that takes gzip.
    pub(crate) fn encoded_where_accepted(self, accept_encoding: Option<&str>) -> Self {
        let takes_gzip = accept_encoding.is_some_and(|accepted| accepted.contains("gzip"));
        let encoded = self.headers.iter().any(|(name, _)| name == "content-encoding");
        if takes_gzip && !encoded && (self.status.is_client_error() || self.status.is_server_error()) {
            return self.encoded(Coding::Gzip).with("content-encoding", "gzip");
        }
        self
    }

    /// The JSON of a complete body, if it is JSON.
    pub(crate) fn json_body(&self) -> Option<Value> {
        match &self.body {
            ReplyBody::Full(bytes) => serde_json::from_slice(bytes).ok(),
            ReplyBody::Stream(_) => None,
        }
    }

    pub(crate) fn into_response(self, reset: ResetSwitch) -> Response<SimBody> {
        let body = match self.body {
            ReplyBody::Full(bytes) => Full::new(bytes).map_err(|never| match never {}).boxed_unsync(),
            ReplyBody::Stream(steps) => stream_body(steps, reset),
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        for (name, value) in self.headers.into_iter().chain([("x-request-id".to_owned(), random::id("req_"))])
        {
            if let (Ok(name), Ok(value)) =
                (http::HeaderName::try_from(name), http::HeaderValue::try_from(value))
            {
                headers.append(name, value);
            }
        }
        response
    }
}

fn stream_body(steps: VecDeque<ByteStep>, reset: ResetSwitch) -> SimBody {
    let frames = stream::unfold((steps, reset), |(mut steps, reset)| async move {
        loop {
            match steps.pop_front()? {
                ByteStep::Send(bytes) => return Some((Ok(Frame::data(bytes)), (steps, reset))),
                ByteStep::Wait(time) => tokio::time::sleep(time).await,
                ByteStep::Stall => std::future::pending::<()>().await,
                ByteStep::Abrupt => {
                    // hyper writes out what it has when the body is not ready; without this the last event would be lost.
                    tokio::task::yield_now().await;
                    return Some((Err(Severed), (VecDeque::new(), reset)));
                }
                ByteStep::Reset => {
                    tokio::task::yield_now().await;
                    reset.reset_at_end();
                    return Some((Err(Severed), (VecDeque::new(), reset)));
                }
            }
        }
    });
    StreamBody::new(frames).boxed_unsync()
}
