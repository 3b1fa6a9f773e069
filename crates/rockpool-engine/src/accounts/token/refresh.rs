//! One refresh of one login, step by step, and the savers of what could not be written at once.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use secrecy::SecretString;
use tracing::{info, warn};

use super::held::{BookSays, Creditor, Current, Debt, Errand, Outcome, Phase, Progress};
use super::keeper::{Shared, Slot};
use super::reconcile::{Standing, compare};
use super::schedule::Life;
use super::sealed::{Sealed, fingerprint};
use crate::provider::bearer::Bearer;
use crate::provider::claims::Claims;
use crate::provider::oauth::{RefreshError, RefreshReason, Renewal};
use crate::store::{RefreshPhase, Refreshed};

/// First and longest wait of a saver between two tries.
const SAVE_AGAIN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// Runs a refresh in a task of its own; the login is already taken in hand. However the refresh ends,
/// also by a panic, the login is settled.
pub(super) fn start(shared: &Arc<Shared>, slot: &Arc<Slot>, errand: Errand) {
    let (keeper, slot) = (Arc::clone(shared), Arc::clone(slot));
    shared.tasks.spawn(async move {
        let _desk = slot.desk.lock().await;
        if !slot.held().is_on(errand.number) {
            return;
        }
        let work = AssertUnwindSafe(refresh(&keeper, &slot, errand.reason)).catch_unwind();
        let outcome = work.await.unwrap_or_else(|_| {
            let mut held = slot.held();
            held.book = BookSays::PerhapsSent;
            held.wreck()
        });
        info!(login = %slot.id, reason = ?errand.reason, ?outcome, "refresh ended");
        settle(&keeper, &slot, outcome);
    });
}

/// Settles a refresh; where something is still owed, a saver goes on.
pub(super) fn settle(shared: &Arc<Shared>, slot: &Arc<Slot>, outcome: Outcome) {
    let owing = matches!(outcome, Outcome::Owing(_));
    let now = shared.now();
    shared.settled(slot, |held| held.settle(outcome, now, rand::random()));
    if owing {
        let (keeper, slot) = (Arc::clone(shared), Arc::clone(slot));
        shared.tasks.spawn(async move { save_until_done(&keeper, &slot).await });
    }
}

async fn refresh(shared: &Shared, slot: &Slot, reason: RefreshReason) -> Outcome {
    let token = match token_to_send(shared, slot).await {
        Ok(token) => token,
        Err(outcome) => return outcome,
    };
    let (tenant, says) = {
        let held = slot.held();
        (held.row.tenant, held.book)
    };
    let book = &shared.parts.book;
    if says == BookSays::PerhapsSent
        && let Err(error) = book.mark_phase(tenant, slot.id, RefreshPhase::Idle, None).await
    {
        return Outcome::Passing(error);
    }
    if let Err(error) = book.mark_sent(tenant, slot.id).await {
        return Outcome::Passing(error);
    }
    {
        let mut held = slot.held();
        held.book = BookSays::PerhapsSent;
        held.progress = Progress::Sent;
    }
    let answer = shared.parts.issuer.refresh(&token, reason).await;
    let (phase, code, outcome) = match answer {
        Ok(renewal) => return keep(shared, slot, renewal).await,
        Err(RefreshError::Final { code }) => (RefreshPhase::Dead, Some(code), Outcome::Dead),
        Err(RefreshError::Passing(text)) => (RefreshPhase::Idle, None, Outcome::Passing(text)),
        Err(RefreshError::Unknown(_)) => (RefreshPhase::Uncertain, None, Outcome::Uncertain),
    };
    slot.held().progress = progress_after(&outcome);
    match book.mark_phase(tenant, slot.id, phase, code).await {
        Ok(()) => slot.held().book = BookSays::Truth,
        // The book still says "sent", which is never more hopeful than the truth.
        Err(error) => warn!(login = %slot.id, error, "the end of a refresh is not in the database"),
    }
    outcome
}

/// A token that provably was not used up counts as not sent, should the next line break down.
fn progress_after(outcome: &Outcome) -> Progress {
    match outcome {
        Outcome::Passing(_) | Outcome::NoVault => Progress::NotSent,
        Outcome::Renewed | Outcome::Uncertain | Outcome::Dead | Outcome::Owing(_) => Progress::Sent,
    }
}

/// The refresh token at rest, if it may be sent.
async fn token_to_send(shared: &Shared, slot: &Slot) -> Result<SecretString, Outcome> {
    let keys = shared.keys(slot.id);
    let entry = shared.parts.shelf.get(&keys.refresh).await.map_err(|error| {
        warn!(login = %slot.id, %error, "no refresh starts while the vault does not answer");
        Outcome::NoVault
    })?;
    let standing = compare(&slot.held().row, entry.as_ref());
    match standing {
        Standing::Same(sealed) => Ok(sealed.token),
        Standing::Newer(sealed) => {
            let done = slot.held().catch_up(&sealed, shared.parts.clock.wall());
            slot.held().debts.push_back(Debt::Entry(done));
            pay(shared, slot).await.map_err(Outcome::Owing)?;
            Ok(sealed.token)
        }
        Standing::Foreign => Err(Outcome::Uncertain),
        Standing::Missing => Err(Outcome::Dead),
    }
}

