//! Reads requests member by member; what is large stays raw.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::json;
use crate::messages::wrong::Wrong;
use crate::refusal::Refusal;

/// The members of a request.
pub(super) struct Params<'a>(Vec<(String, &'a RawValue)>);

/// What a message, a result or the system prompt says.
pub(super) enum Content<'a> {
    /// A JSON string.
    Text(&'a RawValue),
    Blocks(Vec<&'a RawValue>),
}

/// A content block of any kind: the members that some kind has.
#[derive(Deserialize)]
pub(super) struct Block<'a> {
    #[serde(borrow, default, rename = "type")]
    pub(super) kind: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) text: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) source: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) title: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) context: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) thinking: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) signature: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) id: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) name: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) input: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) tool_use_id: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) content: Option<&'a RawValue>,
    pub(super) is_error: Option<bool>,
    #[serde(borrow)]
    pub(super) tool_name: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) tool: Option<&'a RawValue>,
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members: Self::Value = Vec::with_capacity(16);
        while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
            members.push((name, value));
        }
        match json::twice(members.iter().map(|(name, _)| name.as_str())) {
            Some(name) => Err(A::Error::custom(format_args!("“{name}” is there twice"))),
            None => Ok(members),
        }
    }
}

impl<'a> Params<'a> {
    pub(super) fn read(body: &'a [u8]) -> Result<Self, Refusal> {
        let body = body.strip_prefix(json::BYTE_ORDER_MARK).unwrap_or(body);
        let mut reader = serde_json::Deserializer::from_slice(body);
        let members = serde::Deserializer::deserialize_map(&mut reader, Members);
        let members = members.and_then(|members| reader.end().map(|()| members));
        members.map(Self).map_err(|error| Refusal::Malformed(error.to_string()))
    }

    /// Takes a member out; `null` counts as absent.
    pub(super) fn take(&mut self, name: &str) -> Option<&'a RawValue> {
        let at = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.swap_remove(at).1).filter(|value| value.get() != "null")
    }

    /// The members that nobody took.
    pub(super) fn rest(self) -> impl Iterator<Item = (String, &'a RawValue)> {
        self.0.into_iter().filter(|(_, value)| value.get() != "null")
    }
}

impl<'a> Content<'a> {
    pub(super) fn read(raw: &'a RawValue) -> Result<Self, Wrong> {
        match raw.get().as_bytes() {
            [b'"', ..] => Ok(Self::Text(raw)),
            [b'[', ..] => Ok(Self::Blocks(list(raw)?)),
            _ => Err(Wrong::invalid("", "it must be a string or a list of content blocks")),
        }
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
