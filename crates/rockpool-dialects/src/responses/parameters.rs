//! Which parameters of a request the backend takes, which it has no use for, and which it cannot honour.

use std::collections::BTreeSet;

use serde_json::value::RawValue;

use crate::answer::Delivery;
use crate::backend::Priority;
use crate::document::Node;
use crate::refusal::Refusal;
use crate::responses::form::Transport;
use crate::responses::members::{self, Members};

/// Refused by the backend by name; an answer without them means the same.
const UNSUPPORTED: [&str; 17] = [
    "context_management",
    "frequency_penalty",
    "logit_bias",
    "max_completion_tokens",
    "max_output_tokens",
    "max_tokens",
    "max_tool_calls",
    "metadata",
    "presence_penalty",
    "prompt_cache_options",
    "prompt_cache_retention",
    "safety_identifier",
    "seed",
    "temperature",
    "top_p",
    "truncation",
    "user",
];

/// Included by every request anyway.
const CIPHERTEXT: &str = "reasoning.encrypted_content";

/// A request's parameters, read; what is large or the backend's own matter stays JSON.
pub(super) struct Parameters<'a> {
    pub(super) model: String,
    pub(super) delivery: Delivery,
    /// Whether the answer may be named by later requests.
    pub(super) store: bool,
    pub(super) input: Option<Node<'a>>,
    pub(super) previous: Option<String>,
    pub(super) instructions: Option<String>,
    pub(super) tools: Vec<Node<'a>>,
    pub(super) tool_choice: Option<Node<'a>>,
    pub(super) parallel_tool_calls: Option<bool>,
    pub(super) reasoning: Reasoning<'a>,
    pub(super) text: Text<'a>,
    pub(super) include: Vec<String>,
    pub(super) prompt_cache_key: Option<String>,
    pub(super) priority: Option<Priority>,
    pub(super) metadata: Option<Node<'a>>,
    pub(super) client_metadata: Option<Node<'a>>,
    transport: Transport,
    pub(super) generates: bool,
    /// Passed on as they came.
    pub(super) kept: Vec<(String, &'a RawValue)>,
    pub(super) dropped: Vec<String>,
}

#[derive(Default)]
pub(super) struct Reasoning<'a> {
    pub(super) effort: Option<String>,
    pub(super) summary: Option<String>,
    pub(super) kept: Vec<(String, &'a RawValue)>,
}

#[derive(Default)]
pub(super) struct Text<'a> {
    pub(super) format: Option<&'a RawValue>,
    pub(super) verbosity: Option<String>,
    pub(super) kept: Vec<(String, &'a RawValue)>,
}

impl<'a> Parameters<'a> {
    pub(super) fn read(members: &Members<'a>, transport: Transport) -> Result<Self, Refusal> {
        let model = members.get("model").ok_or_else(|| members::missing("model"))?;
        let mut read = Self {
            model: members::string("model", model)?,
            // On a WebSocket every answer is streamed, whether or not the request says so.
            delivery: match transport {
                Transport::Http => Delivery::Whole,
                Transport::WebSocket => Delivery::Streamed,
            },
            store: true,
            input: None,
            previous: None,
            instructions: None,
            tools: Vec::new(),
            tool_choice: None,
            parallel_tool_calls: None,
            reasoning: Reasoning::default(),
            text: Text::default(),
            include: Vec::new(),
            prompt_cache_key: None,
            priority: None,
            transport,
            generates: true,
            metadata: None,
            client_metadata: None,
            kept: Vec::new(),
            dropped: Vec::new(),
        };
        for (name, value) in members.iter() {
            read.take(name, value)?;
        }
        // It speaks of a stream that a tool gets only if it asks for one.
        if read.delivery == Delivery::Whole {
            read.kept.retain(|(name, _)| name != "stream_options");
        }
        Ok(read)
    }

