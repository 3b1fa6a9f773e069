//! Continue: an element of its list of models.

use super::entry::{Entry, FileRecipe, Recipe, Todo};
use crate::connection::Connection;
use crate::format::Format;
use crate::path::EntryPath;
use crate::places::{Surroundings, Texts};
use crate::value::Value;

/// Documented (config.yaml reference, YAML migration): a list of models; `name`, `version` and `schema` are required. A
/// config.yaml beside an older config.json would hide it, so then the older file is changed.
pub(super) fn recipe(to: &Connection, at: &Surroundings, texts: &Texts, model: &str) -> Recipe {
    let [yaml, json] = at.continue_configs();
    let model_of = |name: &str| {
        Value::map([
            (name, Value::text("Rockpool")),
            ("provider", Value::text("openai")),
            ("model", Value::text(model)),
            ("apiBase", Value::text(to.openai())),
            ("apiKey", Value::text(to.key())),
        ])
    };
    let at_name = |field: &str| EntryPath::keys(["models"]).item(field, "Rockpool");
    let file = match texts.contains_key(&json) && !texts.contains_key(&yaml) {
        true => FileRecipe {
            path: json,
            format: Format::Json,
            entries: vec![Entry::always(at_name("title"), model_of("title"))],
        },
        false => FileRecipe {
            path: yaml,
            format: Format::Yaml,
            entries: vec![
                Entry::if_absent(["name"], Value::text("Rockpool")),
                Entry::if_absent(["version"], Value::text("1.0.0")),
                Entry::if_absent(["schema"], Value::text("v1")),
                Entry::always(at_name("name"), model_of("name")),
            ],
        },
    };
    Recipe { files: vec![file], todo: vec![Todo::ChooseModel("Rockpool".to_owned())] }
}
