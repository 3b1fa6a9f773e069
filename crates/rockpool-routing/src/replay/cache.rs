//! What requests find in the prompt cache, by where the one before them went.

use std::collections::BTreeMap;

use super::recording::Request;
use crate::affinity::PROMPT_CACHE_LIFE;
use crate::{AccountId, ConversationKey};

/// What one request finds in the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Its conversation, counted from 0.
    conversation: Option<usize>,
    /// Tokens on the account that served the request before it.
    staying: u64,
    /// Tokens on any other.
    moving: u64,
}

/// Reads out of the record what each request would find.
pub(super) fn found(requests: &[Request]) -> Vec<Found> {
    let mut numbers: BTreeMap<&ConversationKey, usize> = BTreeMap::new();
    let mut before: BTreeMap<usize, &Request> = BTreeMap::new();
    let mut found = Vec::with_capacity(requests.len());
    for request in requests {
        let number = request.conversation.as_ref().map(|key| {
            let next = numbers.len();
            *numbers.entry(key).or_insert(next)
        });
        let last = match (number, request.served) {
            (Some(number), Some(_)) => before.insert(number, request),
            (Some(_) | None, _) => None,
        };
        found.push(Found { conversation: number, ..of_request(request, last) });
    }
    found
}

/// Where a conversation moved, what it found is known, and what it would have found is taken to be the input
/// of the request before it.
fn of_request(request: &Request, last: Option<&Request>) -> Found {
    let cached = request.tokens.map_or(0, |tokens| tokens.cached);
    let (Some(last), Some(tokens)) = (last, request.tokens) else {
        return Found { conversation: None, staying: cached, moving: cached };
    };
    if last.served == request.served {
        return Found { conversation: None, staying: cached, moving: 0 };
    }
    let warm = request.at.duration_since(last.at) < PROMPT_CACHE_LIFE;
    let kept = last.tokens.filter(|_| warm).map_or(0, |before| before.input.min(tokens.input));
    Found { conversation: None, staying: kept.max(cached), moving: cached }
}

/// Where conversations are in one course of events, and what their moves have cost.
#[derive(Debug, Default)]
pub(super) struct Caches {
    conversation_pins: BTreeMap<usize, AccountId>,
    pub(super) breaks: u32,
    pub(super) tokens_lost: u64,
}

impl Caches {
    /// Tokens that a request finds in the cache of `account`, which serves it.
    pub(super) fn read(&mut self, found: &Found, account: AccountId) -> u64 {
        let Some(conversation) = found.conversation else { return found.staying };
        match self.conversation_pins.insert(conversation, account) {
            Some(pin) if pin != account => {
                self.breaks += 1;
                self.tokens_lost += found.staying - found.moving;
                found.moving
            }
            Some(_) | None => found.staying,
        }
    }
}
