//! Why a sign-in is not begun, goes no further or fails, in sentences that name the way on.

use thiserror::Error;

use super::admission::PENDING_LIMIT;
use crate::provider::device::DeviceCodeError;
use crate::provider::oauth::ExchangeError;
use crate::vault::VaultError;

/// Why something could not be done with a sign-in.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum SignInError {
    /// There is none of this id.
    #[error("there is no such sign-in; start a new one")]
    NotFound,
    /// It has ended, or its code is being exchanged.
    #[error("this sign-in is over or being completed; start a new one if it failed")]
    NotWaiting,
    /// The pasted text is no callback.
    #[error(
        "this is not the address of the page after signing in; copy all of it from the browser, from http:// to the end"
    )]
    NotACallback,
    /// The pasted callback belongs to another sign-in.
    #[error("this address belongs to another sign-in; paste the one of the page that this sign-in opened")]
    WrongState,
    /// It was started with a device code.
    #[error("this sign-in waits for its code to be entered; start one through a browser to paste an address")]
    NoCallback,
    /// Too many are pending.
    #[error(
        "{PENDING_LIMIT} sign-ins are waiting, and more are not begun; finish or cancel some of them, or wait until they \
         end by themselves, and start this one again"
    )]
    TooMany,
    /// Device codes are switched off, or this one was not given.
    #[error("{}", code_refused(.0))]
    NoDeviceCode(#[from] DeviceCodeError),
    /// Its tokens could not be kept.
    #[error("{}", .0.with_remedy())]
    NoVault(#[from] VaultError),
}

fn code_refused(error: &DeviceCodeError) -> String {
    match error {
        DeviceCodeError::NotOffered => "The provider gives no device codes here: they are switched off. They are \
            switched on in ChatGPT's settings, under Security (“Enable device code authorization for Codex”), in a \
            workspace by its administrator. Or sign in through a browser: on this machine, or on another one, whose \
            last address you paste."
            .to_owned(),
        DeviceCodeError::Refused { status, code } => format!(
            "The provider refused to give a device code ({status} {code}). Try again later, or sign in through a \
             browser."
        ),
        DeviceCodeError::Unreachable(text) => format!(
            "The provider could not be reached for a device code ({text}). Check the connection and try again."
        ),
    }
}

/// Why a code became no tokens.
pub(super) fn exchange_failed(error: &ExchangeError) -> String {
    match error {
        ExchangeError::Refused { status, code } => {
            format!("The provider did not accept the sign-in ({status} {code}). Start it again.")
        }
        ExchangeError::Unreachable(text) => {
            format!(
                "The provider could not be reached ({text}). Check the connection and start the sign-in again."
            )
        }
    }
}
