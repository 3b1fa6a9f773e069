//! A tool on this machine: whose home it is in, what was kept of it, and its files as they are now.

use std::path::PathBuf;

use rockpool_connect::files;
use rockpool_connect::{Connection, Plan, Texts, Todo, Tool, Undo, files_of, key_kind, plan, plan_again};
use rockpool_routing::TenantId;
use secrecy::SecretString;
use sha2::{Digest as _, Sha256};

use super::refusal;
use crate::config::ToolsHome;
use crate::host::secret::hash;
use crate::model::client::KeyKind;
use crate::operations::error::{ActionError, refused};
use crate::operations::handle::EngineHandle;
use crate::snapshot::ToolTodo;
use crate::store::{AccountRow, ClientRow, ToolConnectionRow, ToolKey};

pub(super) fn tool_named(name: &str) -> Result<Tool, ActionError> {
    Tool::from_id(name).ok_or_else(|| {
        let known = Tool::ALL.map(Tool::id).join(", ");
        let text = format!("There is no tool “{name}”; known are {known}. For others there are snippets.");
        ActionError::not_found("tool_not_found", name, text)
    })
}

pub(super) fn home_of(engine: &EngineHandle) -> Result<ToolsHome, ActionError> {
    engine.config().tools_home.clone().ok_or_else(|| {
        let text = "No home folder is known here, so no tool can be found; set HOME, or take a snippet.";
        ActionError::unavailable("no_home", text)
    })
}

pub(super) async fn rows(
    engine: &EngineHandle,
    tenant: TenantId,
    home: &ToolsHome,
) -> Result<Vec<ToolConnectionRow>, ActionError> {
    let folder = home.folder().to_path_buf();
    engine.core().store.tool_connections(tenant, folder).await.map_err(refused)
}

/// The account that a tool's client is to be pointed at.
pub(super) fn account_for(
    engine: &EngineHandle,
    tenant: TenantId,
    earlier: Option<&ToolConnectionRow>,
    name: Option<&str>,
) -> Result<AccountRow, ActionError> {
    if let Some(name) = name {
        return engine.account(tenant, name);
    }
    let registry = engine.core().registry.get();
    let present = earlier.and_then(|row| registry.client(row.client)).map(|client| client.account);
    let owner = || registry.accounts_of(tenant).find(|row| registry.pools.contains_key(&row.id));
    let chosen = present.and_then(|id| registry.account(id)).or_else(owner);
    chosen.or_else(|| registry.accounts_of(tenant).next()).cloned().ok_or_else(|| {
        let text = "There is no account yet; add one first, then connect tools.";
        ActionError::conflict("no_accounts", "account", text)
    })
}

/// Files are read and written where no request waits for the disk.
pub(super) async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ActionError> + Send + 'static,
) -> Result<T, ActionError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| {
        let text = "Looking at the tool's files broke down; look at the log.";
        Err(ActionError::unavailable("broke_down", text))
    })
}

/// A tool's files as they are now.
pub(super) struct Now {
    pub(super) texts: Texts,
}

impl Now {
    pub(super) fn read(tool: Tool, home: &ToolsHome) -> Result<Self, ActionError> {
        let texts = files::read_all(&files_of(tool, &home.surroundings)).map_err(refusal::file)?;
        Ok(Self { texts })
    }

    pub(super) fn key_kind(&self, tool: Tool, home: &ToolsHome) -> KeyKind {
        match key_kind(tool, &home.surroundings, &self.texts) {
            rockpool_connect::KeyKind::Bearer => KeyKind::Bearer,
            rockpool_connect::KeyKind::Path => KeyKind::Path,
        }
    }

    pub(super) fn plan(
        &self,
        tool: Tool,
        to: &Connection,
        home: &ToolsHome,
        earlier: Option<&Undo>,
    ) -> Result<Plan, ActionError> {
        let at = &home.surroundings;
        let planned = match earlier {
            None => plan(tool, to, at, &self.texts),
            Some(undo) => {
                let befores = files::befores(undo).map_err(refusal::file)?;
                plan_again(to, at, &self.texts, undo, &befores)
            }
        };
        planned.map_err(refusal::plan)
    }

