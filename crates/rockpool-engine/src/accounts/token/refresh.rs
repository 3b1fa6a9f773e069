//! One refresh of one login, step by step.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;
use secrecy::SecretString;
use tracing::{info, warn};

use super::reconcile::{Standing, standing};
use super::refresh_state::{Fault, Outcome, RefreshJob, SentMark, fate_unknown};
use super::save::{end_refresh, flush};
use super::shared::{Shared, Slot};
use super::traits::LoginStoreError;
use crate::provider::oauth::{RefreshError, Renewal};
use crate::store::{Presentation, RefreshPhase};

/// Runs a refresh in a task of its own; the login is already claimed. However the refresh ends, also by a
/// panic, somebody is told.
pub(super) fn start(shared: &Arc<Shared>, slot: &Arc<Slot>, job: RefreshJob) {
    let (keeper, slot) = (Arc::clone(shared), Arc::clone(slot));
    shared.tasks.spawn(async move {
        let _write_lock = slot.write_lock.lock().await;
        if !slot.state().still_claimed(job.id) {
            return;
        }
        let work = AssertUnwindSafe(refresh(&keeper, &slot, job)).catch_unwind();
        let outcome = work.await.unwrap_or_else(|_| slot.state().outcome_after_panic(job));
        end_refresh(&keeper, &slot, outcome.clone());
        // Last: whatever a log does to the one who writes it, nobody waits for this login any more.
        info!(login = %slot.id, reason = ?job.reason, presentation = ?job.presentation, ?outcome, "refresh ended");
    });
}

async fn refresh(shared: &Arc<Shared>, slot: &Slot, job: RefreshJob) -> Outcome {
    // Always the vault's token, never one in memory: a restored or foreign entry is noticed before it is
    // sent, and what cannot be read could not be replaced either.
    let (token, job) = match token_to_send(shared, slot, job).await {
        Ok(found) => found,
        Err(outcome) => return job.ends_unused(outcome),
    };
    if let Err(outcome) = mark_sent(shared, slot, job.presentation).await {
        return job.ends_unused(outcome);
    }
    slot.state().token_leaves();
    let answer = shared.parts.issuer.refresh(slot.id, &token, job.reason).await;
    let (phase, code, outcome) = match answer {
        Ok(renewal) => return keep(shared, slot, renewal).await,
        Err(RefreshError::Final { code }) => (RefreshPhase::Dead, Some(code), Outcome::Dead),
        Err(RefreshError::Passing(text)) => {
            slot.state().token_was_not_used();
            let outcome = job.ends_unused(Outcome::Fault(Fault::Issuer(text)));
            (phase_before(job.presentation), None, outcome)
        }
        Err(RefreshError::Unknown(_)) => {
            (phase_after(job.presentation), None, fate_unknown(job.presentation))
        }
    };
    let tenant = slot.state().row().tenant;
    match shared.parts.logins.mark_phase(tenant, slot.id, phase, code).await {
        Ok(()) => slot.state().row_says_the_truth(),
        // The row still says "sent", which is never more hopeful than the truth.
        Err(error) => warn!(login = %slot.id, %error, "the end of a refresh is not in the database"),
    }
    outcome
}

/// What the row said before the token was marked as sent.
fn phase_before(presentation: Presentation) -> RefreshPhase {
    match presentation {
        Presentation::First => RefreshPhase::Idle,
        Presentation::LastChance => RefreshPhase::Uncertain,
    }
}

/// What the row has to say of a token that was sent, and of which no answer came back.
fn phase_after(presentation: Presentation) -> RefreshPhase {
    match presentation {
        Presentation::First => RefreshPhase::Uncertain,
        Presentation::LastChance => RefreshPhase::LastChanceTaken,
    }
}

/// Sets the mark that keeps this token from being sent again; it is on the disk when this returns.
async fn mark_sent(shared: &Shared, slot: &Slot, presentation: Presentation) -> Result<(), Outcome> {
    let (tenant, mark) = {
        let state = slot.state();
        (state.row().tenant, state.sent_mark())
    };
    let logins = &shared.parts.logins;
    let fault = |error: LoginStoreError| Outcome::Fault(error.into());
    match mark {
        SentMark::Clear => {}
        // Left by a refresh of this process that is known not to have used the token up. The database
        // refuses to set a mark that stands, so it is taken back first.
        SentMark::MayStand => {
            logins.mark_phase(tenant, slot.id, phase_before(presentation), None).await.map_err(fault)?;
        }
    }
    logins.mark_sent(tenant, slot.id, presentation).await.map_err(|error| match error {
        // The row knows better than this process; what it knows stands.
        LoginStoreError::RefreshTokenSpent => fate_unknown(presentation),
        // An error may follow a mark that is on the disk all the same, and the token has not left.
        LoginStoreError::Database(_) => {
            slot.state().row_may_say_sent();
            fault(error)
        }
    })
}

/// The refresh token at rest, if it may be sent, and the job to send it with: a token that is newer than the row was
/// never sent, whatever became of the one before it.
async fn token_to_send(
    shared: &Shared,
    slot: &Slot,
    job: RefreshJob,
) -> Result<(SecretString, RefreshJob), Outcome> {
    let keys = shared.keys(slot.id);
    let entry = shared.parts.secrets.get(&keys.refresh).await.map_err(|error| {
        warn!(login = %slot.id, %error, "no refresh starts while the vault does not answer");
        Outcome::NoVault
    })?;
    match standing(shared, slot, entry.as_ref()).await {
        Standing::Same(entry) => Ok((entry.token, job)),
        Standing::Newer(entry) => {
            slot.state().row_is_behind(&entry, shared.parts.clock.wall());
            flush(shared, slot).await.map_err(Outcome::Unsaved)?;
            Ok((entry.token, RefreshJob { presentation: Presentation::First, ..job }))
        }
        Standing::Foreign => Err(Outcome::LastChanceGone),
        Standing::Missing => Err(Outcome::Dead),
    }
}

/// Saves what a refresh brought.
async fn keep(shared: &Arc<Shared>, slot: &Slot, renewal: Renewal) -> Outcome {
    let claims = slot.state().answered(renewal, shared.now());
    let complete = claims.is_some();
    let saved = flush(shared, slot).await;
    shared.tell_claims(slot.id, claims);
    match saved {
        Ok(()) if complete => Outcome::Renewed,
        Ok(()) => Outcome::Fault(Fault::NoAccessToken),
        Err(target) => Outcome::Unsaved(target),
    }
}
