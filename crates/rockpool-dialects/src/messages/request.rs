//! A request as the backend takes it.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::answer::{Delivery, Understood};
use crate::backend::{Body, Head, Priority};
use crate::document::{Document, Node};
use crate::messages::input::Input;
use crate::messages::params::{self, Block, Content, Params};
use crate::messages::thinking::{self, Thinking};
use crate::messages::wrong::Wrong;
use crate::messages::{answer, format, parts, session, tools};
use crate::refusal::Refusal;
use crate::surroundings::{Surroundings, Ties};
use crate::tool_choice::WebSearch;

/// What Claude Code puts before its system prompt, for Anthropic's accounts only. It differs from session to session,
/// so that at the very beginning it would keep them from sharing cached prompts.
const BILLING: &str = "x-anthropic-billing-header:";

/// Longer names of unknown parameters are not repeated.
const LONGEST_NAME: usize = 64;

#[derive(Default, Deserialize)]
struct OutputConfig<'a> {
    effort: Option<String>,
    #[serde(borrow)]
    format: Option<&'a RawValue>,
}

pub(crate) fn translate(
    body: &[u8],
    surroundings: &Surroundings<'_>,
) -> Result<Understood<answer::Form>, Refusal> {
    let document = Document::read(body).map_err(|error| Refusal::Malformed(error.to_string()))?;
    let mut params = Params::read(document.root())?;
    let asked = params::string(params.take("model"), "model")?;
    let model = surroundings.catalogue.find(&asked)?;
    let messages = params.take_node("messages").ok_or_else(|| Wrong::invalid("messages", "it is missing"))?;
    let instructions = system(params.take_node("system"))?;
    let input = Input::read(messages)?;
    let offer = tools::offer(params.take("tools"), params.take("tool_choice"), input.changes)?;
    let config = output_config(&mut params)?;
    let format = config.format.map(format::text_format).transpose();
    let format = format.map_err(|wrong| wrong.inside("output_config.format"))?;
    let reasoning = thinking::read(params.take("thinking"), config.effort);
    let reasoning = reasoning.map_err(|wrong| wrong.inside("thinking"))?;
    let metadata = params.take("metadata");
    let conversation = session::conversation(metadata).map_err(|wrong| wrong.inside("metadata"))?;
    let delivery = delivery(params.take("stream"))?;
    let stops = stop_sequences(params.take("stop_sequences"))?;
    let priority = params.take("speed").filter(|speed| speed.get() == "\"fast\"").map(|_| Priority);
    // Required by Anthropic, so it says nothing of what the person wants; the backend has no such limit.
    params.take("max_tokens");
    let mut dropped: BTreeSet<String> = offer.dropped.into_iter().map(str::to_owned).collect();
    dropped.extend(metadata.map(|_| "metadata".to_owned()));
    dropped.extend(unused(params)?);

    let head = Head {
        instructions,
        tools: offer.tools,
        tool_choice: offer.choice,
        web_search: WebSearch::Wanted { param: "tools" },
        parallel_tool_calls: offer.parallel,
        effort: reasoning.effort.as_deref(),
        summary: (reasoning.thinking == Thinking::Shown).then_some("auto"),
        format: format.as_deref(),
        prompt_cache_key: surroundings.conversation.or(conversation.as_deref()),
        priority,
        ..Head::default()
    };
    let mut written = Body::begin(&model, head, body.len(), surroundings.most_bytes)?;
    written.raw(&input.items)?;
    written.said_in(input.words);
    if input.instructed {
        written.has_instructions();
    }
    Ok(Understood {
        said: written.said(),
        body: written.end(),
        model: model.name,
        shape: model.shape,
        dropped: dropped.into_iter().collect(),
        ties: Ties { conversation, given: input.given },
        delivery,
        asked,
        form: answer::Form { thinking: reasoning.thinking, stops, long_names: offer.long_names },
    })
}

fn system(value: Option<Node<'_>>) -> Result<Vec<String>, Wrong> {
    let Some(value) = value else { return Ok(Vec::new()) };
    let blocks = match Content::read(value).map_err(|wrong| wrong.inside("system"))? {
        Content::Text(text) => vec![params::string(Some(text), "system")?],
        Content::Blocks(blocks) => {
            let mut said = Vec::with_capacity(blocks.len());
            for (at, block) in blocks.into_iter().enumerate() {
                said.push(system_block(block).map_err(|wrong| wrong.inside(format_args!("system.{at}")))?);
            }
            said
        }
    };
    Ok(blocks.into_iter().filter(|text| !text.is_empty() && !text.starts_with(BILLING)).collect())
}

fn system_block(value: Node<'_>) -> Result<String, Wrong> {
    let block = Block::read(value)?;
    match block.kind.as_ref() {
        "text" => params::string(block.text, "text"),
        other => Err(parts::unknown(other)),
    }
}

/// `output_format` is the older name of `output_config.format`.
fn output_config<'a>(params: &mut Params<'a>) -> Result<OutputConfig<'a>, Wrong> {
    let older = params.take("output_format");
    let config = params.take("output_config").map(params::object::<OutputConfig<'_>>).transpose();
    let config = config.map_err(|wrong| wrong.inside("output_config"))?.unwrap_or_default();
    Ok(OutputConfig { format: config.format.or(older), ..config })
}

fn delivery(stream: Option<&RawValue>) -> Result<Delivery, Wrong> {
    match stream.map(RawValue::get) {
        None | Some("false") => Ok(Delivery::Whole),
        Some("true") => Ok(Delivery::Streamed),
        Some(_) => Err(Wrong::invalid("stream", "it must be true or false")),
    }
}

fn stop_sequences(raw: Option<&RawValue>) -> Result<Vec<String>, Wrong> {
    let Some(raw) = raw else { return Ok(Vec::new()) };
    let stops: Vec<String> = serde_json::from_str(raw.get())
        .map_err(|_| Wrong::invalid("stop_sequences", "it must be a list of strings"))?;
    match stops.iter().any(String::is_empty) {
        true => Err(Wrong::invalid("stop_sequences", "an empty sequence would stop every answer")),
        false => Ok(stops),
    }
}

/// The names of parameters that the backend has no use for.
fn unused(params: Params<'_>) -> Result<Vec<String>, Wrong> {
    let mut names = Vec::new();
    for (name, value) in params.rest() {
        if changes_nothing(&name, value.get()) {
            continue;
        }
        if name == "mcp_servers" {
            return Err(Wrong::unsupported(
                name,
                "this provider cannot reach MCP servers for you. Connect them in your tool, which then sends what they offer in “tools”.",
            ));
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        if name.len() <= LONGEST_NAME && name.bytes().all(plain) {
            names.push(name.into_owned());
        }
    }
    Ok(names)
}

/// Empty values, and Anthropic's defaults.
fn changes_nothing(name: &str, value: &str) -> bool {
    matches!(
        (name, value),
        (_, "[]" | "{}" | "\"\"" | "false")
            | ("temperature" | "top_p", "1" | "1.0")
            | ("service_tier", "\"auto\"")
    )
}
