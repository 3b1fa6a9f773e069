//! Starting, pasting and cancelling sign-ins.

use rockpool_routing::{SignInId, TenantId};

use crate::action::{ActionError, OpenBrowser};
use crate::handle::EngineHandle;
use crate::login_stub::{Purpose, SignInError};
use crate::snapshot::SignInView;

pub(super) async fn start(
    engine: &EngineHandle,
    tenant: TenantId,
    account: Option<&str>,
    browser: OpenBrowser,
) -> Result<SignInView, ActionError> {
    let purpose = match account {
        Some(name) => Purpose::Repair(engine.account(tenant, name)?.id),
        None => Purpose::Add,
    };
    let mut view = engine.sign_ins_of().start(tenant, purpose, browser).await.map_err(in_words)?;
    view.account = account.map(str::to_owned);
    Ok(view)
}

pub(super) async fn paste(
    engine: &EngineHandle,
    tenant: TenantId,
    id: SignInId,
    url: &str,
) -> Result<SignInView, ActionError> {
    engine.sign_ins_of().paste(tenant, id, url).await.map_err(in_words)
}

pub(super) async fn cancel(engine: &EngineHandle, tenant: TenantId, id: SignInId) -> Result<(), ActionError> {
    engine.sign_ins_of().cancel(tenant, id).await.map_err(in_words)
}

fn in_words(error: SignInError) -> ActionError {
    match error {
        SignInError::Unknown(id) => ActionError::no_sign_in(id),
        SignInError::Ended => ActionError::unavailable("sign_in_ended", error.to_string()),
        SignInError::Paste(_) => ActionError::invalid("callback_not_understood", "url", error.to_string()),
    }
}
