//! Events as the backend sends them.

use serde_json::{Value, json};

pub(super) fn event(name: &str, index: usize, more: Value) -> Value {
    let mut event = json!({ "type": name, "output_index": index });
    for (name, value) in more.as_object().unwrap() {
        event[name] = value.clone();
    }
    event
}

pub(super) fn created() -> Value {
    json!({ "type": "response.created", "response": { "id": "resp_1" } })
}

pub(super) fn completed() -> Value {
    json!({ "type": "response.completed", "response": { "id": "resp_1", "output": [],
        "usage": { "input_tokens": 90, "input_tokens_details": { "cached_tokens": 60 }, "output_tokens": 7 } } })
}

pub(super) fn text(index: usize, delta: &str) -> Value {
    event("response.output_text.delta", index, json!({ "delta": delta }))
}

pub(super) fn done(index: usize, item: Value) -> Value {
    event("response.output_item.done", index, json!({ "item": item }))
}

pub(super) fn added(index: usize, item: Value) -> Value {
    event("response.output_item.added", index, json!({ "item": item }))
}

pub(super) fn message(said: &str) -> Value {
    json!({ "type": "message", "id": "msg_b", "content": [{ "type": "output_text", "text": said }] })
}

pub(super) fn reasoning(summary: &[&str]) -> Value {
    let parts: Vec<Value> =
        summary.iter().map(|text| json!({ "type": "summary_text", "text": text })).collect();
    json!({ "type": "reasoning", "id": "rs_1", "summary": parts, "encrypted_content": "gAAA==" })
}

pub(super) fn call(arguments: &str) -> Value {
    json!({ "type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "Bash", "arguments": arguments })
}
