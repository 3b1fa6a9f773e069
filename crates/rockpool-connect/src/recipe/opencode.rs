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
/// With a ChatGPT login of its own, opencode sends whatever goes to `openai` to chatgpt.com, whatever the address says (as
/// its sources have it), so then a provider of another name is needed, and that lists its models itself.
pub(super) fn recipe(to: &Connection, at: &Surroundings, texts: &Texts) -> Result<Recipe, PlanError> {
    let [first, jsonc, json] = at.opencode_configs();
    let path = [first.clone(), jsonc, json.clone()].into_iter().find(|path| texts.contains_key(path));
    let path = path.unwrap_or(if first == at.opencode_configs()[1] { json } else { first });
    let options = Value::map([("baseURL", Value::text(to.openai())), ("apiKey", Value::text(to.key()))]);
    let entries = match (own_login(Tool::OpenCode, at, texts), &to.model) {
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
                    ("models", Value::Map(vec![(model.clone(), Value::Map(Vec::new()))])),
                ]),
            ),
        ],
    };
    Ok(Recipe::one(path, Format::Jsonc, entries, vec![Todo::Restart]))
}
