//! opencode: a provider in its configuration.

use super::entry::{Entry, Recipe, Todo};
use crate::connection::Connection;
use crate::error::PlanError;
use crate::format::Format;
use crate::login::own_login;
use crate::path::EntryPath;
use crate::places::{Surroundings, Texts};
use crate::tool::Tool;
use crate::value::Value;

/// Documented: `provider.ID.options`, files with comments. Seen (1.18): provider `openai` speaks Responses.
///
/// Seen (1.18.33): with a ChatGPT login of its own, nothing that goes to `openai` reaches the address that is set there, so then
/// a provider of another name is needed, and that lists its models itself.
pub(super) fn recipe(to: &Connection, at: &Surroundings, texts: &Texts) -> Result<Recipe, PlanError> {
    let [first, jsonc, json] = at.opencode_configs();
    let path = [first.clone(), jsonc, json.clone()].into_iter().find(|path| texts.contains_key(path));
    let path = path.unwrap_or(if first == at.opencode_configs()[1] { json } else { first });
    let options = Value::map([("baseURL", Value::text(to.openai())), ("apiKey", Value::text(to.key()))]);
    let mut entries = match (own_login(Tool::OpenCode, at, texts), &to.model) {
        (None, model) => {
            let mut entries = vec![
                Entry::text(["provider", "openai", "options", "baseURL"], to.openai()),
                Entry::text(["provider", "openai", "options", "apiKey"], to.key()),
            ];
            entries.extend(model.as_ref().map(|model| Entry::text(["model"], format!("openai/{model}"))));
            entries
        }
        (Some(_), None) => return Err(PlanError::NeedsModel { tool: Tool::OpenCode }),
        (Some(_), Some(model)) => vec![
            Entry::text(["model"], format!("rockpool/{model}")),
            Entry::always(
                EntryPath::keys(["provider", "rockpool"]),
                Value::map([
                    ("npm", Value::text("@ai-sdk/openai")),
                    ("name", Value::text("Rockpool")),
                    ("options", options),
                    ("models", Value::Map(vec![(model.clone(), limited(to))])),
                ]),
            ),
        ],
    };
    // Seen (1.18.33): a file without it gets it from the tool at its next start, and so would no longer be as it was.
    entries.insert(0, Entry::if_absent(["$schema"], Value::text("https://opencode.ai/config.json")));
    Ok(Recipe::one(path, Format::Jsonc, entries, vec![Todo::Restart]))
}

/// Documented; without a limit a model of an unknown provider is never compacted. The output is what Codex models have.
fn limited(to: &Connection) -> Value {
    let number = |number: u32| Value::Number(number.to_string());
    let limit = Value::map([("context", number(to.context_window())), ("output", number(128_000))]);
    Value::map([("limit", limit)])
}
