//! Reads a login's tokens from where they rest: the vault, or another tool's file.

use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use secrecy::{ExposeSecret as _, SecretString};
use tracing::warn;

use super::reconcile::{Standing, standing};
use super::refresh_state::{Fate, JobId, LastChance, Outcome};
use super::save::{end_refresh, flush};
use super::shared::{Shared, Slot};
use super::vault_entry::VaultEntry;
use crate::accounts::import::file::read_followed;
use crate::store::{Obtained, RefreshPhase};
use crate::vault::VaultError;

/// Time between two questions to a vault that does not answer.
const ASK_AGAIN: Duration = Duration::from_secs(5);

/// Reads in a task of its own; the login is already claimed.
pub(super) fn start(shared: &Arc<Shared>, slot: &Arc<Slot>, job: JobId) {
    let (keeper, slot) = (Arc::clone(shared), Arc::clone(slot));
    shared.tasks.spawn(async move {
        let work = AssertUnwindSafe(reread(&keeper, &slot, job)).catch_unwind();
        if work.await.is_err() && slot.state().still_claimed(job) {
            let until = keeper.now().mono + ASK_AGAIN;
            keeper.change(&slot, |state| state.reading_broke_down(until));
        }
    });
}

/// Reads a login that is claimed.
pub(super) async fn reread(shared: &Arc<Shared>, slot: &Arc<Slot>, job: JobId) {
    let _write_lock = slot.write_lock.lock().await;
    if !slot.state().still_claimed(job) {
        return;
    }
    let obtained = slot.state().row().obtained.clone();
    match obtained {
        Obtained::Follow(path) => from_file(shared, slot, &path).await,
        Obtained::SignIn | Obtained::Import | Obtained::AccessToken => from_vault(shared, slot).await,
    }
}

async fn from_file(shared: &Arc<Shared>, slot: &Slot, path: &Path) {
    let user_id = slot.state().row().user_id.clone();
    let file = read_followed(path, &user_id).await.inspect_err(|error| {
        warn!(login = %slot.id, %error, "the followed file cannot be read");
    });
    let known = slot.state().access_token().cloned();
    let Some(file) =
        file.ok().filter(|file| !known.as_ref().is_some_and(|old| same(old, &file.access_token)))
    else {
        shared.change(slot, |state| state.file_says_nothing_new());
        return;
    };
    // The first reading after a start may find a token that is older than what is known of the account;
    // one that takes another's place is new.
    let claims = known.map(|_| file.claims());
    shared.change(slot, |state| state.file_was_read(file.access_token));
    shared.tell_claims(slot.id, claims);
}

fn same(one: &SecretString, other: &SecretString) -> bool {
    one.expose_secret() == other.expose_secret()
}

async fn from_vault(shared: &Arc<Shared>, slot: &Arc<Slot>) {
    match read_vault(shared, slot).await {
        Ok(Read::Fate(fate)) => shared.change(slot, |state| state.was_read(fate)),
        Ok(Read::RowIsBehind) => {
            let saved = flush(shared, slot).await;
            end_refresh(shared, slot, saved.map_or_else(Outcome::Unsaved, |()| Outcome::Renewed));
        }
        Err(error) => {
            warn!(login = %slot.id, %error, "the vault does not give this login's tokens");
            let until = shared.now().mono + ASK_AGAIN;
            shared.change(slot, |state| state.stays_unread(until));
        }
    }
}

enum Read {
    Fate(Fate),
    RowIsBehind,
}

async fn read_vault(shared: &Shared, slot: &Slot) -> Result<Read, VaultError> {
    let keys = shared.keys(slot.id);
    let refresh = shared.parts.secrets.get(&keys.refresh).await?;
    let access = shared.parts.secrets.get(&keys.access).await?;
    let row = slot.state().row().clone();
    let access = access.as_ref().and_then(VaultEntry::decode);
    let has_access = access.is_some();
    if let Some(entry) = access {
        slot.state().access_was_read(entry);
    }
    if row.obtained == Obtained::AccessToken {
        return Ok(Read::Fate(if has_access { Fate::NotRenewable } else { Fate::Dead }));
    }
    match standing(shared, slot, refresh.as_ref()).await {
        Standing::Same(_) => Ok(Read::Fate(fate_of_the_rows_token(shared, slot, row.phase).await)),
        Standing::Newer(entry) => {
            slot.state().row_is_behind(&entry, shared.parts.clock.wall());
            Ok(Read::RowIsBehind)
        }
        Standing::Foreign if row.phase == RefreshPhase::Dead => Ok(Read::Fate(Fate::Dead)),
        // It may have been used up long ago, by this machine or by the one that a backup came from.
        Standing::Foreign => Ok(Read::Fate(Fate::Uncertain(LastChance::Gone))),
        Standing::Missing => Ok(Read::Fate(Fate::Dead)),
    }
}

async fn fate_of_the_rows_token(shared: &Shared, slot: &Slot, phase: RefreshPhase) -> Fate {
    match phase {
        RefreshPhase::Idle => Fate::MayBeSent,
        RefreshPhase::Dead => Fate::Dead,
        RefreshPhase::Uncertain => Fate::Uncertain(LastChance::Left),
        RefreshPhase::LastChanceTaken => Fate::Uncertain(LastChance::Gone),
        // A process ended between sending the token and saving its successor, so nobody can know whether
        // the issuer used it up. Sending a used one again would end the access token too.
        RefreshPhase::Sent => {
            let tenant = slot.state().row().tenant;
            let marked = shared.parts.logins.mark_phase(tenant, slot.id, RefreshPhase::Uncertain, None).await;
            if let Err(error) = marked {
                slot.state().row_may_say_sent();
                warn!(login = %slot.id, %error, "an uncertain login is not marked; it is treated as one");
            }
            Fate::Uncertain(LastChance::Left)
        }
    }
}
