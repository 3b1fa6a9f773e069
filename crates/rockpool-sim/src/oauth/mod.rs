//! The issuer's side: authorize, tokens, revocation, device codes.

pub(crate) mod authorize;
pub(crate) mod device;
mod page;
pub(crate) mod revoke;
pub(crate) mod token;
pub(crate) mod whoami;
