//! Reads a stream as an SDK does: each event by its two lines, the response out of what the events say.

use std::collections::BTreeMap;

use serde_json::Value;

/// The events, each checked for its form.
pub(super) fn events(stream: &str) -> Vec<Value> {
    let blocks: Vec<&str> = stream.split("\n\n").collect();
    assert_eq!(blocks.last(), Some(&""), "{stream}");
    blocks[..blocks.len() - 1].iter().map(|block| event(block)).collect()
}

fn event(block: &str) -> Value {
    let (name, data) = block.split_once('\n').unwrap();
    let value: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
    assert_eq!(name.strip_prefix("event: "), value["type"].as_str());
    value
}

/// The response that the events make, or the error's message.
pub(super) fn assembled(stream: &str) -> Result<Value, String> {
    let events = events(stream);
    assert_eq!(events[0]["type"], "response.created");
    let mut numbers = events.iter().map(|event| event["sequence_number"].as_u64().unwrap());
    assert!(
        numbers.next().is_some_and(|mut last| numbers.all(|next| std::mem::replace(&mut last, next) < next))
    );
    let mut items = BTreeMap::new();
    for event in &events {
        match event["type"].as_str().unwrap() {
            "response.output_item.done" => {
                items.insert(event["output_index"].as_u64().unwrap(), event["item"].clone());
            }
            "response.completed" | "response.incomplete" => {
                let mut response = event["response"].clone();
                assert_eq!(response["id"], events[0]["response"]["id"]);
                if !items.is_empty() {
                    response["output"] = items.into_values().collect();
                }
                return Ok(response);
            }
            "response.failed" => {
                return Err(event["response"]["error"]["message"].as_str().unwrap().to_owned());
            }
            "error" => return Err(event["message"].as_str().unwrap().to_owned()),
            _ => {}
        }
    }
    panic!("no end: {stream}")
}
