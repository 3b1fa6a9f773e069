//! llm: an element of its list of models, and a key by name.

use super::entry::{Entry, FileRecipe, Recipe, Todo};
use crate::connection::Connection;
use crate::format::Format;
use crate::path::EntryPath;
use crate::places::Surroundings;
use crate::value::Value;

const NAME: &str = "rockpool";

/// Seen in 0.36: a list of models in one file, keys by name in another. The person's default model stays.
pub(super) fn recipe(to: &Connection, at: &Surroundings, model: &str) -> Recipe {
    let flags = ["responses", "supports_tools", "supports_schema", "vision"];
    let texts = [
        ("model_id", Value::text(NAME)),
        ("model_name", Value::text(model)),
        ("api_base", Value::text(to.openai())),
        ("api_key_name", Value::text(NAME)),
    ];
    let members = texts.into_iter().chain(flags.map(|flag| (flag, Value::Flag(true))));
    let value = Value::Map(members.map(|(key, value)| (key.to_owned(), value)).collect());
    let models = FileRecipe {
        path: at.llm_models(),
        format: Format::Yaml,
        entries: vec![Entry::always(EntryPath::keys([]).item("model_id", NAME), value)],
    };
    let keys = FileRecipe {
        path: at.llm_keys(),
        format: Format::Json,
        entries: vec![Entry::text([NAME], to.key())],
    };
    Recipe { files: vec![models, keys], todo: vec![Todo::Call(format!("llm -m {NAME}"))] }
}
