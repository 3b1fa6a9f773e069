//! What a file says, whatever its format, and how two of them are compared.

use std::collections::BTreeMap;
use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::path::Step;

/// What a file says, whatever its format. May hold secrets, so it does not print.
#[derive(Clone)]
pub(crate) enum Value {
    Null,
    Flag(bool),
    Number(String),
    Text(String),
    List(Vec<Value>),
    /// In the order in which it is written; a later member of the same name wins.
    Map(Vec<(String, Value)>),
}

impl Value {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(crate) fn map<const N: usize>(members: [(&str, Value); N]) -> Self {
        Self::Map(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Null | Self::Flag(_) | Self::Number(_) | Self::List(_) | Self::Map(_) => None,
        }
    }

    pub(crate) fn is_empty_container(&self) -> bool {
        match self {
            Self::Map(members) => members.is_empty(),
            Self::List(elements) => elements.is_empty(),
            // A list in YAML that lost its last element is a key without a value.
            Self::Null => true,
            Self::Flag(_) | Self::Number(_) | Self::Text(_) => false,
        }
    }

    pub(crate) fn get(&self, steps: &[Step]) -> Option<&Value> {
        steps.iter().try_fold(self, |value, step| value.child(step))
    }

    pub(crate) fn key(&self, key: &str) -> Option<&Value> {
        match self {
            Self::Map(members) => members.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value),
            Self::Null | Self::Flag(_) | Self::Number(_) | Self::Text(_) | Self::List(_) => None,
        }
    }

    fn child(&self, step: &Step) -> Option<&Value> {
        match (self, step) {
            (Self::Map(_), Step::Key(key)) => self.key(key),
            (Self::List(elements), Step::Item { field, text }) => {
                elements.iter().find(|element| element.is_item(field, text))
            }
            (_, Step::Key(_) | Step::Item { .. }) => None,
        }
    }

    pub(crate) fn is_item(&self, field: &str, text: &str) -> bool {
        self.key(field).and_then(Self::as_text) == Some(text)
    }

    /// Independent of layout and of the order of members.
    pub(crate) fn canonical(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Flag(flag) => serde_json::Value::Bool(*flag),
            Self::Number(digits) => serde_json::json!({ "number": digits }),
            Self::Text(text) => serde_json::Value::String(text.clone()),
            Self::List(elements) => elements.iter().map(Self::canonical).collect(),
            Self::Map(members) => {
                let sorted: BTreeMap<_, _> =
                    members.iter().map(|(key, value)| (key, value.canonical())).collect();
                serde_json::json!({ "map": sorted.into_iter().map(|(key, value)| serde_json::json!([key, value])).collect::<Vec<_>>() })
            }
        }
    }

    pub(crate) fn digest(&self) -> String {
        hex(&Sha256::digest(self.canonical().to_string().as_bytes()))
    }

    /// This tree after the value was put at that place, to hold an edit against.
    pub(crate) fn with(&self, steps: &[Step], value: Option<&Value>) -> Value {
        let Some((first, rest)) = steps.split_first() else {
            return value.cloned().unwrap_or(Self::Null);
        };
        match first {
            Step::Key(key) => {
                let mut members = match self {
                    Self::Map(members) => members.clone(),
                    Self::Null | Self::Flag(_) | Self::Number(_) | Self::Text(_) | Self::List(_) => {
                        Vec::new()
                    }
                };
                let old = self.key(key).cloned();
                members.retain(|(name, _)| name != key);
                if let Some(new) = replaced(old.as_ref(), rest, value) {
                    members.push((key.clone(), new));
                }
                Self::Map(members)
            }
            Step::Item { field, text } => {
                let mut elements = match self {
                    Self::List(elements) => elements.clone(),
                    Self::Null | Self::Flag(_) | Self::Number(_) | Self::Text(_) | Self::Map(_) => Vec::new(),
                };
                let old = elements.iter().find(|element| element.is_item(field, text)).cloned();
                elements.retain(|element| !element.is_item(field, text));
                if let Some(new) = replaced(old.as_ref(), rest, value) {
                    elements.insert(0, new);
                }
                Self::List(elements)
            }
        }
    }

    /// Equal but for the order of list elements at the outermost places that an edit may move, and for containers that
    /// became empty.
    pub(crate) fn says_the_same_as(&self, other: &Value) -> bool {
        match (self, other) {
            (Self::List(here), Self::List(there)) => {
                let mut here: Vec<_> = here.iter().map(Self::digest).collect();
                let mut there: Vec<_> = there.iter().map(Self::digest).collect();
                here.sort();
                there.sort();
                here == there
            }
            (Self::Map(here), Self::Map(there)) => {
                let (here, there) = (last_wins(here), last_wins(there));
                here.len() == there.len()
                    && here
                        .iter()
                        .zip(&there)
                        .all(|((key, one), (other, two))| key == other && one.says_the_same_as(two))
            }
            (one, two) => {
                one.canonical() == two.canonical() || one.is_empty_container() && two.is_empty_container()
            }
        }
    }
}

fn last_wins(members: &[(String, Value)]) -> BTreeMap<&String, &Value> {
    members.iter().map(|(key, value)| (key, value)).collect()
}

fn replaced(old: Option<&Value>, rest: &[Step], value: Option<&Value>) -> Option<Value> {
    match (rest, value) {
        ([], new) => new.cloned(),
        ([..], None) if old.is_none() => None,
        ([..], new) => Some(old.unwrap_or(&Value::Null).with(rest, new)),
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Value(…)")
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A quoted string, valid in JSON, TOML and YAML alike: serde_json writes only escapes that all three have.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}
