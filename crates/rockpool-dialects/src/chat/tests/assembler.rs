//! Puts chunks together as an SDK does, knowing nothing of how they were made.

use serde_json::{Map, Value, json};

/// The `choices[0]` of the whole answer that the chunks amount to.
pub(super) fn assembled(chunks: &[Value]) -> Value {
    let mut message = Map::new();
    let mut finish = Value::Null;
    for choice in chunks.iter().filter_map(|chunk| chunk["choices"].get(0)) {
        merge(&mut message, choice["delta"].as_object().unwrap());
        if !choice["finish_reason"].is_null() {
            finish = choice["finish_reason"].clone();
        }
    }
    for call in message.get_mut("tool_calls").and_then(Value::as_array_mut).into_iter().flatten() {
        call.as_object_mut().unwrap().remove("index");
    }
    message.entry("annotations").or_insert(json!([]));
    let says_nothing = message["content"] == "";
    if says_nothing
        && (message.contains_key("tool_calls")
            || message.contains_key("function_call")
            || !message["refusal"].is_null())
    {
        message["content"] = Value::Null;
    }
    json!({ "index": 0, "message": message, "logprobs": null, "finish_reason": finish })
}

/// Texts grow, except for the names of things; lists with an index are merged by it, others grow.
fn merge(into: &mut Map<String, Value>, delta: &Map<String, Value>) {
    for (name, value) in delta {
        let found = into.entry(name.clone()).or_insert(Value::Null);
        match (found, value) {
            (Value::String(text), Value::String(more))
                if !matches!(name.as_str(), "role" | "id" | "type" | "name") =>
            {
                text.push_str(more);
            }
            (Value::Object(inner), Value::Object(more)) => merge(inner, more),
            (found @ (Value::Null | Value::Array(_)), Value::Array(more)) => {
                if found.is_null() {
                    *found = json!([]);
                }
                more.iter().for_each(|element| place(found.as_array_mut().unwrap(), element));
            }
            (found, value) => *found = value.clone(),
        }
    }
}

fn place(list: &mut Vec<Value>, element: &Value) {
    let Some(index) = element.get("index").filter(|index| index.is_u64()) else {
        return list.push(element.clone());
    };
    match list.iter_mut().find(|known| known["index"] == *index) {
        Some(known) => merge(known.as_object_mut().unwrap(), element.as_object().unwrap()),
        None => list.push(element.clone()),
    }
}
