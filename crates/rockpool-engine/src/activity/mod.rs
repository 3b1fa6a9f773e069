//! What is written after the fact: every request's record, outcomes, readings, conversations.

mod history;
pub(crate) mod ledger;
mod pending;
mod tally;
