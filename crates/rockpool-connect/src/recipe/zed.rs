//! Zed: an OpenAI-compatible provider in its settings.

use super::entry::{Entry, Recipe, Todo};
use crate::connection::Connection;
use crate::format::Format;
use crate::path::EntryPath;
use crate::places::Surroundings;
use crate::value::Value;

/// Documented (Use API Access): the key is never in this file; the variable's name is the provider's in capitals.
pub(super) fn recipe(to: &Connection, at: &Surroundings, model: &str) -> Recipe {
    let capabilities = ["tools", "images", "parallel_tool_calls", "prompt_cache_key"];
    let model = Value::map([
        ("name", Value::text(model)),
        ("max_tokens", Value::Number(to.context_window().to_string())),
        ("capabilities", Value::map(capabilities.map(|name| (name, Value::Flag(true))))),
    ]);
    let provider =
        Value::map([("api_url", Value::text(to.openai())), ("available_models", Value::List(vec![model]))]);
    let entries =
        vec![Entry::always(EntryPath::keys(["language_models", "openai_compatible", "Rockpool"]), provider)];
    let todo = vec![Todo::GiveKey { variable: "ROCKPOOL_API_KEY" }, Todo::ChooseModel("Rockpool".to_owned())];
    Recipe::one(at.zed_settings(), Format::Jsonc, entries, todo)
}
