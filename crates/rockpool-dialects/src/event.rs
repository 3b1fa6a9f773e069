//! One event of the backend's stream, as the answers in other dialects need it. What is said stays raw JSON, so that
//! it is copied and not written anew.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::fault::{Fault, FaultKind};

/// An event by its meaning.
#[derive(Debug)]
pub(crate) enum Event<'a> {
    /// `response.created`; its `response`.
    Created(Option<&'a RawValue>),
    ItemAdded {
        output_index: u32,
        item: &'a RawValue,
    },
    ItemDone {
        output_index: u32,
        item: &'a RawValue,
    },
    /// `delta` is a JSON string.
    Text {
        output_index: u32,
        delta: &'a RawValue,
    },
    Refusal {
        output_index: u32,
        delta: &'a RawValue,
    },
    /// Reasoning in words, from a summary or in full.
    Reasoning {
        output_index: u32,
        part: u32,
        delta: &'a RawValue,
    },
    /// A piece of a function's arguments: a JSON string that holds JSON.
    Arguments {
        output_index: u32,
        delta: &'a RawValue,
    },
    /// A piece of a custom tool's input.
    CustomInput {
        output_index: u32,
        delta: &'a RawValue,
    },
    /// `response.completed`, or `response.incomplete` with its reason.
    Ended(Ended<'a>),
    Failed(Fault),
    /// Nothing that an answer in another dialect shows.
    Other,
}

/// How an answer ended, other than in failure.
#[derive(Debug)]
pub(crate) struct Ended<'a> {
    /// The whole `response`.
    pub(crate) response: &'a RawValue,
    pub(crate) id: Option<Cow<'a, str>>,
    pub(crate) usage: Usage,
    pub(crate) cut_short: Option<CutShort>,
}

/// Why an answer is incomplete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CutShort {
    MaxTokens,
    ContentFilter,
}

/// Tokens, as the backend counts them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    /// With what came from the cache.
    pub(crate) input: u64,
    pub(crate) cached: u64,
    /// With reasoning.
    pub(crate) output: u64,
    pub(crate) reasoning: u64,
}

#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow, rename = "type")]
    name: Option<Cow<'a, str>>,
    #[serde(default)]
    output_index: u32,
    #[serde(default)]
    summary_index: u32,
    #[serde(default)]
    content_index: u32,
    #[serde(borrow)]
    delta: Option<&'a RawValue>,
    #[serde(borrow)]
    item: Option<&'a RawValue>,
    #[serde(borrow)]
    response: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
struct Response<'a> {
    #[serde(borrow)]
    id: Option<Cow<'a, str>>,
    usage: Option<RawUsage>,
    incomplete_details: Option<Details>,
    error: Option<RawError>,
}

#[derive(Default, Deserialize)]
struct Details {
    reason: Option<String>,
}

#[derive(Default, Deserialize)]
struct RawUsage {
    input_tokens: Option<u64>,
    input_tokens_details: Option<Cached>,
    output_tokens: Option<u64>,
    output_tokens_details: Option<ReasoningTokens>,
}

#[derive(Default, Deserialize)]
struct Cached {
    cached_tokens: Option<u64>,
}

#[derive(Default, Deserialize)]
struct ReasoningTokens {
    reasoning_tokens: Option<u64>,
}

#[derive(Default, Deserialize)]
struct RawError {
    message: Option<String>,
    code: Option<String>,
    param: Option<String>,
}

impl<'a> Event<'a> {
    /// Reads an event's JSON. What cannot be read is [`Event::Other`].
    pub(crate) fn read(json: &'a [u8]) -> Self {
        let Ok(fields) = serde_json::from_slice::<Fields<'a>>(json) else { return Self::Other };
        let output_index = fields.output_index;
        let found = match fields.name.as_deref().unwrap_or_default() {
            "response.created" => Some(Self::Created(fields.response)),
            "response.output_item.added" => fields.item.map(|item| Self::ItemAdded { output_index, item }),
            "response.output_item.done" => fields.item.map(|item| Self::ItemDone { output_index, item }),
            "response.output_text.delta" => fields.delta.map(|delta| Self::Text { output_index, delta }),
            "response.refusal.delta" => fields.delta.map(|delta| Self::Refusal { output_index, delta }),
            "response.reasoning_summary_text.delta" => {
                let part = fields.summary_index;
                fields.delta.map(|delta| Self::Reasoning { output_index, part, delta })
            }
            "response.reasoning_text.delta" => {
                let part = fields.content_index;
                fields.delta.map(|delta| Self::Reasoning { output_index, part, delta })
            }
            "response.function_call_arguments.delta" => {
                fields.delta.map(|delta| Self::Arguments { output_index, delta })
            }
            "response.custom_tool_call_input.delta" => {
                fields.delta.map(|delta| Self::CustomInput { output_index, delta })
            }
            "response.completed" | "response.done" => {
                fields.response.map(|raw| Self::Ended(ended(raw, None)))
            }
            "response.incomplete" => {
                fields.response.map(|raw| Self::Ended(ended(raw, Some(CutShort::MaxTokens))))
            }
            "response.failed" | "error" => Some(Self::Failed(failed(&fields, json))),
            _ => None,
        };
        found.unwrap_or(Self::Other)
    }
}

