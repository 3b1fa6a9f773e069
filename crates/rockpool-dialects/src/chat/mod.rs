//! OpenAI's Chat Completions (its API reference, "Chat").

pub(crate) mod answer;
pub(crate) mod request;
#[cfg(test)]
mod tests;
