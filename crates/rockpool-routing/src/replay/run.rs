//! One strategy on its way through a record.

use jiff::Timestamp;

use super::cache::Found;
use super::cost::Costs;
use super::course::Course;
use super::recording::{Recording, Request};
use super::simulated_quota::SimulatedQuota;
use super::totals::Totals;
use crate::quota::{Reading, Source};
use crate::router::{Ask, Router};
use crate::runway::Tokens;
use crate::{AccountId, Class, Now, Pool};

/// A router, simulated quota, and what is counted.
pub(super) struct Run<'a> {
    costs: &'a Costs,
    router: Router,
    quotas: Vec<SimulatedQuota>,
    accounts: &'a [AccountId],
    totals: Totals,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        recording: Recording<'_>,
        costs: &'a Costs,
        accounts: &'a [AccountId],
        from: Timestamp,
    ) -> Self {
        let mut router = Router::default();
        let mut quotas = Vec::new();
        for account in accounts {
            let samples = recording.samples.get(account).map_or(&[][..], Vec::as_slice);
            let quota = SimulatedQuota::at(samples, from);
            router.add_account(*account);
            router.observe(*account, Reading::new(from, Source::Headers, quota.windows(from)));
            quotas.push(quota);
        }
        Self { costs, router, quotas, accounts, totals: Totals::new(accounts) }
    }

    pub(super) fn request(&mut self, request: &Request, found: &Found, pool: &Pool, now: Now) {
        for (account, quota) in self.accounts.iter().zip(&mut self.quotas) {
            quota.advance(now.wall);
            if quota.has_news(now.wall) {
                self.router.observe(*account, reading(quota, now));
            }
        }
        let single = request.only.map(Pool::single);
        let pool = single.as_ref().unwrap_or(pool);
        let ask = Ask { pool, conversation: request.conversation.as_ref(), model: None, pins: &[] };
        for candidate in self.router.choose(&ask, now).candidates {
            if self.attempt(candidate.account, request, found, now) {
                return;
            }
        }
        self.totals.unserved += 1;
    }

    /// What became of it all, at the end of the record.
    pub(super) fn course(self, to: Timestamp) -> Course {
        self.totals.course(self.quotas.into_iter().map(|quota| quota.spans(to)).collect())
    }

    /// Whether the account serves the request.
    fn attempt(&mut self, account: AccountId, request: &Request, found: &Found, now: Now) -> bool {
        let Some(place) = self.accounts.iter().position(|known| *known == account) else { return false };
        let Some(quota) = self.quotas.get_mut(place) else { return false };
        let Some(ticket) = self.router.begin(account, now) else { return false };
        if let Some(back) = quota.exhausted_until() {
            self.router.attempt_ended(ticket, Class::UsageLimit { resets_at: back }, now);
            return false;
        }
        let tokens = self.totals.served(account, request, found);
        let work = tokens.map_or(self.costs.usual_work(), Tokens::work);
        quota.burn(work, now.wall, |slot| self.costs.percent_per_work(account, slot));
        self.router.observe(account, reading(quota, now));
        self.router.attempt_ended(ticket, Class::Success, now);
        if let Some(conversation) = &request.conversation {
            self.router.place(conversation, account, now.wall);
        }
        true
    }
}

fn reading(quota: &SimulatedQuota, now: Now) -> Reading {
    Reading::new(now.wall, Source::Headers, quota.windows(now.wall))
}