/// Writes down what a refresh brought. From the first line on, the tokens survive a panic.
async fn keep(shared: &Shared, slot: &Slot, renewal: Renewal) -> Outcome {
    let complete = renewal.access_token.is_some();
    let claims = receive(shared, slot, renewal);
    if let Some(claims) = claims {
        shared.parts.watcher.renewed(slot.id, &claims);
    }
    match pay(shared, slot).await {
        Ok(()) if complete => Outcome::Renewed,
        Ok(()) => Outcome::Passing("the issuer sent no access token".to_owned()),
        Err(creditor) => Outcome::Owing(creditor),
    }
}

fn receive(shared: &Shared, slot: &Slot, renewal: Renewal) -> Option<Claims> {
    let now = shared.now();
    let keys = shared.keys(slot.id);
    let mut held = slot.held();
    let generation = held.generation() + 1;
    let seal = |token: &SecretString| Sealed { generation, token: token.clone() }.to_entry();
    let claims =
        renewal.access_token.as_ref().map(|access| Claims::of_pair(renewal.id_token.as_ref(), access));
    let (expires, issued) = match &claims {
        Some(claims) => (claims.expires_at, claims.issued_at),
        None => (held.row.access_expires_at, held.row.access_issued_at),
    };
    let done = Refreshed {
        generation,
        access_expires_at: expires,
        access_issued_at: issued,
        fingerprint: renewal.refresh_token.as_ref().map_or(held.row.fingerprint, fingerprint),
        at: now.wall,
    };
    let access = renewal.access_token.as_ref().map(|token| Debt::Secret(keys.access, seal(token)));
    match &renewal.refresh_token {
        Some(token) => {
            held.debts.push_back(Debt::Secret(keys.refresh, seal(token)));
            held.debts.extend(access);
            held.debts.push_back(Debt::Entry(done));
        }
        // The sent token was not used up: saying so first leaves no moment in which a kill makes it
        // look as if it might have been.
        None => {
            held.debts.push_back(Debt::Entry(done));
            held.debts.extend(access);
        }
    }
    held.next = renewal.access_token.map(|token| Current {
        bearer: Bearer { token, generation },
        life: Life { issued_at: issued, expires_at: expires, received: Some(now.mono) },
    });
    held.progress = Progress::Answered;
    claims
}

/// Writes what is owed, in order; a debt is struck off when it is paid.
pub(super) async fn pay(shared: &Shared, slot: &Slot) -> Result<(), Creditor> {
    loop {
        let (tenant, debt) = {
            let held = slot.held();
            (held.row.tenant, held.debts.front().cloned())
        };
        match debt {
            None => return Ok(()),
            Some(Debt::Secret(key, secret)) => {
                shared.parts.shelf.set(&key, &secret).await.map_err(|error| {
                    warn!(login = %slot.id, %error, "new tokens are not in the vault; trying again");
                    Creditor::Vault
                })?;
            }
            Some(Debt::Entry(done)) => {
                shared.parts.book.complete(tenant, slot.id, done).await.map_err(|error| {
                    warn!(login = %slot.id, error, "new tokens are not in the database; trying again");
                    Creditor::Book
                })?;
                let mut held = slot.held();
                held.booked(done);
                held.book = BookSays::Truth;
            }
        }
        slot.held().debts.pop_front();
    }
}

/// Tries until all is written, or once more when the engine stops.
async fn save_until_done(shared: &Shared, slot: &Slot) {
    let mut stopping = shared.stopping.subscribe();
    let (mut wait, longest) = SAVE_AGAIN;
    loop {
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            _ = stopping.wait_for(|stopping| *stopping) => {}
        }
        let last = *stopping.borrow();
        let desk = slot.desk.lock().await;
        if !matches!(slot.held().phase, Phase::Owing(_)) {
            return;
        }
        // A backend that panics has not taken the secret.
        let paid = AssertUnwindSafe(pay(shared, slot)).catch_unwind().await.unwrap_or(Err(Creditor::Vault));
        match paid {
            Ok(()) => {
                shared.settled(slot, |held| held.phase = Phase::Idle);
                return;
            }
            Err(creditor) => shared.settled(slot, |held| held.phase = Phase::Owing(creditor)),
        }
        drop(desk);
        if last {
            warn!(login = %slot.id, "stopping with tokens that could not be saved");
            return;
        }
        wait = (wait * 2).min(longest);
    }
}
