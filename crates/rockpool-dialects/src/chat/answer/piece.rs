//! What an answer is made of, whether it is streamed or collected.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::event::Usage;
use crate::fault::Fault;

/// A piece of an answer. Texts are JSON strings.
#[derive(Debug)]
pub(super) enum Piece<'a> {
    /// Comes first.
    Role,
    Content(&'a RawValue),
    Refusal(&'a RawValue),
    Reasoning(&'a RawValue),
    Citation(Citation<'a>),
    Call(&'a Call),
    /// More of the arguments or the input of a call.
    Input {
        index: usize,
        kind: CallKind,
        delta: &'a RawValue,
    },
    Finish(Finish),
    /// Comes last in an answer that is whole.
    End(Usage),
    /// Comes last in one that is not.
    Failure(&'a Fault),
}

/// A call of a tool, without what it is called with.
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// Its place among the calls of the answer.
    pub(super) index: usize,
    pub(super) kind: CallKind,
    pub(super) id: String,
    pub(super) name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CallKind {
    Function,
    Custom,
    /// The one call of the old form, `function_call`.
    Old,
}

/// `finish_reason`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Finish {
    Stop,
    Length,
    ToolCalls,
    FunctionCall,
    ContentFilter,
}

/// An address that a part of the content is owed to.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename = "url_citation")]
pub(super) struct Citation<'a> {
    pub(super) url_citation: Address<'a>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Address<'a> {
    /// Characters of the content before it.
    pub(super) start_index: u64,
    /// Characters of the content up to its end.
    pub(super) end_index: u64,
    pub(super) url: &'a RawValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<&'a RawValue>,
}
