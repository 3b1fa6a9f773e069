//! Which workspaces a login reaches, and which of them are accounts.

use rockpool_engine::snapshot::WorkspaceView;

use super::table::table;

pub(crate) fn workspaces(workspaces: &[WorkspaceView]) -> Vec<String> {
    if workspaces.is_empty() {
        return vec!["The provider lists no workspace for this login.".to_owned()];
    }
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let rows: Vec<[String; 4]> = workspaces
        .iter()
        .map(|workspace| {
            let name = workspace.name.clone().unwrap_or_else(|| "personal".to_owned());
            [workspace.workspace_id.clone(), name, text(&workspace.plan), text(&workspace.account)]
        })
        .collect();
    table(["WORKSPACE", "NAME", "PLAN", "ACCOUNT"], &rows)
}
