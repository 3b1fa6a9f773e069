//! What an answer in OpenAI's Responses has to know of its request.

use std::ops::Range;

use serde_json::value::RawValue;

use crate::model::Shape;

/// What carries a tool's requests and its answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    Http,
    WebSocket,
}

/// What of a request its answer depends on.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub(crate) transport: Transport,
    /// Whether an answer is wanted; a message on a WebSocket may only prepare one.
    pub(crate) generates: bool,
    pub(crate) shape: Shape,
    /// Where the input stands in the translated request.
    pub(crate) input: Range<usize>,
    pub(crate) previous: Option<String>,
    pub(crate) store: bool,
    pub(crate) metadata: Option<Box<RawValue>>,
    pub(crate) parallel_tool_calls: Option<bool>,
}
