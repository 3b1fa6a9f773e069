//! Orders the accounts of a pool for a request, and learns from what became of it.
//!
//! # Order
//!
//! Blocked accounts are left out. An eligible account that the conversation already lives on comes
//! first. The rest follows the strategy:
//!
//! - `primary_first`: accounts known to have quota in list order, then those whose quota is unknown.
//! - `round_robin`: the same two groups, the first turned by a counter that each placement advances.
//! - `priority_order`: list order, known and unknown alike.
//!
//! An account with 32 attempts under way counts among the unknown, until some of them end.
//!
//! # Cool-down
//!
//! A rate limit keeps an account out for the time that the provider asks, 15 minutes at most. Three
//! failures in a row mark it unreachable for 30 seconds, in which it is only a fallback: when the
//! whole network is down there is no better account, and the tool should see the real error.

mod entry;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::account::{CredentialState, Wish};
use crate::affinity::{Home, SessionAffinity};
use crate::health::{HealthReport, Outcome};
use crate::quota::{Quota, Reading};
use crate::{
    AccountId, AccountState, Blocked, Class, ConversationKey, Now, Pool, Readiness, Standing, Strategy,
};
use entry::Entry;

/// Why a candidate stands where it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// The conversation lives there.
    Conversation,
    /// The strategy put it there.
    Strategy,
    /// Nothing better is left: its quota is unknown or it failed lately.
    Fallback,
}

/// An account that may be tried, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The account.
    pub account: AccountId,
    /// Why it stands where it does.
    pub placement: Placement,
}

/// An account that was passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The account.
    pub account: AccountId,
    /// Why.
    pub blocked: Blocked,
}

/// The outcome of a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Where the conversation lives, eligible or not.
    pub home: Option<Home>,
    /// Accounts to try, best first.
    pub candidates: Vec<Candidate>,
    /// Accounts passed over, in pool order.
    pub skipped: Vec<Skipped>,
}

/// Whether a pool can serve, and if not, what it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outlook {
    /// At least one account takes requests.
    Serving,
    /// None does; time cures it, first at this moment.
    Until(Timestamp),
    /// None does, and a person has to act.
    NeedsPerson,
}

/// All routing state of the process: accounts, quota, health, affinity, counters.
#[derive(Debug, Default)]
pub struct Router {
    accounts: BTreeMap<AccountId, Entry>,
    affinity: SessionAffinity,
    turns: BTreeMap<AccountId, u64>,
}

impl Router {
    /// Makes an account known, keeping what is already known of it.
    pub fn add_account(&mut self, account: AccountId) {
        self.accounts.entry(account).or_default();
    }

    /// Forgets an account with its quota, health and conversations.
    pub fn remove_account(&mut self, account: AccountId) {
        self.accounts.remove(&account);
        self.turns.remove(&account);
        self.affinity.forget_account(account);
    }

    /// Notes the owner's wish. Like all that is noted here, it is for accounts that are known.
    pub fn set_wish(&mut self, account: AccountId, wish: Wish) {
        if let Some(entry) = self.accounts.get_mut(&account) {
            entry.wish = wish;
        }
    }

    /// Notes what the account's credentials can do.
    pub fn set_credentials(&mut self, account: AccountId, state: CredentialState) {
        if let Some(entry) = self.accounts.get_mut(&account) {
            entry.credentials = state;
        }
    }

    /// Notes how the account stands with the provider.
    pub fn set_standing(&mut self, account: AccountId, standing: Standing) {
        if let Some(entry) = self.accounts.get_mut(&account) {
            entry.standing = standing;
        }
    }

    /// Takes a quota reading.
    pub fn observe(&mut self, account: AccountId, reading: Reading) {
        if let Some(entry) = self.accounts.get_mut(&account) {
            entry.quota.observe(reading);
        }
    }

    /// Starts the round-robin counter of a pool somewhere else than at its owner.
    pub fn seed_turn(&mut self, owner: AccountId, turn: u64) {
        self.turns.insert(owner, turn);
    }

    /// Puts a conversation on an account that has begun to answer it, in this run or an earlier one.
    pub fn place(&mut self, conversation: &ConversationKey, account: AccountId) {
        if self.accounts.contains_key(&account) {
            self.affinity.settle(conversation, account);
        }
    }

    /// Adds an outcome to the health sample, as remembered from an earlier run.
    pub fn recall(&mut self, account: AccountId, outcome: Outcome) {
        if let Some(entry) = self.accounts.get_mut(&account) {
            entry.health.record(outcome);
        }
    }

