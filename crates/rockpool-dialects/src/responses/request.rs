//! A request of OpenAI's Responses on its way to the backend's form.

use serde_json::value::RawValue;

use crate::answer::Understood;
use crate::backend::{Body, Head};
use crate::document::{Document, Node};
use crate::model::Model;
use crate::refusal::Refusal;
use crate::responses::form::{Form, Transport};
use crate::responses::input::Writer;
use crate::responses::members::{self, Members};
use crate::responses::newest::Newest;
use crate::responses::parameters::Parameters;
use crate::responses::tools;
use crate::surroundings::{Surroundings, Ties};
use crate::tool_choice::WebSearch;

/// Where clients name the conversation in their own members.
const CONVERSATION: [&str; 3] = ["session_id", "thread_id", "conversation_id"];

pub(crate) fn translate(
    text: &[u8],
    transport: Transport,
    surroundings: &Surroundings<'_>,
) -> Result<Understood<Form>, Refusal> {
    let document = Document::read(text).map_err(|error| Refusal::Malformed(error.to_string()))?;
    let members = Members::of(document.root())?;
    if transport == Transport::WebSocket {
        expect_create(&members)?;
    }
    let parameters = Parameters::read(&members, transport)?;
    let model = surroundings.catalogue.find(&parameters.model)?;
    let earlier = match &parameters.previous {
        Some(id) => Some(
            surroundings
                .continuation
                .answer(id)
                .ok_or_else(|| Refusal::PreviousResponseNotFound(id.clone()))?,
        ),
        None => None,
    };
    if parameters.input.is_none() && earlier.is_none() {
        return Err(members::missing("input"));
    }
    if earlier.as_ref().is_some_and(|items| items.len() > surroundings.most_bytes) {
        return Err(Refusal::TooLarge { most_bytes: surroundings.most_bytes });
    }
    let head = head(&parameters, surroundings)?;
    let room = text.len() + earlier.as_deref().map_or(0, str::len);
    let mut writer = Writer {
        body: Body::begin(&model, head, room, surroundings.most_bytes)?,
        continuation: surroundings.continuation,
        newest: Newest::default(),
        most_bytes: surroundings.most_bytes,
        named: 0,
        dropped: Vec::new(),
    };
    if let Some(items) = &earlier {
        writer.kept(items)?;
    }
    if let Some(input) = parameters.input {
        writer.sent(input)?;
    }
    Ok(finish(parameters, model, transport, writer))
}

fn head<'a>(parameters: &'a Parameters<'a>, surroundings: &Surroundings<'a>) -> Result<Head<'a>, Refusal> {
    let tools = tools::tools(&parameters.tools)?;
    let tool_choice = tools::choice(parameters.tool_choice)?;
    let mut kept = named(&parameters.kept);
    kept.extend(parameters.client_metadata.map(|value| ("client_metadata", value.raw())));
    Ok(Head {
        instructions: parameters.instructions.iter().filter(|text| !text.is_empty()).cloned().collect(),
        tools,
        tool_choice,
        web_search: WebSearch::Offered,
        parallel_tool_calls: parameters.parallel_tool_calls,
        effort: parameters.reasoning.effort.as_deref(),
        summary: parameters.reasoning.summary.as_deref(),
        verbosity: parameters.text.verbosity.as_deref(),
        format: parameters.text.format,
        reasoning_kept: named(&parameters.reasoning.kept),
        text_kept: named(&parameters.text.kept),
        prompt_cache_key: parameters.prompt_cache_key.as_deref().or(surroundings.conversation),
        priority: parameters.priority,
        include: parameters.include.iter().map(String::as_str).collect(),
        kept,
    })
}

fn named<'a>(members: &'a [(String, &'a RawValue)]) -> Vec<(&'a str, &'a RawValue)> {
    members.iter().map(|(name, value)| (name.as_str(), *value)).collect()
}

fn finish(
    parameters: Parameters<'_>,
    model: Model,
    transport: Transport,
    writer: Writer<'_>,
) -> Understood<Form> {
    let ties = ties(&parameters, writer.newest);
    let mut dropped = parameters.dropped;
    dropped.extend(writer.dropped);
    dropped.extend(writer.body.dropped().iter().map(|name| (*name).to_owned()));
    if parameters.text.verbosity.is_some() && !model.verbosity {
        dropped.push("text.verbosity".to_owned());
    }
    dropped.sort();
    dropped.dedup();
    let input = writer.body.input();
    let form = Form {
        transport,
        generates: parameters.generates,
        shape: model.shape,
        input,
        previous: parameters.previous,
        store: parameters.store,
        metadata: parameters.metadata.map(|value| value.raw().to_owned()),
        parallel_tool_calls: parameters.parallel_tool_calls,
    };
    Understood {
        said: writer.body.said(),
        body: writer.body.end(),
        model: model.name,
        shape: model.shape,
        dropped,
        ties,
        delivery: parameters.delivery,
        asked: parameters.model,
        form,
    }
}

fn ties(parameters: &Parameters<'_>, newest: Newest) -> Ties {
    let named = |param: &str, value: Option<Node<'_>>| {
        let members = members::object(param, value?).ok()?;
        CONVERSATION.iter().find_map(|name| members::string(name, members.get(name)?).ok())
    };
    let conversation = parameters
        .prompt_cache_key
        .clone()
        .or_else(|| named("client_metadata", parameters.client_metadata))
        .or_else(|| named("metadata", parameters.metadata));
    let given = parameters.previous.iter().cloned().chain(newest.names()).take(Ties::MOST).collect();
    Ties { conversation, given }
}

/// Only this message asks for an answer.
fn expect_create(members: &Members<'_>) -> Result<(), Refusal> {
    let kind = members::string("type", members.get("type").ok_or_else(|| members::missing("type"))?)?;
    if kind == "response.create" {
        return Ok(());
    }
    let reason = format!("Invalid value: '{kind}'. Supported values are: 'response.create'.");
    Err(Refusal::Invalid { param: "type".to_owned(), reason })
}
