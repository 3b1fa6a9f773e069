//! All that is known of the provider: addresses, sign-in, errors, events, quota. A change of the provider
//! is a change of this folder.

pub(crate) mod bearer;
pub(crate) mod claims;
pub(crate) mod delivery;
pub(crate) mod endpoints;
pub(crate) mod error;
pub(crate) mod event;
pub(crate) mod headers;
pub(crate) mod oauth;
pub(crate) mod pkce;
pub(crate) mod sse;
pub(crate) mod upstream;
pub(crate) mod usage;
