//! All that is known of the provider's wire: addresses, sign-in, errors, events, quota. When that changes, this folder
//! does; what an error code means for an account is said in `rockpool_routing::classify`.

mod answered;
pub(crate) mod bearer;
pub(crate) mod claims;
pub(crate) mod content_coding;
pub(crate) mod delivery;
pub(crate) mod device;
pub(crate) mod endpoints;
pub(crate) mod error;
pub(crate) mod event;
pub(crate) mod headers;
pub(crate) mod oauth;
pub(crate) mod outbound;
pub(crate) mod pkce;
pub(crate) mod reuse;
pub(crate) mod sse;
pub(crate) mod upstream;
pub(crate) mod usage;
pub(crate) mod whoami;
pub(crate) mod workspaces;
