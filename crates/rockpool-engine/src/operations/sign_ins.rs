//! Browser sign-ins: starting, watching, finishing by hand and giving up.

use rockpool_routing::{SignInId, TenantId};
use secrecy::ExposeSecret as _;

use super::error::ActionError;
use super::handle::EngineHandle;
use super::requests::{NewSignIn, PastedCallback};
use crate::accounts::login::{Purpose, SignInError};
use crate::snapshot::SignInView;

/// Of a new account, or to repair one. Starting the same again returns the pending sign-in.
pub(crate) async fn start(
    engine: &EngineHandle,
    tenant: TenantId,
    new: NewSignIn,
) -> Result<SignInView, ActionError> {
    engine.keeps_tokens()?;
    let purpose = match &new.account {
        Some(name) => Purpose::Repair(engine.account(tenant, name)?.id),
        None => Purpose::Add,
    };
    let started = engine.sign_ins_of().start(tenant, purpose, new.open_browser).await;
    started.map_err(|error| in_words("sign-in", error))
}

/// Those under way, and those that ended in the last minute, oldest first.
pub(crate) fn list(engine: &EngineHandle, tenant: TenantId) -> Vec<SignInView> {
    engine.sign_ins_of().list(tenant)
}

pub(crate) fn show(engine: &EngineHandle, tenant: TenantId, id: SignInId) -> Result<SignInView, ActionError> {
    let found = list(engine, tenant).into_iter().find(|sign_in| sign_in.id == id);
    found.ok_or_else(|| ActionError::no_sign_in(id))
}

/// Takes the address that the person copied, and returns when the sign-in has ended.
pub(crate) async fn paste(
    engine: &EngineHandle,
    tenant: TenantId,
    id: SignInId,
    pasted: PastedCallback,
) -> Result<SignInView, ActionError> {
    let ended = engine.sign_ins_of().paste(tenant, id, pasted.url.expose_secret()).await;
    ended.map_err(|error| in_words(&id.to_string(), error))
}

/// Gives up a sign-in that waits for the person.
pub(crate) fn cancel(engine: &EngineHandle, tenant: TenantId, id: SignInId) -> Result<(), ActionError> {
    engine.sign_ins_of().cancel(tenant, id).map(drop).map_err(|error| in_words(&id.to_string(), error))
}

fn in_words(subject: &str, error: SignInError) -> ActionError {
    let message = error.to_string();
    match error {
        SignInError::NotFound => ActionError::not_found("sign_in_not_found", subject, message),
        SignInError::NotWaiting => ActionError::conflict("sign_in_over", subject, message),
        SignInError::NotACallback => ActionError::invalid("not_a_callback", "url", message),
        SignInError::WrongState => ActionError::invalid("callback_of_another_sign_in", "url", message),
        SignInError::NoVault(_) => ActionError::unavailable("vault_unavailable", message),
        SignInError::TooMany => ActionError::unavailable("too_many_sign_ins", message),
    }
}
