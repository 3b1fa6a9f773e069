//! A setting, when it is needed, and what is left for the person.

use std::path::PathBuf;

use crate::format::Format;
use crate::path::EntryPath;
use crate::value::Value;

/// What is left for the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Todo {
    /// The tool reads its configuration when it starts.
    Restart,
    /// Choose this in the tool's list of models.
    ChooseModel(String),
    /// The tool keeps keys in the system's keychain: paste the key where it lists its providers, or set this variable.
    GiveKey { variable: &'static str },
    /// The tool knows only environment variables: take the snippet for the shell.
    SetVariables,
    /// How the tool is called from now on.
    Call(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    Always,
    /// A file that is new needs it, a person's own value is as good.
    IfAbsent,
    /// What is there would win over the other settings.
    IfPresent,
}

pub(crate) struct Entry {
    pub(crate) at: EntryPath,
    pub(crate) value: Value,
    pub(crate) rule: Rule,
}

impl Entry {
    pub(super) fn always(at: EntryPath, value: Value) -> Self {
        Self { at, value, rule: Rule::Always }
    }

    pub(super) fn text<const N: usize>(keys: [&str; N], text: impl Into<String>) -> Self {
        Self::always(EntryPath::keys(keys), Value::text(text))
    }

    pub(super) fn if_absent<const N: usize>(keys: [&str; N], value: Value) -> Self {
        Self { at: EntryPath::keys(keys), value, rule: Rule::IfAbsent }
    }

    pub(super) fn if_present<const N: usize>(keys: [&str; N], text: &str) -> Self {
        Self { at: EntryPath::keys(keys), value: Value::text(text), rule: Rule::IfPresent }
    }
}

pub(crate) struct FileRecipe {
    pub(crate) path: PathBuf,
    pub(crate) format: Format,
    pub(crate) entries: Vec<Entry>,
}

pub(crate) struct Recipe {
    pub(crate) files: Vec<FileRecipe>,
    pub(crate) todo: Vec<Todo>,
}

impl Recipe {
    pub(super) fn one(path: PathBuf, format: Format, entries: Vec<Entry>, todo: Vec<Todo>) -> Self {
        Self { files: vec![FileRecipe { path, format, entries }], todo }
    }
}
