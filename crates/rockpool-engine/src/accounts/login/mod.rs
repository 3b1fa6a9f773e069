//! Signing in: the issuer, and the sign-ins that people have started.

mod admission;
mod callback;
mod device;
mod error;
mod flow;
mod listener;
mod pages;
mod sign_ins;

pub(crate) use admission::SignInStart;
pub(crate) use error::SignInError;
pub(crate) use flow::Purpose;
pub(crate) use sign_ins::{GrantRefused, SignInParts, SignInSink, SignIns};
