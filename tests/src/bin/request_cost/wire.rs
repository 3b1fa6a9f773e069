//! The API in which a load asks, and what its events say.

use std::borrow::Cow;

use reqwest::Client;
use rockpool_tests::tools::web;
use serde::Deserialize;

/// Told apart by whether what is sent goes on as it is or is translated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    /// As the Codex CLI asks: nothing is translated.
    Backend,
    ChatCompletions,
    Messages,
}

/// What one event of an answer is to its measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    Output,
    Completed,
    Failed,
    Other,
}

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    choices: Vec<Choice>,
    error: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Choice {
    delta: Delta,
}

#[derive(Deserialize)]
struct Delta {
    content: Option<String>,
}

impl Wire {
    /// Below `/v1`.
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Backend => "responses",
            Self::ChatCompletions => "chat/completions",
            Self::Messages => "messages",
        }
    }

    pub(crate) fn client(self) -> Client {
        match self {
            Self::Backend => web::client(),
            Self::ChatCompletions | Self::Messages => web::public_client(),
        }
    }

    /// `None` where the text is no event.
    pub(crate) fn read(self, data: &[u8]) -> Option<Seen> {
        match self {
            Self::Backend => typed(data, |kind| match kind {
                "response.completed" => Seen::Completed,
                "response.failed" | "response.incomplete" | "error" => Seen::Failed,
                kind if kind.starts_with("response.output_") => Seen::Output,
                _ => Seen::Other,
            }),
            Self::Messages => typed(data, |kind| match kind {
                "message_stop" => Seen::Completed,
                "error" => Seen::Failed,
                "content_block_delta" => Seen::Output,
                _ => Seen::Other,
            }),
            Self::ChatCompletions => chunk(data),
        }
    }
}

fn typed(data: &[u8], seen: impl FnOnce(&str) -> Seen) -> Option<Seen> {
    let event: Event<'_> = serde_json::from_slice(data).ok()?;
    Some(seen(&event.kind))
}

fn chunk(data: &[u8]) -> Option<Seen> {
    if data == b"[DONE]" {
        return Some(Seen::Completed);
    }
    let chunk: Chunk = serde_json::from_slice(data).ok()?;
    let says = |choice: &Choice| choice.delta.content.as_ref().is_some_and(|text| !text.is_empty());
    Some(match chunk.error {
        Some(_) => Seen::Failed,
        None if chunk.choices.iter().any(says) => Seen::Output,
        None => Seen::Other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_end_and_failure_are_known_in_each_api() {
        for (wire, data, seen) in [
            (Wire::Backend, r#"{"type":"response.output_text.delta"}"#, Some(Seen::Output)),
            (Wire::Backend, r#"{"type":"response.completed"}"#, Some(Seen::Completed)),
            (Wire::Messages, r#"{"type":"message_start"}"#, Some(Seen::Other)),
            (Wire::Messages, r#"{"type":"content_block_delta"}"#, Some(Seen::Output)),
            (Wire::Messages, r#"{"type":"message_stop"}"#, Some(Seen::Completed)),
            (Wire::Messages, r#"{"type":"error"}"#, Some(Seen::Failed)),
            (Wire::ChatCompletions, r#"{"choices":[{"delta":{"content":""}}]}"#, Some(Seen::Other)),
            (Wire::ChatCompletions, r#"{"choices":[{"delta":{"content":"a"}}]}"#, Some(Seen::Output)),
            (Wire::ChatCompletions, r#"{"error":{"message":"no"}}"#, Some(Seen::Failed)),
            (Wire::ChatCompletions, "[DONE]", Some(Seen::Completed)),
            (Wire::ChatCompletions, "no event", None),
        ] {
            assert_eq!(wire.read(data.as_bytes()), seen, "{data}");
        }
    }
}
