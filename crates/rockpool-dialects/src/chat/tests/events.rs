//! Events of the backend, and what answers come of them.

use serde_json::{Value, json};

use super::assembler::assembled;
use super::world::{chunks, streamed, whole};
use crate::End;

pub(super) fn completed() -> Value {
    json!({ "type": "response.completed", "response": { "id": "resp_1", "output": [], "usage": {
        "input_tokens": 10, "input_tokens_details": { "cached_tokens": 4 },
        "output_tokens": 6, "output_tokens_details": { "reasoning_tokens": 2 },
    } } })
}

pub(super) fn text(index: u32, delta: &str) -> Value {
    json!({ "type": "response.output_text.delta", "output_index": index, "delta": delta })
}

pub(super) fn message(index: u32, text: &str) -> Value {
    done(
        index,
        json!({ "type": "message", "role": "assistant", "content": [{ "type": "output_text", "text": text }] }),
    )
}

pub(super) fn done(index: u32, item: Value) -> Value {
    json!({ "type": "response.output_item.done", "output_index": index, "item": item })
}

pub(super) fn added(index: u32, item: Value) -> Value {
    json!({ "type": "response.output_item.added", "output_index": index, "item": item })
}

pub(super) fn call(arguments: &str) -> Value {
    json!({ "type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": arguments })
}

pub(super) fn arguments(index: u32, delta: &str) -> Value {
    json!({ "type": "response.function_call_arguments.delta", "output_index": index, "delta": delta })
}

/// `choices[0]` of an answer that came to its end; streamed and whole are the same.
pub(super) fn choice(more: Value, events: &[Value]) -> Value {
    let (chunks, is_done) = chunks(&streamed(more.clone(), events, End::Regular));
    assert!(is_done);
    let whole = whole(more, events, End::Regular);
    assert_eq!(whole.status, 200);
    let body: Value = serde_json::from_slice(&whole.body).unwrap();
    assert_eq!(assembled(&chunks), body["choices"][0]);
    body["choices"][0].clone()
}

/// The deltas of a stream.
pub(super) fn deltas(more: Value, events: &[Value]) -> Vec<Value> {
    let (chunks, _) = chunks(&streamed(more, events, End::Regular));
    chunks
        .into_iter()
        .filter_map(|mut chunk| chunk["choices"].get_mut(0).map(|choice| choice["delta"].take()))
        .collect()
}
