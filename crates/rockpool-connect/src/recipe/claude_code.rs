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
    if let Some(model) = &to.model {
        entries.push(Entry::text(["env", "ANTHROPIC_MODEL"], model));
        // Seen (2.1.332): a model that it does not know is taken for one of a million tokens, and so never compacted in time.
        let window = ["env", "CLAUDE_CODE_MAX_CONTEXT_TOKENS"];
        let is_known = model.starts_with("claude-");
        entries.extend((!is_known).then(|| Entry::text(window, to.context_window().to_string())));
    }
    Recipe::one(at.claude_code_settings(), Format::Json, entries, vec![Todo::Restart])
}
