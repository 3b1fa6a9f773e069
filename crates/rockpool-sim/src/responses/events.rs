//! The events of one answer, in the order and with the fields that the provider streams.

use serde_json::{Value, json};

use crate::random;
use crate::responses::answer::Answer;

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
}

pub(crate) struct EventSequence {
    pub events: Vec<Value>,
    /// The finished items, as the client sends them back.
    pub items: Vec<Value>,
}

/// `response.created` and `response.completed` alone, as a prewarm frame gets them.
pub(crate) fn prewarmed(response: &ModelResponse<'_>) -> EventSequence {
    let mut writer = EventWriter::new();
    writer.event(json!({"type": "response.created", "response": response.body("in_progress")}));
    let mut body = response.body("completed");
    body["usage"] = Value::Null;
    writer.event(json!({"type": "response.completed", "response": body}));
    writer.done()
}

/// The events of a whole answer.
pub(crate) fn answered(response: &ModelResponse<'_>, answer: &Answer) -> EventSequence {
    let mut writer = EventWriter::new();
    writer.event(json!({"type": "response.created", "response": response.body("in_progress")}));
    writer.event(json!({"type": "response.in_progress", "response": response.body("in_progress")}));
    let output_tokens = match answer {
        Answer::Text(text) => {
            writer.reasoning(response);
            writer.message(text);
            tokens(text.len())
        }
        Answer::Function { name, arguments } => {
            writer.reasoning(response);
            writer.function(name, arguments);
            tokens(arguments.len())
        }
        Answer::Custom { name, input } => {
            writer.reasoning(response);
            writer.custom(name, input);
            tokens(input.len())
        }
        Answer::Compaction => {
            writer.item(json!({"type": "compaction", "id": random::id("cmp_"), "encrypted_content": response.compaction_cipher}));
            64
        }
    };
    let mut body = response.body("completed");
    body["usage"] = json!({
        "input_tokens": response.input_tokens, "input_tokens_details": {"cached_tokens": response.cached_tokens},
        "output_tokens": output_tokens, "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": response.input_tokens + output_tokens,
    });
    writer.event(json!({"type": "response.completed", "response": body}));
    writer.done()
}

/// About four bytes to a token.
pub(crate) fn tokens(bytes: usize) -> u64 {
    u64::try_from(bytes / 4 + 1).unwrap_or(u64::MAX)
}

impl ModelResponse<'_> {
    /// `output` stays empty in `response.completed`, as recorded: clients have to collect the items.
    fn body(&self, status: &str) -> Value {
        json!({
            "id": self.id, "object": "response", "created_at": self.created_at, "status": status, "model": self.model,
            "error": null, "incomplete_details": null, "output": [], "store": false, "parallel_tool_calls": false, "usage": null,
        })
    }
}

struct EventWriter {
    events: Vec<Value>,
    items: Vec<Value>,
}

impl EventWriter {
    const fn new() -> Self {
        Self { events: Vec::new(), items: Vec::new() }
    }

    fn done(self) -> EventSequence {
        EventSequence { events: self.events, items: self.items }
    }

    fn event(&mut self, mut event: Value) {
        event["sequence_number"] = json!(self.events.len());
        self.events.push(event);
    }

    fn added(&mut self, item: &Value) {
        self.event(
            json!({"type": "response.output_item.added", "output_index": self.items.len(), "item": item}),
        );
    }

    fn finished(&mut self, item: Value) {
        self.event(
            json!({"type": "response.output_item.done", "output_index": self.items.len(), "item": item}),
        );
        self.items.push(item);
    }

    fn item(&mut self, item: Value) {
        self.added(&item);
        self.finished(item);
    }

    fn reasoning(&mut self, response: &ModelResponse<'_>) {
        self.item(json!({
            "type": "reasoning", "id": random::id("rs_"), "summary": [], "content": null,
            "encrypted_content": response.reasoning_cipher,
        }));
    }

    fn message(&mut self, text: &str) {
        let id = random::id("msg_");
        let index = self.items.len();
        self.added(&json!({"type": "message", "id": id, "role": "assistant", "status": "in_progress", "content": []}));
        let part = |text: &str| json!({"type": "output_text", "text": text, "annotations": []});
        self.event(json!({"type": "response.content_part.added", "item_id": id, "output_index": index, "content_index": 0, "part": part("")}));
        for delta in words(text) {
            self.event(json!({"type": "response.output_text.delta", "item_id": id, "output_index": index, "content_index": 0, "delta": delta}));
        }
        self.event(json!({"type": "response.output_text.done", "item_id": id, "output_index": index, "content_index": 0, "text": text}));
        self.event(json!({"type": "response.content_part.done", "item_id": id, "output_index": index, "content_index": 0, "part": part(text)}));
        self.finished(json!({"type": "message", "id": id, "role": "assistant", "status": "completed", "content": [part(text)]}));
    }

    fn function(&mut self, name: &str, arguments: &str) {
        let (id, call_id) = (random::id("fc_"), random::id("call_"));
        let index = self.items.len();
        let item = |arguments: &str, status: &str| json!({"type": "function_call", "id": id, "call_id": call_id, "name": name, "arguments": arguments, "status": status});
        self.added(&item("", "in_progress"));
        self.event(json!({"type": "response.function_call_arguments.delta", "item_id": id, "output_index": index, "delta": arguments}));
        self.event(json!({"type": "response.function_call_arguments.done", "item_id": id, "output_index": index, "arguments": arguments}));
        self.finished(item(arguments, "completed"));
    }

    fn custom(&mut self, name: &str, input: &str) {
        let (id, call_id) = (random::id("ctc_"), random::id("call_"));
        let index = self.items.len();
        let item = |input: &str, status: &str| json!({"type": "custom_tool_call", "id": id, "call_id": call_id, "name": name, "input": input, "status": status});
        self.added(&item("", "in_progress"));
        self.event(json!({"type": "response.custom_tool_call_input.delta", "item_id": id, "output_index": index, "delta": input}));
        self.event(json!({"type": "response.custom_tool_call_input.done", "item_id": id, "output_index": index, "input": input}));
        self.finished(item(input, "completed"));
    }
}

/// The text in pieces that end with a blank, as a model's tokens mostly do.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(' ')
}
