//! Starting, pasting and cancelling sign-ins.

use rockpool_routing::{SignInId, TenantId};

use super::action::{ActionError, OpenBrowser};
use super::handle::EngineHandle;
use crate::accounts::login::{Purpose, SignInError};
use crate::snapshot::SignInView;

pub(super) async fn start(
    engine: &EngineHandle,
    tenant: TenantId,
    account: Option<&str>,
    browser: OpenBrowser,
) -> Result<SignInView, ActionError> {
    engine.keeps_tokens()?;
    let purpose = match account {
        Some(name) => Purpose::Repair(engine.account(tenant, name)?.id),
        None => Purpose::Add,
    };
    let started = engine.sign_ins_of().start(tenant, purpose, browser).await;
    started.map_err(|error| in_words("sign-in", error))
}

pub(super) async fn paste(
    engine: &EngineHandle,
    tenant: TenantId,
    id: SignInId,
    url: &str,
) -> Result<SignInView, ActionError> {
    engine.sign_ins_of().paste(tenant, id, url).await.map_err(|error| in_words(&id.to_string(), error))
}

pub(super) fn cancel(engine: &EngineHandle, tenant: TenantId, id: SignInId) -> Result<(), ActionError> {
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
