//! Which tools there are and how each stands, what connecting one would change, and snippets for whatever has no file
//! of its own.

use std::collections::BTreeMap;
use std::path::Path;

use rockpool_connect::files::ThisMachine;
use rockpool_connect::{
    Connection, PlanError, Snippet, Standing, Texts, Tool, detect, plan, snippet, standing,
};
use rockpool_routing::TenantId;
use secrecy::SecretString;

use super::machine::{
    Now, account_for, client_name, example_key, home_of, on_disk, present_key, rows, todo, tool_named,
};
use super::own_login;
use crate::config::ToolsHome;
use crate::operations::error::ActionError;
use crate::operations::handle::EngineHandle;
use crate::operations::requests::{SnippetQuery, ToolConnect};
use crate::snapshot::{SnippetView, ToolPreview, ToolState, ToolView};
use crate::store::ToolConnectionRow;

/// What snippets hold where the key belongs.
const KEY_PLACE: &str = "YOUR_KEY";

/// Every tool that is known, whether it is installed or not.
pub(crate) async fn list(engine: &EngineHandle, tenant: TenantId) -> Result<Vec<ToolView>, ActionError> {
    let home = home_of(engine)?;
    let rows = rows(engine, tenant, &home).await?;
    let origin = engine.origin();
    let looks = on_disk(move || {
        let looked = |tool| {
            let row = rows.iter().find(|row| row.key.tool == tool);
            Look::at(tool, &home, row.cloned(), &origin)
        };
        Ok(Tool::ALL.map(looked))
    });
    let mut views = Vec::new();
    for look in looks.await? {
        views.push(look.shown(engine, tenant).await);
    }
    Ok(views)
}

/// One of them.
pub(crate) async fn show(
    engine: &EngineHandle,
    tenant: TenantId,
    tool: Tool,
) -> Result<ToolView, ActionError> {
    let home = home_of(engine)?;
    let row = rows(engine, tenant, &home).await?.into_iter().find(|row| row.key.tool == tool);
    let origin = engine.origin();
    let look = on_disk(move || Ok(Look::at(tool, &home, row, &origin))).await?;
    Ok(look.shown(engine, tenant).await)
}

/// What connecting would change; nothing is touched.
pub(crate) async fn preview(
    engine: &EngineHandle,
    tenant: TenantId,
    name: &str,
    wish: ToolConnect,
) -> Result<ToolPreview, ActionError> {
    let tool = tool_named(name)?;
    let home = home_of(engine)?;
    let earlier = rows(engine, tenant, &home).await?.into_iter().find(|row| row.key.tool == tool);
    let account = account_for(engine, tenant, earlier.as_ref(), wish.account.as_deref())?.name;
    let client = client_name(engine, tenant, tool, earlier.as_ref());
    let registry = engine.core().registry.get();
    let present = earlier.as_ref().and_then(|row| registry.client(row.client)).cloned();
    let (origin, model) = (engine.origin(), wish.model);
    on_disk(move || {
        let now = Now::read(tool, &home)?;
        let kind = now.key_kind(tool, &home);
        let key = present_key(present.as_ref(), kind, &now).unwrap_or_else(|| example_key(kind));
        let to = Connection { origin, key, model, context_window: None };
        let plan = now.plan(tool, &to, &home, earlier.as_ref().map(|row| &row.undo))?;
        let changed = plan.changes.iter().filter(|change| change.is_change());
        Ok(ToolPreview {
            diff: plan.diff(),
            files: changed.map(|change| change.path.display().to_string()).collect(),
            todo: todo(&plan),
            key_kind: kind,
            client,
            account,
            seen: now.digest(),
        })
    })
    .await
}

/// For programs and shells of a person's own.
pub(crate) fn snippets(engine: &EngineHandle, query: SnippetQuery) -> Vec<SnippetView> {
    let key = SecretString::from(KEY_PLACE);
    let to = Connection { origin: engine.origin(), key, model: query.model, context_window: None };
    let view = |kind: Snippet| SnippetView {
        name: kind.id().to_owned(),
        title: kind.name().to_owned(),
        text: snippet(kind, &to),
    };
    Snippet::ALL.into_iter().map(view).collect()
}

