//! The tools that a request offers: at its top, or inside its input as the Responses-Lite contract wants it.

use serde_json::{Map, Value};

use crate::reply::Reply;

/// The namespace that the client puts its own tools in. A call may leave it out.
pub(crate) const FUNCTIONS: &str = "functions";

/// One tool that the model may call.
pub(crate) struct Offered<'a> {
    pub name: &'a str,
    pub namespace: Option<&'a str>,
    /// `function`, `custom`, …
    pub kind: &'a str,
    /// The JSON schema of a function's arguments.
    pub parameters: &'a Value,
}

/// In the order of the request.
pub(crate) fn offered<'a>(fields: &'a Map<String, Value>, input: &'a [Value]) -> Vec<Offered<'a>> {
    let inside = input.iter().filter(|item| item["type"] == "additional_tools").map(|item| &item["tools"]);
    let lists = fields.get("tools").into_iter().chain(inside);
    lists.filter_map(Value::as_array).flatten().flat_map(flat).collect()
}

fn flat(tool: &Value) -> Vec<Offered<'_>> {
    let inner = tool["tools"].as_array().filter(|_| tool["type"] == "namespace");
    match inner {
        Some(tools) => tools.iter().filter_map(|inner| offer(inner, tool["name"].as_str())).collect(),
        None => offer(tool, None).into_iter().collect(),
    }
}

fn offer<'a>(tool: &'a Value, namespace: Option<&'a str>) -> Option<Offered<'a>> {
    let (name, kind) = (tool["name"].as_str()?, tool["type"].as_str()?);
    Some(Offered { name, namespace, kind, parameters: &tool["parameters"] })
}

/// The refusals for the tools at a request's top.
pub(crate) fn check(tools: &Value) -> Vec<Reply> {
    let tools = tools.as_array().map(Vec::as_slice).unwrap_or_default();
    tools.iter().enumerate().filter_map(|(index, tool)| check_one(index, tool)).collect()
}

fn check_one(index: usize, tool: &Value) -> Option<Reply> {
    let kind = tool["type"].as_str().unwrap_or_default();
    match kind {
        // Chat completions nest the name; here it stands at the tool's top.
        "function" | "custom" if !tool["name"].is_string() => {
            let message = format!("Missing required parameter: 'tools[{index}].name'.");
            Some(Reply::error(400, "missing_required_parameter", &message))
        }
        "" => {
            let message = format!("Missing required parameter: 'tools[{index}].type'.");
            Some(Reply::error(400, "missing_required_parameter", &message))
        }
        _ if kind.starts_with("web_search_preview") => {
            Some(Reply::detail(400, format!("Unsupported tool type: {kind}")))
        }
        _ => None,
    }
}
