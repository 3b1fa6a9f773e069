//! What a request wants of its tools, whichever dialect says it.

use serde_json::value::RawValue;

/// Which tools an answer may or has to call.
#[derive(Clone, Debug, Default)]
pub(crate) enum ToolChoice {
    #[default]
    Auto,
    None,
    /// At least one.
    Required,
    /// As the backend has it, such as `{"type":"function","name":"f"}`.
    Named(Box<RawValue>),
}

/// What a web search among the tools is to the request.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum WebSearch {
    /// One tool among others, which some clients offer always.
    #[default]
    Offered,
    /// What the tool wants, by the parameter that says so.
    Wanted { param: &'static str },
}
