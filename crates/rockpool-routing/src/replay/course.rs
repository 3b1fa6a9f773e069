//! What becomes of the requests of a pool, as recorded or as replayed.

use jiff::Timestamp;

use crate::AccountId;

/// A course of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    /// Per account, in pool order.
    pub accounts: Vec<Share>,
    /// Times that a conversation changed its account.
    pub cache_breaks: u32,
    /// Input tokens that had to be read anew for it; an estimate.
    pub cached_tokens_lost: u64,
    /// Requests that no account could serve.
    pub unserved: u32,
    /// Whole seconds in which no account had anything left.
    pub exhausted_seconds: u64,
}

/// One account in a course of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    pub account: AccountId,
    /// Requests that it served.
    pub requests: u32,
    /// When nothing was left, from and to.
    pub exhausted: Vec<(Timestamp, Timestamp)>,
}
