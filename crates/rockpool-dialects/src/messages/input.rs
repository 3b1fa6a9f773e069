//! A conversation as the backend's input items.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::document::Node;
use crate::messages::changes::Changes;
use crate::messages::names;
use crate::messages::params::{self, Block, Content};
use crate::messages::parts::{Parts, Side, unknown};
use crate::messages::signature::Sealed;
use crate::messages::wrong::Wrong;
use crate::said::{self, Words};
use crate::surroundings::Ties;

/// Said in front of the output of a tool that failed: the backend has no mark for it.
const FAILED: &str = r"The tool failed:\n";

/// Input items, and what else the conversation tells.
#[derive(Default)]
pub(super) struct Input<'a> {
    /// JSON, with commas between the items.
    pub(super) items: Vec<u8>,
    /// Whether a developer message is among them.
    pub(super) instructed: bool,
    pub(super) changes: Changes<'a>,
    /// What the newest assistant turn repeats of an answer's ids.
    pub(super) given: Vec<String>,
    /// What was said in words, by where it stands in the items.
    pub(super) words: Vec<Words>,
    last: Option<Role>,
    /// Reasoning items that wait for what they led to: without that, the backend refuses them.
    reasoning: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    User,
    Assistant,
    System,
}

#[derive(Serialize)]
struct ReasoningItem<'a> {
    r#type: &'a str,
    id: &'a str,
    summary: Vec<Summary<'a>>,
    encrypted_content: &'a str,
}

#[derive(Serialize)]
struct Summary<'a> {
    r#type: &'a str,
    text: &'a RawValue,
}

#[derive(Serialize)]
struct Call<'a> {
    r#type: &'a str,
    call_id: &'a RawValue,
    name: &'a str,
    arguments: &'a str,
}

impl<'a> Input<'a> {
    pub(super) fn read(messages: Node<'a>) -> Result<Self, Wrong> {
        let mut input = Self { items: Vec::with_capacity(messages.get().len()), ..Self::default() };
        if !messages.is_array() {
            return Err(Wrong::invalid("messages", "it must be a list"));
        }
        for (at, message) in messages.elements().enumerate() {
            input.message(message).map_err(|wrong| wrong.inside(format_args!("messages.{at}")))?;
        }
        if input.items.is_empty() {
            return Err(Wrong::invalid("messages", "at least one message with content is needed"));
        }
        Ok(input)
    }

    fn message(&mut self, value: Node<'a>) -> Result<(), Wrong> {
        let (mut role, mut content) = (Cow::Borrowed(""), None);
        for (name, value) in params::members(value)? {
            match name.as_ref() {
                "role" => role = params::word(value, "role")?,
                "content" => content = Some(value),
                _ => {}
            }
        }
        let role = match role.as_ref() {
            "user" => Role::User,
            "assistant" => Role::Assistant,
            "system" | "developer" => Role::System,
            other => {
                let known = "Known: “user”, “assistant”, “system”.";
                return Err(Wrong::invalid("role", format!("“{other}” is not known. {known}")));
            }
        };
        if role == Role::Assistant && self.last != Some(Role::Assistant) {
            self.given.clear();
        }
        if role != Role::Assistant {
            self.reasoning.clear();
        }
        self.last = Some(role);
        let Some(content) = content else { return Ok(()) };
        let mut parts = Parts::new(if role == Role::Assistant { Side::Output } else { Side::Input });
        match Content::read(content).map_err(|wrong| wrong.inside("content"))? {
            Content::Text(text) => parts.text(text),
            Content::Blocks(blocks) => {
                for (at, block) in blocks.into_iter().enumerate() {
                    self.block(role, &mut parts, block)
                        .map_err(|wrong| wrong.inside(format_args!("content.{at}")))?;
                }
            }
        }
        self.said(role, &mut parts);
        Ok(())
    }

    fn block(&mut self, role: Role, parts: &mut Parts<'a>, value: Node<'a>) -> Result<(), Wrong> {
        let block = Block::read(value)?;
        match (role, block.kind.as_ref()) {
            (Role::Assistant, "thinking") => {
                self.said(role, parts);
                self.thinking(&block)
            }
            // Only Anthropic's own models make them.
            (Role::Assistant, "redacted_thinking") => Ok(()),
            (Role::Assistant, "tool_use") => {
                self.said(role, parts);
                self.call(&block)
            }
            (Role::User, "tool_result") => {
                self.said(role, parts);
                self.result(&block)
            }
            (Role::System, "tool_addition") => {
                let tool = block.tool.ok_or_else(|| Wrong::invalid("tool", "it is missing"))?;
                self.changes.added(tool).map_err(|wrong| wrong.inside("tool"))
            }
            (Role::System, "tool_removal") => {
                let tool = block.tool.ok_or_else(|| Wrong::invalid("tool", "it is missing"))?;
                self.changes.removed(tool).map_err(|wrong| wrong.inside("tool"))
            }
            (Role::User | Role::Assistant | Role::System, _) => parts.block(&block),
        }
    }

