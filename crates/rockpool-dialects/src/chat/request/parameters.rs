//! Which parameters of the API are without effect here, and which cannot be had.

use std::collections::BTreeSet;

use super::object::{Object, unsupported};
use crate::document::Node;
use crate::refusal::Refusal;

/// What the translation reads.
const READ: [&str; 16] = [
    "model",
    "messages",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "functions",
    "function_call",
    "response_format",
    "reasoning_effort",
    "verbosity",
    "prompt_cache_key",
    "service_tier",
    "stream",
    "stream_options",
    "stop",
    "web_search_options",
];

/// What would change the meaning of an answer, and the backend has nothing like it.
const REFUSED: [(&str, &str); 9] = [
    ("n", "There is one choice per request: send the request several times."),
    ("logprobs", "The provider's backend gives no log probabilities: leave it out."),
    ("top_logprobs", "The provider's backend gives no log probabilities: leave it out."),
    ("modalities", "Answers are text only: leave it out, or send [\"text\"]."),
    ("audio", "Answers are text only: leave it out."),
    ("input", "It belongs to /v1/responses: send 'messages' here."),
    ("instructions", "It belongs to /v1/responses: send a developer message here."),
    ("previous_response_id", "It belongs to /v1/responses: send the whole conversation here."),
    ("prompt", "Prompts that are stored at the provider cannot be reached: send their text."),
];

/// Values that say what happens anyway.
const DEFAULTS: [(&str, &[&str]); 13] = [
    ("n", &["1"]),
    ("logprobs", &["false"]),
    ("top_logprobs", &["0"]),
    ("modalities", &["[\"text\"]"]),
    ("store", &["false"]),
    ("temperature", &["1", "1.0"]),
    ("top_p", &["1", "1.0"]),
    ("presence_penalty", &["0", "0.0"]),
    ("frequency_penalty", &["0", "0.0"]),
    ("logit_bias", &["{}"]),
    ("metadata", &["{}"]),
    ("service_tier", &["\"auto\"", "\"default\""]),
    ("verbosity", &["\"medium\""]),
];

/// The names of the parameters that are left out.
///
/// # Errors
/// Where one of them cannot be left out without changing what the answer means.
pub(super) fn left_out(request: &Object<'_>) -> Result<BTreeSet<String>, Refusal> {
    let mut dropped = BTreeSet::new();
    for (name, value) in request.members() {
        let name = name.as_ref();
        if is_default(name, value) {
            continue;
        }
        if let Some((_, reason)) = REFUSED.iter().find(|(refused, _)| *refused == name) {
            return Err(unsupported(name.to_owned(), reason));
        }
        if !READ.contains(&name) {
            dropped.insert(name.to_owned());
        }
    }
    Ok(dropped)
}

/// Whether a parameter says what happens anyway.
pub(super) fn is_default(name: &str, value: Node<'_>) -> bool {
    let values = DEFAULTS.iter().find(|(known, _)| *known == name).map_or(&[][..], |(_, values)| values);
    let without_spaces = || value.get().chars().filter(|c| !c.is_ascii_whitespace()).collect::<String>();
    values.iter().any(|default| *default == value.get())
        || (!values.is_empty() && values.contains(&without_spaces().as_str()))
}
