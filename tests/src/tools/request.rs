//! Requests that the provider accepts, as a tool would write them.

use serde_json::{Value, json};

/// A message of the person.
#[must_use]
pub fn user(text: &str) -> Value {
    json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]})
}

/// A request of the gpt-5.5 class about `text`, in a conversation of its own.
#[must_use]
pub fn question(text: &str) -> Value {
    with_input(json!([user(text)]))
}

/// The same over any input.
#[must_use]
pub fn with_input(input: Value) -> Value {
    json!({
        "model": "gpt-5.5", "instructions": "Be brief.", "input": input, "tools": [], "tool_choice": "auto",
        "parallel_tool_calls": true, "reasoning": {"effort": "low"}, "store": false, "stream": true,
        "include": ["reasoning.encrypted_content"],
    })
}

/// The same as a WebSocket frame.
#[must_use]
pub fn frame(input: Value) -> Value {
    let mut frame = with_input(input);
    frame["type"] = json!("response.create");
    frame
}

/// The JSON of every event in a stream of server-sent events, whichever line ends it has.
#[must_use]
pub fn events(stream: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(stream).unwrap().replace("\r\n", "\n").replace('\r', "\n");
    let data_of = |event: &str| {
        let lines: Vec<&str> = event.lines().filter_map(|line| line.strip_prefix("data: ")).collect();
        lines.join("\n")
    };
    let data = text.split("\n\n").map(data_of).filter(|data| !data.is_empty());
    data.map(|json| serde_json::from_str(&json).unwrap_or_else(|_| Value::from(json.as_str()))).collect()
}

#[must_use]
pub fn types(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap_or("?")).collect()
}

/// The text that a stream ends with.
#[must_use]
pub fn answer(events: &[Value]) -> String {
    let done = events.iter().find(|event| event["type"] == "response.output_text.done");
    done.and_then(|event| event["text"].as_str()).unwrap_or_default().to_owned()
}

/// The finished output items of an answer, as a tool sends them back.
#[must_use]
pub fn items(events: &[Value]) -> Vec<Value> {
    let done = events.iter().filter(|event| event["type"] == "response.output_item.done");
    done.map(|event| event["item"].clone()).collect()
}
