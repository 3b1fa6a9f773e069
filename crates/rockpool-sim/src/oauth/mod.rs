//! The issuer's side: authorize, tokens, revocation, device codes.

pub(crate) mod authorize;
pub(crate) mod codes;
pub(crate) mod device;
pub(crate) mod page;
pub(crate) mod revoke;
pub(crate) mod token;

use serde::{Deserialize, Serialize};

use crate::people::SeatId;

/// How the next browser that comes to the authorize page is answered, without showing the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignIn {
    /// Signed in as this seat.
    As(SeatId),
    /// Sent back with `error=access_denied` and this description, such as `missing_codex_entitlement`.
    Denied(String),
}
