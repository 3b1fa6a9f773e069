//! What if: recorded requests, placed anew by the real [`Router`](crate::Router) over quota that is simulated.
//!
//! # How it is done
//!
//! The requests come in the order and at the times of the record. Each goes to the account that the
//! strategy under trial puts first and that has something left. What it costs there is what its answer cost
//! by the record, in [`Tokens::work`]: a conversation that stays finds in the prompt cache what it found
//! then; one that moves reads all of it anew, which is counted.
//!
//! What a unit of work takes of a window is what it took by the record: percent burnt by work done
//! (`cost.rs`). Windows begin as they were seen when the first request came. A window resets when it is
//! due; the provider's resets ahead of time come as they came (`supply.rs`).
//!
//! # What it cannot know
//!
//! Only quota is simulated: pauses, dead sign-ins and outages of the recorded time are no part of it, nor
//! what an account was used for elsewhere, nor how many requests were under way at once. A conversation
//! that could not have moved moves all the same. Tools that were refused stopped asking, so a record has
//! fewer requests in its dry times than there might have been. All requests are placed by the strategy
//! under trial, also those of clients that have one of their own; only clients of a single account stay
//! with it.

mod cache;
mod cost;
mod play;
mod score;
mod spans;
mod supply;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::runway::{Sample, Tokens};
use crate::{AccountId, ConversationKey, Now, Pool, Strategy};
use cache::Found;
use cost::Costs;
use play::Play;
use score::Score;
use spans::Spans;

/// One recorded request.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// When it arrived.
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
pub struct Script<'a> {
    /// Its accounts, and whether conversations stay.
    pub pool: &'a Pool,
    /// Its requests, in order of time.
    pub requests: &'a [Request],
    /// What the provider said of its accounts, each in order of time.
    pub samples: &'a BTreeMap<AccountId, Vec<Sample>>,
}

/// What had to be assumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Assumption {
    /// The record of an account does not tell what work costs it: that of the others does.
    BurnGuessed,
    /// Answers carried no counts of tokens: each of them counts as the average of the others.
    NoTokenCounts,
    /// Less than a day is recorded.
    HistoryShort,
}

impl Assumption {
    /// The name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::BurnGuessed => "burn_guessed",
            Self::NoTokenCounts => "no_token_counts",
            Self::HistoryShort => "history_short",
        }
    }
}

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
    pub dry_seconds: u64,
}

/// One account in a course of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The account.
    pub account: AccountId,
    /// Requests that it served.
    pub requests: u32,
    /// When it was used up, from and to.
    pub dry: Vec<(Timestamp, Timestamp)>,
}

/// A record, made ready to be played again and again.
#[derive(Debug)]
pub struct Stage<'a> {
    script: Script<'a>,
    costs: Costs,
    found: Vec<Found>,
}

impl<'a> Stage<'a> {
    /// Reads the record.
    pub fn new(script: Script<'a>) -> Self {
        Self { script, costs: Costs::of(script), found: cache::found(script.requests) }
    }

    /// What had to be assumed, each once.
    pub fn assumptions(&self) -> Vec<Assumption> {
        let Some((from, to)) = self.script.span() else { return Vec::new() };
        let mut assumptions = Vec::new();
        if self.costs.guessed() {
            assumptions.push(Assumption::BurnGuessed);
        }
        let uncounted = |request: &Request| request.served.is_some() && request.tokens.is_none();
        if self.script.requests.iter().any(uncounted) {
            assumptions.push(Assumption::NoTokenCounts);
        }
        if to.duration_since(from) < SignedDuration::from_hours(24) {
            assumptions.push(Assumption::HistoryShort);
        }
        assumptions
    }

    /// What happened.
    pub fn recorded(&self) -> Course {
        let accounts: Vec<AccountId> = self.script.pool.accounts().collect();
        let mut score = Score::new(&accounts);
        for (request, found) in self.script.requests.iter().zip(&self.found) {
            match request.served {
                Some(account) => {
                    score.served(account, request, found);
                }
                None => score.unserved += 1,
            }
        }
        let span = self.script.span();
        let dry = |account: &AccountId| {
            let samples = self.script.samples.get(account).map_or(&[][..], Vec::as_slice);
            span.map_or_else(Spans::default, |(from, to)| Spans::seen(samples, from, to))
        };
        score.course(accounts.iter().map(dry).collect())
    }

    /// What would have happened under `strategy`, without some accounts. `base` gives the router's clocks
    /// a beginning; the same record and base give the same course.
    pub fn replay(&self, strategy: Strategy, without: &[AccountId], base: Now) -> Course {
        let accounts: Vec<AccountId> =
            self.script.pool.accounts().filter(|account| !without.contains(account)).collect();
        let (Some((from, to)), Some((owner, members))) = (self.script.span(), accounts.split_first()) else {
            let mut score = Score::new(&accounts);
            score.unserved = u32::try_from(self.script.requests.len()).unwrap_or(u32::MAX);
            return score.course(vec![Spans::default(); accounts.len()]);
        };
        let conversations = self.script.pool.conversations;
        let pool = Pool { owner: *owner, members: members.to_vec(), strategy, conversations };
        let mut play = Play::new(self, &accounts, from);
        for (request, found) in self.script.requests.iter().zip(&self.found) {
            let mono = request.at.duration_since(from).unsigned_abs();
            play.request(request, found, &pool, Now { mono: base.mono + mono, wall: request.at });
        }
        play.course(to)
    }
}

impl Script<'_> {
    fn span(self) -> Option<(Timestamp, Timestamp)> {
        Some((self.requests.first()?.at, self.requests.last()?.at))
    }
}
