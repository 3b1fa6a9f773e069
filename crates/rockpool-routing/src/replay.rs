//! What if: recorded requests, placed anew by the real [`Router`](crate::Router) over quota that is simulated.
//!
//! # How it is done
//!
//! The requests come in the order and at the times of the record. Each goes to the account that the
//! strategy in question puts first and that has something left. What it costs there is what its answer cost
//! by the record, in [`Tokens::work`]: a conversation that stays finds in the prompt cache what it found
//! then; one that moves reads all of it anew, which is counted.
//!
//! What a unit of work takes of a window is what it took by the record: percent burnt by work done
//! (`cost.rs`). Windows begin as they were seen when the first request came. A window resets when it is
//! due; the provider's resets ahead of time come as they came (`simulated_quota.rs`).
//!
//! # What it cannot know
//!
//! Only quota is simulated: pauses, dead sign-ins and outages of the recorded time are no part of it, nor
//! what an account was used for elsewhere, nor how many requests were under way at once. A conversation
//! that could not have moved moves all the same. Tools that were refused stopped asking, so a record has
//! fewer requests in its exhausted times than there might have been. All requests are placed by the strategy
//! in question, also those of clients that have one of their own; only clients of a single account stay
//! with it.

mod cache;
mod cost;
mod course;
mod exhausted_spans;
mod recording;
mod run;
mod simulated_quota;
#[cfg(test)]
mod tests;
mod totals;

use jiff::SignedDuration;

use crate::{AccountId, Now, Pool, Strategy};
use cache::Found;
use cost::Costs;
pub use course::{Course, Share};
use exhausted_spans::ExhaustedSpans;
pub use recording::{Recording, Request};
use run::Run;
use totals::Totals;

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

/// A record, made ready to be replayed again and again.
#[derive(Debug)]
pub struct Replayer<'a> {
    recording: Recording<'a>,
    costs: Costs,
    found: Vec<Found>,
}

impl<'a> Replayer<'a> {
    pub fn new(recording: Recording<'a>) -> Self {
        Self { recording, costs: Costs::of(recording), found: cache::found(recording.requests) }
    }

    /// What had to be assumed, each once.
    pub fn assumptions(&self) -> Vec<Assumption> {
        let Some((from, to)) = self.recording.span() else { return Vec::new() };
        let mut assumptions = Vec::new();
        if self.costs.guessed() {
            assumptions.push(Assumption::BurnGuessed);
        }
        let uncounted = |request: &Request| request.served.is_some() && request.tokens.is_none();
        if self.recording.requests.iter().any(uncounted) {
            assumptions.push(Assumption::NoTokenCounts);
        }
        if to.duration_since(from) < SignedDuration::from_hours(24) {
            assumptions.push(Assumption::HistoryShort);
        }
        assumptions
    }

    /// What happened.
    pub fn recorded(&self) -> Course {
        let accounts: Vec<AccountId> = self.recording.pool.accounts().collect();
        let mut totals = Totals::new(&accounts);
        for (request, found) in self.recording.requests.iter().zip(&self.found) {
            match request.served {
                Some(account) => {
                    totals.served(account, request, found);
                }
                None => totals.unserved += 1,
            }
        }
        let span = self.recording.span();
        let exhausted = |account: &AccountId| {
            let samples = self.recording.samples.get(account).map_or(&[][..], Vec::as_slice);
            span.map_or_else(ExhaustedSpans::default, |(from, to)| ExhaustedSpans::seen(samples, from, to))
        };
        totals.course(accounts.iter().map(exhausted).collect())
    }

    /// What would have happened under `strategy`, without some accounts. `base` gives the router's clocks
    /// a beginning; the same record and base give the same course.
    pub fn replay(&self, strategy: Strategy, without: &[AccountId], base: Now) -> Course {
        let accounts: Vec<AccountId> =
            self.recording.pool.accounts().filter(|account| !without.contains(account)).collect();
        let (Some((from, to)), Some((owner, members))) = (self.recording.span(), accounts.split_first())
        else {
            let mut totals = Totals::new(&accounts);
            totals.unserved = u32::try_from(self.recording.requests.len()).unwrap_or(u32::MAX);
            return totals.course(vec![ExhaustedSpans::default(); accounts.len()]);
        };
        let conversations = self.recording.pool.conversations;
        let pool = Pool { owner: *owner, members: members.to_vec(), strategy, conversations };
        let mut run = Run::new(self.recording, &self.costs, &accounts, from);
        for (request, found) in self.recording.requests.iter().zip(&self.found) {
            let mono = request.at.duration_since(from).unsigned_abs();
            run.request(request, found, &pool, Now { mono: base.mono + mono, wall: request.at });
        }
        run.course(to)
    }
}
