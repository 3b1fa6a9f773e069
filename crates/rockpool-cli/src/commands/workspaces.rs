//! `rockpool account workspaces`: what else a login reaches, and an account of it.

use rockpool_engine::api::requests::NewWorkspaceAccount;

use super::session::Session;
use crate::failure::Failure;
use crate::show;

pub(super) async fn list(session: &Session<'_>, account: &str) -> Result<(), Failure> {
    let workspaces = session.client.list_workspaces(account).await?;
    session.tell(&workspaces, || show::workspaces(&workspaces))
}

pub(super) async fn add(
    session: &Session<'_>,
    account: &str,
    new: &NewWorkspaceAccount,
) -> Result<(), Failure> {
    let added = session.client.add_workspace(account, new).await?;
    session.tell(&added, || vec![format!("Added {}, on the login of {account}.", added.name)])
}