fn ended<'a>(raw: &'a RawValue, cut_short: Option<CutShort>) -> Ended<'a> {
    let response: Response<'a> = serde_json::from_str(raw.get()).unwrap_or_default();
    let usage = response.usage.unwrap_or_default();
    let reason = response.incomplete_details.and_then(|details| details.reason);
    let cut_short = cut_short.map(|_| match reason.as_deref() {
        Some("content_filter") => CutShort::ContentFilter,
        Some(_) | None => CutShort::MaxTokens,
    });
    Ended {
        response: raw,
        id: response.id,
        usage: Usage {
            input: usage.input_tokens.unwrap_or_default(),
            cached: usage.input_tokens_details.and_then(|details| details.cached_tokens).unwrap_or_default(),
            output: usage.output_tokens.unwrap_or_default(),
            reasoning: usage
                .output_tokens_details
                .and_then(|details| details.reasoning_tokens)
                .unwrap_or_default(),
        },
        cut_short,
    }
}

/// The error is inside the response, beside it, or is the event itself.
fn failed(fields: &Fields<'_>, json: &[u8]) -> Fault {
    let inside = fields
        .response
        .and_then(|raw| serde_json::from_str::<Response<'_>>(raw.get()).ok())
        .and_then(|response| response.error);
    let beside = || fields.error.and_then(|raw| serde_json::from_str::<RawError>(raw.get()).ok());
    let itself = || serde_json::from_slice::<RawError>(json).ok();
    let error = inside.or_else(beside).or_else(itself).unwrap_or_default();
    let kind = match error.code.as_deref() {
        Some("rate_limit_exceeded" | "usage_limit_reached" | "insufficient_quota") => FaultKind::RateLimit,
        Some("server_is_overloaded" | "slow_down") => FaultKind::Overloaded,
        Some("context_length_exceeded" | "invalid_prompt" | "cyber_policy" | "bio_policy") => {
            FaultKind::InvalidRequest
        }
        Some(_) | None => FaultKind::Server,
    };
    let status = match kind {
        FaultKind::InvalidRequest => 400,
        FaultKind::RateLimit => 429,
        FaultKind::Overloaded => 503,
        FaultKind::Server => 502,
        FaultKind::Authentication => 401,
        FaultKind::Permission => 403,
        FaultKind::NotFound => 404,
        FaultKind::TooLarge => 413,
    };
    Fault {
        status,
        kind,
        message: error
            .message
            .unwrap_or_else(|| "The provider ended the answer without a reason.".to_owned()),
        code: error.code,
        param: error.param,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_stays_as_it_was_written() {
        let json = br#"{"type":"response.output_text.delta","output_index":1,"delta":"\ud83d\ude00 \u00e9"}"#;
        let Event::Text { output_index, delta } = Event::read(json) else { panic!() };
        assert_eq!((output_index, delta.get()), (1, r#""\ud83d\ude00 \u00e9""#));
    }

    #[test]
    fn an_end_tells_its_tokens_and_why_it_came_early() {
        let json = br#"{"type":"response.incomplete","response":{"id":"r","incomplete_details":{"reason":"content_filter"},"usage":{"input_tokens":5,"input_tokens_details":{"cached_tokens":2},"output_tokens":3,"output_tokens_details":{"reasoning_tokens":1}}}}"#;
        let Event::Ended(ended) = Event::read(json) else { panic!() };
        assert_eq!(ended.usage, Usage { input: 5, cached: 2, output: 3, reasoning: 1 });
        assert_eq!((ended.id.as_deref(), ended.cut_short), (Some("r"), Some(CutShort::ContentFilter)));
    }

    #[test]
    fn a_failure_is_found_wherever_it_stands() {
        for json in [
            r#"{"type":"response.failed","response":{"error":{"code":"server_is_overloaded","message":"busy"}}}"#,
            r#"{"type":"error","error":{"code":"server_is_overloaded","message":"busy"}}"#,
            r#"{"type":"error","code":"server_is_overloaded","message":"busy"}"#,
        ] {
            let Event::Failed(fault) = Event::read(json.as_bytes()) else { panic!("{json}") };
            assert_eq!((fault.kind, fault.message.as_str()), (FaultKind::Overloaded, "busy"));
        }
    }

    #[test]
    fn what_cannot_be_read_is_nothing() {
        for json in ["", "[]", "{}", r#"{"type":"keepalive"}"#, r#"{"type":"response.output_text.delta"}"#] {
            assert!(matches!(Event::read(json.as_bytes()), Event::Other));
        }
    }
}
