//! The items of an input: which are known, what must not be in them, and what they say.

use serde_json::Value;

use crate::reply::Reply;

const KNOWN: [&str; 19] = [
    "message",
    "reasoning",
    "function_call",
    "function_call_output",
    "custom_tool_call",
    "custom_tool_call_output",
    "local_shell_call",
    "local_shell_call_output",
    "tool_search_call",
    "tool_search_output",
    "web_search_call",
    "image_generation_call",
    "additional_tools",
    "compaction",
    "compaction_summary",
    "compaction_trigger",
    "context_compaction",
    "agent_message",
    "item_reference",
];

pub(crate) fn check(item: &Value) -> Result<(), Reply> {
    // Items without a type are messages; some tools leave it out.
    let kind = item["type"].as_str().unwrap_or("message");
    if !KNOWN.contains(&kind) {
        return Err(Reply::error(
            400,
            "invalid_value",
            &format!("Invalid value: '{kind}' is no type of input item."),
        ));
    }
    if kind == "item_reference" {
        return Err(Reply::error(404, "not_found", "Items are not persisted when `store` is set to false."));
    }
    if kind == "message" && item["role"] == "system" {
        return Err(Reply::detail(400, "System messages are not allowed"));
    }
    if contains_key(item, "prompt_cache_breakpoint") {
        return Err(Reply::detail(400, "Unsupported parameter: prompt_cache_breakpoint"));
    }
    let parts = item["content"].as_array().map(Vec::as_slice).unwrap_or_default();
    if parts
        .iter()
        .any(|part| part["type"] == "input_image" && part.get("file_id").is_some_and(|id| !id.is_null()))
    {
        return Err(Reply::detail(400, "input_image with file_id is not supported; send the image inline"));
    }
    Ok(())
}

/// Every tool output answers a call that stands before it.
pub(crate) fn check_calls_are_answered_in_place(input: &[Value]) -> Result<(), Reply> {
    for (index, item) in input.iter().enumerate() {
        let call_type = match item["type"].as_str() {
            Some("function_call_output") => "function_call",
            Some("custom_tool_call_output") => "custom_tool_call",
            _ => continue,
        };
        let asked = input[..index].iter().any(|earlier| {
            earlier["call_id"] == item["call_id"]
                && earlier["type"].as_str().is_some_and(|kind| kind == call_type)
        });
        if !asked {
            let call_id = item["call_id"].as_str().unwrap_or_default();
            let message = format!("No tool call found for function call output with call_id {call_id}.");
            return Err(Reply::error(400, "invalid_request_error", &message));
        }
    }
    Ok(())
}

/// Every `encrypted_content` inside an item, however deep.
pub(crate) fn ciphertexts(item: &Value) -> Vec<&str> {
    let mut found = Vec::new();
    collect(item, &mut found);
    found
}

fn collect<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(object) => {
            for (name, inner) in object {
                match inner.as_str() {
                    Some(text) if name == "encrypted_content" => found.push(text),
                    Some(_) | None => collect(inner, found),
                }
            }
        }
        Value::Array(array) => array.iter().for_each(|inner| collect(inner, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn contains_key(value: &Value, name: &str) -> bool {
    match value {
        Value::Object(object) => {
            object.contains_key(name) || object.values().any(|inner| contains_key(inner, name))
        }
        Value::Array(array) => array.iter().any(|inner| contains_key(inner, name)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// The text of a message or of a tool's output, whichever form it has.
pub(crate) fn text_of(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            parts.iter().filter_map(|part| part["text"].as_str()).collect::<Vec<_>>().join("\n")
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => String::new(),
    }
}

/// Where the person's last words stand. What the client adds for itself begins with a tag.
pub(crate) fn last_user_text(input: &[Value]) -> Option<(usize, String)> {
    input.iter().enumerate().rev().find_map(|(index, item)| {
        let text = text_of(&item["content"]);
        (item["role"] == "user" && !text.trim_start().starts_with('<')).then_some((index, text))
    })
}
