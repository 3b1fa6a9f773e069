//! Pieces put together to one message.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::json;
use crate::messages::params;
use crate::messages::piece::{Delta, Ending, Opening, Piece, Said, Tokens};

/// An answer that is delivered whole.
#[derive(Debug)]
pub(super) struct Collected {
    pub(super) id: String,
    pub(super) model: String,
    blocks: Vec<Block>,
    ending: Option<Ending>,
}

#[derive(Debug)]
struct Block {
    opening: Opening,
    /// Between quotation marks, as JSON has it.
    said: String,
    signature: String,
}

#[derive(Serialize)]
struct Message<'a> {
    id: &'a str,
    r#type: &'a str,
    role: &'a str,
    model: &'a str,
    content: Vec<Whole<'a>>,
    stop_reason: &'a str,
    stop_sequence: Option<&'a str>,
    usage: Tokens,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Whole<'a> {
    Text { text: Box<RawValue> },
    Thinking { thinking: Box<RawValue>, signature: &'a str },
    ToolUse { id: &'a str, name: &'a str, input: Box<RawValue> },
}

impl Collected {
    pub(super) fn new(id: String, model: String) -> Self {
        Self { id, model, blocks: Vec::new(), ending: None }
    }

    pub(super) fn take(&mut self, piece: &Piece<'_>) {
        match piece {
            Piece::Start | Piece::Ping | Piece::BlockStop => {}
            Piece::BlockStart(opening) => {
                let opening = opening.clone();
                self.blocks.push(Block { opening, said: String::new(), signature: String::new() });
            }
            Piece::Delta(delta) => {
                let Some(block) = self.blocks.last_mut() else { return };
                match delta {
                    Delta::Text { text: said }
                    | Delta::Thinking { thinking: said }
                    | Delta::Input { partial_json: said } => block.say(*said),
                    Delta::Signature { signature } => block.signature.push_str(signature),
                }
            }
            Piece::End(ending) => self.ending = Some(ending.clone()),
        }
    }

    /// The message; `None` before its end.
    pub(super) fn message(&self) -> Option<Vec<u8>> {
        let ending = self.ending.as_ref()?;
        let message = Message {
            id: &self.id,
            r#type: "message",
            role: "assistant",
            model: &self.model,
            content: self.blocks.iter().filter_map(Block::whole).collect(),
            stop_reason: ending.reason.name(),
            stop_sequence: ending.reason.sequence(),
            usage: Tokens::from(ending.usage),
        };
        serde_json::to_vec(&message).ok()
    }
}

impl Block {
    fn say(&mut self, said: Said<'_>) {
        match said {
            Said::Raw(token) => self.said.push_str(params::inner(token)),
            Said::Plain(text) => {
                let token = serde_json::to_string(text).unwrap_or_default();
                self.said.push_str(token.trim_start_matches('"').strip_suffix('"').unwrap_or_default());
            }
        }
    }

    fn whole(&self) -> Option<Whole<'_>> {
        let token = format!("\"{}\"", self.said);
        match &self.opening {
            Opening::Text => Some(Whole::Text { text: RawValue::from_string(token).ok()? }),
            Opening::Thinking => {
                let thinking = RawValue::from_string(token).ok()?;
                Some(Whole::Thinking { thinking, signature: &self.signature })
            }
            Opening::ToolUse { id, name } => Some(Whole::ToolUse { id, name, input: input(&token)? }),
        }
    }
}

/// A tool's input has to be an object. What was cut short in the middle is none: Anthropic gives `{}` then.
fn input(token: &str) -> Option<Box<RawValue>> {
    let text = json::string(token.as_bytes())?;
    let whole = RawValue::from_string(text).ok().filter(|raw| raw.get().starts_with('{'));
    whole.or_else(|| RawValue::from_string("{}".to_owned()).ok())
}
