//! Where secrets rest: trying again, and moving to another place without losing a login.
//!
//! # How a move goes
//!
//! 1. The new place is noted in the database as one that may hold copies.
//! 2. The vault is held: whoever wants to read or write a secret waits, and no refresh can begin.
//! 3. Every entry is copied and read back.
//! 4. The vault is exchanged, and the choice switched in the database: the new place counts, and now the old one may
//!    hold copies. The vault is let go.
//! 5. What is left at the old place is removed, and the note with it.
//!
//! A kill before the switch leaves the old place whole and in use, one after it the new place. The note lets the
//! next start remove what the other one holds.

use secrecy::ExposeSecret as _;

use super::error::{ActionError, refused};
use super::handle::EngineHandle;
use super::settings::show;
use crate::accounts::token::vault_keys;
use crate::config::{KeySource, VaultChoice};
use crate::core::Core;
use crate::model::settings::StoredSettings;
use crate::model::vault::VaultKind;
use crate::snapshot::SettingsView;
use crate::snapshot::event::EngineEvent;
use crate::store::{StoreError, system_scope};
use crate::vault::{DEFAULT_TIMEOUT, HeldVault, Vault, VaultError, VaultKey};

/// Opens the place in use anew and asks it whether it can be read and written; what came of it is shown.
pub(crate) async fn retry(engine: &EngineHandle) -> SettingsView {
    let core = engine.core();
    let _one_at_a_time = core.settings.change.lock().await;
    let choice = core.config.vault_of(core.settings.get().vault.value);
    let reopened = match choice {
        // What memory holds would be gone.
        VaultChoice::Memory => None,
        VaultChoice::Keychain | VaultChoice::File { .. } | VaultChoice::KeychainOrFile { .. } => {
            core.vault_opener.open(&choice).ok()
        }
    };
    if let Some(backend) = reopened
        && let Err(error) = core.vault.hold().await.exchange(backend).await
    {
        tracing::warn!(%error, "the vault could not be opened anew");
    }
    // What came of it is in the view.
    let _ = core.vault.probe().await;
    show(engine)
}

/// Moves every secret to another place and uses that from now on.
///
/// # Errors
/// `vault_given` where it was chosen at the start, `vault_forgets` from and to memory, `vault_unavailable` where one of the two places cannot be used,
/// and those of the database. The old place is in use as before then.
pub(crate) async fn relocate(engine: &EngineHandle, to: VaultKind) -> Result<SettingsView, ActionError> {
    let core = engine.core();
    let _one_at_a_time = core.settings.change.lock().await;
    let settings = core.settings.get();
    let from = settings.vault.value;
    if let Some(name) = settings.vault.given_by {
        // Taking it out would leave the file's logins behind: without it, they are looked for in the keychain.
        let remedy = match core.config.vault {
            VaultChoice::File { key: KeySource::Beside, .. } => "put keychain-or-file there",
            VaultChoice::File { key: KeySource::PassphraseFile(_), .. }
            | VaultChoice::Keychain
            | VaultChoice::KeychainOrFile { .. }
            | VaultChoice::Memory => "take it out",
        };
        let message = format!(
            "{name} decides this since the start; {remedy} and start Rockpool again to move logins here."
        );
        return Err(ActionError::conflict("vault_given", "vault", message));
    }
    if to == VaultKind::Memory || from == VaultKind::Memory {
        let message =
            "Memory is for rehearsals and forgets everything at the end: nothing moves there or from there.";
        return Err(ActionError::invalid("vault_forgets", "vault", message));
    }
    if from == to {
        return Ok(show(engine));
    }
    let target = core.config.vault_of(to);
    let copies = ready(core, &target).await.map_err(unavailable)?;
    let noted = StoredSettings { vault_leftover: Some(to), ..settings.stored.clone() };
    save(core, noted).await.map_err(refused)?;
    let held = core.vault.hold().await;
    if let Err(error) = exchange(core, &held, &copies, &target).await {
        drop(held);
        clean(core, to).await;
        return Err(unavailable(error));
    }
    let switched = StoredSettings { vault: Some(to), vault_leftover: Some(from), ..settings.stored.clone() };
    if let Err(error) = save(core, switched).await {
        // Where the way back fails, or the switch is on the disk after all, the note tells the next start.
        let is_back = back(core, &held, from).await;
        drop(held);
        if is_back
            && save(core, StoredSettings { vault_leftover: Some(to), ..settings.stored.clone() })
                .await
                .is_ok()
        {
            clean(core, to).await;
        }
        return Err(refused(error));
    }
    drop(held);
    clean(core, from).await;
    core.event_bus.publish(EngineEvent::Settings { endpoint: engine.endpoint() });
    Ok(show(engine))
}

