//! Claude Code: variables in its settings.

use super::entry::{Entry, Recipe, Todo};
use crate::connection::Connection;
use crate::format::Format;
use crate::places::Surroundings;

/// Documented (LLM gateway): variables in `env`, which win over those of the shell; the address without `/v1`. A key in
/// `ANTHROPIC_API_KEY` would be sent as well, so it is emptied where it is set.
pub(super) fn recipe(to: &Connection, at: &Surroundings) -> Recipe {
    let mut entries = vec![
        Entry::text(["env", "ANTHROPIC_BASE_URL"], to.anthropic()),
        Entry::text(["env", "ANTHROPIC_AUTH_TOKEN"], to.key()),
        Entry::if_present(["env", "ANTHROPIC_API_KEY"], ""),
    ];
    entries.extend(to.model.as_deref().map(|model| Entry::text(["env", "ANTHROPIC_MODEL"], model)));
    Recipe::one(at.claude_code_settings(), Format::Json, entries, vec![Todo::Restart])
}
