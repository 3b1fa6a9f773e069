//! Codex: command line, IDE extension and app.

use super::entry::{Entry, Recipe, Todo};
use crate::connection::{Connection, KeyKind};
use crate::error::PlanError;
use crate::format::Format;
use crate::login::own_login;
use crate::path::EntryPath;
use crate::places::{Surroundings, Texts};
use crate::tool::Tool;
use crate::value::Value;

/// With a login of its own the CLI keeps its built-in provider, and with it its list of earlier sessions, which is per
/// provider. It then sends its own bearer, so the key goes into the path.
pub(crate) fn key_kind(at: &Surroundings, texts: &Texts) -> KeyKind {
    let has_login = own_login(Tool::CodexCli, at, texts).is_some()
        || has_api_key(at, texts)
        || keeps_logins_in_keychain(at, texts);
    match has_login {
        true => KeyKind::Path,
        false => KeyKind::Bearer,
    }
}

fn has_api_key(at: &Surroundings, texts: &Texts) -> bool {
    let tree = texts.get(&at.codex_login()).and_then(|text| Format::Json.tree(text).ok());
    tree.is_some_and(|tree| tree.key("OPENAI_API_KEY").and_then(Value::as_text).is_some())
}

/// Seen: `cli_auth_credentials_store`, by default a file.
fn keeps_logins_in_keychain(at: &Surroundings, texts: &Texts) -> bool {
    let tree = texts.get(&at.codex_config()).and_then(|text| Format::Toml.tree(text).ok());
    let store =
        tree.as_ref().and_then(|tree| tree.key("cli_auth_credentials_store")).and_then(Value::as_text);
    matches!(store, Some("keyring" | "auto"))
}

pub(super) fn recipe(to: &Connection, at: &Surroundings, texts: &Texts) -> Result<Recipe, PlanError> {
    let kind = key_kind(at, texts);
    if to.key_kind() != kind {
        return Err(PlanError::WrongKey { tool: Tool::CodexCli, needed: kind });
    }
    let mut entries = match kind {
        // Seen (0.169, 0.171). With the second address, `/status` shows the pool's limits, not the login's own.
        KeyKind::Path => vec![
            Entry::text(["openai_base_url"], to.openai_with_path_key()),
            Entry::text(["chatgpt_base_url"], to.backend_with_path_key()),
            Entry::if_present(["model_provider"], "openai"),
        ],
        // Seen (0.169, 0.171). `env_key` is what the documentation prefers, but a variable cannot be set for an app that is
        // started from a dock; `experimental_bearer_token` is documented too.
        KeyKind::Bearer => vec![
            Entry::text(["model_provider"], "rockpool"),
            Entry::always(
                EntryPath::keys(["model_providers", "rockpool"]),
                Value::map([
                    ("name", Value::text("Rockpool")),
                    ("base_url", Value::text(to.openai())),
                    ("experimental_bearer_token", Value::text(to.key())),
                    ("supports_websockets", Value::Flag(true)),
                ]),
            ),
        ],
    };
    entries.extend(to.model.as_deref().map(|model| Entry::text(["model"], model)));
    Ok(Recipe::one(at.codex_config(), Format::Toml, entries, vec![Todo::Restart]))
}
