//! Saves what a login has received, and goes on trying where vault or database do not take it.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::time::Instant;
use tracing::warn;

use super::refresh_state::{Outcome, PendingWrite, Target};
use super::shared::{Shared, Slot};

/// First and longest wait of a saver between two tries.
const SAVE_AGAIN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// How long a saver goes on when the engine ends: a keychain that is unlocked late, or a disk that gets room, still
/// saves the login.
pub(super) const LAST_TRIES: Duration = Duration::from_secs(10);
/// Between two of these tries.
const LAST_TRIES_EVERY: Duration = Duration::from_millis(500);

/// Saves what is pending, in order. The write lock has to be held.
pub(super) async fn flush(shared: &Shared, slot: &Slot) -> Result<(), Target> {
    let keys = shared.keys(slot.id);
    loop {
        let (tenant, write) = {
            let state = slot.state();
            (state.row().tenant, state.next_write())
        };
        let (key, entry) = match write {
            None => return Ok(()),
            Some(PendingWrite::RefreshToken(entry)) => (&keys.refresh, entry),
            Some(PendingWrite::AccessToken(entry)) => (&keys.access, entry),
            Some(PendingWrite::Row(done)) => {
                shared.parts.logins.complete(tenant, slot.id, done).await.map_err(|error| {
                    warn!(login = %slot.id, %error, "new tokens are not in the database; trying again");
                    Target::Database
                })?;
                slot.state().written();
                continue;
            }
        };
        shared.parts.secrets.set(key, &entry.encode()).await.map_err(|error| {
            warn!(login = %slot.id, %error, "new tokens are not in the vault; trying again");
            Target::Vault
        })?;
        slot.state().written();
    }
}

/// Ends a refresh, or a reading that was as good as one. Where something could not be saved, a saver goes
/// on.
pub(super) fn end_refresh(shared: &Arc<Shared>, slot: &Arc<Slot>, outcome: Outcome) {
    let unsaved = matches!(outcome, Outcome::Unsaved(_));
    let now = shared.now();
    shared.change(slot, |state| state.refresh_ended(outcome, now, rand::random()));
    if unsaved {
        let (keeper, slot) = (Arc::clone(shared), Arc::clone(slot));
        shared.tasks.spawn(async move { save_until_done(&keeper, &slot).await });
    }
}

/// Tries until all is saved, and at the engine's end for a while longer.
async fn save_until_done(shared: &Shared, slot: &Slot) {
    let mut stopping = shared.stopping.subscribe();
    let (mut wait, longest) = SAVE_AGAIN;
    let mut until = None;
    loop {
        match until {
            None => tokio::select! {
                () = tokio::time::sleep(wait) => {}
                _ = stopping.wait_for(|stopping| *stopping) => until = Some(Instant::now() + LAST_TRIES),
            },
            Some(_) => tokio::time::sleep(LAST_TRIES_EVERY).await,
        }
        let write_lock = slot.write_lock.lock().await;
        // A new sign-in or a removal came in between, and dropped what was to be saved.
        if !slot.state().is_unsaved() {
            return;
        }
        // A backend that panics has not taken the secret.
        let work = AssertUnwindSafe(flush(shared, slot)).catch_unwind().await;
        let saved = work.unwrap_or_else(|_| slot.state().unsaved_at().map_or(Ok(()), Err));
        shared.change(slot, |state| state.saved_or_not(saved));
        drop(write_lock);
        if saved.is_ok() {
            return;
        }
        if until.is_some_and(|until| Instant::now() >= until) {
            warn!(login = %slot.id, "stopping with tokens that could not be saved");
            return;
        }
        wait = (wait * 2).min(longest);
    }
}
