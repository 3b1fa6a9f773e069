//! Signing in: the issuer, and the sign-ins that people have started.

mod callback;
mod flow;
mod listener;
pub mod oauth;
mod pages;
pub mod pkce;
mod sign_ins;

pub use flow::Purpose;
pub use sign_ins::{SignInError, SignInParts, SignInSink, SignIns};
