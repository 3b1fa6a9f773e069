//! Objects that chunks and whole answers have in common.

use serde::Serialize;
use serde_json::value::RawValue;

use super::piece::CallKind;
use crate::event::Usage;

/// One of `tool_calls`, or a part of it.
#[derive(Serialize)]
pub(super) struct ToolCall<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) r#type: Option<&'static str>,
    #[serde(flatten)]
    pub(super) called: Called<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Called<'a> {
    Function(Function<'a>),
    Custom(Custom<'a>),
}

#[derive(Serialize)]
pub(super) struct Function<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<&'a str>,
    pub(super) arguments: &'a RawValue,
}

#[derive(Serialize)]
pub(super) struct Custom<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<&'a str>,
    pub(super) input: &'a RawValue,
}

#[derive(Serialize)]
pub(super) struct Tokens {
    prompt_tokens: u64,
    completion_tokens: u64,
    total_tokens: u64,
    prompt_tokens_details: PromptTokens,
    completion_tokens_details: CompletionTokens,
}

#[derive(Serialize)]
struct PromptTokens {
    cached_tokens: u64,
}

#[derive(Serialize)]
struct CompletionTokens {
    reasoning_tokens: u64,
}

impl<'a> Called<'a> {
    pub(super) fn with(kind: CallKind, name: Option<&'a str>, input: &'a RawValue) -> Self {
        match kind {
            CallKind::Function | CallKind::Old => Self::Function(Function { name, arguments: input }),
            CallKind::Custom => Self::Custom(Custom { name, input }),
        }
    }
}

impl CallKind {
    /// `type` of a tool call.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Function | Self::Old => "function",
            Self::Custom => "custom",
        }
    }
}

impl From<Usage> for Tokens {
    fn from(usage: Usage) -> Self {
        Self {
            prompt_tokens: usage.input,
            completion_tokens: usage.output,
            total_tokens: usage.input.saturating_add(usage.output),
            prompt_tokens_details: PromptTokens { cached_tokens: usage.cached },
            completion_tokens_details: CompletionTokens { reasoning_tokens: usage.reasoning },
        }
    }
}
