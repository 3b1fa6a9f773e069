//! Why a text cannot be read or changed, and what stood at a place.

use thiserror::Error;

use crate::path::EntryPath;
use crate::text;

/// Why a text cannot be read or changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Fault {
    #[error("line {line}, column {column}: {reason}")]
    Syntax { line: usize, column: usize, reason: String },
    /// Something else is where the setting or its container should be.
    #[error("“{at}” is not of the kind that the tool expects")]
    Shape { at: String },
    /// The change was tried, and the outcome did not say what it should.
    #[error("“{at}” is written in a way that cannot be changed safely")]
    Unsafe { at: String },
}

impl Fault {
    pub(super) fn shape(at: &EntryPath) -> Self {
        Self::Shape { at: at.to_string() }
    }
}

/// What stood at a place, as it was written.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Raw {
    /// A value behind its key.
    Value(String),
    /// Whole lines: a table in TOML, an element of a list in YAML.
    Lines(String),
}

pub(super) fn syntax(text: &str, at: usize, reason: impl Into<String>) -> Fault {
    let (line, column) = text::position(text, at);
    Fault::Syntax { line, column, reason: reason.into() }
}
