//! Leads a tool to the endpoint by its own files, and takes that back. The record of how to go back is in the database
//! before the first file is touched, and the client with its new key in the same transaction.

use std::io;
use std::path::Path;

use rockpool_connect::files::{self, Backups, DisconnectError, FileError};
use rockpool_connect::{Choice, Connection, Plan, Standing, Tool, Undo, UndoError, standing};
use rockpool_routing::{ClientId, TenantId};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;
use utoipa::ToSchema;
use uuid::Uuid;

use super::listing::show;
use super::machine::{
    Now, account_for, client_name, copies, home_of, key_of, on_disk, present_key, rows, todo, tool_named,
};
use super::refusal;
use crate::config::ToolsHome;
use crate::model::client::{KeyKind, OverrideMode};
use crate::operations::error::{ActionError, refused};
use crate::operations::handle::EngineHandle;
use crate::operations::requests::{EditedSettings, ToolConnect, ToolDisconnect, ToolKeyAfter};
use crate::operations::secret_text;
use crate::proxy::authenticate::{self, NewKey};
use crate::snapshot::{ToolTodo, ToolView};
use crate::store::{AccountRow, ClientRow, Store, ToolConnectionRow};

/// A tool that was just connected.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ToolConnected {
    pub tool: ToolView,
    pub todo: Vec<ToolTodo>,
    /// Shown this once, where the person has to hand it to the tool.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "secret_text::optional")]
    #[schema(value_type = Option<String>)]
    pub key: Option<SecretString>,
}

/// Makes a client for the tool and leads the tool to the endpoint. One that is connected already is led there anew, with
/// its client and, where its files still have it, its key.
pub(crate) async fn connect(
    engine: &EngineHandle,
    tenant: TenantId,
    name: &str,
    wish: ToolConnect,
) -> Result<ToolConnected, ActionError> {
    let tool = tool_named(name)?;
    if tool == Tool::CopilotCli {
        let text = "Copilot CLI takes environment variables alone; take the snippet for your shell.";
        return Err(ActionError::invalid("by_variables", name, text));
    }
    let home = home_of(engine)?;
    let _edit = engine.core().registry.edit().await;
    let earlier = rows(engine, tenant, &home).await?.into_iter().find(|row| row.key.tool == tool);
    let account = account_for(engine, tenant, earlier.as_ref(), wish.account.as_deref())?;
    let client = client_before(engine, tenant, tool, &account, earlier.as_ref());
    let job = Job {
        tool,
        origin: engine.origin(),
        wish,
        copies: Backups::In(copies(engine)),
        row: ToolConnectionRow {
            key: key_of(tenant, &home, tool),
            client: client.id,
            origin: engine.origin(),
            model: None,
            undo: Undo::new(tool),
            connected_at: engine.core().clock.wall(),
        },
        home,
        client,
        client_was: earlier.as_ref().and_then(|row| engine.core().registry.get().client(row.client).cloned()),
        earlier,
        store: engine.core().store.clone(),
        runtime: Handle::current(),
    };
    let done = on_disk(move || job.run()).await;
    engine.reload().await?;
    let (todo, key) = done?;
    let key = todo.iter().any(|todo| matches!(todo, ToolTodo::GiveKey { .. })).then_some(key);
    Ok(ToolConnected { tool: show(engine, tenant, tool).await?, todo, key })
}

/// The tool's client as it is, or as it is to be made; its key is set later.
fn client_before(
    engine: &EngineHandle,
    tenant: TenantId,
    tool: Tool,
    account: &AccountRow,
    earlier: Option<&ToolConnectionRow>,
) -> ClientRow {
    let registry = engine.core().registry.get();
    let present = earlier.and_then(|row| registry.client(row.client)).cloned();
    let made = || ClientRow {
        id: ClientId(Uuid::now_v7()),
        tenant,
        name: client_name(engine, tenant, tool, earlier),
        account: account.id,
        key_kind: KeyKind::Bearer,
        key_hash: [0; 32],
        key_hint: String::new(),
        override_mode: OverrideMode::Inherit,
        strategy: None,
        created_at: engine.core().clock.wall(),
        last_used_at: None,
    };
    ClientRow { account: account.id, ..present.unwrap_or_else(made) }
}

/// One connection, away from the threads that serve.
struct Job {
    tool: Tool,
    home: ToolsHome,
    origin: String,
    wish: ToolConnect,
    copies: Backups,
    row: ToolConnectionRow,
    client: ClientRow,
    client_was: Option<ClientRow>,
    earlier: Option<ToolConnectionRow>,
    store: Store,
    runtime: Handle,
}

