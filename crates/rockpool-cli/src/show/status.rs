//! Everything at a glance.

use rockpool_engine::snapshot::{ModeView, Snapshot, VaultFileKey, VaultKind, VaultState, VaultView};

use super::accounts::accounts;
use super::clients::clients;
use super::level::level;
use super::pools::pools;

/// The endpoint, then accounts, pools and clients.
pub(crate) fn status(snapshot: &Snapshot) -> Vec<String> {
    let mode = match snapshot.mode {
        ModeView::Normal => "",
        ModeView::Rehearsal => " (rehearsal)",
    };
    let mut lines = vec![format!("Rockpool {}{mode}, endpoint {}", snapshot.version, snapshot.endpoint)];
    lines.push(vault(snapshot));
    lines.push(left(snapshot));
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

/// What is left of all accounts together, and how many of them wait for a person.
fn left(snapshot: &Snapshot) -> String {
    let waiting = match snapshot.needing_person {
        0 => String::new(),
        1 => "; 1 account needs you".to_owned(),
        several => format!("; {several} accounts need you"),
    };
    format!("Left over all accounts: {}{waiting}", level(snapshot.level_percent))
}

fn vault(snapshot: &Snapshot) -> String {
    let state = match snapshot.vault.state {
        VaultState::Ready => "ready",
        VaultState::Locked => "locked",
        VaultState::Missing => "missing",
        VaultState::Failed => "failed",
    };
    let message = snapshot.vault.message.as_deref().map(|text| format!(": {text}")).unwrap_or_default();
    format!("Tokens rest in: {} ({state}){message}", place(&snapshot.vault))
}

fn place(vault: &VaultView) -> String {
    let Some(file) = &vault.file else {
        return match vault.kind {
            VaultKind::Keychain => "keychain".to_owned(),
            VaultKind::File => "encrypted file".to_owned(),
            VaultKind::Memory => "memory".to_owned(),
        };
    };
    match file.key {
        VaultFileKey::Passphrase => format!("encrypted file {}", file.path),
        VaultFileKey::Beside => format!("encrypted file {}, its key beside it", file.path),
    }
}
