//! The tools of a request, and which of them may or have to be called.

use serde_json::value::RawValue;

use crate::document::Node;
use crate::refusal::Refusal;
use crate::responses::members::{self, missing, wrong_type};
use crate::responses::parameters::unsupported;
use crate::splice::{self, Edit};
use crate::tool_choice::ToolChoice;

/// What the provider would have to run itself and does not for ChatGPT accounts: it answers “Unsupported tool type”
/// or “no longer supported” (public reports of 2026).
const NOT_RUN: [&str; 7] = [
    "code_interpreter",
    "computer_use",
    "computer_use_preview",
    "file_search",
    "local_shell",
    "mcp",
    "shell",
];

/// The tools in the backend's form.
pub(super) fn tools(tools: &[Node<'_>]) -> Result<Vec<Box<RawValue>>, Refusal> {
    tools.iter().enumerate().map(|(at, tool)| one(at, *tool)).collect()
}

fn one(at: usize, tool: Node<'_>) -> Result<Box<RawValue>, Refusal> {
    let param = format!("tools[{at}]");
    let kind = kind(&param, tool)?;
    if NOT_RUN.contains(&kind.as_str()) {
        let reason = format!(
            "the provider runs no tool of the type “{kind}” for ChatGPT accounts. Leave it out, or offer a function that does the same."
        );
        return Err(unsupported(&format!("{param}.type"), &reason));
    }
    Ok(renamed(&kind, tool.raw()))
}

/// What may be called, in the backend's form.
pub(super) fn choice(choice: Option<Node<'_>>) -> Result<ToolChoice, Refusal> {
    let Some(choice) = choice else { return Ok(ToolChoice::Auto) };
    if choice.is_text() {
        return mode("tool_choice", choice);
    }
    let members = members::object("tool_choice", choice)?;
    let kind = kind("tool_choice", choice)?;
    match kind.as_str() {
        "function" | "custom" if members.get("name").is_none() => Err(missing("tool_choice.name")),
        _ => Ok(ToolChoice::Named(renamed(&kind, choice.raw()))),
    }
}

fn mode(param: &str, value: Node<'_>) -> Result<ToolChoice, Refusal> {
    match members::string(param, value)?.as_str() {
        "auto" => Ok(ToolChoice::Auto),
        "none" => Ok(ToolChoice::None),
        "required" => Ok(ToolChoice::Required),
        other => Err(Refusal::Invalid {
            param: param.to_owned(),
            reason: format!(
                "Invalid value: '{other}'. Supported values are: 'none', 'auto', and 'required'."
            ),
        }),
    }
}

fn kind(param: &str, tool: Node<'_>) -> Result<String, Refusal> {
    if !tool.is_object() {
        return Err(wrong_type(param, "an object", tool.get()));
    }
    let param = format!("{param}.type");
    let kind = members::object(&param, tool)?.get("type").ok_or_else(|| missing(&param))?;
    members::string(&param, kind)
}

fn is_web_search(kind: &str) -> bool {
    kind.starts_with("web_search_preview")
}

fn renamed(kind: &str, tool: &RawValue) -> Box<RawValue> {
    if !is_web_search(kind) {
        return tool.to_owned();
    }
    let spliced = splice::object(tool.get().as_bytes(), &[Edit::set("type", "\"web_search\"")]);
    let spliced = String::from_utf8(spliced).unwrap_or_default();
    RawValue::from_string(spliced).unwrap_or_else(|_| tool.to_owned())
}
