//! Where in a file's tree a setting is.

use std::fmt;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    Key(String),
    /// The element of a list whose field has this text.
    Item {
        field: String,
        text: String,
    },
}

/// Where in a file's tree a setting is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryPath(pub Vec<Step>);

impl EntryPath {
    pub(crate) fn keys<const N: usize>(keys: [&str; N]) -> Self {
        Self(keys.into_iter().map(|key| Step::Key(key.to_owned())).collect())
    }

    pub(crate) fn item(self, field: &str, text: &str) -> Self {
        let mut steps = self.0;
        steps.push(Step::Item { field: field.to_owned(), text: text.to_owned() });
        Self(steps)
    }

    /// Everything above it, the innermost first; never the root.
    pub(crate) fn ancestors(&self) -> impl Iterator<Item = Self> + '_ {
        (1..self.0.len()).rev().filter_map(|length| self.0.get(..length).map(|steps| Self(steps.to_vec())))
    }
}

impl fmt::Display for EntryPath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if index == 0 => out.write_str(key)?,
                Step::Key(key) => write!(out, ".{key}")?,
                Step::Item { field, text } => write!(out, "[{field}: {text}]")?,
            }
        }
        Ok(())
    }
}
