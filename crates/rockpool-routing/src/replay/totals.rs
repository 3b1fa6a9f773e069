//! What is counted in a course of events.

use std::collections::BTreeMap;

use super::cache::{Caches, Found};
use super::course::{Course, Share};
use super::exhausted_spans::ExhaustedSpans;
use super::recording::Request;
use crate::AccountId;
use crate::runway::Tokens;

/// What is counted on the way.
pub(super) struct Totals {
    accounts: Vec<AccountId>,
    requests: BTreeMap<AccountId, u32>,
    caches: Caches,
    pub(super) unserved: u32,
}

impl Totals {
    pub(super) fn new(accounts: &[AccountId]) -> Self {
        Self {
            accounts: accounts.to_vec(),
            requests: BTreeMap::new(),
            caches: Caches::default(),
            unserved: 0,
        }
    }

    /// Counts a request, and says what its answer cost there, where that is known.
    pub(super) fn served(&mut self, account: AccountId, request: &Request, found: &Found) -> Option<Tokens> {
        *self.requests.entry(account).or_default() += 1;
        let cached = self.caches.read(found, account);
        request.tokens.map(|tokens| Tokens { cached, ..tokens })
    }

    pub(super) fn course(self, exhausted: Vec<ExhaustedSpans>) -> Course {
        let exhausted_seconds = ExhaustedSpans::common(&exhausted).seconds();
        let shares = self.accounts.iter().zip(exhausted).map(|(account, exhausted)| Share {
            account: *account,
            requests: self.requests.get(account).copied().unwrap_or_default(),
            exhausted: exhausted.into_pairs(),
        });
        Course {
            accounts: shares.collect(),
            cache_breaks: self.caches.breaks,
            cached_tokens_lost: self.caches.tokens_lost,
            unserved: self.unserved,
            exhausted_seconds,
        }
    }
}
