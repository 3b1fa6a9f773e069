//! Further workspaces of a login that is here: which there are, and an account for one of them. No credentials change
//! hands, so that the refresh token keeps its one owner.

use rockpool_routing::TenantId;

use super::accounts;
use super::error::ActionError;
use super::handle::EngineHandle;
use super::imports::enroll_in_words;
use super::names::new_names;
use super::requests::NewWorkspaceAccount;
use crate::jobs::enroll::{Enroller, account_of};
use crate::jobs::identity::Identity;
use crate::provider::bearer::{Bearer, TokenError};
use crate::provider::outbound::OnBehalfOf;
use crate::provider::usage::UsageError;
use crate::provider::workspaces::{self, Workspace, WorkspacesError};
use crate::snapshot::{AccountView, WorkspaceView};
use crate::store::AccountRow;

/// Those that the login behind the account reaches, in the provider's order.
pub(crate) async fn list(
    engine: &EngineHandle,
    tenant: TenantId,
    name: &str,
) -> Result<Vec<WorkspaceView>, ActionError> {
    let row = engine.account(tenant, name)?;
    let reached = reached(engine, &row).await?;
    let view = |workspace: Workspace| WorkspaceView {
        account: account_at(engine, tenant, &seat(&row, &workspace)).map(|account| account.name),
        workspace_id: workspace.id,
        name: workspace.name,
        plan: workspace.plan,
    };
    Ok(reached.into_iter().map(view).collect())
}

/// Makes an account of another workspace of the same login.
pub(crate) async fn add(
    engine: &EngineHandle,
    tenant: TenantId,
    name: &str,
    new: NewWorkspaceAccount,
) -> Result<AccountView, ActionError> {
    let row = engine.account(tenant, name)?;
    let names = new_names(engine, tenant, new.name.as_deref(), new.display_name.as_deref())?;
    let wanted = reached(engine, &row).await?.into_iter().find(|workspace| workspace.id == new.workspace_id);
    let Some(workspace) = wanted else {
        let text = format!(
            "The login of “{name}” does not reach the workspace {}; `rockpool account workspaces {name}` lists those \
             that it reaches.",
            new.workspace_id
        );
        return Err(ActionError::not_found("workspace_not_found", &new.workspace_id, text));
    };
    let seat = seat(&row, &workspace);
    if let Some(account) = account_at(engine, tenant, &seat) {
        let text = format!("This workspace is here already, as the account “{}”.", account.name);
        return Err(ActionError::conflict("workspace_here", &account.name, text));
    }
    let enroller = Enroller::new(engine.core().clone(), engine.poller().clone());
    let added = enroller.add_workspace(tenant, row.login, seat, names).await.map_err(enroll_in_words)?;
    accounts::shown(engine, &added)
}

/// The person whose account `row` is, in another workspace.
fn seat(row: &AccountRow, workspace: &Workspace) -> Identity {
    Identity {
        user_id: row.user_id.clone(),
        workspace_id: workspace.id.clone(),
        email: row.email.clone(),
        plan: workspace.plan.clone(),
    }
}

fn account_at(engine: &EngineHandle, tenant: TenantId, seat: &Identity) -> Option<AccountRow> {
    account_of(&engine.core().registry.get(), tenant, seat).cloned()
}

/// Asks once more with a fresh token where the present one is refused.
async fn reached(engine: &EngineHandle, row: &AccountRow) -> Result<Vec<Workspace>, ActionError> {
    let keeper = &engine.core().keeper;
    let no_bearer = |error: TokenError| {
        let text = format!("The workspaces of “{}” could not be asked for: {error}.", row.name);
        ActionError::unavailable("no_bearer", text)
    };
    let bearer = keeper.bearer(row.login).await.map_err(no_bearer)?;
    let answer = match ask(engine, row, &bearer).await {
        Err(WorkspacesError::NotAnswered(UsageError::Unauthorized)) => {
            let newer = keeper.after_refusal(row.login, bearer.generation).await.map_err(no_bearer)?;
            ask(engine, row, &newer).await
        }
        other => other,
    };
    answer.map_err(|error| {
        let text = format!("The workspaces of “{}” could not be read: {error}. Try again later.", row.name);
        ActionError::unavailable("workspaces_unavailable", text)
    })
}

async fn ask(
    engine: &EngineHandle,
    row: &AccountRow,
    bearer: &Bearer,
) -> Result<Vec<Workspace>, WorkspacesError> {
    let core = engine.core();
    let clients = core.outbound.clients(OnBehalfOf::Account(row.id));
    let clients = clients.map_err(|error| UsageError::Unreachable(error.to_string()))?;
    workspaces::fetch(&clients, &core.config.backend_url, bearer, &row.workspace_id, &core.clock).await
}
