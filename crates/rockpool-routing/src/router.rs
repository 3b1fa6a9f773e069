//! Orders the accounts of a pool for a request, and learns from what became of it.
//!
//! # Order
//!
//! Blocked accounts are left out. An account that the request is tied to comes first: the one that gave
//! the turn or the answer that it continues, else the one that its conversation lives on (unless the pool
//! rotates strictly). The rest follows the strategy; `order.rs` says how each orders.
//!
//! # Cool-down
//!
//! A rate limit keeps an account out for the time that the provider asks. Three failures in a row mark it
//! unreachable, which makes it a fallback. Both end after 15 minutes at the latest, and so does a refusal
//! whose reset is far off: then one request finds out, and only one. If it is answered, the account is
//! back; if not, the cool-down begins anew, twice as long, up to the same bound.

mod door;
mod entry;
mod order;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::account::{CredentialState, Wish};
use crate::affinity::{Affinity, Fate, Home, MoveReason, TieKey, Warmth};
use crate::health::{HealthReport, Outcome};
use crate::quota::{Quota, Reading};
use crate::{
    AccountId, AccountState, Blocked, Class, ConversationKey, Conversations, Now, Pool, Readiness, Standing,
};
use entry::{Entry, Errand};
use order::{Contestant, Group, Turns};

/// Why a candidate stands where it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// The conversation lives there.
    Conversation,
    /// A turn in progress, or an answer that is continued, is there.
    Turn,
    /// The strategy put it there.
    Strategy,
    /// Nothing better is left: its quota is unknown or it failed lately.
    Fallback,
}

impl Placement {
    /// The name in activity records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Conversation => "conversation",
            Self::Turn => "turn",
            Self::Strategy => "strategy",
            Self::Fallback => "fallback",
        }
    }
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

/// A request that looks for an account.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// The accounts that may serve it.
    pub pool: &'a Pool,
    /// The conversation that it belongs to, where it names one.
    pub conversation: Option<&'a ConversationKey>,
    /// What it presents that one account has given; the first that is known counts.
    pub ties: &'a [TieKey],
}

impl<'a> Ask<'a> {
    /// A request that names nothing.
    pub fn any(pool: &'a Pool) -> Self {
        Self { pool, conversation: None, ties: &[] }
    }

    /// A request of a conversation.
    pub fn of(pool: &'a Pool, conversation: &'a ConversationKey) -> Self {
        Self { pool, conversation: Some(conversation), ties: &[] }
    }
}

/// The outcome of a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Where the conversation lives, in the pool or not, eligible or not.
    pub home: Option<Home>,
    /// Accounts to try, best first.
    pub candidates: Vec<Candidate>,
    /// Accounts passed over, in pool order.
    pub skipped: Vec<Skipped>,
}

impl Selection {
    /// What became of the conversation's tie once `served` has answered, after `tried` in this order.
    pub fn fate(&self, ask: &Ask<'_>, tried: &[(AccountId, Class)], served: AccountId) -> Fate {
        if ask.conversation.is_none() {
            return Fate::None;
        }
        let Some(home) = self.home else { return Fate::New };
        if home.account == served {
            return Fate::Kept;
        }
        Fate::Moved { from: home.account, reason: self.why_left(home.account, ask.pool, tried) }
    }

    /// Why a conversation that lives on `home` did not go on there.
    pub fn why_left(&self, home: AccountId, pool: &Pool, tried: &[(AccountId, Class)]) -> MoveReason {
        if !pool.accounts().any(|account| account == home) {
            return MoveReason::LeftPool;
        }
        if let Some(skipped) = self.skipped.iter().find(|skipped| skipped.account == home) {
            return MoveReason::State(skipped.blocked.state);
        }
        let failed = tried.iter().rev().find(|(account, _)| *account == home);
        failed.map_or(MoveReason::Rotation, |(_, class)| MoveReason::Failed(*class))
    }
}

/// An attempt under way; given back once, when it ended.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "an attempt that is never settled counts as under way for ever"]
pub struct Ticket {
    account: AccountId,
    began: Now,
    errand: Errand,
}

impl Ticket {
    /// The account that is tried.
    pub fn account(&self) -> AccountId {
        self.account
    }
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

/// All routing state of the process: accounts, quota, health, affinity, turns.
#[derive(Debug, Default)]
pub struct Router {
    accounts: BTreeMap<AccountId, Entry>,
    affinity: Affinity,
    turns: BTreeMap<AccountId, Turns>,
}

impl Router {
    /// Makes an account known, keeping what is already known of it.
    pub fn add_account(&mut self, account: AccountId) {
        self.accounts.entry(account).or_default();
    }

