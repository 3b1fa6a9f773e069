//! `rockpool account …`.

use rockpool_engine::api::requests::{AccountChange, AccountOrder, NewWorkspaceAccount};
use rockpool_routing::account::Activation;

use super::session::Session;
use super::{import, sign_in, workspaces};
use crate::args::{AccountCommand, Named, RenameArgs};
use crate::failure::Failure;
use crate::show;

pub(super) async fn run(session: &Session<'_>, command: AccountCommand) -> Result<(), Failure> {
    match command {
        AccountCommand::Add(how) => sign_in::run(session, None, &how).await,
        AccountCommand::SignIn { name, how } => sign_in::run(session, Some(&name), &how).await,
        AccountCommand::Workspaces { name, add: None, slug: _ } => workspaces::list(session, &name).await,
        AccountCommand::Workspaces { name, add: Some(workspace_id), slug } => {
            let new = NewWorkspaceAccount { workspace_id, name: slug, display_name: None };
            workspaces::add(session, &name, &new).await
        }
        AccountCommand::Import(import) => import::run(session, import).await,
        AccountCommand::Rename(names) => rename(session, names).await,
        AccountCommand::Order { names } => order(session, names).await,
        AccountCommand::List => list(session).await,
        AccountCommand::Pause(named) => set_state(session, &named, Activation::Paused).await,
        AccountCommand::Resume(named) => set_state(session, &named, Activation::Active).await,
        AccountCommand::Remove(named) => remove(session, &named).await,
    }
}

async fn list(session: &Session<'_>) -> Result<(), Failure> {
    let accounts = session.client.list_accounts().await?;
    session.tell(&accounts, || show::accounts(&accounts, session.now))
}

async fn rename(session: &Session<'_>, names: RenameArgs) -> Result<(), Failure> {
    let change = AccountChange { name: names.new, display_name: names.display_name, state: None };
    let account = session.client.update_account(&names.name, &change).await?;
    session.tell(&account, || {
        vec![format!("{} is now {} (“{}”).", names.name, account.name, account.display_name)]
    })
}

async fn order(session: &Session<'_>, names: Vec<String>) -> Result<(), Failure> {
    let accounts = session.client.order_accounts(&AccountOrder { names }).await?;
    session.tell(&accounts, || show::accounts(&accounts, session.now))
}

async fn set_state(session: &Session<'_>, named: &Named, state: Activation) -> Result<(), Failure> {
    let change = AccountChange { state: Some(state), ..AccountChange::default() };
    let account = session.client.update_account(&named.name, &change).await?;
    session.tell(&account, || show::accounts(std::slice::from_ref(&account), session.now))
}

async fn remove(session: &Session<'_>, named: &Named) -> Result<(), Failure> {
    session.client.remove_account(&named.name).await?;
    session.tell_removed(&named.name, format!("Removed {}.", named.name))
}
