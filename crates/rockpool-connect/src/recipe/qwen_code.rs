//! Qwen Code: variables and a model in its settings.

use super::entry::{Entry, Recipe, Todo};
use crate::connection::Connection;
use crate::format::Format;
use crate::places::Surroundings;

/// Seen (0.24): with these four the request arrived with this key. `env` is documented, and gives way to variables of the
/// shell. The tool writes the file anew when it starts and loses comments, so none is written.
pub(super) fn recipe(to: &Connection, at: &Surroundings, model: &str) -> Recipe {
    let entries = vec![
        Entry::text(["env", "OPENAI_BASE_URL"], to.openai()),
        Entry::text(["env", "OPENAI_API_KEY"], to.key()),
        Entry::text(["security", "auth", "selectedType"], "openai"),
        Entry::text(["model", "name"], model),
    ];
    Recipe::one(at.qwen_code_settings(), Format::Json, entries, vec![Todo::Restart])
}
