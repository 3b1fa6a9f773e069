//! Everything at a glance.

use rockpool_engine::snapshot::{ModeView, Snapshot, VaultState};

use super::accounts::accounts;
use super::clients::clients;
use super::pools::pools;

/// The endpoint, then accounts, pools and clients.
pub(crate) fn status(snapshot: &Snapshot) -> Vec<String> {
    let mode = match snapshot.mode {
        ModeView::Normal => "",
        ModeView::Rehearsal => " (rehearsal)",
    };
    let mut lines = vec![format!("Rockpool {}{mode}, endpoint {}", snapshot.version, snapshot.endpoint)];
    lines.push(vault(snapshot));
    lines.push(String::new());
    lines.extend(accounts(&snapshot.accounts, snapshot.taken_at));
    if !snapshot.pools.is_empty() {
        lines.push(String::new());
        lines.extend(pools(&snapshot.pools, snapshot.taken_at));
    }
    lines.push(String::new());
    lines.extend(clients(&snapshot.clients, snapshot.taken_at));
    lines
}

fn vault(snapshot: &Snapshot) -> String {
    let state = match snapshot.vault.state {
        VaultState::Ready => "ready",
        VaultState::Locked => "locked",
        VaultState::Missing => "missing",
        VaultState::Failed => "failed",
    };
    let message = snapshot.vault.message.as_deref().map(|text| format!(": {text}")).unwrap_or_default();
    format!("Tokens rest in: {} ({state}){message}", snapshot.vault.kind)
}
