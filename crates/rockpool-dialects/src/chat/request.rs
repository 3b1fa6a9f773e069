//! A request of Chat Completions becomes one for the backend.

mod content;
mod format;
mod messages;
mod object;
mod parameters;
mod tools;

use serde_json::value::RawValue;

use self::object::{Object, string};
use super::answer::{CallForm, Form};
use crate::answer::{Delivery, Understood};
use crate::backend::{Body, Head, Priority};
use crate::document::Document;
use crate::refusal::Refusal;
use crate::surroundings::{Surroundings, Ties};
use crate::tool_choice::{ToolChoice, WebSearch};

/// # Errors
/// Where the request is none, names an unknown model, or asks for what the backend cannot do.
pub(crate) fn translate(body: &[u8], surroundings: &Surroundings<'_>) -> Result<Understood<Form>, Refusal> {
    let document = Document::read(body).map_err(|error| Refusal::Malformed(error.to_string()))?;
    let request = Object::of(document.root())?;
    let mut dropped = parameters::left_out(&request)?;
    let asked = request.required("model", request.string("model")?)?;
    let messages = request.required("messages", request.list("messages")?)?;
    if messages.is_empty() {
        let reason = "Invalid 'messages': expected an array with at least one message, but got an empty one.";
        return Err(Refusal::Invalid { param: "messages".to_owned(), reason: reason.to_owned() });
    }
    let model = surroundings.catalogue.find(&asked)?;

    let (mut tools, calls) = offered(&request)?;
    let tool_choice = tools::choice(&request)?;
    if tools.is_empty() && matches!(tool_choice, ToolChoice::Required | ToolChoice::Named(_)) {
        let param = if request.get("tool_choice").is_some() { "tool_choice" } else { "function_call" };
        let reason = format!("'{param}' is only allowed when 'tools' are specified.");
        return Err(Refusal::Invalid { param: param.to_owned(), reason });
    }
    tools.extend(tools::web_search(&request)?);
    let parallel_tool_calls = match calls {
        CallForm::ToolCalls => request.flag("parallel_tool_calls")?,
        // The old form has room for one call.
        CallForm::FunctionCall => Some(false),
    };

    let effort = request.string("reasoning_effort")?;
    let verbosity = request.string("verbosity")?;
    if !model.verbosity {
        dropped.extend(leftover(&request, "verbosity"));
    }
    let tier = request.string("service_tier")?;
    let priority = (tier.as_deref() == Some("priority")).then_some(Priority);
    if priority.is_none() {
        dropped.extend(leftover(&request, "service_tier"));
    }
    let key = request.string("prompt_cache_key")?.filter(|key| !key.is_empty());
    let response_format = format::read(&request)?;
    let head = Head {
        tools,
        tool_choice,
        web_search: WebSearch::Wanted { param: "web_search_options" },
        parallel_tool_calls,
        effort: effort.as_deref(),
        // Tools that name an effort show what comes of it.
        summary: effort.as_deref().filter(|effort| *effort != "none").map(|_| "auto"),
        verbosity: verbosity.as_deref(),
        format: response_format.as_deref(),
        prompt_cache_key: key.as_deref().or(surroundings.conversation),
        priority,
        ..Head::default()
    };
    let mut written = Body::begin(&model, head, body.len(), surroundings.most_bytes)?;
    let given = messages::write(&messages, &mut written)?;

    let delivery = match request.flag("stream")? {
        Some(true) => Delivery::Streamed,
        Some(false) | None => Delivery::Whole,
    };
    let options = request.object("stream_options")?;
    let include_usage = options.map(|options| options.flag("include_usage")).transpose()?.flatten();
    let form = Form { include_usage: include_usage.unwrap_or(false), calls, stop: stop(&request)? };
    Ok(Understood {
        said: written.said(),
        body: written.end(),
        shape: model.shape,
        model: model.name,
        dropped: dropped.into_iter().collect(),
        ties: Ties { conversation: key.map(|key| key.into_owned()), given },
        delivery,
        asked: asked.into_owned(),
        form,
    })
}

/// The tools, and the form in which calls of them are expected.
fn offered(request: &Object<'_>) -> Result<(Vec<Box<RawValue>>, CallForm), Refusal> {
    let tools = tools::tools(request)?;
    let functions = tools::functions(request)?;
    match (tools.is_empty(), functions.is_empty()) {
        (_, true) => Ok((tools, CallForm::ToolCalls)),
        (true, false) => Ok((functions, CallForm::FunctionCall)),
        (false, false) => {
            let reason = "'functions' is the old form of 'tools': send one of the two.";
            Err(Refusal::Invalid { param: "functions".to_owned(), reason: reason.to_owned() })
        }
    }
}

/// The name of a parameter that was given and has no effect.
fn leftover(request: &Object<'_>, name: &str) -> Option<String> {
    request.get(name).filter(|value| !parameters::is_default(name, *value)).map(|_| name.to_owned())
}

/// Where the answer is to stop. An empty sequence, which some tools send, stops nothing.
fn stop(request: &Object<'_>) -> Result<Vec<String>, Refusal> {
    let Some(value) = request.get("stop") else { return Ok(Vec::new()) };
    let sequences = if value.is_text() { vec![value] } else { request.list("stop")?.unwrap_or_default() };
    let sequences: Result<Vec<String>, Refusal> =
        sequences.into_iter().map(|sequence| Ok(string(sequence)?.into_owned())).collect();
    Ok(sequences?.into_iter().filter(|sequence| !sequence.is_empty()).collect())
}
