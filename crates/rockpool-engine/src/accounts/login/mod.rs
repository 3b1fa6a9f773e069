//! Signing in: the issuer, and the sign-ins that people have started.

mod callback;
mod device;
mod flow;
mod listener;
mod pages;
mod sign_ins;

pub(crate) use flow::Purpose;
pub(crate) use sign_ins::{GrantRefused, SignInError, SignInParts, SignInSink, SignInStart, SignIns};
