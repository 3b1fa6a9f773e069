//! An answer as chunks of a stream.

use serde::Serialize;
use serde_json::value::RawValue;

use super::piece::{CallKind, Citation, Finish, Piece};
use super::token;
use super::wire::{Called, Function, Tokens, ToolCall};
use crate::dialect::Dialect;
use crate::sse;

/// Writes pieces as chunks.
#[derive(Debug)]
pub(super) struct Chunks {
    pub(super) id: String,
    /// Seconds since 1970.
    pub(super) created: i64,
    pub(super) model: String,
    pub(super) include_usage: bool,
}

#[derive(Serialize)]
struct Chunk<'a> {
    id: &'a str,
    object: &'static str,
    created: i64,
    model: &'a str,
    system_fingerprint: (),
    choices: Vec<Choice<'a>>,
    // Where it is asked for, every chunk has the member, and the last one has it filled.
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Option<Tokens>>,
}

#[derive(Serialize)]
struct Choice<'a> {
    index: u32,
    delta: Delta<'a>,
    logprobs: (),
    finish_reason: Option<Finish>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Delta<'a> {
    Role { role: &'static str, content: &'static str, refusal: () },
    Content { content: &'a RawValue },
    Refusal { refusal: &'a RawValue },
    Reasoning { reasoning_content: &'a RawValue },
    Citations { annotations: [&'a Citation<'a>; 1] },
    Calls { tool_calls: [ToolCall<'a>; 1] },
    OldCall { function_call: Function<'a> },
    Nothing {},
}

impl Chunks {
    pub(super) fn take(&self, piece: &Piece<'_>, out: &mut Vec<u8>) {
        match piece {
            Piece::Role => self.delta(Delta::Role { role: "assistant", content: "", refusal: () }, out),
            Piece::Content(content) => self.delta(Delta::Content { content }, out),
            Piece::Refusal(refusal) => self.delta(Delta::Refusal { refusal }, out),
            Piece::Reasoning(text) => self.delta(Delta::Reasoning { reasoning_content: text }, out),
            Piece::Citation(citation) => self.delta(Delta::Citations { annotations: [citation] }, out),
            Piece::Call(call) => {
                let (nothing, name) = (token::of(""), Some(call.name.as_str()));
                let part = ToolCall {
                    index: Some(call.index),
                    id: Some(&call.id),
                    r#type: Some(call.kind.name()),
                    called: Called::with(call.kind, name, &nothing),
                };
                self.call(call.kind, part, out);
            }
            Piece::Input { index, kind, delta } => {
                let called = Called::with(*kind, None, delta);
                self.call(*kind, ToolCall { index: Some(*index), id: None, r#type: None, called }, out);
            }
            Piece::Finish(finish) => self.choice(Delta::Nothing {}, Some(*finish), out),
            Piece::End(usage) => {
                if self.include_usage {
                    self.chunk(Vec::new(), Some((*usage).into()), out);
                }
                out.extend_from_slice(b"data: [DONE]\n\n");
            }
            Piece::Failure(fault) => {
                let body = fault.body(Dialect::ChatCompletions);
                out.extend_from_slice(b"data: ");
                out.extend_from_slice(&body);
                out.extend_from_slice(b"\n\n");
            }
        }
    }

    fn call(&self, kind: CallKind, part: ToolCall<'_>, out: &mut Vec<u8>) {
        match (kind, part.called) {
            (CallKind::Old, Called::Function(function_call)) => {
                self.delta(Delta::OldCall { function_call }, out);
            }
            (CallKind::Old | CallKind::Function | CallKind::Custom, called) => {
                self.delta(Delta::Calls { tool_calls: [ToolCall { called, ..part }] }, out);
            }
        }
    }

    fn delta(&self, delta: Delta<'_>, out: &mut Vec<u8>) {
        self.choice(delta, None, out);
    }

    fn choice(&self, delta: Delta<'_>, finish_reason: Option<Finish>, out: &mut Vec<u8>) {
        self.chunk(vec![Choice { index: 0, delta, logprobs: (), finish_reason }], None, out);
    }

    fn chunk(&self, choices: Vec<Choice<'_>>, usage: Option<Tokens>, out: &mut Vec<u8>) {
        let chunk = Chunk {
            id: &self.id,
            object: "chat.completion.chunk",
            created: self.created,
            model: &self.model,
            system_fingerprint: (),
            choices,
            usage: self.include_usage.then_some(usage),
        };
        sse::data(out, &chunk);
    }
}