/// What was seen of one tool.
struct Look {
    tool: Tool,
    found: Vec<String>,
    standing: Stood,
    needs_model: bool,
    row: Option<ToolConnectionRow>,
    own_login: Option<own_login::OnDisk>,
}

/// How a tool's files stand to what was put there.
struct Stood {
    state: ToolState,
    edited: Vec<String>,
    problem: Option<String>,
}

impl Look {
    fn at(tool: Tool, home: &ToolsHome, row: Option<ToolConnectionRow>, origin: &str) -> Self {
        let machine = ThisMachine { path: home.path.clone() };
        let detection = detect(tool, &home.surroundings, &machine);
        let paths = [detection.programs, detection.files, detection.folders].concat();
        let found = paths.iter().map(|path| path.display().to_string()).collect();
        let read = Now::read(tool, home);
        let texts = read.as_ref().map(|now| now.texts.clone()).unwrap_or_default();
        Self {
            tool,
            found,
            standing: stood(tool, row.as_ref(), &texts, read.err(), origin),
            needs_model: needs_model(tool, home, &texts),
            row,
            own_login: own_login::on_disk(tool, home, &texts),
        }
    }

    async fn shown(self, engine: &EngineHandle, tenant: TenantId) -> ToolView {
        let registry = engine.core().registry.get();
        let client = self.row.as_ref().and_then(|row| registry.client(row.client));
        let client = client.map(|client| client.name.clone());
        let own_login = match self.own_login {
            None => None,
            Some(login) => login.shown(engine, tenant).await,
        };
        ToolView {
            name: self.tool.id().to_owned(),
            title: self.tool.name().to_owned(),
            found: self.found,
            state: self.standing.state,
            edited: self.standing.edited,
            client,
            connected_at: self.row.as_ref().map(|row| row.connected_at),
            needs_model: self.needs_model,
            model: self.row.and_then(|row| row.model),
            own_login,
            problem: self.standing.problem,
        }
    }
}

/// Asked of the plan itself, so that there is one place that knows.
fn needs_model(tool: Tool, home: &ToolsHome, texts: &Texts) -> bool {
    let kind = Now { texts: texts.clone() }.key_kind(tool, home);
    let to = Connection { origin: String::new(), key: example_key(kind), model: None, context_window: None };
    matches!(plan(tool, &to, &home.surroundings, texts), Err(PlanError::NeedsModel { .. }))
}

fn stood(
    tool: Tool,
    row: Option<&ToolConnectionRow>,
    texts: &Texts,
    unread: Option<ActionError>,
    origin: &str,
) -> Stood {
    let state = |state| Stood { state, edited: Vec::new(), problem: None };
    let unreadable = |problem: String| Stood { problem: Some(problem), ..state(ToolState::Unreadable) };
    if let Some(error) = unread {
        return unreadable(error.message);
    }
    let Some(row) = row else {
        let by_variables = tool == Tool::CopilotCli;
        return state(if by_variables { ToolState::ByVariables } else { ToolState::NotConnected });
    };
    let (mut edited, mut gone) = (BTreeMap::<&Path, Vec<String>>::new(), 0);
    for file in &row.undo.files {
        match standing(file, texts.get(&file.path).map(String::as_str)) {
            Err(error) => return unreadable(error.to_string()),
            Ok(Standing::Connected) => {}
            Ok(Standing::Gone) => gone += 1,
            Ok(Standing::Edited(entries)) => {
                edited.insert(&file.path, entries.iter().map(ToString::to_string).collect());
            }
        }
    }
    if gone > 0 && gone == row.undo.files.len() {
        return state(ToolState::Gone);
    }
    if gone > 0 || !edited.is_empty() {
        return Stood { edited: edited.into_values().flatten().collect(), ..state(ToolState::Edited) };
    }
    state(if row.origin == origin { ToolState::Connected } else { ToolState::Moved })
}
