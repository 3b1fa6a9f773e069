//! Events of the backend, out of bytes: a line that begins with `{` is one as it stands, any other is short for one, so
//! that chance comes by whole conversations.

use serde_json::{Value, json};

const NAMES: [&str; 18] = [
    "response.created",
    "response.in_progress",
    "response.output_item.added",
    "response.output_item.done",
    "response.output_text.delta",
    "response.refusal.delta",
    "response.reasoning_summary_text.delta",
    "response.reasoning_text.delta",
    "response.function_call_arguments.delta",
    "response.custom_tool_call_input.delta",
    "response.content_part.added",
    "response.completed",
    "response.incomplete",
    "response.failed",
    "error",
    "response.done",
    "codex.rate_limits",
    "keepalive",
];

const KINDS: [&str; 6] =
    ["message", "reasoning", "function_call", "custom_tool_call", "web_search_call", "refusal"];

/// The JSON of one line: its first byte is the name (from `a` on), its second the kind of the item (from `a` on), its
/// third the place in the lowest two bits and the part in the next, all others are words.
pub(crate) fn event(line: &[u8]) -> Vec<u8> {
    let [name, kind, place, words @ ..] = line else { return line.to_vec() };
    if *name == b'{' {
        return line.to_vec();
    }
    let name = NAMES[usize::from(name.wrapping_sub(b'a')) % NAMES.len()];
    let kind = KINDS[usize::from(kind.wrapping_sub(b'a')) % KINDS.len()];
    let (place, part) = (place & 3, place >> 2 & 3);
    let words = String::from_utf8_lossy(words);
    let item = item(kind, place, &words);
    let error = json!({ "code": words, "message": words });
    // The backend leaves them out where it has told them one by one.
    let output = if part == 3 { json!([item]) } else { json!([]) };
    json!({
        "type": name,
        "output_index": place,
        "summary_index": part,
        "content_index": part,
        "delta": words,
        "item": item,
        "response": { "id": "resp_2", "output": output, "error": error, "incomplete_details": { "reason": words }, "usage": { "input_tokens": place, "output_tokens": part } },
        "error": error,
    })
    .to_string()
    .into_bytes()
}

fn item(kind: &str, place: u8, words: &str) -> Value {
    let id = format!("id_{place}");
    match kind {
        "message" => {
            json!({ "type": kind, "id": id, "role": "assistant", "content": [{ "type": "output_text", "text": words, "annotations": [{ "type": "url_citation", "url": words, "title": words, "start_index": 0, "end_index": place }] }] })
        }
        "refusal" => {
            json!({ "type": "message", "id": id, "role": "assistant", "content": [{ "type": "refusal", "refusal": words }] })
        }
        "reasoning" => {
            json!({ "type": kind, "id": id, "summary": [{ "type": "summary_text", "text": words }], "encrypted_content": words })
        }
        _ => {
            json!({ "type": kind, "id": id, "call_id": format!("call_{place}"), "name": "f", "arguments": words, "input": words, "namespace": "functions" })
        }
    }
}
