//! The pieces of an answer: what is streamed one by one, or put together to one message. Blocks follow each other and
//! never interleave, so a piece needs no number.

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::event::Usage;

#[derive(Debug)]
pub(super) enum Piece<'a> {
    Start,
    /// A sign of life.
    Ping,
    BlockStart(Opening),
    Delta(Delta<'a>),
    BlockStop,
    End(Ending),
}

/// How a block begins: empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    Text,
    Thinking,
    ToolUse { id: String, name: String },
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(tag = "type")]
pub(super) enum Delta<'a> {
    #[serde(rename = "text_delta")]
    Text { text: Said<'a> },
    #[serde(rename = "thinking_delta")]
    Thinking { thinking: Said<'a> },
    #[serde(rename = "signature_delta")]
    Signature { signature: &'a str },
    /// A piece of the JSON text that a tool gets.
    #[serde(rename = "input_json_delta")]
    Input { partial_json: Said<'a> },
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Said<'a> {
    /// A JSON string.
    Raw(&'a RawValue),
    Plain(&'a str),
}

/// How an answer ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ending {
    pub(super) reason: StopReason,
    pub(super) usage: Usage,
}

/// Anthropic's `stop_reason`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum StopReason {
    EndTurn,
    ToolUse,
    MaxTokens,
    /// With the sequence.
    StopSequence(String),
    Refusal,
}

/// Tokens in Anthropic's form.
#[derive(Debug, Default, Serialize)]
pub(super) struct Tokens {
    /// Without those from the cache.
    input_tokens: u64,
    cache_creation_input_tokens: u64,
    cache_read_input_tokens: u64,
    output_tokens: u64,
}

impl Serialize for Said<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Raw(token) => token.serialize(serializer),
            Self::Plain(text) => text.serialize(serializer),
        }
    }
}

impl StopReason {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::EndTurn => "end_turn",
            Self::ToolUse => "tool_use",
            Self::MaxTokens => "max_tokens",
            Self::StopSequence(_) => "stop_sequence",
            Self::Refusal => "refusal",
        }
    }

    pub(super) fn sequence(&self) -> Option<&str> {
        match self {
            Self::StopSequence(sequence) => Some(sequence),
            Self::EndTurn | Self::ToolUse | Self::MaxTokens | Self::Refusal => None,
        }
    }
}

impl From<Usage> for Tokens {
    fn from(usage: Usage) -> Self {
        Self {
            input_tokens: usage.input.saturating_sub(usage.cached),
            cache_creation_input_tokens: 0,
            cache_read_input_tokens: usage.cached,
            output_tokens: usage.output,
        }
    }
}
