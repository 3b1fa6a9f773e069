//! `rockpool account …`.

use http::Method;
use rockpool_engine::snapshot::AccountView;
use serde_json::json;

use super::{Session, import, sign_in};
use crate::api::view;
use crate::args::{AccountCommand, Named};
use crate::failure::Failure;
use crate::show;

pub(super) async fn run(session: &Session<'_>, command: AccountCommand) -> Result<(), Failure> {
    match command {
        AccountCommand::Add(how) => sign_in::run(session, None, &how).await,
        AccountCommand::SignIn { name, how } => sign_in::run(session, Some(&name), &how).await,
        AccountCommand::Import(import) => import::run(session, import).await,
        AccountCommand::List => list(session).await,
        AccountCommand::Pause(named) => set_state(session, &named, "paused").await,
        AccountCommand::Resume(named) => set_state(session, &named, "active").await,
        AccountCommand::Remove(named) => remove(session, &named).await,
    }
}

async fn list(session: &Session<'_>) -> Result<(), Failure> {
    let answer = session.ask(Method::GET, &["accounts"], None).await?;
    session.tell(&answer, || Ok(show::accounts(&view::<Vec<AccountView>>(&answer)?, session.now)))
}

async fn set_state(session: &Session<'_>, named: &Named, state: &str) -> Result<(), Failure> {
    let change = json!({ "state": state });
    let answer = session.ask(Method::PATCH, &["accounts", &named.name], Some(change)).await?;
    session.tell(&answer, || Ok(show::accounts(&[view::<AccountView>(&answer)?], session.now)))
}

async fn remove(session: &Session<'_>, named: &Named) -> Result<(), Failure> {
    session.ask(Method::DELETE, &["accounts", &named.name], None).await?;
    session.tell(&json!({ "removed": named.name }), || Ok(vec![format!("Removed {}.", named.name)]))
}