/// Removes what an earlier move has left where no secret belongs any more.
pub(crate) async fn remove_leftover(core: &Core) {
    let _one_at_a_time = core.settings.change.lock().await;
    let settings = core.settings.get();
    match settings.stored.vault_leftover {
        // It is in use again, such as by a variable that was set since: what it holds is no copy any more.
        Some(place) if place == settings.vault.value => forget_note(core).await,
        Some(place) => clean(core, place).await,
        None => {}
    }
}

fn unavailable(error: VaultError) -> ActionError {
    ActionError::unavailable("vault_unavailable", format!("Nothing was moved: {}.", error.with_remedy()))
}

/// The new place, if it can be written.
async fn ready(core: &Core, choice: &VaultChoice) -> Result<Vault, VaultError> {
    let vault = Vault::start(core.vault_opener.open(choice)?, DEFAULT_TIMEOUT);
    vault.probe().await?;
    Ok(vault)
}

/// Copies every entry, reads it back, and puts the new place under everyone who uses the vault.
async fn exchange(
    core: &Core,
    held: &HeldVault,
    copies: &Vault,
    target: &VaultChoice,
) -> Result<(), VaultError> {
    for key in entries(core, held).await? {
        let Some(secret) = held.get(&key).await? else { continue };
        copies.set(&key, &secret).await?;
        let read = copies.get(&key).await?;
        if read.is_none_or(|read| read.expose_secret() != secret.expose_secret()) {
            return Err(VaultError::Failed(format!("{key} does not come back as it was written")));
        }
    }
    held.exchange(core.vault_opener.open(target)?).await
}

/// Whether the place before is in use again.
async fn back(core: &Core, held: &HeldVault, from: VaultKind) -> bool {
    let reopened = core.vault_opener.open(&core.config.vault_of(from));
    let exchanged = match reopened {
        Ok(backend) => held.exchange(backend).await,
        Err(error) => Err(error),
    };
    if let Err(error) = &exchanged {
        tracing::error!(%error, "the vault before could not be opened again; restart Rockpool now");
    }
    exchanged.is_ok()
}

/// The entries of all logins that are known, and of those that are about to be.
async fn entries(core: &Core, held: &HeldVault) -> Result<Vec<VaultKey>, VaultError> {
    let unread = |error: StoreError| VaultError::Failed(format!("the logins cannot be read ({error})"));
    let scope = system_scope();
    let installation = core.store.installation(scope).await.map_err(unread)?.to_string();
    let logins = core.store.logins(scope).await.map_err(unread)?;
    let mut keys: Vec<VaultKey> =
        logins.iter().flat_map(|login| vault_keys(&installation, login.id)).collect();
    keys.extend(held.written());
    keys.sort();
    keys.dedup();
    Ok(keys)
}

/// Removes the copies at a place that is not in use, and the note of it; where that fails, the next start tries again.
async fn clean(core: &Core, place: VaultKind) {
    match remove_copies(core, place).await {
        Ok(()) => forget_note(core).await,
        Err(error) => {
            tracing::warn!(%error, ?place, "copies of secrets are left there; the next start removes them");
        }
    }
}

async fn forget_note(core: &Core) {
    let settings = core.settings.get();
    let clean = StoredSettings { vault_leftover: None, ..settings.stored.clone() };
    if let Err(error) = save(core, clean).await {
        tracing::warn!(%error, "that nothing is left of the move could not be noted");
    }
}

/// An entry goes only where the place in use gives the same key: what it does not hold, or cannot be read there, may be
/// the only one there is, such as of a place that was in use before a move was begun.
async fn remove_copies(core: &Core, place: VaultKind) -> Result<(), VaultError> {
    let mut copies = Vec::new();
    {
        let held = core.vault.hold().await;
        for key in entries(core, &held).await? {
            if held.get(&key).await?.is_some() {
                copies.push(key);
            }
        }
    }
    let left = Vault::start(core.vault_opener.open(&core.config.vault_of(place))?, DEFAULT_TIMEOUT);
    for key in copies {
        left.delete(&key).await?;
    }
    // Without a probe a file that holds nothing else goes as well.
    left.forget_probe().await
}

/// Stores, on the disk, and puts in force.
async fn save(core: &Core, next: StoredSettings) -> Result<(), StoreError> {
    let rows = core.settings.get().stored.rows_to(&next);
    core.store.save_settings(system_scope(), rows).await?;
    core.settings.set(core.settings.with(next));
    Ok(())
}
