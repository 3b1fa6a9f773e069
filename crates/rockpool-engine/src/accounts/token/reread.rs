//! Reads a login's tokens from where they rest: the vault, or another tool's file.

use std::sync::Arc;
use std::time::Duration;

use tracing::warn;

use super::auth_file::AuthFile;
use super::held::{BookSays, Current, Debt, Outcome, Phase};
use super::keeper::{Shared, Slot};
use super::reconcile::{Standing, compare};
use super::refresh;
use super::schedule::Life;
use super::sealed::Sealed;
use crate::provider::bearer::Bearer;
use crate::provider::claims::Claims;
use crate::store::{Obtained, RefreshPhase};
use crate::vault::VaultError;

/// Time between two questions to a vault that does not answer.
const ASK_AGAIN: Duration = Duration::from_secs(5);

/// Reads in a task of its own; the login is already taken in hand.
pub(super) fn start(shared: &Arc<Shared>, slot: &Arc<Slot>, number: u64) {
    let (keeper, slot) = (Arc::clone(shared), Arc::clone(slot));
    shared.tasks.spawn(async move { reread(&keeper, &slot, number).await });
}

/// Reads a login that is taken in hand, and settles it.
pub(super) async fn reread(shared: &Arc<Shared>, slot: &Arc<Slot>, number: u64) {
    let _desk = slot.desk.lock().await;
    if !slot.held().is_on(number) {
        return;
    }
    let obtained = slot.held().row.obtained.clone();
    if let Obtained::Follow(path) = obtained {
        let file = AuthFile::read(&path).await;
        shared.settled(slot, |held| {
            match file {
                Ok(file) => follow(held, file),
                Err(error) => warn!(login = %slot.id, %error, "the followed file cannot be read"),
            }
            held.phase = Phase::Followed;
        });
        return;
    }
    match from_vault(shared, slot).await {
        Ok(Read::Settled(phase)) => shared.settled(slot, |held| held.phase = phase),
        Ok(Read::BookIsBehind) => {
            let paid = refresh::pay(shared, slot).await;
            refresh::settle(shared, slot, paid.map_or_else(Outcome::Owing, |()| Outcome::Renewed));
        }
        Err(error) => {
            warn!(login = %slot.id, %error, "the vault does not give this login's tokens");
            let until = shared.now().mono + ASK_AGAIN;
            shared.settled(slot, |held| held.phase = Phase::Unread { until });
        }
    }
}

fn follow(held: &mut super::held::Held, file: AuthFile) {
    let known = held.current.as_ref().map(|current| &current.bearer.token);
    if known.is_some_and(|known| same(known, &file.access_token)) {
        return;
    }
    let claims = Claims::read(&file.access_token);
    let generation = held.generation() + 1;
    held.publish(Current {
        bearer: Bearer { token: file.access_token, generation },
        life: Life { issued_at: claims.issued_at, expires_at: claims.expires_at, received: None },
    });
}

fn same(one: &secrecy::SecretString, other: &secrecy::SecretString) -> bool {
    use secrecy::ExposeSecret as _;
    one.expose_secret() == other.expose_secret()
}

enum Read {
    Settled(Phase),
    BookIsBehind,
}

async fn from_vault(shared: &Shared, slot: &Slot) -> Result<Read, VaultError> {
    let keys = shared.keys(slot.id);
    let refresh = shared.parts.shelf.get(&keys.refresh).await?;
    let access = shared.parts.shelf.get(&keys.access).await?;
    let row = slot.held().row.clone();
    let standing = compare(&row, refresh.as_ref());
    if let Some(sealed) = access.as_ref().and_then(Sealed::from_entry) {
        let claims = Claims::read(&sealed.token);
        let mut held = slot.held();
        let generation = held.generation().max(sealed.generation);
        held.publish(Current {
            bearer: Bearer { token: sealed.token, generation },
            life: Life {
                issued_at: claims.issued_at.or(row.access_issued_at),
                expires_at: claims.expires_at.or(row.access_expires_at),
                received: None,
            },
        });
    }
    match standing {
        Standing::Same(_) => Ok(Read::Settled(same_as_book(shared, slot, row.phase).await)),
        Standing::Newer(sealed) => {
            let mut held = slot.held();
            let done = held.catch_up(&sealed, shared.parts.clock.wall());
            held.debts.push_back(Debt::Entry(done));
            Ok(Read::BookIsBehind)
        }
        Standing::Foreign if row.phase == RefreshPhase::Dead => Ok(Read::Settled(Phase::Dead)),
        Standing::Foreign => Ok(Read::Settled(Phase::Uncertain)),
        Standing::Missing => Ok(Read::Settled(Phase::Dead)),
    }
}

async fn same_as_book(shared: &Shared, slot: &Slot, phase: RefreshPhase) -> Phase {
    match phase {
        RefreshPhase::Idle => Phase::Idle,
        RefreshPhase::Dead => Phase::Dead,
        RefreshPhase::Uncertain => Phase::Uncertain,
        RefreshPhase::Sent => {
            let tenant = slot.held().row.tenant;
            let marked = shared.parts.book.mark_phase(tenant, slot.id, RefreshPhase::Uncertain, None).await;
            if let Err(error) = marked {
                slot.held().book = BookSays::PerhapsSent;
                warn!(login = %slot.id, error, "an uncertain login is not marked; it is treated as one");
            }
            Phase::Uncertain
        }
    }
}
