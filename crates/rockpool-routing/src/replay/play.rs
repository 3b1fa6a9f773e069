//! One strategy on its way through a record.

use jiff::Timestamp;

use super::cache::Found;
use super::cost::Costs;
use super::score::Score;
use super::supply::Supply;
use super::{Course, Request, Stage};
use crate::quota::{Reading, Source};
use crate::router::{Ask, Router};
use crate::runway::Tokens;
use crate::{AccountId, Class, Now, Pool};

/// A router, simulated quota, and what is counted.
pub(super) struct Play<'a> {
    costs: &'a Costs,
    router: Router,
    supplies: Vec<Supply>,
    accounts: &'a [AccountId],
    score: Score,
}

impl<'a> Play<'a> {
    pub(super) fn new(stage: &'a Stage<'_>, accounts: &'a [AccountId], from: Timestamp) -> Self {
        let mut router = Router::default();
        let mut supplies = Vec::new();
        for account in accounts {
            let samples = stage.script.samples.get(account).map_or(&[][..], Vec::as_slice);
            let supply = Supply::at(samples, from);
            router.add_account(*account);
            router.observe(*account, Reading::new(from, Source::Headers, supply.windows(from)));
            supplies.push(supply);
        }
        Self { costs: &stage.costs, router, supplies, accounts, score: Score::new(accounts) }
    }

    pub(super) fn request(&mut self, request: &Request, found: &Found, pool: &Pool, now: Now) {
        for (account, supply) in self.accounts.iter().zip(&mut self.supplies) {
            supply.advance(now.wall);
            if supply.has_news(now.wall) {
                self.router.observe(*account, reading(supply, now));
            }
        }
        let single = request.only.map(Pool::single);
        let pool = single.as_ref().unwrap_or(pool);
        let ask = Ask { pool, conversation: request.conversation.as_ref(), ties: &[] };
        for candidate in self.router.choose(&ask, now).candidates {
            if self.attempt(candidate.account, request, found, now) {
                return;
            }
        }
        self.score.unserved += 1;
    }

    /// What became of it all, at the end of the record.
    pub(super) fn course(self, to: Timestamp) -> Course {
        self.score.course(self.supplies.into_iter().map(|supply| supply.spans(to)).collect())
    }

    /// Whether the account serves the request.
    fn attempt(&mut self, account: AccountId, request: &Request, found: &Found, now: Now) -> bool {
        let Some(place) = self.accounts.iter().position(|known| *known == account) else { return false };
        let Some(supply) = self.supplies.get_mut(place) else { return false };
        let Some(ticket) = self.router.begin(account, now) else { return false };
        if let Some(back) = supply.dry_until() {
            self.router.settle(ticket, Class::UsageLimit { resets_at: back }, now);
            return false;
        }
        let tokens = self.score.served(account, request, found);
        let work = tokens.map_or(self.costs.usual_work(), Tokens::work);
        supply.burn(work, now.wall, |slot| self.costs.percent_per_work(account, slot));
        self.router.observe(account, reading(supply, now));
        self.router.settle(ticket, Class::Success, now);
        if let Some(conversation) = &request.conversation {
            self.router.place(conversation, account, now.wall);
        }
        true
    }
}

fn reading(supply: &Supply, now: Now) -> Reading {
    Reading::new(now.wall, Source::Headers, supply.windows(now.wall))
}
