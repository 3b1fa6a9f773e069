//! Tools, and the choice among them.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};

use super::object::{Object, string, wrong_type};
use crate::document::Node;
use crate::refusal::Refusal;
use crate::tool_choice::ToolChoice;

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Tool<'a> {
    Function {
        name: Cow<'a, str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<&'a RawValue>,
        parameters: Schema<'a>,
        // The backend takes a schema that says nothing of it for a strict one; this API does not.
        strict: bool,
    },
    Custom {
        name: Cow<'a, str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<&'a RawValue>,
        #[serde(skip_serializing_if = "Option::is_none")]
        format: Option<Format<'a>>,
    },
    WebSearch {
        #[serde(skip_serializing_if = "Option::is_none")]
        search_context_size: Option<&'a RawValue>,
        #[serde(skip_serializing_if = "Option::is_none")]
        user_location: Option<serde_json::Value>,
    },
}

#[derive(Serialize)]
#[serde(untagged)]
enum Schema<'a> {
    Given(&'a RawValue),
    /// A function without parameters.
    Empty(serde_json::Value),
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Format<'a> {
    Text,
    Grammar { syntax: &'a RawValue, definition: &'a RawValue },
}

/// A small value as JSON.
pub(super) fn raw(value: &impl Serialize) -> Box<RawValue> {
    to_raw_value(value).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

/// `tools` in the backend's form.
///
/// # Errors
/// Where one is none, or of a kind that this API has not.
pub(super) fn tools(request: &Object<'_>) -> Result<Vec<Box<RawValue>>, Refusal> {
    let tools = request.list("tools")?.unwrap_or_default().into_iter();
    tools
        .map(|value| {
            let tool = Object::of(value)?;
            match tool.string("type")?.as_deref().unwrap_or("function") {
                "function" => function(&tool.required("function", tool.object("function")?)?),
                "custom" => custom(&tool.required("custom", tool.object("custom")?)?),
                other => Err(tool.unknown("type", other, "'function' and 'custom'")),
            }
        })
        .collect()
}

/// `functions`, the old form of `tools`.
///
/// # Errors
/// Where one is none.
pub(super) fn functions(request: &Object<'_>) -> Result<Vec<Box<RawValue>>, Refusal> {
    let functions = request.list("functions")?.unwrap_or_default().into_iter();
    functions.map(|value| function(&Object::of(value)?)).collect()
}

fn function(tool: &Object<'_>) -> Result<Box<RawValue>, Refusal> {
    let parameters = match tool.get("parameters") {
        Some(schema) if schema.is_object() => Schema::Given(schema.raw()),
        Some(other) => return Err(wrong_type(other, "an object")),
        None => Schema::Empty(json!({ "type": "object", "properties": {} })),
    };
    Ok(raw(&Tool::Function {
        name: tool.required("name", tool.string("name")?)?,
        description: tool.text("description")?,
        parameters,
        strict: tool.flag("strict")?.unwrap_or(false),
    }))
}

fn custom(tool: &Object<'_>) -> Result<Box<RawValue>, Refusal> {
    let format = tool.object("format")?.map(|format| input_format(&format)).transpose()?;
    let name = tool.required("name", tool.string("name")?)?;
    Ok(raw(&Tool::Custom { name, description: tool.text("description")?, format }))
}

fn input_format<'a>(format: &Object<'a>) -> Result<Format<'a>, Refusal> {
    match format.required("type", format.string("type")?)?.as_ref() {
        "text" => Ok(Format::Text),
        "grammar" => {
            let grammar = format.required("grammar", format.object("grammar")?)?;
            Ok(Format::Grammar {
                syntax: grammar.required("syntax", grammar.text("syntax")?)?,
                definition: grammar.required("definition", grammar.text("definition")?)?,
            })
        }
        other => Err(format.unknown("type", other, "'text' and 'grammar'")),
    }
}

/// The tool that `web_search_options` stands for.
///
/// # Errors
/// Where it is no object, or its place is none.
pub(super) fn web_search(request: &Object<'_>) -> Result<Option<Box<RawValue>>, Refusal> {
    let Some(options) = request.object("web_search_options")? else { return Ok(None) };
    let place =
        options.object("user_location")?.map(|place| place.object("approximate")).transpose()?.flatten();
    let user_location = place
        .map(|place| {
            let mut found = serde_json::Map::from_iter([("type".to_owned(), json!("approximate"))]);
            for name in ["city", "country", "region", "timezone"] {
                found.extend(place.string(name)?.map(|value| (name.to_owned(), json!(value))));
            }
            Ok::<_, Refusal>(serde_json::Value::Object(found))
        })
        .transpose()?;
    let search_context_size = options.text("search_context_size")?;
    Ok(Some(raw(&Tool::WebSearch { search_context_size, user_location })))
}

/// `tool_choice`, of which `function_call` is the old form.
///
/// # Errors
/// Where it is none of the API's forms.
pub(super) fn choice(request: &Object<'_>) -> Result<ToolChoice, Refusal> {
    if let Some(value) = request.get("tool_choice") {
        return if value.is_text() { mode(request, "tool_choice", value) } else { named(value) };
    }
    let Some(value) = request.get("function_call") else { return Ok(ToolChoice::Auto) };
    if value.is_text() {
        return mode(request, "function_call", value);
    }
    let function = Object::of(value)?;
    let name = function.required("name", function.string("name")?)?;
    Ok(ToolChoice::Named(raw(&json!({ "type": "function", "name": name }))))
}

fn mode(request: &Object<'_>, param: &str, value: Node<'_>) -> Result<ToolChoice, Refusal> {
    match string(value)?.as_ref() {
        "auto" => Ok(ToolChoice::Auto),
        "none" => Ok(ToolChoice::None),
        "required" => Ok(ToolChoice::Required),
        other => Err(request.unknown(param, other, "'none', 'auto' and 'required', or an object")),
    }
}

fn named(value: Node<'_>) -> Result<ToolChoice, Refusal> {
    let choice = Object::of(value)?;
    let kind = choice.required("type", choice.string("type")?)?;
    if kind != "allowed_tools" {
        return Ok(ToolChoice::Named(raw(&one_tool(&choice)?)));
    }
    let allowed = choice.required("allowed_tools", choice.object("allowed_tools")?)?;
    let mode = allowed.required("mode", allowed.string("mode")?)?;
    let tools = allowed.required("tools", allowed.list("tools")?)?.into_iter();
    let tools = tools.map(|tool| one_tool(&Object::of(tool)?)).collect::<Result<Vec<_>, _>>()?;
    Ok(ToolChoice::Named(raw(&json!({ "type": "allowed_tools", "mode": mode, "tools": tools }))))
}

fn one_tool(choice: &Object<'_>) -> Result<serde_json::Value, Refusal> {
    let kind = choice.required("type", choice.string("type")?)?;
    if kind != "function" && kind != "custom" {
        return Err(choice.unknown("type", &kind, "'function', 'custom' and 'allowed_tools'"));
    }
    let tool = choice.required(&kind, choice.object(&kind)?)?;
    let name = tool.required("name", tool.string("name")?)?;
    Ok(json!({ "type": kind, "name": name }))
}
