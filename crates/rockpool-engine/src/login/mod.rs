//! Signing in: the issuer, and the sign-ins that people have started.

pub mod oauth;
pub mod pkce;