    /// The same for the same content of the same files.
    pub(super) fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for (path, text) in &self.texts {
            for part in [path.as_os_str().as_encoded_bytes(), text.as_bytes()] {
                hash.update(part.len().to_le_bytes());
                hash.update(part);
            }
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// In place of a key that is not made yet; what is shown of either is the same.
pub(super) fn example_key(kind: KeyKind) -> SecretString {
    match kind {
        KeyKind::Bearer => "rp_exampleexample".into(),
        KeyKind::Path => "rpu_exampleexample".into(),
    }
}

pub(super) fn todo(plan: &Plan) -> Vec<ToolTodo> {
    let view = |todo: &Todo| match todo {
        Todo::Restart => ToolTodo::Restart,
        Todo::ChooseModel(model) => ToolTodo::ChooseModel { model: model.clone() },
        Todo::GiveKey { variable } => ToolTodo::GiveKey { variable: (*variable).to_owned() },
        Todo::SetVariables => ToolTodo::SetVariables,
        Todo::Call(command) => ToolTodo::Call { command: command.clone() },
    };
    plan.todo.iter().map(view).collect()
}

pub(super) fn key_of(tenant: TenantId, home: &ToolsHome, tool: Tool) -> ToolKey {
    ToolKey { tenant, home: home.folder().to_path_buf(), tool }
}

/// Private to the person, as the data folder is: files of tools hold keys.
pub(super) fn copies(engine: &EngineHandle) -> PathBuf {
    engine.config().data_dir.join("tool-copies")
}
/// The name of a tool's client: that which it has, or the tool's own, with a number where that is another's.
pub(super) fn client_name(
    engine: &EngineHandle,
    tenant: TenantId,
    tool: Tool,
    earlier: Option<&ToolConnectionRow>,
) -> String {
    let registry = engine.core().registry.get();
    if let Some(client) = earlier.and_then(|row| registry.client(row.client)) {
        return client.name.clone();
    }
    let is_free = |name: &String| registry.client_named(tenant, name).is_none();
    let numbered = (2..).map(|number| format!("{}-{number}", tool.id()));
    std::iter::once(tool.id().to_owned()).chain(numbered).find(is_free).unwrap_or_default()
}

/// The key that stays when the tool is connected anew.
pub(super) fn present_key(client: Option<&ClientRow>, kind: KeyKind, now: &Now) -> Option<SecretString> {
    let client = client.filter(|client| client.key_kind == kind)?;
    key_in(now.texts.values(), &client.key_hash)
}

/// The one word in these texts that is the key with this hash.
pub(super) fn key_in<'a>(texts: impl Iterator<Item = &'a String>, wanted: &[u8; 32]) -> Option<SecretString> {
    let is_key = |character: char| character.is_ascii_alphanumeric() || "_-".contains(character);
    let mut words = texts.flat_map(|text| text.split(move |character| !is_key(character)));
    words.find(|word| word.starts_with("rp") && hash(word) == *wanted).map(SecretString::from)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::proxy::authenticate::{self, NewKey};

    #[test]
    fn a_key_is_found_wherever_a_tool_keeps_it() {
        let NewKey { secret, hash, .. } = authenticate::new_key(KeyKind::Path);
        let key = secret.expose_secret();
        for text in [
            format!("openai_base_url = \"http://127.0.0.1:7625/k/{key}/v1\"\n"),
            format!("{{\"rp_other\": 1, \"apiKey\":\"{key}\"}}"),
            format!("openai-api-key: {key}"),
        ] {
            let found = key_in([String::from("rp_none"), text].iter(), &hash);
            assert_eq!(found.map(|found| found.expose_secret() == key), Some(true));
        }
        assert!(key_in([format!("{key}x")].iter(), &hash).is_none());
    }
}
