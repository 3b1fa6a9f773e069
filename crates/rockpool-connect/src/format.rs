//! Reads and changes one setting of a text, whatever its format.

mod fault;
mod json;
mod toml;
mod yaml;

use serde::{Deserialize, Serialize};

pub use fault::Fault;
pub(crate) use fault::Raw;

use crate::path::EntryPath;
use crate::text;
use crate::value::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    Toml,
    /// The tool's own reader may not know comments, so none are written. Comments that are there are kept.
    Json,
    /// JSON with comments.
    Jsonc,
    Yaml,
}

impl Format {
    pub(crate) const fn comment(self) -> Option<&'static str> {
        match self {
            Self::Toml | Self::Yaml => Some("#"),
            Self::Jsonc => Some("//"),
            Self::Json => None,
        }
    }

    /// All that a text says.
    pub(crate) fn tree(self, text: &str) -> Result<Value, Fault> {
        let (_, body) = text::without_bom(text);
        match self {
            Self::Toml => toml::tree(body),
            Self::Json | Self::Jsonc => json::tree(body),
            Self::Yaml => yaml::tree(body),
        }
    }

    /// What stands at that place.
    pub(crate) fn raw(self, text: &str, at: &EntryPath) -> Result<Option<Raw>, Fault> {
        let (_, body) = text::without_bom(text);
        match self {
            Self::Toml => toml::raw(body, at),
            Self::Json | Self::Jsonc => json::raw(body, at),
            Self::Yaml => yaml::raw(body, at),
        }
    }

    /// The text with this value at that place; everything else stays byte for byte.
    pub(crate) fn put(self, text: &str, at: &EntryPath, value: &Value) -> Result<String, Fault> {
        self.edit(text, at, Some(value), |body| match self {
            Self::Toml => toml::put(body, at, value),
            Self::Json | Self::Jsonc => json::put(body, at, value),
            Self::Yaml => yaml::put(body, at, value),
        })
    }

    /// The text with what stood there before, as it was written then.
    pub(crate) fn put_raw(
        self,
        text: &str,
        at: &EntryPath,
        raw: &Raw,
        value: &Value,
    ) -> Result<String, Fault> {
        self.edit(text, at, Some(value), |body| match self {
            Self::Toml => toml::put_raw(body, at, raw),
            Self::Json | Self::Jsonc => json::put_raw(body, at, raw),
            Self::Yaml => yaml::put_raw(body, at, raw),
        })
    }

    /// The text without what stands at that place.
    pub(crate) fn take(self, text: &str, at: &EntryPath) -> Result<String, Fault> {
        self.edit(text, at, None, |body| match self {
            Self::Toml => toml::take(body, at),
            Self::Json | Self::Jsonc => json::take(body, at),
            Self::Yaml => yaml::take(body, at),
        })
    }

    /// The text with these comment lines, which carry their comment sign, where a person sees them first.
    pub(crate) fn note(
        self,
        text: &str,
        lines: &[String],
        before: Option<&EntryPath>,
    ) -> Result<String, Fault> {
        let (bom, body) = text::without_bom(text);
        let noted = match self {
            Self::Toml => toml::note(body, lines, before)?,
            Self::Yaml => yaml::note(body, lines, before)?,
            Self::Jsonc => json::note(body, lines)?,
            Self::Json => body.to_owned(),
        };
        match self.tree(&noted)?.canonical() == self.tree(body)?.canonical() {
            true => Ok([bom, &noted].concat()),
            false => Err(Fault::Unsafe { at: before.map(EntryPath::to_string).unwrap_or_default() }),
        }
    }

    /// Holds every edit against what it should have done, so that a layout nobody thought of is refused, not broken.
    fn edit(
        self,
        text: &str,
        at: &EntryPath,
        value: Option<&Value>,
        change: impl FnOnce(&str) -> Result<String, Fault>,
    ) -> Result<String, Fault> {
        let (bom, body) = text::without_bom(text);
        let expected = self.tree(body)?.with(&at.0, value);
        let after = change(body)?;
        let is_as_expected = self.tree(&after).is_ok_and(|tree| {
            tree.says_the_same_as(&expected)
                || value.is_none() && tree.says_the_same_as(&without_empty(&expected, at))
        });
        match is_as_expected {
            true => Ok([bom, &after].concat()),
            false => Err(Fault::Unsafe { at: at.to_string() }),
        }
    }
}

/// Without the containers above that are empty: in TOML they go with the last setting.
fn without_empty(tree: &Value, at: &EntryPath) -> Value {
    at.ancestors().fold(tree.clone(), |tree, above| match tree.get(&above.0) {
        Some(container) if container.is_empty_container() => tree.with(&above.0, None),
        Some(_) | None => tree,
    })
}
