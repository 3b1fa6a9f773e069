//! The events of one answer, in the order and with the fields that the provider streams.

use serde_json::{Map, Value, json};

use crate::responses::answer::{Answer, End, Output};
use crate::responses::writer::EventWriter;

/// What an answer's reasoning costs beside its summary.
const REASONING_TOKENS: u64 = 32;

/// What all events of a response have in common.
pub(crate) struct ModelResponse<'a> {
    pub id: String,
    pub model: &'a str,
    /// Unix seconds.
    pub created_at: i64,
    pub input_tokens: u64,
    pub cached_tokens: u64,
    /// Readable by the account only; `None` if the client did not ask for it.
    pub reasoning_cipher: Option<String>,
    /// Readable by the account only, for a compaction.
    pub compaction_cipher: String,
    /// What a response repeats of its request.
    pub echo: Map<String, Value>,
}

pub(crate) struct EventSequence {
    pub events: Vec<Value>,
    /// The finished items, as the client sends them back.
    pub items: Vec<Value>,
}

/// `response.created` and `response.completed` alone, as a prewarm frame gets them.
pub(crate) fn prewarmed(response: &ModelResponse<'_>) -> EventSequence {
    let mut writer = EventWriter::default();
    writer.event(json!({"type": "response.created", "response": response.body("in_progress")}));
    writer.event(json!({"type": "response.completed", "response": response.body("completed")}));
    done(writer)
}

/// The events of a whole answer.
pub(crate) fn answered(response: &ModelResponse<'_>, answer: &Answer) -> EventSequence {
    let mut writer = EventWriter::default();
    writer.event(json!({"type": "response.created", "response": response.body("in_progress")}));
    writer.event(json!({"type": "response.in_progress", "response": response.body("in_progress")}));
    let mut reasoning_tokens = 0;
    if !answer.outputs.contains(&Output::Compaction) {
        writer.reasoning(answer.summary.as_deref(), response.reasoning_cipher.as_deref());
        reasoning_tokens =
            REASONING_TOKENS + answer.summary.as_ref().map_or(0, |summary| tokens(summary.len()));
    }
    let (status, reason) = match &answer.end {
        End::Completed => ("completed", Value::Null),
        End::Incomplete(reason) => ("incomplete", json!({"reason": reason})),
    };
    let mut output_tokens = reasoning_tokens;
    for output in &answer.outputs {
        writer.output(output, &response.compaction_cipher, status);
        output_tokens += length(output);
    }
    let mut body = response.body(status);
    body["incomplete_details"] = reason;
    body["usage"] = json!({
        "input_tokens": response.input_tokens, "input_tokens_details": {"cached_tokens": response.cached_tokens},
        "output_tokens": output_tokens, "output_tokens_details": {"reasoning_tokens": reasoning_tokens},
        "total_tokens": response.input_tokens + output_tokens,
    });
    writer.event(json!({"type": format!("response.{status}"), "response": body}));
    done(writer)
}

fn done(writer: EventWriter) -> EventSequence {
    EventSequence { events: writer.events, items: writer.items }
}

/// In tokens.
fn length(output: &Output) -> u64 {
    match output {
        Output::Message { text, .. } | Output::Refusal(text) => tokens(text.len()),
        Output::Function { arguments: text, .. } | Output::Custom { input: text, .. } => tokens(text.len()),
        Output::Image(_) => 515,
        Output::Compaction => 64,
    }
}

/// About four bytes to a token.
pub(crate) fn tokens(bytes: usize) -> u64 {
    u64::try_from(bytes / 4 + 1).unwrap_or(u64::MAX)
}

/// What a response repeats of its request: what is short, in the fields that typed clients look for.
pub(crate) fn echo(fields: &Map<String, Value>) -> Map<String, Value> {
    let usual = json!({
        "background": false, "instructions": null, "max_output_tokens": null, "max_tool_calls": null, "metadata": {},
        "parallel_tool_calls": true, "previous_response_id": null, "prompt_cache_key": null, "reasoning": null,
        "safety_identifier": null, "service_tier": "default", "store": false, "temperature": 1.0,
        "text": {"format": {"type": "text"}}, "tool_choice": "auto", "tools": [], "top_logprobs": 0, "top_p": 1.0,
        "truncation": "disabled", "user": null,
    });
    let Value::Object(mut echo) = usual else { return Map::new() };
    for name in ["parallel_tool_calls", "prompt_cache_key", "reasoning", "service_tier", "tool_choice"] {
        if let Some(value) = fields.get(name) {
            echo.insert(name.to_owned(), value.clone());
        }
    }
    echo
}

impl ModelResponse<'_> {
    /// `output` stays empty in `response.completed`, as recorded: clients have to collect the items.
    fn body(&self, status: &str) -> Value {
        let mut body = json!({
            "id": self.id, "object": "response", "created_at": self.created_at, "status": status, "model": self.model,
            "error": null, "incomplete_details": null, "output": [], "usage": null,
        });
        for (name, value) in &self.echo {
            body[name] = value.clone();
        }
        body
    }
}
