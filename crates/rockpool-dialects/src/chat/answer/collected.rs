//! An answer as one object.

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use super::piece::{Call, CallKind, Finish, Piece};
use super::token;
use super::wire::{Called, Function, Tokens, ToolCall};
use crate::answer::Whole;
use crate::dialect::Dialect;
use crate::event::Usage;
use crate::fault::Fault;

/// Collects pieces. Texts are kept as JSON has them between quotation marks.
#[derive(Debug)]
pub(super) struct Collected {
    id: String,
    created: i64,
    model: String,
    content: String,
    refusal: String,
    reasoning: String,
    citations: Vec<Box<RawValue>>,
    calls: Vec<(Call, String)>,
    finish: Option<Finish>,
    end: Option<Result<Usage, Fault>>,
}

#[derive(Serialize)]
struct Completion<'a> {
    id: &'a str,
    object: &'static str,
    created: i64,
    model: &'a str,
    choices: [Choice<'a>; 1],
    usage: Tokens,
    system_fingerprint: (),
}

#[derive(Serialize)]
struct Choice<'a> {
    index: u32,
    message: Message<'a>,
    logprobs: (),
    finish_reason: Option<Finish>,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: Option<Box<RawValue>>,
    refusal: Option<Box<RawValue>>,
    annotations: &'a [Box<RawValue>],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<ToolCall<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_call: Option<Function<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_content: Option<Box<RawValue>>,
}

impl Collected {
    pub(super) fn new(id: String, created: i64, model: String) -> Self {
        Self {
            id,
            created,
            model,
            content: String::new(),
            refusal: String::new(),
            reasoning: String::new(),
            citations: Vec::new(),
            calls: Vec::new(),
            finish: None,
            end: None,
        }
    }

    pub(super) fn take(&mut self, piece: &Piece<'_>) {
        match piece {
            Piece::Role => {}
            Piece::Content(text) => add(&mut self.content, text),
            Piece::Refusal(text) => add(&mut self.refusal, text),
            Piece::Reasoning(text) => add(&mut self.reasoning, text),
            Piece::Citation(citation) => self.citations.extend(to_raw_value(citation)),
            Piece::Call(call) => self.calls.push(((*call).clone(), String::new())),
            Piece::Input { index, kind: _, delta } => {
                if let Some((_, input)) = self.calls.get_mut(*index) {
                    add(input, delta);
                }
            }
            Piece::Finish(finish) => self.finish = Some(*finish),
            Piece::End(usage) => self.end = Some(Ok(*usage)),
            Piece::Failure(fault) => self.end = Some(Err((*fault).clone())),
        }
    }

    /// The answer, or `otherwise` where it has not come to an end.
    pub(super) fn whole(self, otherwise: &Fault) -> Whole {
        match &self.end {
            Some(Ok(usage)) => Whole { status: 200, body: self.completion(*usage) },
            Some(Err(fault)) => error(fault),
            None => error(otherwise),
        }
    }

    fn completion(&self, usage: Usage) -> Vec<u8> {
        let says_nothing = self.content.is_empty() && (!self.calls.is_empty() || !self.refusal.is_empty());
        let inputs: Vec<Box<RawValue>> = self.calls.iter().map(|(_, input)| token::around(input)).collect();
        let mut message = Message {
            role: "assistant",
            content: (!says_nothing).then(|| token::around(&self.content)),
            refusal: (!self.refusal.is_empty()).then(|| token::around(&self.refusal)),
            annotations: &self.citations,
            tool_calls: Vec::new(),
            function_call: None,
            reasoning_content: (!self.reasoning.is_empty()).then(|| token::around(&self.reasoning)),
        };
        for ((call, _), input) in self.calls.iter().zip(&inputs) {
            match (call.kind, Called::with(call.kind, Some(&call.name), input)) {
                (CallKind::Old, Called::Function(function)) => message.function_call = Some(function),
                (CallKind::Old | CallKind::Function | CallKind::Custom, called) => {
                    let (id, kind) = (Some(call.id.as_str()), Some(call.kind.name()));
                    message.tool_calls.push(ToolCall { index: None, id, r#type: kind, called });
                }
            }
        }
        let choice = Choice { index: 0, message, logprobs: (), finish_reason: self.finish };
        let completion = Completion {
            id: &self.id,
            object: "chat.completion",
            created: self.created,
            model: &self.model,
            choices: [choice],
            usage: usage.into(),
            system_fingerprint: (),
        };
        serde_json::to_vec(&completion).unwrap_or_default()
    }
}

/// An error in place of an answer.
pub(super) fn error(fault: &Fault) -> Whole {
    Whole { status: fault.status, body: fault.body(Dialect::ChatCompletions) }
}

fn add(text: &mut String, more: &RawValue) {
    text.push_str(token::inside(more).unwrap_or_default());
}
