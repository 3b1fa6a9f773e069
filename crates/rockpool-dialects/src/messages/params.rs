//! Reads requests member by member; what is large stays raw.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::document::Node;
use crate::json;
use crate::messages::wrong::Wrong;
use crate::refusal::Refusal;

/// The members of a request.
pub(super) struct Params<'a>(Vec<(Cow<'a, str>, Node<'a>)>);

/// What a message, a result or the system prompt says.
pub(super) enum Content<'a> {
    /// A JSON string.
    Text(&'a RawValue),
    Blocks(Vec<Node<'a>>),
}

/// A content block of any kind: the members that some kind has.
#[derive(Default)]
pub(super) struct Block<'a> {
    pub(super) kind: Cow<'a, str>,
    pub(super) text: Option<&'a RawValue>,
    pub(super) source: Option<Node<'a>>,
    pub(super) title: Option<&'a RawValue>,
    pub(super) context: Option<&'a RawValue>,
    pub(super) thinking: Option<&'a RawValue>,
    pub(super) signature: Option<&'a RawValue>,
    pub(super) id: Option<&'a RawValue>,
    pub(super) name: Option<&'a RawValue>,
    pub(super) input: Option<&'a RawValue>,
    pub(super) tool_use_id: Option<&'a RawValue>,
    pub(super) content: Option<Node<'a>>,
    pub(super) is_error: bool,
    pub(super) tool_name: Option<&'a RawValue>,
    pub(super) tool: Option<&'a RawValue>,
}

impl<'a> Block<'a> {
    pub(super) fn read(value: Node<'a>) -> Result<Self, Wrong> {
        let mut block = Self::default();
        for (name, value) in members(value)? {
            match name.as_ref() {
                "type" => block.kind = word(value, "type")?,
                "text" => block.text = Some(value.raw()),
                "source" => block.source = Some(value),
                "title" => block.title = Some(value.raw()),
                "context" => block.context = Some(value.raw()),
                "thinking" => block.thinking = Some(value.raw()),
                "signature" => block.signature = Some(value.raw()),
                "id" => block.id = Some(value.raw()),
                "name" => block.name = Some(value.raw()),
                "input" => block.input = Some(value.raw()),
                "tool_use_id" => block.tool_use_id = Some(value.raw()),
                "content" => block.content = Some(value),
                "is_error" => block.is_error = truth(value, "is_error")?,
                "tool_name" => block.tool_name = Some(value.raw()),
                "tool" => block.tool = Some(value.raw()),
                _ => {}
            }
        }
        Ok(block)
    }
}

impl<'a> Params<'a> {
    pub(super) fn read(request: Node<'a>) -> Result<Self, Refusal> {
        match members(request) {
            Ok(members) => Ok(Self(members.collect())),
            Err(wrong) => Err(Refusal::Malformed(wrong.reason())),
        }
    }

    /// Takes a member out, for a look inside.
    pub(super) fn take_node(&mut self, name: &str) -> Option<Node<'a>> {
        let at = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.swap_remove(at).1)
    }

    /// Takes a member out.
    pub(super) fn take(&mut self, name: &str) -> Option<&'a RawValue> {
        self.take_node(name).map(Node::raw)
    }

    /// The members that nobody took.
    pub(super) fn rest(self) -> impl Iterator<Item = (Cow<'a, str>, Node<'a>)> {
        self.0.into_iter()
    }
}

impl<'a> Content<'a> {
    pub(super) fn read(value: Node<'a>) -> Result<Self, Wrong> {
        match value.get().as_bytes() {
            [b'"', ..] => Ok(Self::Text(value.raw())),
            [b'[', ..] => Ok(Self::Blocks(value.elements().collect())),
            _ => Err(Wrong::invalid("", "it must be a string or a list of content blocks")),
        }
    }
}

/// The members of an object; `null` counts as absent.
pub(super) fn members<'a>(value: Node<'a>) -> Result<impl Iterator<Item = (Cow<'a, str>, Node<'a>)>, Wrong> {
    if !value.is_object() {
        return Err(Wrong::invalid("", "it must be an object"));
    }
    match value.twice() {
        Some(name) => Err(Wrong::invalid("", format!("“{name}” is there twice"))),
        None => Ok(value.members().filter(|(_, value)| !value.is_null())),
    }
}

/// A string that is compared with known ones.
pub(super) fn word<'a>(value: Node<'a>, name: &str) -> Result<Cow<'a, str>, Wrong> {
    json::exact(value.get()).ok_or_else(|| Wrong::invalid(name, "it must be a string"))
}

fn truth(value: Node<'_>, name: &str) -> Result<bool, Wrong> {
    match value.get() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Wrong::invalid(name, "it must be true or false")),
    }
}

/// Reads an object's known members.
pub(super) fn object<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Result<T, Wrong> {
    // Without this, serde would take a list for the members in their order.
    if !raw.get().starts_with('{') {
        return Err(Wrong::invalid("", "it must be an object"));
    }
    serde_json::from_str(raw.get()).map_err(|error| Wrong::invalid("", told(&error)))
}

pub(super) fn list(raw: &RawValue) -> Result<Vec<&RawValue>, Wrong> {
    serde_json::from_str(raw.get()).map_err(|_| Wrong::invalid("", "it must be a list"))
}

/// A member that has to be a string, as the JSON that it came in.
pub(super) fn token<'a>(raw: Option<&'a RawValue>, name: &str) -> Result<&'a RawValue, Wrong> {
    raw.filter(|raw| raw.get().starts_with('"'))
        .ok_or_else(|| Wrong::invalid(name, "it is missing, or no string"))
}

/// A member that has to be a string.
pub(super) fn string(raw: Option<&RawValue>, name: &str) -> Result<String, Wrong> {
    let token = token(raw, name)?;
    json::string(token.get().as_bytes()).ok_or_else(|| Wrong::invalid(name, "it must be a string"))
}

/// What stands between a JSON string's quotation marks.
pub(super) fn inner(token: &RawValue) -> &str {
    let text = token.get();
    text.get(1..text.len().saturating_sub(1)).unwrap_or_default()
}

/// serde's words without the position, which counts from the start of the part that was read.
fn told(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rfind(" at line ").map_or(text.clone(), |at| text[..at].to_owned())
}
