//! Which account is asked, with which credentials, and what is done after it.

pub(crate) mod attempt;
pub(crate) mod bearer_choice;
pub(crate) mod candidates;
pub(crate) mod context;
pub(crate) mod drive;
pub(crate) mod failing_turns;
pub(crate) mod lease;
pub(crate) mod no_account;
pub(crate) mod over_http;
