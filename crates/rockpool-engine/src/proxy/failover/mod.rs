//! Which account is tried, with which credentials, and what is done after it.

pub(crate) mod attempt;
pub(crate) mod candidates;
pub(crate) mod no_account;
