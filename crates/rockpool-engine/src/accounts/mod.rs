//! From a sign-in to a usable bearer.

pub(crate) mod import;
pub(crate) mod login;
pub(crate) mod token;