impl Job {
    fn run(mut self) -> Result<(Vec<ToolTodo>, SecretString), ActionError> {
        let now = Now::read(self.tool, &self.home)?;
        if self.wish.seen.as_ref().is_some_and(|seen| *seen != now.digest()) {
            let text = "The tool's files have been changed meanwhile. Look at the change once more.";
            return Err(ActionError::conflict("changed_meanwhile", self.tool.id(), text));
        }
        let key = self.key(&now);
        let model = self.wish.model.clone();
        let to = Connection { origin: self.origin.clone(), key: key.clone(), model, context_window: None };
        self.row.model.clone_from(&self.wish.model);
        let plan = now.plan(self.tool, &to, &self.home, self.earlier.as_ref().map(|row| &row.undo))?;
        self.write(&plan)?;
        Ok((todo(&plan), key))
    }

    /// The key that the files have, where it is the client's and of the right kind; else a new one.
    fn key(&mut self, now: &Now) -> SecretString {
        let kind = now.key_kind(self.tool, &self.home);
        if let Some(key) = present_key(self.client_was.as_ref(), kind, now) {
            return key;
        }
        let NewKey { secret, hash, hint } = authenticate::new_key(kind);
        self.client = ClientRow { key_kind: kind, key_hash: hash, key_hint: hint, ..self.client.clone() };
        secret
    }

    fn write(self, plan: &Plan) -> Result<(), ActionError> {
        let Self { copies, row, client, client_was, earlier, store, runtime, .. } = self;
        let key = row.key.clone();
        let made = client_was.is_none().then_some(client.id);
        let keep = |undo: &Undo| {
            let row = ToolConnectionRow { undo: undo.clone(), ..row.clone() };
            let kept = runtime.block_on(store.put_tool_connection(row, Some(client.clone())));
            kept.map_err(io::Error::other)
        };
        let written = files::connect(plan, &copies, earlier.as_ref().map(|row| &row.undo), keep);
        let error = match written {
            Ok(_) => return Ok(()),
            // The record that is kept leads back, and some file has the client's key.
            Err(error @ FileError::NotRolledBack { .. }) => return Err(refusal::file(error)),
            Err(error) => error,
        };
        let undone = runtime.block_on(async {
            match earlier {
                None => store.remove_tool_connection(key, made).await,
                Some(earlier) => {
                    let tenant = key.tenant;
                    store.put_tool_connection(earlier, client_was).await?;
                    match made {
                        Some(client) => store.delete_client(tenant, client).await,
                        None => Ok(()),
                    }
                }
            }
        });
        if let Err(error) = undone {
            tracing::warn!(%error, "a connection that was not made is still on record");
        }
        Err(refusal::file(error))
    }
}

/// Takes a connection back. Where nothing of it is left in any file, it is forgotten.
pub(crate) async fn disconnect(
    engine: &EngineHandle,
    tenant: TenantId,
    name: &str,
    wish: ToolDisconnect,
) -> Result<ToolView, ActionError> {
    let tool = tool_named(name)?;
    let home = home_of(engine)?;
    let _edit = engine.core().registry.edit().await;
    let row = connection(engine, tenant, &home, tool).await?;
    let choice = match wish.edited {
        EditedSettings::Ask => Choice::Ask,
        EditedSettings::Keep => Choice::Keep,
        EditedSettings::TakeBack => Choice::TakeBack,
    };
    let undo = row.undo.clone();
    on_disk(move || match files::disconnect(&undo, choice) {
        Err(DisconnectError::Undo(UndoError::Copy { .. })) if is_gone(&undo) => Ok(()),
        done => done.map_err(refusal::disconnect),
    })
    .await?;
    let client = match wish.key {
        ToolKeyAfter::Remove => Some(row.client),
        ToolKeyAfter::Keep => None,
    };
    engine.core().store.remove_tool_connection(row.key, client).await.map_err(refused)?;
    on_disk(move || {
        files::forget(&row.undo);
        Ok(())
    })
    .await?;
    engine.reload().await?;
    show(engine, tenant, tool).await
}

pub(super) async fn connection(
    engine: &EngineHandle,
    tenant: TenantId,
    home: &ToolsHome,
    tool: Tool,
) -> Result<ToolConnectionRow, ActionError> {
    let row = rows(engine, tenant, home).await?.into_iter().find(|row| row.key.tool == tool);
    row.ok_or_else(|| {
        let text = format!("{} is not connected here.", tool.name());
        ActionError::not_found("tool_not_connected", tool.id(), text)
    })
}

fn is_gone(undo: &Undo) -> bool {
    let text = |path: &Path| files::read(path).ok().flatten();
    undo.files.iter().all(|file| matches!(standing(file, text(&file.path).as_deref()), Ok(Standing::Gone)))
}
