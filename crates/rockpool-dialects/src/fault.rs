//! What went wrong, in the form of each dialect.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Value, json};

use crate::dialect::Dialect;

/// What kind of trouble it is; each dialect has names of its own for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    InvalidRequest,
    Authentication,
    Permission,
    NotFound,
    TooLarge,
    /// No quota, or too many requests.
    RateLimit,
    /// The provider is busy.
    Overloaded,
    Server,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Of the HTTP answer, where nothing of it was sent yet.
    pub status: u16,
    pub kind: FaultKind,
    pub message: String,
    /// A word for programs, such as `model_not_found`.
    pub code: Option<String>,
    /// The parameter that is to blame.
    pub param: Option<String>,
}

impl FaultKind {
    /// The kind that a status stands for.
    pub fn of_status(status: u16) -> Self {
        match status {
            401 => Self::Authentication,
            402 | 403 => Self::Permission,
            404 => Self::NotFound,
            413 => Self::TooLarge,
            429 => Self::RateLimit,
            503 | 529 => Self::Overloaded,
            400..=499 => Self::InvalidRequest,
            _ => Self::Server,
        }
    }

    /// OpenAI's `error.type`.
    fn openai(self) -> &'static str {
        match self {
            Self::InvalidRequest | Self::NotFound | Self::TooLarge => "invalid_request_error",
            Self::Authentication => "authentication_error",
            Self::Permission => "permission_error",
            Self::RateLimit => "rate_limit_error",
            Self::Overloaded | Self::Server => "server_error",
        }
    }

    /// Anthropic's `error.type` (its API reference, "Errors").
    fn anthropic(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request_error",
            Self::Authentication => "authentication_error",
            Self::Permission => "permission_error",
            Self::NotFound => "not_found_error",
            Self::TooLarge => "request_too_large",
            Self::RateLimit => "rate_limit_error",
            Self::Overloaded => "overloaded_error",
            Self::Server => "api_error",
        }
    }
}

#[derive(Serialize)]
struct OpenAi<'a> {
    error: OpenAiError<'a>,
}

#[derive(Serialize)]
struct OpenAiError<'a> {
    message: &'a str,
    r#type: &'a str,
    param: Option<&'a str>,
    code: Option<&'a str>,
}

/// OpenAI's error event on a stream (its API reference, "Streaming events").
#[derive(Serialize)]
struct OpenAiEvent<'a> {
    r#type: &'a str,
    code: Option<&'a str>,
    message: &'a str,
    param: Option<&'a str>,
    sequence_number: u64,
}

/// OpenAI's error event on a WebSocket (its API reference, "WebSocket events").
#[derive(Serialize)]
struct OpenAiFrame<'a> {
    r#type: &'a str,
    status: u16,
    error: OpenAiError<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence_number: Option<u64>,
}

#[derive(Serialize)]
struct Anthropic<'a> {
    r#type: &'a str,
    error: AnthropicError<'a>,
}

#[derive(Serialize)]
struct AnthropicError<'a> {
    r#type: &'a str,
    message: &'a str,
}

impl Fault {
    /// Reads an error of the backend: `{"error":{…}}`, `{"detail":…}`, or whatever a gateway has put in its place.
    pub fn of_backend(status: u16, body: &[u8]) -> Self {
        let parsed: Value = serde_json::from_slice(body).unwrap_or_default();
        let error = &parsed["error"];
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let message = text(&error["message"])
            .or_else(|| text(&parsed["detail"]))
            .or_else(|| text(error))
            .or_else(|| (!parsed["detail"].is_null()).then(|| parsed["detail"].to_string()))
            .or_else(|| text(&parsed["message"]))
            .unwrap_or_else(|| format!("The provider answered {status} without a reason."));
        Self {
            status,
            kind: FaultKind::of_status(status),
            message,
            code: text(&error["code"]).or_else(|| text(&parsed["detail"]["code"])),
            param: text(&error["param"]),
        }
    }

    /// Anthropic has no codes: Claude Code knows a context that is full by these words, and then offers to compact it.
    fn anthropic_message(&self) -> Cow<'_, str> {
        match self.code.as_deref() {
            Some("context_length_exceeded") => Cow::Owned(format!("prompt is too long: {}", self.message)),
            Some(_) | None => Cow::Borrowed(&self.message),
        }
    }

    /// The body of an error answer.
    pub fn body(&self, dialect: Dialect) -> Vec<u8> {
        let written = match dialect {
            Dialect::Responses | Dialect::ChatCompletions => {
                serde_json::to_vec(&OpenAi { error: self.openai() })
            }
            Dialect::Messages => serde_json::to_vec(&Anthropic {
                r#type: "error",
                error: AnthropicError { r#type: self.kind.anthropic(), message: &self.anthropic_message() },
            }),
        };
        written.unwrap_or_else(|_| json!({}).to_string().into_bytes())
    }

    /// The message that a WebSocket of OpenAI's Responses gets in place of an answer.
    pub fn frame(&self) -> Vec<u8> {
        self.frame_event(None)
    }

    pub(crate) fn frame_event(&self, sequence_number: Option<u64>) -> Vec<u8> {
        let frame =
            OpenAiFrame { r#type: "error", status: self.status, error: self.openai(), sequence_number };
        serde_json::to_vec(&frame).unwrap_or_default()
    }

    /// The last event of a stream of OpenAI's Responses that came to no end.
    pub(crate) fn stream_event(&self, sequence_number: u64) -> Vec<u8> {
        let event = OpenAiEvent {
            r#type: "error",
            code: self.code.as_deref(),
            message: &self.message,
            param: self.param.as_deref(),
            sequence_number,
        };
        serde_json::to_vec(&event).unwrap_or_default()
    }

    fn openai(&self) -> OpenAiError<'_> {
        OpenAiError {
            message: &self.message,
            r#type: self.kind.openai(),
            param: self.param.as_deref(),
            code: self.code.as_deref(),
        }
    }
}
