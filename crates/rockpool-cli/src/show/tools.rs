//! Tools on this machine: how each stands, and what is left for the person.

use rockpool_engine::snapshot::{LoginOwners, ToolState, ToolTodo, ToolView};

use super::accounts::wrapped;
use super::table::table;

/// A table of those that are installed or connected; the others in a line below it.
pub(crate) fn tools(tools: &[ToolView]) -> Vec<String> {
    let is_here = |tool: &&ToolView| !tool.found.is_empty() || tool.client.is_some();
    let (here, others): (Vec<_>, Vec<_>) = tools.iter().partition(is_here);
    let rows: Vec<[String; 4]> = here.iter().map(|tool| row(tool)).collect();
    let mut lines = Vec::new();
    if !rows.is_empty() {
        lines = table(["TOOL", "NAME", "STATE", "CLIENT"], &rows);
    }
    lines.extend(here.iter().filter_map(|tool| tool.problem.as_deref()).flat_map(wrapped));
    if !others.is_empty() {
        let names: Vec<&str> = others.iter().map(|tool| tool.name.as_str()).collect();
        lines.extend(wrapped(&format!("Not found on this machine: {}.", names.join(", "))));
    }
    lines
}

fn row(tool: &ToolView) -> [String; 4] {
    let state = match tool.state {
        ToolState::NotConnected => "not connected".to_owned(),
        ToolState::Connected => "connected".to_owned(),
        ToolState::Moved => "connected, to an earlier address".to_owned(),
        ToolState::Edited if tool.edited.is_empty() => "connected, edited since".to_owned(),
        ToolState::Edited => format!("edited: {}", tool.edited.join(", ")),
        ToolState::Gone => "taken out by hand".to_owned(),
        ToolState::Unreadable => "cannot be read".to_owned(),
        ToolState::ByVariables => "by variables (--snippet copilot)".to_owned(),
    };
    let client = tool.client.clone().unwrap_or_else(|| "-".to_owned());
    [tool.name.clone(), tool.title.clone(), state, client]
}

/// One line for each thing.
pub(crate) fn todo(title: &str, todo: &[ToolTodo]) -> Vec<String> {
    let line = |todo: &ToolTodo| match todo {
        ToolTodo::Restart => format!("Start {title} anew: it reads its configuration when it starts."),
        ToolTodo::ChooseModel { model } => format!("In {title}, choose the model {model}."),
        ToolTodo::GiveKey { variable } => {
            format!(
                "{title} keeps keys in the system's keychain: paste the key into its list of providers, or set {variable}."
            )
        }
        ToolTodo::SetVariables => {
            format!("{title} takes variables alone: see `rockpool connect --snippet copilot`.")
        }
        ToolTodo::Call { command } => format!("From now on, call it so: {command}"),
    };
    todo.iter().map(line).collect()
}

/// What it means that a tool has a login of its own, where it means something.
pub(crate) fn login_remark(tool: &ToolView) -> Option<String> {
    let login = tool.own_login.as_ref()?;
    let (title, account) = (&tool.title, &login.account);
    match login.owners {
        LoginOwners::Both => Some(format!(
            "{title} is signed in with the very login of {account}. A refresh token has one owner: whoever renews it \
             second is signed out. Sign {account} in anew (`rockpool account sign-in {account}`), so that each has \
             tokens of its own; or move {file} away and connect {title} again, but do not sign out in {title}, which \
             may end the login here too; or remove {account} here and import that file with --follow.",
            file = login.file
        )),
        LoginOwners::Tool | LoginOwners::Apart => None,
    }
}
