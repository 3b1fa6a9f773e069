//! Objects of a request. A refusal names the parameter by its path, in the words that OpenAI uses.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::document::Node;
use crate::json;
use crate::refusal::Refusal;

/// An object. A member that is `null` counts as absent.
#[derive(Clone, Copy)]
pub(super) struct Object<'a>(Node<'a>);

impl<'a> Object<'a> {
    /// # Errors
    /// Where the value is no object, or has a name twice.
    pub(super) fn of(value: Node<'a>) -> Result<Self, Refusal> {
        if !value.is_object() {
            return Err(wrong_type(value, "an object"));
        }
        match value.twice() {
            Some(name) => {
                let param = value.path();
                let reason = format!("Invalid value for '{param}': '{name}' is there twice.");
                Err(Refusal::Invalid { param, reason })
            }
            None => Ok(Self(value)),
        }
    }

    /// The path of a member, such as `messages[3].content`.
    pub(super) fn path(&self, name: &str) -> String {
        let path = self.0.path();
        if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
    }

    pub(super) fn members(&self) -> impl Iterator<Item = (Cow<'a, str>, Node<'a>)> {
        self.0.members().filter(|(_, value)| !value.is_null())
    }

    pub(super) fn get(&self, name: &str) -> Option<Node<'a>> {
        self.members().find(|(found, _)| found == name).map(|(_, value)| value)
    }

    /// A string as it was written.
    pub(super) fn text(&self, name: &str) -> Result<Option<&'a RawValue>, Refusal> {
        match self.get(name) {
            Some(value) if !value.is_text() => Err(wrong_type(value, "a string")),
            found => Ok(found.map(Node::raw)),
        }
    }

    /// A string without its escapes.
    pub(super) fn string(&self, name: &str) -> Result<Option<Cow<'a, str>>, Refusal> {
        self.get(name).map(string).transpose()
    }

    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        let read = |value: Node<'a>| match value.get() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(wrong_type(value, "a boolean")),
        };
        self.get(name).map(read).transpose()
    }

    pub(super) fn list(&self, name: &str) -> Result<Option<Vec<Node<'a>>>, Refusal> {
        let read = |value: Node<'a>| match value.is_array() {
            true => Ok(value.elements().collect()),
            false => Err(wrong_type(value, "an array")),
        };
        self.get(name).map(read).transpose()
    }

    pub(super) fn object(&self, name: &str) -> Result<Option<Object<'a>>, Refusal> {
        self.get(name).map(Object::of).transpose()
    }

    /// Refuses a request that lacks a member.
    pub(super) fn required<T>(&self, name: &str, found: Option<T>) -> Result<T, Refusal> {
        found.ok_or_else(|| {
            let param = self.path(name);
            Refusal::Invalid { reason: format!("Missing required parameter: '{param}'."), param }
        })
    }

    /// A word that is none of those which the API has.
    pub(super) fn unknown(&self, name: &str, found: &str, supported: &str) -> Refusal {
        let param = self.path(name);
        let found: String = found.chars().take(64).collect();
        let reason = format!("Invalid value for '{param}': '{found}'. Supported values are: {supported}.");
        Refusal::Invalid { param, reason }
    }

    /// What the API has and the provider's backend has not.
    pub(super) fn unsupported(&self, name: &str, reason: &str) -> Refusal {
        unsupported(self.path(name), reason)
    }
}

pub(super) fn unsupported(param: String, reason: &str) -> Refusal {
    Refusal::Unsupported { reason: format!("Unsupported parameter: '{param}'. {reason}"), param }
}

/// # Errors
/// Where it is no string, or holds half of a surrogate pair.
pub(super) fn string(value: Node<'_>) -> Result<Cow<'_, str>, Refusal> {
    json::exact(value.get()).ok_or_else(|| wrong_type(value, "a string of valid Unicode"))
}

pub(super) fn wrong_type(value: Node<'_>, expected: &str) -> Refusal {
    let param = value.path();
    let got = match value.get().as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        Some(_) | None => "a number",
    };
    let reason = format!("Invalid type for '{param}': expected {expected}, but got {got} instead.");
    Refusal::Invalid { param, reason }
}
