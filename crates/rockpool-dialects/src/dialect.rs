//! What tools speak.

/// What a tool speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// OpenAI's `/v1/responses`, as the public API has it.
    Responses,
    /// OpenAI's `/v1/chat/completions`.
    ChatCompletions,
    /// Anthropic's `/v1/messages`.
    Messages,
}
