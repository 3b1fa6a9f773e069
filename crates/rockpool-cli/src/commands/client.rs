//! `rockpool client …`.

use rockpool_engine::api::ClientKey;
use rockpool_engine::api::requests::ClientNew;
use rockpool_engine::{KeyKind, OverrideMode};
use secrecy::ExposeSecret as _;

use super::session::Session;
use crate::args::ClientCommand;
use crate::failure::Failure;
use crate::show;

pub(super) async fn run(session: &Session<'_>, command: ClientCommand) -> Result<(), Failure> {
    match command {
        ClientCommand::Add { name, account, path_key, strategy, single } => {
            let key_kind = if path_key { KeyKind::Path } else { KeyKind::Bearer };
            let override_mode = match strategy {
                Some(_) => Some(OverrideMode::Custom),
                None => single.then_some(OverrideMode::Single),
            };
            let new = ClientNew {
                key_kind: Some(key_kind),
                override_mode,
                strategy,
                ..ClientNew::inheriting(name, account)
            };
            tell_key(session, &session.client.add_client(&new).await?)
        }
        ClientCommand::Rotate(named) => {
            tell_key(session, &session.client.rotate_client_key(&named.name).await?)
        }
        ClientCommand::List => {
            let clients = session.client.list_clients().await?;
            session.tell(&clients, || show::clients(&clients, session.now))
        }
        ClientCommand::Remove(named) => {
            session.client.remove_client(&named.name).await?;
            session.tell_removed(&named.name, format!("Removed {}.", named.name))
        }
    }
}

/// The key alone on stdout, so that `KEY=$(rockpool client add …)` works; the rest on stderr.
fn tell_key(session: &Session<'_>, answer: &ClientKey) -> Result<(), Failure> {
    let (key, base_url) = (answer.key.expose_secret(), answer.base_url.expose_secret());
    session.tell(answer, || vec![key.to_owned()])?;
    let name = &answer.client.name;
    session.console.hint(&format!("This is the key of {name}; it is not shown again."));
    match answer.client.key_kind {
        KeyKind::Bearer => session.console.hint(&format!("Base address for the tool: {base_url}")),
        KeyKind::Path => {
            let address = base_url.replace(key, "KEY");
            session.console.hint(&format!("Base address for the tool, with the key as KEY: {address}"));
        }
    }
    Ok(())
}
