//! Clients: which tool, pointed where, with which kind of key.

use jiff::Timestamp;
use rockpool_engine::snapshot::ClientView;
use rockpool_engine::{KeyKind, OverrideMode};

use super::table::table;
use super::time::ago;

/// A table, or what to do where there is none.
pub(crate) fn clients(clients: &[ClientView], now: Timestamp) -> Vec<String> {
    if clients.is_empty() {
        return vec!["No client yet; `rockpool client add NAME --account NAME` makes one.".to_owned()];
    }
    let rows: Vec<[String; 5]> = clients.iter().map(|client| row(client, now)).collect();
    table(["CLIENT", "ACCOUNT", "KEY", "STRATEGY", "LAST USED"], &rows)
}

fn row(client: &ClientView, now: Timestamp) -> [String; 5] {
    let kind = match client.key_kind {
        KeyKind::Bearer => "bearer",
        KeyKind::Path => "path",
    };
    let strategy = match client.override_mode {
        OverrideMode::Inherit => "inherited",
        OverrideMode::Custom => client.strategy.map_or("inherited", rockpool_routing::Strategy::name),
        OverrideMode::Single => "this account alone",
    };
    [
        client.name.clone(),
        client.account.clone(),
        format!("{}… ({kind})", client.key_hint),
        strategy.to_owned(),
        ago(client.last_used_at, now),
    ]
}
