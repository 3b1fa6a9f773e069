//! The members of an object by their names, with values that stay JSON, and readers for those values.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::json;
use crate::refusal::Refusal;

/// In the order in which they came; those that are null are left out, and no name is there twice.
pub(super) struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Members<'a> {
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), *value))
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Reader)
    }
}

struct Reader;

#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Visitor<'de> for Reader {
    type Value = Members<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let mut all: Vec<(Cow<'de, str>, &'de RawValue)> = Vec::new();
        while let Some((Name(name), value)) = map.next_entry::<Name<'de>, &'de RawValue>()? {
            all.push((name, value));
        }
        if let Some(name) = json::twice(all.iter().map(|(name, _)| name.as_ref())) {
            return Err(A::Error::custom(format!("“{name}” is there twice")));
        }
        all.retain(|(_, value)| value.get() != "null");
        Ok(Members(all))
    }
}

/// The members of a parameter that is an object.
pub(super) fn object<'a>(param: &str, value: &'a RawValue) -> Result<Members<'a>, Refusal> {
    if !value.get().starts_with('{') {
        return Err(wrong_type(param, "an object", value.get()));
    }
    serde_json::from_str(value.get())
        .map_err(|error| Refusal::Invalid { param: param.to_owned(), reason: format!("'{param}': {error}.") })
}

/// The elements of a parameter that is an array.
pub(super) fn array<'a>(param: &str, value: &'a RawValue) -> Result<Vec<&'a RawValue>, Refusal> {
    serde_json::from_str(value.get()).map_err(|_| wrong_type(param, "an array", value.get()))
}

pub(super) fn string(param: &str, value: &RawValue) -> Result<String, Refusal> {
    json::string(value.get().as_bytes()).ok_or_else(|| wrong_type(param, "a string", value.get()))
}

pub(super) fn boolean(param: &str, value: &RawValue) -> Result<bool, Refusal> {
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
