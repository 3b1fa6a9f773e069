//! Objects of a request, read one level deep: what is inside stays as it was written. Each knows its path, so that a
//! refusal names the parameter in the words that OpenAI uses.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::json;
use crate::refusal::Refusal;

/// An object whose members are JSON still. A member that is `null` counts as absent.
pub(super) struct Object<'a> {
    path: String,
    members: Vec<(Cow<'a, str>, &'a RawValue)>,
}

struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members: Vec<(Cow<'de, str>, &'de RawValue)> = Vec::new();
                while let Some(Text(name)) = map.next_key()? {
                    members.push((name, map.next_value()?));
                }
                match json::twice(members.iter().map(|(name, _)| name.as_ref())) {
                    Some(name) => Err(A::Error::custom(format!("'{name}' is there twice"))),
                    None => Ok(Members(members)),
                }
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

impl<'a> Object<'a> {
    /// The object that a whole request is.
    ///
    /// # Errors
    /// Where it is no JSON object.
    pub(super) fn whole(body: &'a [u8]) -> Result<Self, Refusal> {
        let text = body.strip_prefix(json::BYTE_ORDER_MARK).unwrap_or(body);
        match serde_json::from_slice::<Members<'a>>(text) {
            Ok(Members(members)) => Ok(Self { path: String::new(), members }),
            Err(error) => Err(Refusal::Malformed(error.to_string())),
        }
    }

    /// # Errors
    /// Where the value is no object, or has a name twice.
    pub(super) fn of(path: String, value: &'a RawValue) -> Result<Self, Refusal> {
        if !value.get().starts_with('{') {
            return Err(wrong_type(&path, "an object", value));
        }
        match serde_json::from_str::<Members<'a>>(value.get()) {
            Ok(Members(members)) => Ok(Self { path, members }),
            Err(error) => {
                let reason = format!("Invalid value for '{path}': {error}.");
                Err(Refusal::Invalid { param: path, reason })
            }
        }
    }

    /// The path of a member, such as `messages[3].content`.
    pub(super) fn path(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    pub(super) fn members(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        let present = self.members.iter().filter(|(_, value)| value.get() != "null");
        present.map(|(name, value)| (name.as_ref(), *value))
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.members().find(|(found, _)| *found == name).map(|(_, value)| value)
    }

    /// A string as it was written.
    pub(super) fn text(&self, name: &str) -> Result<Option<&'a RawValue>, Refusal> {
        match self.get(name) {
            Some(value) if !is_text(value) => Err(wrong_type(&self.path(name), "a string", value)),
            found => Ok(found),
        }
    }

    /// A string without its escapes.
    pub(super) fn string(&self, name: &str) -> Result<Option<Cow<'a, str>>, Refusal> {
        self.get(name).map(|value| string(&self.path(name), value)).transpose()
    }

    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        let read = |value: &RawValue| match value.get() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(wrong_type(&self.path(name), "a boolean", value)),
        };
        self.get(name).map(read).transpose()
    }

    pub(super) fn list(&self, name: &str) -> Result<Option<Vec<&'a RawValue>>, Refusal> {
        let read = |value: &'a RawValue| {
            serde_json::from_str(value.get()).map_err(|_| wrong_type(&self.path(name), "an array", value))
        };
        self.get(name).map(read).transpose()
    }

    pub(super) fn object(&self, name: &str) -> Result<Option<Object<'a>>, Refusal> {
        self.get(name).map(|value| Object::of(self.path(name), value)).transpose()
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

pub(super) fn is_text(value: &RawValue) -> bool {
    value.get().starts_with('"')
}

/// # Errors
/// Where it is no string, or holds half of a surrogate pair.
pub(super) fn string<'a>(path: &str, value: &'a RawValue) -> Result<Cow<'a, str>, Refusal> {
    match serde_json::from_str::<Text<'a>>(value.get()) {
        Ok(Text(text)) => Ok(text),
        Err(_) => Err(wrong_type(path, "a string of valid Unicode", value)),
    }
}

pub(super) fn wrong_type(path: &str, expected: &str, value: &RawValue) -> Refusal {
    let got = match value.get().as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        Some(_) | None => "a number",
    };
    Refusal::Invalid {
        param: path.to_owned(),
        reason: format!("Invalid type for '{path}': expected {expected}, but got {got} instead."),
    }
}
