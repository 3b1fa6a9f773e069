//! aider: three options of its file in the home folder.

use super::entry::{Entry, Recipe};
use crate::connection::Connection;
use crate::format::Format;
use crate::places::Surroundings;

/// Documented (YAML config file, OpenAI-compatible APIs); the variables that these set were seen in 0.86. A file in a
/// repository or in the current folder wins over this one.
pub(super) fn recipe(to: &Connection, at: &Surroundings, model: &str) -> Recipe {
    let entries = vec![
        Entry::text(["openai-api-base"], to.openai()),
        Entry::text(["openai-api-key"], to.key()),
        Entry::text(["model"], format!("openai/{model}")),
    ];
    Recipe::one(at.aider_config(), Format::Yaml, entries, Vec::new())
}