    /// Orders the accounts of `pool` for a request. Advances the pool's round-robin counter when the
    /// request is a new placement, not when its conversation stays where it is.
    pub fn choose(&mut self, pool: &Pool, conversation: Option<&ConversationKey>, now: Now) -> Selection {
        let home = conversation
            .and_then(|key| self.affinity.home(key))
            .filter(|home| pool.accounts().any(|account| account == home.account));
        let mut skipped = Vec::new();
        let mut active = Vec::new();
        let mut fallback = Vec::new();
        let mut listed = Vec::new();
        for account in pool.accounts() {
            match self.readiness(account, now) {
                Readiness::Active => active.push(account),
                Readiness::FallbackOnly => fallback.push(account),
                Readiness::Blocked(blocked) => {
                    skipped.push(Skipped { account, blocked });
                    continue;
                }
            }
            listed.push(account);
        }
        let stays = home.map(|home| home.account).filter(|home| listed.contains(home));
        let ordered = match pool.strategy {
            Strategy::PriorityOrder => placed(&listed, Placement::Strategy),
            Strategy::PrimaryFirst | Strategy::MostHeadroom | Strategy::SoonestReset => {
                [placed(&active, Placement::Strategy), placed(&fallback, Placement::Fallback)].concat()
            }
            Strategy::RoundRobin => {
                let front = if active.is_empty() { &mut fallback } else { &mut active };
                if stays.is_none() {
                    turn(self.turns.entry(pool.owner).or_default(), front);
                }
                [placed(&active, Placement::Strategy), placed(&fallback, Placement::Fallback)].concat()
            }
        };
        Selection { home, candidates: home_first(ordered, stays), skipped }
    }

    /// Whether the pool can serve, and if not, what it takes.
    pub fn outlook(&self, accounts: impl Iterator<Item = AccountId>, now: Now) -> Outlook {
        let mut cure: Option<Timestamp> = None;
        for account in accounts {
            let Readiness::Blocked(blocked) = self.readiness(account, now) else { return Outlook::Serving };
            cure = match (cure, blocked.until) {
                (Some(known), Some(until)) => Some(known.min(until)),
                (known, until) => known.or(until),
            };
        }
        cure.map_or(Outlook::NeedsPerson, Outlook::Until)
    }

    /// Notes that an attempt on `account` has started.
    pub fn begin(&mut self, account: AccountId) {
        if let Some(entry) = self.accounts.get_mut(&account) {
            entry.in_flight = entry.in_flight.saturating_add(1);
        }
    }

    /// Notes how an attempt on `account` ended, and puts the conversation there if it was served.
    pub fn settle(&mut self, account: AccountId, class: Class, began: Now, now: Now) {
        if let Some(entry) = self.accounts.get_mut(&account) {
            entry.in_flight = entry.in_flight.saturating_sub(1);
            entry.learn(class, began, now);
        }
    }

    /// Keeps an account out whose fresh bearer was refused: only its usage, asked for by itself, or a
    /// new sign-in shows that it is accepted again.
    pub fn distrust(&mut self, account: AccountId) {
        self.set_standing(account, Standing::Forbidden);
    }

    /// Where the account stands for routing.
    pub fn readiness(&self, account: AccountId, now: Now) -> Readiness {
        self.accounts
            .get(&account)
            .map_or(Readiness::Blocked(Blocked { state: AccountState::NeedsReauth, until: None }), |entry| {
                entry.readiness(now)
            })
    }

    /// The account's state and, where time cures it, until when.
    pub fn state(&self, account: AccountId, now: Now) -> (AccountState, Option<Timestamp>) {
        self.accounts.get(&account).map_or((AccountState::NeedsReauth, None), |entry| entry.state(now))
    }

    /// The account's quota.
    pub fn quota(&self, account: AccountId) -> Option<&Quota> {
        self.accounts.get(&account).map(|entry| &entry.quota)
    }

    /// The account's health.
    pub fn health(&self, account: AccountId) -> Option<HealthReport> {
        self.accounts.get(&account).map(|entry| entry.health.report())
    }

    /// Attempts under way on the account.
    pub fn in_flight(&self, account: AccountId) -> u32 {
        self.accounts.get(&account).map_or(0, |entry| entry.in_flight)
    }

    /// Where a conversation lives.
    pub fn home(&self, conversation: &ConversationKey) -> Option<Home> {
        self.affinity.home(conversation)
    }
}

fn placed(accounts: &[AccountId], placement: Placement) -> Vec<Candidate> {
    accounts.iter().map(|account| Candidate { account: *account, placement }).collect()
}

/// Turns `accounts` by the counter and advances it. A single account leaves the counter alone, so that
/// a pool of which one is left does not skew the order for when the others return.
fn turn(counter: &mut u64, accounts: &mut [AccountId]) {
    if accounts.len() < 2 {
        return;
    }
    let offset = (*counter % accounts.len() as u64) as usize;
    accounts.rotate_left(offset);
    *counter = counter.wrapping_add(1);
}

fn home_first(mut candidates: Vec<Candidate>, stays: Option<AccountId>) -> Vec<Candidate> {
    if let Some(index) =
        stays.and_then(|home| candidates.iter().position(|candidate| candidate.account == home))
    {
        let account = candidates.remove(index).account;
        candidates.insert(0, Candidate { account, placement: Placement::Conversation });
    }
    candidates
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
