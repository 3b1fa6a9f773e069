//! `rockpool client …`.

use http::Method;
use rockpool_engine::KeyKind;
use rockpool_engine::snapshot::ClientView;
use rockpool_routing::Strategy;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Session;
use crate::api::view;
use crate::args::ClientCommand;
use crate::failure::Failure;
use crate::show;

/// The one answer that holds a key.
#[derive(Deserialize)]
struct NewKey {
    client: ClientView,
    key: String,
    base_url: String,
}

pub(super) async fn run(session: &Session<'_>, command: ClientCommand) -> Result<(), Failure> {
    match command {
        ClientCommand::Add { name, account, path_key, strategy, single } => {
            let kind = if path_key { KeyKind::Path } else { KeyKind::Bearer };
            let mode = match strategy {
                Some(strategy) => Override::Custom(strategy),
                None if single => Override::Single,
                None => Override::Inherit,
            };
            let new = new_client(&name, &account, kind, mode);
            let answer = session.ask(Method::POST, &["clients"], Some(new)).await?;
            tell_key(session, &answer)
        }
        ClientCommand::Rotate(named) => {
            let answer = session.ask(Method::POST, &["clients", &named.name, "key"], None).await?;
            tell_key(session, &answer)
        }
        ClientCommand::List => {
            let answer = session.ask(Method::GET, &["clients"], None).await?;
            session.tell(&answer, || Ok(show::clients(&view::<Vec<ClientView>>(&answer)?, session.now)))
        }
        ClientCommand::Remove(named) => {
            session.ask(Method::DELETE, &["clients", &named.name], None).await?;
            session.tell(&json!({ "removed": named.name }), || Ok(vec![format!("Removed {}.", named.name)]))
        }
    }
}

/// What a client makes of its account's pool.
enum Override {
    Inherit,
    Custom(Strategy),
    Single,
}

fn new_client(name: &str, account: &str, key_kind: KeyKind, mode: Override) -> Value {
    let mut new = json!({ "name": name, "account": account, "key_kind": key_kind });
    match mode {
        Override::Inherit => {}
        Override::Custom(strategy) => {
            new["override_mode"] = json!("custom");
            new["strategy"] = json!(strategy.name());
        }
        Override::Single => new["override_mode"] = json!("single"),
    }
    new
}

/// The key alone on stdout, so that `KEY=$(rockpool client add …)` works; the rest on stderr.
fn tell_key(session: &Session<'_>, answer: &Value) -> Result<(), Failure> {
    let NewKey { client, key, base_url } = view(answer)?;
    session.tell(answer, || Ok(vec![key.clone()]))?;
    let name = client.name;
    session.console.hint(&format!("This is the key of {name}; it is not shown again."));
    match client.key_kind {
        KeyKind::Bearer => session.console.hint(&format!("Base address for the tool: {base_url}")),
        KeyKind::Path => {
            let address = base_url.replace(&key, "KEY");
            session.console.hint(&format!("Base address for the tool, with the key as KEY: {address}"));
        }
    }
    Ok(())
}
