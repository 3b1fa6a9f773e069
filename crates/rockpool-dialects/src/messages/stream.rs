//! Pieces as Anthropic's server-sent events.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::dialect::Dialect;
use crate::fault::Fault;
use crate::messages::piece::{Delta, Opening, Piece, Tokens};
use crate::sse;

/// A streamed answer.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) id: String,
    pub(super) model: String,
    block: u32,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Sent<'a> {
    MessageStart { message: Begun<'a> },
    Ping {},
    ContentBlockStart { index: u32, content_block: Empty<'a> },
    ContentBlockDelta { index: u32, delta: Delta<'a> },
    ContentBlockStop { index: u32 },
    MessageDelta { delta: Last<'a>, usage: Tokens },
    MessageStop {},
}

#[derive(Serialize)]
struct Begun<'a> {
    id: &'a str,
    r#type: &'a str,
    role: &'a str,
    model: &'a str,
    content: [(); 0],
    stop_reason: Option<()>,
    stop_sequence: Option<()>,
    usage: Tokens,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Empty<'a> {
    Text { text: &'a str },
    Thinking { thinking: &'a str, signature: &'a str },
    ToolUse { id: &'a str, name: &'a str, input: Nothing },
}

#[derive(Serialize)]
struct Nothing {}

#[derive(Serialize)]
struct Last<'a> {
    stop_reason: &'a str,
    stop_sequence: Option<&'a str>,
}

impl Stream {
    pub(super) fn new(id: String, model: String) -> Self {
        Self { id, model, block: 0 }
    }

    pub(super) fn write(&mut self, piece: &Piece<'_>, out: &mut Vec<u8>) {
        let index = self.block;
        match piece {
            Piece::Start => {
                // The backend counts when all is said: the tokens follow in `message_delta`, input and all.
                let (content, usage) = ([], Tokens::default());
                let (id, model) = (self.id.as_str(), self.model.as_str());
                let (stop_reason, stop_sequence) = (None, None);
                let (r#type, role) = ("message", "assistant");
                let message = Begun { id, r#type, role, model, content, stop_reason, stop_sequence, usage };
                sse::named(out, "message_start", &Sent::MessageStart { message });
                sse::named(out, "ping", &Sent::Ping {});
            }
            Piece::Ping => sse::named(out, "ping", &Sent::Ping {}),
            Piece::BlockStart(opening) => {
                let content_block = match opening {
                    Opening::Text => Empty::Text { text: "" },
                    Opening::Thinking => Empty::Thinking { thinking: "", signature: "" },
                    Opening::ToolUse { id, name } => Empty::ToolUse { id, name, input: Nothing {} },
                };
                sse::named(out, "content_block_start", &Sent::ContentBlockStart { index, content_block });
            }
            Piece::Delta(delta) => {
                sse::named(out, "content_block_delta", &Sent::ContentBlockDelta { index, delta: *delta });
            }
            Piece::BlockStop => {
                self.block += 1;
                sse::named(out, "content_block_stop", &Sent::ContentBlockStop { index });
            }
            Piece::End(ending) => {
                let (stop_reason, stop_sequence) = (ending.reason.name(), ending.reason.sequence());
                let delta = Last { stop_reason, stop_sequence };
                let usage = Tokens::from(ending.usage);
                sse::named(out, "message_delta", &Sent::MessageDelta { delta, usage });
                sse::named(out, "message_stop", &Sent::MessageStop {});
            }
        }
    }

    pub(super) fn error(fault: &Fault, out: &mut Vec<u8>) {
        let body = String::from_utf8(fault.body(Dialect::Messages)).ok();
        if let Some(raw) = body.and_then(|body| RawValue::from_string(body).ok()) {
            sse::named(out, "error", &raw);
        }
    }
}
