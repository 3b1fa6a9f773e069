//! An object's members by their names, and readers for their values.

use std::borrow::Cow;

use crate::document::Node;
use crate::json;
use crate::refusal::Refusal;

/// In the order in which they came; those that are null are left out, and no name is there twice.
pub(super) struct Members<'a>(Vec<(Cow<'a, str>, Node<'a>)>);

impl<'a> Members<'a> {
    /// Of the request itself.
    pub(super) fn of(request: Node<'a>) -> Result<Self, Refusal> {
        if !request.is_object() {
            return Err(Refusal::Malformed("a JSON object is expected".to_owned()));
        }
        Self::read(request).map_err(Refusal::Malformed)
    }

    fn read(object: Node<'a>) -> Result<Self, String> {
        match object.twice() {
            Some(name) => Err(format!("“{name}” is there twice")),
            None => Ok(Self(object.members().filter(|(_, value)| !value.is_null()).collect())),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Node<'a>)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), *value))
    }

    pub(super) fn get(&self, name: &str) -> Option<Node<'a>> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }
}

/// The members of a parameter that is an object.
pub(super) fn object<'a>(param: &str, value: Node<'a>) -> Result<Members<'a>, Refusal> {
    if !value.is_object() {
        return Err(wrong_type(param, "an object", value.get()));
    }
    Members::read(value)
        .map_err(|error| Refusal::Invalid { param: param.to_owned(), reason: format!("'{param}': {error}.") })
}

/// The elements of a parameter that is an array.
pub(super) fn array<'a>(param: &str, value: Node<'a>) -> Result<Vec<Node<'a>>, Refusal> {
    match value.is_array() {
        true => Ok(value.elements().collect()),
        false => Err(wrong_type(param, "an array", value.get())),
    }
}

pub(super) fn string(param: &str, value: Node<'_>) -> Result<String, Refusal> {
    json::string(value.get().as_bytes()).ok_or_else(|| wrong_type(param, "a string", value.get()))
}

pub(super) fn boolean(param: &str, value: Node<'_>) -> Result<bool, Refusal> {
    serde_json::from_str(value.get()).map_err(|_| wrong_type(param, "a boolean", value.get()))
}

/// In the words of OpenAI's API.
pub(super) fn wrong_type(param: &str, expected: &str, value: &str) -> Refusal {
    let got = match value.as_bytes().first() {
        Some(b'"') => "a string",
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        Some(_) | None => "a number",
    };
    Refusal::Invalid {
        param: param.to_owned(),
        reason: format!("Invalid type for '{param}': expected {expected}, but got {got} instead."),
    }
}

/// In the words of OpenAI's API.
pub(super) fn missing(param: &str) -> Refusal {
    let reason = format!("Missing required parameter: '{param}'.");
    Refusal::Invalid { param: param.to_owned(), reason }
}
