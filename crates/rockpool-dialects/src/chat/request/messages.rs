//! Messages become input items, in their order.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Serialize;
use serde_json::value::RawValue;

use super::content::{Part, Speaker, parts};
use super::object::Object;
use crate::backend::Body;
use crate::document::Node;
use crate::refusal::Refusal;
use crate::said;
use crate::surroundings::Ties;

/// Calls of the history so far.
#[derive(Default)]
struct Calls<'a> {
    /// By id.
    kinds: HashMap<Cow<'a, str>, Kind>,
    /// Ids of the calls of the newest message of the assistant.
    newest: Vec<String>,
    /// A call of the old form has no id: its result is the next message of that function.
    function: Option<FunctionCall<'a>>,
}

#[derive(Clone, Copy)]
enum Kind {
    Function,
    Custom,
}

struct FunctionCall<'a> {
    id: String,
    name: Cow<'a, str>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Item<'a> {
    Message { role: &'a str, content: Vec<Part<'a>> },
    FunctionCall { call_id: &'a str, name: &'a str, arguments: &'a RawValue },
    CustomToolCall { call_id: &'a str, name: &'a str, input: &'a RawValue },
    FunctionCallOutput { call_id: &'a str, output: Output<'a> },
    CustomToolCallOutput { call_id: &'a str, output: Output<'a> },
}

/// What a tool has brought.
#[derive(Serialize)]
#[serde(untagged)]
enum Output<'a> {
    Nothing(&'static str),
    Text(&'a RawValue),
    Parts(Vec<Part<'a>>),
}

/// Writes all messages. Returns the ids of the newest calls in them.
///
/// # Errors
/// Where a message is none, holds what the backend cannot take, or makes the request too large.
pub(super) fn write(messages: &[Node<'_>], body: &mut Body) -> Result<Vec<String>, Refusal> {
    let mut calls = Calls::default();
    for (index, message) in messages.iter().enumerate() {
        let message = Object::of(*message)?;
        let role = message.required("role", message.string("role")?)?;
        match role.as_ref() {
            "system" | "developer" => instruction(&message, body)?,
            "user" => user(&message, body)?,
            "assistant" => assistant(&message, index, &mut calls, body)?,
            "tool" => tool(&message, &calls, body)?,
            "function" => function(&message, &mut calls, body)?,
            other => {
                let supported = "'system', 'developer', 'user', 'assistant', 'tool' and 'function'";
                return Err(message.unknown("role", other, supported));
            }
        }
    }
    Ok(calls.newest)
}

fn instruction(message: &Object<'_>, body: &mut Body) -> Result<(), Refusal> {
    let content = parts(message, Speaker::Instructor)?;
    if !content.is_empty() {
        body.item(&Item::Message { role: "developer", content })?;
        body.has_instructions();
    }
    Ok(())
}

fn user(message: &Object<'_>, body: &mut Body) -> Result<(), Refusal> {
    let content = parts(message, Speaker::User)?;
    let content = message.required("content", Some(content).filter(|content| !content.is_empty()))?;
    body.item(&Item::Message { role: "user", content })?;
    body.said_by(said::Role::User);
    Ok(())
}

fn assistant<'a>(
    message: &Object<'a>,
    index: usize,
    calls: &mut Calls<'a>,
    body: &mut Body,
) -> Result<(), Refusal> {
    let mut content = parts(message, Speaker::Assistant)?;
    content.extend(message.text("refusal")?.map(|refusal| Part::Refusal { refusal }));
    if message.get("audio").is_some() {
        return Err(message.unsupported(
            "audio",
            "Earlier answers in audio cannot be reached: send their transcript as 'content'.",
        ));
    }
    if !content.is_empty() {
        body.item(&Item::Message { role: "assistant", content })?;
        body.said_by(said::Role::Assistant);
    }
    if let Some(call) = message.object("function_call")? {
        let name = call.required("name", call.string("name")?)?;
        let id = format!("call_of_message_{index}");
        let arguments = arguments(&call)?;
        body.item(&Item::FunctionCall { call_id: &id, name: &name, arguments })?;
        calls.function = Some(FunctionCall { id, name });
    }
    let made = message.list("tool_calls")?.unwrap_or_default();
    calls.newest.clear();
    for made in made {
        let (id, kind) = call(&Object::of(made)?, body)?;
        if calls.newest.len() < Ties::MOST {
            calls.newest.push(id.to_string());
        }
        calls.kinds.insert(id, kind);
    }
    Ok(())
}

fn call<'a>(call: &Object<'a>, body: &mut Body) -> Result<(Cow<'a, str>, Kind), Refusal> {
    let id = call.required("id", call.string("id")?)?;
    match call.string("type")?.as_deref().unwrap_or("function") {
        "function" => {
            let function = call.required("function", call.object("function")?)?;
            let name = function.required("name", function.string("name")?)?;
            let arguments = arguments(&function)?;
            body.item(&Item::FunctionCall { call_id: &id, name: &name, arguments })?;
            Ok((id, Kind::Function))
        }
        "custom" => {
            let custom = call.required("custom", call.object("custom")?)?;
            let name = custom.required("name", custom.string("name")?)?;
            let input = custom.required("input", custom.text("input")?)?;
            body.item(&Item::CustomToolCall { call_id: &id, name: &name, input })?;
            Ok((id, Kind::Custom))
        }
        other => Err(call.unknown("type", other, "'function' and 'custom'")),
    }
}

fn arguments<'a>(function: &Object<'a>) -> Result<&'a RawValue, Refusal> {
    function.required("arguments", function.text("arguments")?)
}

fn tool(message: &Object<'_>, calls: &Calls<'_>, body: &mut Body) -> Result<(), Refusal> {
    let id = message.required("tool_call_id", message.string("tool_call_id")?)?;
    let output = output(message)?;
    match calls.kinds.get(&id) {
        Some(Kind::Function) => body.item(&Item::FunctionCallOutput { call_id: &id, output }),
        Some(Kind::Custom) => body.item(&Item::CustomToolCallOutput { call_id: &id, output }),
        None => {
            let reason = "Messages with role 'tool' must be a response to a preceding message with 'tool_calls': none of these has this id.";
            Err(Refusal::Invalid { param: message.path("tool_call_id"), reason: reason.to_owned() })
        }
    }
}

fn function<'a>(message: &Object<'a>, calls: &mut Calls<'a>, body: &mut Body) -> Result<(), Refusal> {
    let name = message.required("name", message.string("name")?)?;
    match calls.function.take_if(|call| call.name == name) {
        Some(call) => body.item(&Item::FunctionCallOutput { call_id: &call.id, output: output(message)? }),
        None => {
            let reason = "Messages with role 'function' must be a response to a preceding message with 'function_call' of that name.";
            Err(Refusal::Invalid { param: message.path("name"), reason: reason.to_owned() })
        }
    }
}

fn output<'a>(message: &Object<'a>) -> Result<Output<'a>, Refusal> {
    let mut parts = parts(message, Speaker::Tool)?;
    match parts.as_mut_slice() {
        [] => Ok(Output::Nothing("")),
        [Part::InputText { text }] => Ok(Output::Text(text)),
        _ => Ok(Output::Parts(parts)),
    }
}
