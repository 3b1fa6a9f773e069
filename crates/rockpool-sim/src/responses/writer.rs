//! Writes the items of an answer as the events that stream them.

use serde_json::{Value, json};

use crate::backend::media::PIXEL;
use crate::random;
use crate::responses::answer::{Citation, Output};

/// Bytes of a tool's arguments in one event, about.
const ARGUMENT_BYTES: usize = 12;

/// Events with their numbers, and the finished items.
#[derive(Default)]
pub(crate) struct EventWriter {
    pub events: Vec<Value>,
    pub items: Vec<Value>,
}

/// The part of a message, in the words that its events have for it.
struct Part<'a> {
    /// `output_text` or `refusal`.
    kind: &'static str,
    /// Where its text stands: `text` or `refusal`.
    field: &'static str,
    text: &'a str,
    annotations: Vec<Value>,
}

/// A call, in the words that its events have for it.
struct Called<'a> {
    /// The item without what is streamed.
    item: Value,
    /// Where that stands: `arguments` or `input`.
    field: &'static str,
    /// What the types of its events begin with.
    events: &'static str,
    text: &'a str,
}

impl EventWriter {
    pub(crate) fn event(&mut self, mut event: Value) {
        event["sequence_number"] = json!(self.events.len());
        self.events.push(event);
    }

    pub(crate) fn reasoning(&mut self, summary: Option<&str>, cipher: Option<&str>) {
        let id = random::id("rs_");
        let item = |parts: &[Value]| json!({"type": "reasoning", "id": id, "summary": parts, "content": null, "encrypted_content": cipher});
        let Some(summary) = summary else {
            let item = item(&[]);
            self.added(&item);
            return self.finished(item);
        };
        self.added(&item(&[]));
        let at = json!({"item_id": id, "output_index": self.items.len(), "summary_index": 0});
        let part = |text: &str| json!({"type": "summary_text", "text": text});
        self.at("response.reasoning_summary_part.added", &at, json!({"part": part("")}));
        for delta in words(summary) {
            self.at("response.reasoning_summary_text.delta", &at, json!({"delta": delta}));
        }
        self.at("response.reasoning_summary_text.done", &at, json!({"text": summary}));
        self.at("response.reasoning_summary_part.done", &at, json!({"part": part(summary)}));
        self.finished(item(&[part(summary)]));
    }

    /// `status` is that of the finished item.
    pub(crate) fn output(&mut self, output: &Output, compaction_cipher: &str, status: &str) {
        match output {
            Output::Message { text, citations } => {
                let annotations = citations.iter().map(|citation| annotation(citation, text)).collect();
                self.message(&Part { kind: "output_text", field: "text", text, annotations }, status);
            }
            Output::Refusal(text) => {
                self.message(
                    &Part { kind: "refusal", field: "refusal", text, annotations: Vec::new() },
                    status,
                );
            }
            Output::Function { name, namespace, arguments } => {
                let mut item = json!({"type": "function_call", "id": random::id("fc_"), "call_id": random::id("call_"), "name": name});
                if let Some(namespace) = namespace {
                    item["namespace"] = json!(namespace);
                }
                let events = "response.function_call_arguments";
                self.call(Called { item, field: "arguments", events, text: arguments }, status);
            }
            Output::Custom { name, input } => {
                let item = json!({"type": "custom_tool_call", "id": random::id("ctc_"), "call_id": random::id("call_"), "name": name});
                let events = "response.custom_tool_call_input";
                self.call(Called { item, field: "input", events, text: input }, status);
            }
            Output::Image(prompt) => self.image(prompt, status),
            Output::Compaction => {
                let item = json!({"type": "compaction", "id": random::id("cmp_"), "encrypted_content": compaction_cipher});
                self.added(&item);
                self.finished(item);
            }
        }
    }

    /// The events of the public API's reference for the tool `image_generation`.
    fn image(&mut self, prompt: &str, status: &str) {
        let id = random::id("ig_");
        let item = |status: &str, result: Value| json!({"type": "image_generation_call", "id": id, "status": status, "result": result});
        self.added(&item("in_progress", Value::Null));
        let at = json!({"item_id": id, "output_index": self.items.len()});
        self.at("response.image_generation_call.in_progress", &at, json!({}));
        self.at("response.image_generation_call.generating", &at, json!({}));
        let partial = json!({"partial_image_index": 0, "partial_image_b64": PIXEL, "output_format": "png"});
        self.at("response.image_generation_call.partial_image", &at, partial);
        self.at("response.image_generation_call.completed", &at, json!({}));
        let mut done = item(status, PIXEL.into());
        done["revised_prompt"] = prompt.into();
        done["output_format"] = "png".into();
        self.finished(done);
    }

    fn message(&mut self, part: &Part<'_>, status: &str) {
        let id = random::id("msg_");
        let at = json!({"item_id": id, "output_index": self.items.len(), "content_index": 0});
        let item = |status: &str, content: &[Value]| json!({"type": "message", "id": id, "role": "assistant", "status": status, "content": content});
        self.added(&item("in_progress", &[]));
        self.at("response.content_part.added", &at, json!({"part": part.json("", &[])}));
        for delta in words(part.text) {
            self.at(&format!("response.{}.delta", part.kind), &at, part.with_logprobs("delta", delta));
        }
        for (index, annotation) in part.annotations.iter().enumerate() {
            let annotated = json!({"annotation_index": index, "annotation": annotation});
            self.at("response.output_text.annotation.added", &at, annotated);
        }
        self.at(&format!("response.{}.done", part.kind), &at, part.with_logprobs(part.field, part.text));
        let whole = part.json(part.text, &part.annotations);
        self.at("response.content_part.done", &at, json!({"part": whole}));
        self.finished(item(status, &[whole]));
    }

    fn call(&mut self, called: Called<'_>, status: &str) {
        let Called { mut item, field, events, text } = called;
        item[field] = json!("");
        item["status"] = json!("in_progress");
        let at = json!({"item_id": item["id"], "output_index": self.items.len()});
        self.added(&item);
        for delta in pieces(text) {
            self.at(&format!("{events}.delta"), &at, json!({"delta": delta}));
        }
        self.at(&format!("{events}.done"), &at, json!({field: text}));
        item[field] = json!(text);
        item["status"] = json!(status);
        self.finished(item);
    }

    fn at(&mut self, kind: &str, place: &Value, mut event: Value) {
        event["type"] = json!(kind);
        for (name, value) in place.as_object().into_iter().flatten() {
            event[name] = value.clone();
        }
        self.event(event);
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
}

impl Part<'_> {
    fn json(&self, text: &str, annotations: &[Value]) -> Value {
        let mut part = json!({"type": self.kind, self.field: text});
        if self.kind == "output_text" {
            part["annotations"] = json!(annotations);
        }
        part
    }

    fn with_logprobs(&self, field: &str, text: &str) -> Value {
        let mut event = json!({field: text});
        if self.kind == "output_text" {
            event["logprobs"] = json!([]);
        }
        event
    }
}

fn annotation(citation: &Citation, text: &str) -> Value {
    json!({"type": "url_citation", "url": citation.url, "title": citation.title, "start_index": 0, "end_index": text.chars().count()})
}

/// The text in pieces that end with a blank, as a model's tokens mostly do.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(' ')
}

/// The text in pieces, wherever they end.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (piece, later) = rest.split_at(rest.ceil_char_boundary(ARGUMENT_BYTES.min(rest.len())));
        pieces.push(piece);
        rest = later;
    }
    pieces
}