    /// Makes a message of the parts that have come together.
    fn said(&mut self, role: Role, parts: &mut Parts<'a>) {
        if parts.is_empty() {
            return;
        }
        let (name, side) = match role {
            Role::User => ("user", Side::Input),
            Role::Assistant => ("assistant", Side::Output),
            Role::System => ("developer", Side::Input),
        };
        self.instructed |= role == Role::System;
        let start =
            self.item(&[r#"{"type":"message","role":""#, name, r#"","content":["#, parts.json(), "]}"]);
        let speaker = match role {
            Role::User => Some(said::Role::User),
            Role::Assistant => Some(said::Role::Assistant),
            Role::System => None,
        };
        self.words.extend(speaker.map(|role| Words { role, message: start..self.items.len() }));
        *parts = Parts::new(side);
    }

    /// Returns where the item begins.
    fn item(&mut self, pieces: &[&str]) -> usize {
        for reasoning in std::mem::take(&mut self.reasoning) {
            self.write(&[&reasoning]);
        }
        self.write(pieces)
    }

    fn write(&mut self, pieces: &[&str]) -> usize {
        if !self.items.is_empty() {
            self.items.push(b',');
        }
        let start = self.items.len();
        for piece in pieces {
            self.items.extend_from_slice(piece.as_bytes());
        }
        start
    }

    /// A thinking block that some other model signed is left out: the backend could not read it.
    fn thinking(&mut self, block: &Block<'a>) -> Result<(), Wrong> {
        let Some(signature) = block.signature else { return Ok(()) };
        let signature = params::string(Some(signature), "signature")?;
        let Some(Sealed { id, ciphertext }) = Sealed::open(&signature) else { return Ok(()) };
        let text = block.thinking.filter(|text| text.get() != "\"\"");
        let text = text.map(|text| params::token(Some(text), "thinking")).transpose()?;
        let summary = text.map(|text| Summary { r#type: "summary_text", text }).into_iter().collect();
        let item = ReasoningItem { r#type: "reasoning", id, summary, encrypted_content: ciphertext };
        self.reasoning.push(json(&item)?);
        self.give(id.to_owned());
        Ok(())
    }

    fn call(&mut self, block: &Block<'a>) -> Result<(), Wrong> {
        let call_id = params::token(block.id, "id")?;
        let name = params::string(block.name, "name")?;
        let arguments = block.input.map_or("{}", RawValue::get);
        let call = Call { r#type: "function_call", call_id, name: &names::short(&name), arguments };
        self.item(&[&json(&call)?]);
        self.changes.called(name);
        self.give(params::string(block.id, "id")?);
        Ok(())
    }

    fn give(&mut self, id: String) {
        if self.given.len() < Ties::MOST {
            self.given.push(id);
        }
    }

    fn result(&mut self, block: &Block<'a>) -> Result<(), Wrong> {
        let call_id = params::token(block.tool_use_id, "tool_use_id")?;
        let mut parts = Parts::new(Side::Input);
        if let Some(content) = block.content {
            self.output(&mut parts, content).map_err(|wrong| wrong.inside("content"))?;
        }
        let failed = if block.is_error { FAILED } else { "" };
        let begin = [r#"{"type":"function_call_output","call_id":"#, call_id.get(), r#","output":"#];
        let mut pieces = begin.to_vec();
        let mark;
        match parts.only_text() {
            Some(text) => pieces.extend(["\"", failed, params::inner(text), "\"}"]),
            None if parts.is_empty() => pieces.extend(["\"", failed, "\"}"]),
            None => {
                let mut first = Parts::new(Side::Input);
                if !failed.is_empty() {
                    first.plain(failed);
                }
                mark = if first.is_empty() { String::new() } else { format!("{},", first.json()) };
                pieces.extend(["[", &mark, parts.json(), "]}"]);
            }
        }
        self.item(&pieces);
        Ok(())
    }

    fn output(&mut self, parts: &mut Parts<'a>, content: Node<'a>) -> Result<(), Wrong> {
        let blocks = match Content::read(content)? {
            Content::Text(text) => {
                parts.text(text);
                return Ok(());
            }
            Content::Blocks(blocks) => blocks,
        };
        for (at, block) in blocks.into_iter().enumerate() {
            let block = Block::read(block).map_err(|wrong| wrong.inside(at))?;
            if block.kind == "tool_reference" {
                let name = params::string(block.tool_name, "tool_name").map_err(|wrong| wrong.inside(at))?;
                let told = serde_json::to_string(&format!("The tool {name} can be called now."));
                let told = told.map_err(|_| unknown("tool_reference"))?;
                parts.plain(told.trim_matches('"'));
                self.changes.found(name);
                continue;
            }
            parts.block(&block).map_err(|wrong| wrong.inside(at))?;
        }
        Ok(())
    }
}

fn json(value: &impl Serialize) -> Result<String, Wrong> {
    serde_json::to_string(value).map_err(|_| Wrong::invalid("", "it cannot be passed on"))
}
