//! Cline: its OpenAI-compatible provider.

use super::entry::{Entry, Recipe, Todo};
use crate::connection::Connection;
use crate::format::Format;
use crate::places::Surroundings;
use crate::value::Value;

const ID: &str = "openai-compatible";

/// The file is documented; its members seen as `cline auth -p openai` of 3.0.65 writes them. The moment is required and
/// only ever compared, so an old one does.
pub(super) fn recipe(to: &Connection, at: &Surroundings, model: &str) -> Recipe {
    let entries = vec![
        Entry::if_absent(["version"], Value::Number("1".to_owned())),
        Entry::text(["lastUsedProvider"], ID),
        Entry::if_absent(["modes"], Value::Map(Vec::new())),
        Entry::text(["providers", ID, "settings", "provider"], ID),
        Entry::text(["providers", ID, "settings", "apiKey"], to.key()),
        Entry::text(["providers", ID, "settings", "model"], model),
        Entry::text(["providers", ID, "settings", "baseUrl"], to.openai()),
        Entry::if_absent(["providers", ID, "updatedAt"], Value::text("1970-01-01T00:00:00.000Z")),
        Entry::if_absent(["providers", ID, "tokenSource"], Value::text("manual")),
    ];
    Recipe::one(at.cline_providers(), Format::Json, entries, vec![Todo::Restart])
}
