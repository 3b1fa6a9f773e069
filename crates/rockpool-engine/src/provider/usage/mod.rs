//! What the provider says about an account's quota: asked for, or read off its responses.

pub(crate) mod events;
pub(crate) mod fetch;
pub(crate) mod headers;
mod limits;
pub(crate) mod parse;

pub(crate) use fetch::{UsageError, fetch, get};
pub(crate) use limits::LimitReadings;
pub(crate) use parse::UsageReport;