    /// Forgets an account with its quota, health, conversations and ties.
    pub fn remove_account(&mut self, account: AccountId) {
        self.accounts.remove(&account);
        self.turns.remove(&account);
        for turns in self.turns.values_mut() {
            turns.forget(account);
        }
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

    /// Notes how the account stands with the provider, as was found out by asking for its usage.
    pub fn set_standing(&mut self, account: AccountId, standing: Standing, now: Now) {
        if let Some(entry) = self.accounts.get_mut(&account) {
            entry.stands(standing, now);
        }
    }

    /// Takes a quota reading.
    pub fn observe(&mut self, account: AccountId, reading: Reading) {
        if let Some(entry) = self.accounts.get_mut(&account) {
            entry.quota.observe(reading);
        }
    }

    /// Starts the turns of a pool `offset` places after its owner.
    pub fn seed_turn(&mut self, owner: AccountId, offset: u64) {
        if self.accounts.contains_key(&owner) {
            self.turns.insert(owner, Turns::starting_at(offset));
        }
    }

    /// Puts a conversation on an account that has begun to answer it, in this run or an earlier one.
    pub fn place(&mut self, conversation: &ConversationKey, account: AccountId, wall: Timestamp) {
        if self.accounts.contains_key(&account) {
            self.affinity.settle(conversation, account, wall);
        }
    }

    /// Notes how many input tokens of a conversation an account has read, and so has in its cache.
    pub fn warm(&mut self, conversation: &ConversationKey, account: AccountId, tokens: u64, wall: Timestamp) {
        self.affinity.warm(conversation, account, Warmth { tokens, at: wall });
    }

    /// Remembers that an account gave what a tool may present again.
    pub fn bind(&mut self, tie: &TieKey, account: AccountId, wall: Timestamp) {
        if self.accounts.contains_key(&account) {
            self.affinity.bind(tie, account, wall);
        }
    }

    /// Adds an outcome to the health sample, as remembered from an earlier run.
    pub fn recall(&mut self, account: AccountId, outcome: Outcome) {
        if let Some(entry) = self.accounts.get_mut(&account) {
            entry.health.record(outcome);
        }
    }

    /// Orders the accounts of a pool for a request. A request that is placed anew takes a turn; one that
    /// stays where it is does not.
    pub fn choose(&mut self, ask: &Ask<'_>, now: Now) -> Selection {
        let home = ask.conversation.and_then(|key| self.affinity.home(key, now.wall));
        let mut skipped = Vec::new();
        let mut contestants = Vec::new();
        let pool: Vec<AccountId> = ask.pool.accounts().collect();
        for account in &pool {
            match self.readiness(*account, now) {
                Readiness::Active => contestants.push(self.contestant(*account, Group::Active, now)),
                Readiness::FallbackOnly => contestants.push(self.contestant(*account, Group::Fallback, now)),
                Readiness::Blocked(blocked) => skipped.push(Skipped { account: *account, blocked }),
            }
        }
        let eligible = |account: &AccountId| contestants.iter().any(|other| other.account == *account);
        let tied = ask.ties.iter().find_map(|key| self.affinity.tie(key, now.wall)).filter(eligible);
        let lives = match ask.pool.conversations {
            Conversations::Stay => home.map(|home| home.account).filter(eligible),
            Conversations::Rotate => None,
        };
        let front = tied
            .map(|account| Candidate { account, placement: Placement::Turn })
            .or(lives.map(|account| Candidate { account, placement: Placement::Conversation }));
        // A request may hold the picture of a pool whose owner was removed since, and a tool may be kept on
        // one account of a pool: neither takes a turn of the others.
        let mut none_of_theirs = Turns::default();
        let turns = match self.accounts.contains_key(&ask.pool.owner) && pool.len() > 1 {
            true => self.turns.entry(ask.pool.owner).or_default(),
            false => &mut none_of_theirs,
        };
        let strategy = ask.pool.strategy;
        let candidates = match front {
            Some(first) => {
                let behind = turns.order_behind(first.account, strategy, &pool, &contestants);
                std::iter::once(first).chain(behind).collect()
            }
            None => turns.order(strategy, &pool, &contestants),
        };
        Selection { home, candidates, skipped }
    }

    fn contestant(&self, account: AccountId, group: Group, now: Now) -> Contestant {
        let entry = self.accounts.get(&account);
        let quota = entry.map(|entry| &entry.quota);
        Contestant {
            account,
            group,
            headroom: quota.and_then(|quota| quota.headroom(now.wall)).unwrap_or_default(),
            long_reset: quota.and_then(|quota| quota.long_reset(now.wall)),
            in_flight: entry.map_or(0, |entry| entry.in_flight),
        }
    }

    /// Whether the pool can serve as far as is known: an account that is merely to be tried again, to see
    /// whether its quota is back, does not count until it has answered.
    pub fn known_outlook(&self, accounts: impl Iterator<Item = AccountId>, now: Now) -> Outlook {
        let doubted = |account: &AccountId| {
            let entry = self.accounts.get(account);
            entry.is_some_and(|entry| entry.is_doubted(now) && entry.next_chance(now).is_some())
        };
        let (doubted, others): (Vec<_>, Vec<_>) = accounts.partition(doubted);
        let cures = doubted.iter().filter_map(|account| self.state(*account, now).1).min();
        match (self.outlook(others.into_iter(), now), cures) {
            (Outlook::Serving, _) => Outlook::Serving,
            (Outlook::Until(until), cure) => Outlook::Until(cure.map_or(until, |cure| cure.min(until))),
            (Outlook::NeedsPerson, Some(cure)) => Outlook::Until(cure),
            (Outlook::NeedsPerson, None) if doubted.is_empty() => Outlook::NeedsPerson,
            (Outlook::NeedsPerson, None) => Outlook::Until(now.wall),
        }
    }

    /// Whether the pool can serve, and if not, what it takes.
    pub fn outlook(&self, accounts: impl Iterator<Item = AccountId>, now: Now) -> Outlook {
        let mut cure: Option<Timestamp> = None;
        for account in accounts {
            let Readiness::Blocked(_) = self.readiness(account, now) else { return Outlook::Serving };
            let chance = self.accounts.get(&account).and_then(|entry| entry.next_chance(now));
            cure = match (cure, chance) {
                (Some(known), Some(until)) => Some(known.min(until)),
                (known, until) => known.or(until),
            };
        }
        cure.map_or(Outlook::NeedsPerson, Outlook::Until)
    }

    /// Lets an attempt on `account` begin; `None` where another request is finding out whether the account
    /// is back, and for an account that is not known.
    pub fn begin(&mut self, account: AccountId, now: Now) -> Option<Ticket> {
        let errand = self.accounts.get_mut(&account)?.begin(now)?;
        Some(Ticket { account, began: now, errand })
    }

    /// Notes that an attempt is being answered: its first output has come.
    pub fn answered(&mut self, ticket: &Ticket) {
        if let Some(entry) = self.accounts.get_mut(&ticket.account) {
            entry.answered(ticket.began);
            entry.found_out(ticket.began, ticket.errand);
        }
    }

    /// Notes how an attempt ended.
    pub fn settle(&mut self, ticket: Ticket, class: Class, now: Now) {
        if let Some(entry) = self.accounts.get_mut(&ticket.account) {
            entry.learn(class, ticket.began, now);
            entry.end(ticket.began, ticket.errand);
        }
    }

    /// Keeps an account out whose fresh bearer was refused: only its usage, asked for by itself, or a
    /// new sign-in shows that it is accepted again.
    pub fn distrust(&mut self, account: AccountId, now: Now) {
        self.set_standing(account, Standing::Forbidden, now);
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

    /// When the next request may find out whether the account's trouble is over; `None` where there is no
    /// trouble that a request could find out about.
    pub fn probe_at(&self, account: AccountId, now: Now) -> Option<Timestamp> {
        self.accounts.get(&account).and_then(|entry| entry.probe_at(now))
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

    /// The account that gave what a tool presents; `None` where nobody is known to have.
    pub fn tied(&self, tie: &TieKey, wall: Timestamp) -> Option<AccountId> {
        self.affinity.tie(tie, wall)
    }

    /// Where a conversation lives.
    pub fn home(&self, conversation: &ConversationKey, wall: Timestamp) -> Option<Home> {
        self.affinity.home(conversation, wall)
    }
}

#[cfg(test)]
mod model;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
