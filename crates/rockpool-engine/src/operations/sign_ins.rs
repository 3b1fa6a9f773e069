//! Sign-ins: which ways there are, starting, watching, finishing by hand and giving up.

use rockpool_routing::{SignInId, TenantId};
use secrecy::ExposeSecret as _;

use super::error::ActionError;
use super::handle::EngineHandle;
use super::requests::{NewSignIn, PastedCallback};
use crate::accounts::login::{Purpose, SignInError, SignInStart};
use crate::config::Mode;
use crate::host::surroundings;
use crate::model::sign_in::{MachineKind, SignInCaller};
use crate::provider::device::DeviceCodeError;
use crate::snapshot::{SignInView, SignInWaysView};

/// The ways to sign in on this machine, the best one first. In a rehearsal the browser is in the process, wherever
/// that runs.
pub(crate) fn ways(engine: &EngineHandle) -> SignInWaysView {
    let machine = match engine.config().mode {
        Mode::Normal => surroundings::here(),
        Mode::Rehearsal => MachineKind::Desktop,
    };
    SignInWaysView {
        machine,
        ways: machine.ways().to_vec(),
        why: machine.why().to_owned(),
        opens_browser: engine.sign_ins_of().opens_browser(),
    }
}

/// Of a new account, or to repair one. A caller that starts the same again gets the pending sign-in.
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
    let unusable = || {
        let text = "The name of the caller has 1 to 64 bytes; leave it out to start a sign-in of its own.";
        ActionError::invalid("invalid_caller", "caller", text)
    };
    let named = |name: &String| SignInCaller::named(name).ok_or_else(unusable);
    let caller = new.caller.as_ref().map(named).transpose()?;
    let start = SignInStart { purpose, method: new.method, open: new.open_browser, caller };
    let started = engine.sign_ins_of().start(tenant, start).await;
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
        SignInError::NoCallback => ActionError::conflict("no_callback", subject, message),
        SignInError::NoDeviceCode(DeviceCodeError::NotOffered) => {
            ActionError::conflict("device_codes_off", "method", message)
        }
        SignInError::NoDeviceCode(DeviceCodeError::Refused { .. } | DeviceCodeError::Unreachable(_)) => {
            ActionError::unavailable("no_device_code", message)
        }
        SignInError::WrongState => ActionError::invalid("callback_of_another_sign_in", "url", message),
        SignInError::NoVault(_) => ActionError::unavailable("vault_unavailable", message),
        SignInError::TooMany => ActionError::unavailable("too_many_sign_ins", message),
    }
}
