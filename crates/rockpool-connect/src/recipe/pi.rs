//! pi: a provider of its own, and the default model.

use super::entry::{Entry, FileRecipe, Recipe, Todo};
use crate::connection::Connection;
use crate::format::Format;
use crate::path::EntryPath;
use crate::places::Surroundings;
use crate::value::Value;

/// Documented (0.73, docs/models.md and docs/settings.md); the request was seen to arrive so configured.
pub(super) fn recipe(to: &Connection, at: &Surroundings, model: &str) -> Recipe {
    let model_value = Value::map([
        ("id", Value::text(model)),
        ("reasoning", Value::Flag(true)),
        ("input", Value::List(vec![Value::text("text"), Value::text("image")])),
        ("contextWindow", Value::Number(to.context_window().to_string())),
    ]);
    let provider = Value::map([
        ("baseUrl", Value::text(to.openai())),
        ("api", Value::text("openai-responses")),
        ("apiKey", Value::text(to.key())),
        ("models", Value::List(vec![model_value])),
    ]);
    let models = FileRecipe {
        path: at.pi_models(),
        format: Format::Json,
        entries: vec![Entry::always(EntryPath::keys(["providers", "rockpool"]), provider)],
    };
    let settings = FileRecipe {
        path: at.pi_settings(),
        format: Format::Json,
        entries: vec![Entry::text(["defaultProvider"], "rockpool"), Entry::text(["defaultModel"], model)],
    };
    Recipe { files: vec![models, settings], todo: vec![Todo::Restart] }
}
