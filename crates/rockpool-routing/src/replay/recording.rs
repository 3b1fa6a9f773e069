//! What is recorded of a pool: its requests, and what the provider said of its accounts.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::runway::{Sample, Tokens};
use crate::{AccountId, ConversationKey, Pool};

#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub at: Timestamp,
    /// Its conversation, where it names one.
    pub conversation: Option<ConversationKey>,
    /// Tokens of its answer, where they were counted.
    pub tokens: Option<Tokens>,
    /// The account that served it, if one did.
    pub served: Option<AccountId>,
    /// The only account that it may be given to, whatever the pool.
    pub only: Option<AccountId>,
}

/// What is recorded of a pool.
#[derive(Clone, Copy, Debug)]
pub struct Recording<'a> {
    /// Its accounts, and whether conversations stay.
    pub pool: &'a Pool,
    /// Its requests, in order of time.
    pub requests: &'a [Request],
    /// What the provider said of its accounts, each in order of time.
    pub samples: &'a BTreeMap<AccountId, Vec<Sample>>,
}

impl Recording<'_> {
    /// From the first request to the last; `None` without any.
    pub(super) fn span(self) -> Option<(Timestamp, Timestamp)> {
        Some((self.requests.first()?.at, self.requests.last()?.at))
    }
}
