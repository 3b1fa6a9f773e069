//! The items of an input: which are known, what must not be in them, and what they say.

use serde_json::Value;

use crate::reply::Reply;
use crate::responses::orders;

const KNOWN: [&str; 20] = [
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
    // Another effort from here on; the clients 0.169.0 and 0.171.0 send it over HTTP, as the provider `OpenAI`.
    "configuration_update",
    "agent_message",
    "item_reference",
];

/// What must not be missing in an item of a type.
const NEEDED: [(&str, &[&str]); 6] = [
    ("message", &["role", "content"]),
    ("function_call", &["call_id", "name", "arguments"]),
    ("function_call_output", &["call_id", "output"]),
    ("custom_tool_call", &["call_id", "name", "input"]),
    ("custom_tool_call_output", &["call_id", "output"]),
    ("additional_tools", &["role", "tools"]),
];

/// The parts that the message of a role may have.
const PARTS: [(&str, &[&str]); 3] = [
    ("user", &["input_text", "input_image", "input_file"]),
    ("developer", &["input_text", "input_image", "input_file"]),
    ("assistant", &["output_text", "refusal"]),
];

/// The types of call that a type of output answers.
const ANSWERS: [(&str, &[&str]); 3] = [
    ("function_call_output", &["function_call", "local_shell_call"]),
    ("custom_tool_call_output", &["custom_tool_call"]),
    ("tool_search_output", &["tool_search_call"]),
];

type Rule = fn(&str, &Value) -> Option<Reply>;

const RULES: [Rule; 9] = [
    known_type,
    nothing_missing,
    no_reference,
    no_system_role,
    parts_of_the_role,
    no_breakpoint,
    no_image_by_id,
    reasoning_with_ciphertext,
    tools_in_namespaces,
];

/// The refusals for all that is wrong with an item.
pub(crate) fn check(item: &Value) -> Vec<Reply> {
    // Items without a type are messages; some tools leave it out.
    let kind = item["type"].as_str().unwrap_or("message");
    RULES.iter().filter_map(|rule| rule(kind, item)).collect()
}

fn known_type(kind: &str, _: &Value) -> Option<Reply> {
    let unknown = || invalid_value(&format!("Invalid value: '{kind}' is no type of input item."));
    (!KNOWN.contains(&kind)).then(unknown)
}

fn nothing_missing(kind: &str, item: &Value) -> Option<Reply> {
    let missing = of(&NEEDED, kind)?.iter().find(|name| item[**name].is_null())?;
    // An assistant's message may be empty where it called a tool.
    if *missing == "content" && item["role"] == "assistant" {
        return None;
    }
    let message = format!("Missing required parameter: 'input[].{missing}' of a {kind}.");
    Some(Reply::error(400, "missing_required_parameter", &message))
}

fn no_reference(kind: &str, item: &Value) -> Option<Reply> {
    (kind == "item_reference").then(|| not_persisted(item))
}

fn no_system_role(kind: &str, item: &Value) -> Option<Reply> {
    (kind == "message" && item["role"] == "system")
        .then(|| Reply::detail(400, "System messages are not allowed"))
}

fn parts_of_the_role(kind: &str, item: &Value) -> Option<Reply> {
    let role = item["role"].as_str().filter(|role| kind == "message" && *role != "system")?;
    let Some(allowed) = of(&PARTS, role) else {
        return Some(invalid_value(&format!("Invalid value: '{role}' is no role of a message.")));
    };
    let parts = item["content"].as_array()?;
    let wrong = parts.iter().find(|part| !part["type"].as_str().is_some_and(|it| allowed.contains(&it)))?;
    Some(invalid_value(&format!(
        "Invalid value: {} in a message of the {role}. Supported values are: {}.",
        wrong["type"],
        allowed.join(", ")
    )))
}

fn no_breakpoint(_: &str, item: &Value) -> Option<Reply> {
    contains_key(item, "prompt_cache_breakpoint")
        .then(|| Reply::detail(400, "Unsupported parameter: prompt_cache_breakpoint"))
}

fn no_image_by_id(_: &str, item: &Value) -> Option<Reply> {
    let parts = [&item["content"], &item["output"]].into_iter().filter_map(Value::as_array).flatten();
    let is_by_id = |part: &Value| part["type"] == "input_image" && !part["file_id"].is_null();
    parts
        .into_iter()
        .any(is_by_id)
        .then(|| Reply::detail(400, "input_image with file_id is not supported; send the image inline"))
}

fn reasoning_with_ciphertext(kind: &str, item: &Value) -> Option<Reply> {
    (kind == "reasoning" && !item["encrypted_content"].is_string()).then(|| not_persisted(item))
}

fn tools_in_namespaces(kind: &str, item: &Value) -> Option<Reply> {
    let tools = item["tools"].as_array().filter(|_| kind == "additional_tools")?;
    let fits = |tool: &Value| tool["type"] == "namespace" && tool["tools"].is_array();
    let wrong = || invalid_value("Invalid value: additional_tools of the developer hold namespaces.");
    (item["role"] != "developer" || tools.is_empty() || !tools.iter().all(fits)).then(wrong)
}

/// Every tool output answers a call that stands before it.
pub(crate) fn check_outputs_have_their_calls(input: &[Value]) -> Vec<Reply> {
    let orphan = |(index, item): (usize, &Value)| {
        let calls = of(&ANSWERS, item["type"].as_str()?)?;
        let asked = input[..index].iter().any(|earlier| {
            earlier["call_id"] == item["call_id"]
                && earlier["type"].as_str().is_some_and(|kind| calls.contains(&kind))
        });
        let call_id = item["call_id"].as_str().unwrap_or_default();
        let message = format!("No tool call found for function call output with call_id {call_id}.");
        (!asked).then(|| Reply::error(400, "invalid_request_error", &message))
    };
    input.iter().enumerate().filter_map(orphan).collect()
}

fn of<'a>(table: &'a [(&str, &'a [&'a str])], name: &str) -> Option<&'a [&'a str]> {
    table.iter().find(|(known, _)| *known == name).map(|(_, values)| *values)
}

fn invalid_value(message: &str) -> Reply {
    Reply::error(400, "invalid_value", message)
}

fn not_persisted(item: &Value) -> Reply {
    let id = item["id"].as_str().unwrap_or_default();
    let message =
        format!("Item with id '{id}' not found. Items are not persisted when `store` is set to false.");
    Reply::error(404, "not_found", &message)
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

/// The parts that a person wrote. What a client adds for itself begins with a tag.
fn written(content: &Value) -> String {
    let is_own = |text: &str| !text.trim_start().starts_with('<') || orders::is_in(text);
    match content {
        Value::Array(parts) => {
            let texts = parts.iter().filter_map(|part| part["text"].as_str());
            texts.filter(|text| is_own(text)).collect::<Vec<_>>().join("\n")
        }
        Value::String(text) if is_own(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            String::new()
        }
    }
}

/// Where the person's last words stand.
pub(crate) fn last_user_text(input: &[Value]) -> Option<(usize, String)> {
    let users = input.iter().enumerate().rev().filter(|(_, item)| item["role"] == "user");
    users.map(|(index, item)| (index, written(&item["content"]))).find(|(_, text)| !text.is_empty())
}