    fn take(&mut self, name: &str, value: Node<'a>) -> Result<(), Refusal> {
        match name {
            "model" => {}
            "type" if self.transport == Transport::WebSocket => {}
            "generate" if self.transport == Transport::WebSocket => {
                self.generates = members::boolean(name, value)?;
            }
            "stream" => {
                if members::boolean(name, value)? {
                    self.delivery = Delivery::Streamed;
                }
            }
            "store" => self.store = members::boolean(name, value)?,
            "input" => self.input = Some(value),
            "previous_response_id" => self.previous = Some(members::string(name, value)?),
            "instructions" => self.instructions = Some(members::string(name, value)?),
            "tools" => self.tools = members::array(name, value)?,
            "tool_choice" => self.tool_choice = Some(value),
            "parallel_tool_calls" => self.parallel_tool_calls = Some(members::boolean(name, value)?),
            "reasoning" => self.reasoning = Reasoning::read(value)?,
            "text" => self.text = Text::read(value)?,
            "include" => self.include = include(value)?,
            "prompt_cache_key" => self.prompt_cache_key = Some(members::string(name, value)?),
            "service_tier" => self.service_tier(value)?,
            "client_metadata" => self.client_metadata = Some(value),
            "background" | "n" | "prompt" | "conversation" | "logprobs" | "top_logprobs" => {
                impossible(name, value)?;
            }
            _ if UNSUPPORTED.contains(&name) => {
                if name == "metadata" {
                    self.metadata = Some(value);
                }
                if !changes_nothing(name, value.get()) {
                    self.dropped.push(name.to_owned());
                }
            }
            // What this version does not know is the backend's to judge.
            _ => self.kept.push((name.to_owned(), value.raw())),
        }
        Ok(())
    }

    /// Any but this one only costs time.
    fn service_tier(&mut self, value: Node<'_>) -> Result<(), Refusal> {
        match members::string("service_tier", value)?.as_str() {
            "priority" => self.priority = Some(Priority),
            "auto" | "default" => {}
            _ => self.dropped.push("service_tier".to_owned()),
        }
        Ok(())
    }
}

impl<'a> Reasoning<'a> {
    fn read(value: Node<'a>) -> Result<Self, Refusal> {
        let mut read = Self::default();
        let mut older = None;
        for (name, value) in members::object("reasoning", value)?.iter() {
            match name {
                "effort" => read.effort = Some(members::string("reasoning.effort", value)?),
                "summary" => read.summary = Some(members::string("reasoning.summary", value)?),
                // The name that `summary` had before.
                "generate_summary" => older = Some(members::string("reasoning.generate_summary", value)?),
                _ => read.kept.push((name.to_owned(), value.raw())),
            }
        }
        read.summary = read.summary.or(older);
        Ok(read)
    }
}

impl<'a> Text<'a> {
    fn read(value: Node<'a>) -> Result<Self, Refusal> {
        let mut read = Self::default();
        for (name, value) in members::object("text", value)?.iter() {
            match name {
                "format" => read.format = Some(value.raw()),
                "verbosity" => read.verbosity = Some(members::string("text.verbosity", value)?),
                _ => read.kept.push((name.to_owned(), value.raw())),
            }
        }
        Ok(read)
    }
}

fn include(value: Node<'_>) -> Result<Vec<String>, Refusal> {
    let mut names = BTreeSet::new();
    for (at, value) in members::array("include", value)?.into_iter().enumerate() {
        let param = format!("include[{at}]");
        let name = members::string(&param, value)?;
        if name == "message.output_text.logprobs" {
            return Err(unsupported(&param, "the backend tells no log probabilities. Leave it out."));
        }
        if name != CIPHERTEXT {
            names.insert(name);
        }
    }
    Ok(names.into_iter().collect())
}

/// What would change the meaning of the answer; the values that ask for nothing pass.
fn impossible(name: &str, value: Node<'_>) -> Result<(), Refusal> {
    let (harmless, reason) = match name {
        "background" => (
            "false",
            "an answer is given while the request waits. Leave it out, and stream the answer if it takes long.",
        ),
        "n" => {
            ("1", "the backend gives one answer per request. Send the request as often as you want answers.")
        }
        "prompt" => (
            "",
            "prompts that are stored with the API are not known to ChatGPT accounts. Send the text as “instructions” and “input”.",
        ),
        "conversation" => (
            "",
            "conversations that are stored with the API are not known to ChatGPT accounts. Use “previous_response_id”, or send the whole conversation as “input”.",
        ),
        "top_logprobs" => ("0", "the backend tells no log probabilities. Leave it out."),
        _ => ("false", "the backend tells no log probabilities. Leave it out."),
    };
    if value.get() == harmless { Ok(()) } else { Err(unsupported(name, reason)) }
}

pub(super) fn unsupported(param: &str, reason: &str) -> Refusal {
    let reason = format!("Unsupported parameter: '{param}': {reason}");
    Refusal::Unsupported { param: param.to_owned(), reason }
}

/// Values that say what holds without them.
fn changes_nothing(name: &str, value: &str) -> bool {
    matches!(
        (name, value),
        ("truncation", "\"disabled\"")
            | ("temperature" | "top_p", "1" | "1.0")
            | ("frequency_penalty" | "presence_penalty", "0" | "0.0")
            | ("prompt_cache_retention", "\"in_memory\"")
            | ("metadata" | "logit_bias", "{}")
            | ("context_management", "[]")
    )
}
