//! Puts a streamed answer together as Anthropic's SDKs do, and is as strict: no event out of its turn.

use serde_json::{Value, json};

/// The message, or the error that the stream ended with.
pub(super) fn assembled(stream: &str) -> Result<Value, Value> {
    let mut message = Value::Null;
    let mut open: Option<usize> = None;
    let mut inputs = String::new();
    let mut stopped = false;
    for block in stream.split("\n\n").filter(|block| !block.is_empty()) {
        let (name, data) = block.split_once('\n').unwrap();
        let event: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
        assert_eq!(name.strip_prefix("event: ").unwrap(), event["type"].as_str().unwrap());
        assert!(!stopped, "nothing follows message_stop: {event}");
        match event["type"].as_str().unwrap() {
            "message_start" => {
                assert!(message.is_null());
                message = event["message"].clone();
            }
            "ping" => {}
            "content_block_start" => {
                let content = message["content"].as_array_mut().unwrap();
                assert!(open.is_none(), "blocks do not interleave");
                assert_eq!(event["index"], content.len());
                open = Some(content.len());
                inputs.clear();
                content.push(event["content_block"].clone());
            }
            "content_block_delta" => {
                let index = open.unwrap();
                assert_eq!(event["index"], index);
                delta(&mut message["content"][index], &event["delta"], &mut inputs);
            }
            "content_block_stop" => {
                let index = open.take().unwrap();
                assert_eq!(event["index"], index);
                if !inputs.is_empty() {
                    message["content"][index]["input"] =
                        serde_json::from_str(&inputs).unwrap_or_else(|_| json!({}));
                }
            }
            "message_delta" => {
                assert!(open.is_none());
                for (name, value) in event["delta"].as_object().unwrap() {
                    message[name] = value.clone();
                }
                message["usage"] = event["usage"].clone();
            }
            "message_stop" => stopped = true,
            "error" => return Err(event),
            other => panic!("{other}"),
        }
    }
    assert!(stopped, "a stream without an error ends with message_stop");
    Ok(message)
}

fn delta(block: &mut Value, delta: &Value, inputs: &mut String) {
    let mut append = |member: &str, text: &Value| {
        let whole = format!("{}{}", block[member].as_str().unwrap(), text.as_str().unwrap());
        block[member] = Value::from(whole);
    };
    match delta["type"].as_str().unwrap() {
        "text_delta" => append("text", &delta["text"]),
        "thinking_delta" => append("thinking", &delta["thinking"]),
        "signature_delta" => append("signature", &delta["signature"]),
        "input_json_delta" => {
            assert_eq!(block["type"], "tool_use");
            inputs.push_str(delta["partial_json"].as_str().unwrap());
        }
        other => panic!("{other}"),
    }
}
