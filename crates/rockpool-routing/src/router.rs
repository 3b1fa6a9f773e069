//! Orders the accounts of a pool for a request, and learns from what became of it.
//!
//! # Order
//!
//! Blocked accounts are left out, and for a request that names a model those that do not serve that one
//! (`models.rs`). Where none that has the model is left and none comes back by itself, one that is thought not to
//! have it is asked all the same: the provider's own answer is the tool's. An account that the request is pinned to comes first: the one that gave
//! the turn or the answer that it continues, else the one that its conversation is pinned to (unless the
//! pool rotates strictly). The rest follows the strategy; `order.rs` says how each orders.
//!
//! # Cool-down
//!
//! A rate limit keeps an account out for the time that the provider asks. Three failures in a row mark it
//! unreachable, which makes it a fallback. After 15 minutes at the latest, as after a refusal whose reset is
//! far off, one request finds out, and only one: the probe. If it is answered, the account is back; if not,
//! the cool-down begins anew. `cooldown.rs` and `account_state.rs` say what counts.

mod account_state;
mod cooldown;
mod models;
mod order;
mod selection;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::account::{Activation, CredentialState, ModelReason, Obstacle};
use crate::affinity::{Affinity, ConversationPin, PinKey, PromptCache, cut};
use crate::health::{HealthReport, Outcome};
use crate::quota::{FamilyReading, LimitFamily, Quota, Reading};
use crate::{
    AccountId, AccountState, Blocked, Class, ConversationKey, Conversations, Now, Readiness, Standing,
};
use account_state::{AttemptKind, RoutingState};
use order::{EligibleAccount, Group, Rotation};
pub use selection::{Ask, Candidate, Placement, Selection, Skipped};

/// An attempt under way; given back once, when it ended.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "an attempt that is never ended counts as under way for ever"]
pub struct Ticket {
    account: AccountId,
    model: Option<String>,
    began: Now,
    kind: AttemptKind,
}

impl Ticket {
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

/// All routing state of the process: accounts, quota, health, affinity, rotations.
#[derive(Debug, Default)]
pub struct Router {
    accounts: BTreeMap<AccountId, RoutingState>,
    affinity: Affinity,
    /// By the owner of the pool.
    rotations: BTreeMap<AccountId, Rotation>,
}

impl Router {
    /// Makes an account known, keeping what is already known of it.
    pub fn add_account(&mut self, account: AccountId) {
        self.accounts.entry(account).or_default();
    }

    /// Forgets an account with its quota, health, conversations and pins.
    pub fn remove_account(&mut self, account: AccountId) {
        self.accounts.remove(&account);
        self.rotations.remove(&account);
        for rotation in self.rotations.values_mut() {
            rotation.forget(account);
        }
        self.affinity.forget_account(account);
    }

    /// Notes whether the owner has paused the account. Like all that is noted here, it is for accounts that are
    /// known.
    pub fn set_activation(&mut self, account: AccountId, activation: Activation) {
        if let Some(state) = self.accounts.get_mut(&account) {
            state.activation = activation;
        }
    }

    /// Notes what the account's credentials can do.
    pub fn set_credentials(&mut self, account: AccountId, credentials: CredentialState) {
        if let Some(state) = self.accounts.get_mut(&account) {
            state.credentials = credentials;
        }
    }

    /// Notes how the account stands with the provider, as was found out by asking for its usage.
    pub fn set_standing(&mut self, account: AccountId, standing: Standing, now: Now) {
        if let Some(state) = self.accounts.get_mut(&account) {
            state.set_standing(standing, now);
        }
    }

    /// Takes a quota reading.
    pub fn observe(&mut self, account: AccountId, reading: Reading) {
        if let Some(state) = self.accounts.get_mut(&account) {
            state.observe(reading);
        }
    }

    /// Takes what an answer said of the limits of single models.
    pub fn observe_family(&mut self, account: AccountId, seen: FamilyReading) {
        if let Some(state) = self.accounts.get_mut(&account) {
            state.models.observe(seen);
        }
    }

    /// Starts the rotation of a pool `offset` places after its owner.
    pub fn start_rotation(&mut self, owner: AccountId, offset: u64) {
        if self.accounts.contains_key(&owner) {
            self.rotations.insert(owner, Rotation::starting_at(offset));
        }
    }

    /// Puts a conversation on an account that has begun to answer it, in this run or an earlier one.
    pub fn place(&mut self, conversation: &ConversationKey, account: AccountId, wall: Timestamp) {
        if self.accounts.contains_key(&account) {
            self.affinity.place(conversation, account, wall);
        }
    }

    /// Notes how many input tokens of a conversation an account has read, and so has in its cache.
    pub fn prompt_cached(
        &mut self,
        conversation: &ConversationKey,
        account: AccountId,
        tokens: u64,
        wall: Timestamp,
    ) {
        self.affinity.prompt_cached(conversation, account, PromptCache { tokens, at: wall });
    }

    /// Remembers that an account gave what a tool may present again.
    pub fn pin(&mut self, key: &PinKey, account: AccountId, wall: Timestamp) {
        if self.accounts.contains_key(&account) {
            self.affinity.pin(key, account, wall);
        }
    }

    /// Adds an outcome to the health sample, as remembered from an earlier run.
    pub fn recall(&mut self, account: AccountId, outcome: Outcome) {
        if let Some(state) = self.accounts.get_mut(&account) {
            state.health.record(outcome);
        }
    }

    /// Orders the accounts of a pool for a request. A request that is placed anew moves the pool's
    /// rotation on; one that stays where it is does not.
    pub fn choose(&mut self, ask: &Ask<'_>, now: Now) -> Selection {
        let pin = ask.conversation.and_then(|key| self.affinity.conversation_pin(key, now.wall));
        let mut skipped = Vec::new();
        let mut eligible = Vec::new();
        let pool: Vec<AccountId> = ask.pool.accounts().collect();
        let last_resort = self.last_resort(&pool, ask.model, now);
        for account in &pool {
            let obstacle = self.obstacle(*account, ask.model, now);
            match obstacle.filter(|_| last_resort != Some(*account)) {
                Some(obstacle) => skipped.push(Skipped { account: *account, obstacle }),
                None => eligible.push(self.eligible(*account, ask.model, now)),
            }
        }
        // A pin prefers and does not insist: one to an account that is blocked or not in the pool is passed
        // over, since a tool is better served by an account that has to read everything anew than by none. One
        // to a fallback account holds, though others are active: moving costs the cache for certain, and
        // whether the account fails is not known.
        let is_eligible = |account: &AccountId| eligible.iter().any(|other| other.account == *account);
        // The first pin that is *known* counts, and is then looked at: a later one is not what the tool goes
        // on with.
        let turn = ask.pins.iter().find_map(|key| self.affinity.pinned_account(key, now.wall));
        let turn = turn.filter(is_eligible);
        let conversation = match ask.pool.conversations {
            Conversations::Stay => pin.map(|pin| pin.account).filter(is_eligible),
            Conversations::Rotate => None,
        };
        let front = turn
            .map(|account| Candidate { account, placement: Placement::Turn })
            .or(conversation.map(|account| Candidate { account, placement: Placement::Conversation }));
        // A request may hold the picture of a pool whose owner was removed since, and a tool may be kept on
        // one account of a pool: neither moves a rotation on.
        let mut none_of_theirs = Rotation::default();
        let rotation = match self.accounts.contains_key(&ask.pool.owner) && pool.len() > 1 {
            true => self.rotations.entry(ask.pool.owner).or_default(),
            false => &mut none_of_theirs,
        };
        let strategy = ask.pool.strategy;
        let candidates = match front {
            Some(first) => {
                let behind = rotation.order_behind(first.account, strategy, &pool, &eligible);
                std::iter::once(first).chain(behind).collect()
            }
            None => rotation.order(strategy, &pool, &eligible),
        };
        Selection { pin, candidates, skipped }
    }

    /// The account that is asked for a model though it is thought not to have it, because nobody else has it
    /// or will.
    fn last_resort(&self, pool: &[AccountId], model: Option<&str>, now: Now) -> Option<AccountId> {
        let has_chance = |account: &AccountId| self.next_chance(*account, model, now).is_some();
        let lacks_only = |account: &AccountId| match self.obstacle(*account, model, now) {
            Some(Obstacle::Model(block)) => block.reason == ModelReason::Unsuitable,
            Some(Obstacle::Account(_)) | None => false,
        };
        match pool.iter().any(has_chance) {
            true => None,
            false => pool.iter().copied().find(lacks_only),
        }
    }

    fn eligible(&self, account: AccountId, model: Option<&str>, now: Now) -> EligibleAccount {
        let state = self.accounts.get(&account);
        let known = |quota: &&Quota| quota.reading().is_some();
        let of_model = state.and_then(|state| state.models.quota(model, now.wall)).filter(known);
        let quota = of_model.or(state.map(|state| &state.quota));
        let group = match self.readiness(account, now) {
            Readiness::Active => Group::Active,
            Readiness::FallbackOnly | Readiness::Blocked(_) => Group::Fallback,
        };
        EligibleAccount {
            account,
            group,
            headroom: quota.and_then(|quota| quota.headroom(now.wall)),
            long_reset: quota.and_then(|quota| quota.long_reset(now.wall)),
            in_flight: state.map_or(0, |state| state.in_flight),
        }
    }

    /// Whether the pool can serve as far as is known: an account whose quota a probe is still to find out about
    /// does not count until that was answered.
    pub fn known_outlook(&self, accounts: impl Iterator<Item = AccountId>, now: Now) -> Outlook {
        let unproven = |account: &AccountId| {
            let state = self.accounts.get(account);
            state.is_some_and(|state| state.is_quota_probe_due(now) && state.next_chance(now).is_some())
        };
        let (unproven, others): (Vec<_>, Vec<_>) = accounts.partition(unproven);
        let cures = unproven.iter().filter_map(|account| self.state(*account, now).1).min();
        match (self.outlook(others.into_iter(), now), cures) {
            (Outlook::Serving, _) => Outlook::Serving,
            (Outlook::Until(until), cure) => Outlook::Until(cure.map_or(until, |cure| cure.min(until))),
            (Outlook::NeedsPerson, Some(cure)) => Outlook::Until(cure),
            (Outlook::NeedsPerson, None) if unproven.is_empty() => Outlook::NeedsPerson,
            // Quota that a probe may find back has no known end: any moment may be it, and nobody needs to act.
            (Outlook::NeedsPerson, None) => Outlook::Until(now.wall),
        }
    }

    /// Whether the pool can serve, and if not, what it takes.
    pub fn outlook(&self, accounts: impl Iterator<Item = AccountId>, now: Now) -> Outlook {
        self.outlook_for(accounts, None, now)
    }

    /// As [`Self::outlook`], for requests that ask for `model`. A pool in which nobody is thought to have it and
    /// nobody comes back by itself serves: with the provider's own refusal.
    pub fn outlook_for(
        &self,
        accounts: impl Iterator<Item = AccountId>,
        model: Option<&str>,
        now: Now,
    ) -> Outlook {
        let accounts: Vec<AccountId> = accounts.collect();
        if accounts.iter().any(|account| self.obstacle(*account, model, now).is_none()) {
            return Outlook::Serving;
        }
        let cure = accounts.iter().filter_map(|account| self.next_chance(*account, model, now)).min();
        match (cure, self.last_resort(&accounts, model, now)) {
            (Some(cure), _) => Outlook::Until(cure),
            (None, Some(_)) => Outlook::Serving,
            (None, None) => Outlook::NeedsPerson,
        }
    }

    /// When a request for `model` has its next chance on the account, where time alone brings it and is known.
    fn next_chance(&self, account: AccountId, model: Option<&str>, now: Now) -> Option<Timestamp> {
        let state = self.accounts.get(&account)?;
        let of_account = state.next_chance(now)?;
        match state.models.block(model, now.wall) {
            None => Some(of_account),
            Some(block) if block.reason == ModelReason::LimitReached => Some(of_account.max(block.until?)),
            Some(_) => None,
        }
    }

    /// What keeps the account from being given a request for `model`; `None` where nothing does.
    pub fn obstacle(&self, account: AccountId, model: Option<&str>, now: Now) -> Option<Obstacle> {
        match self.readiness(account, now) {
            Readiness::Blocked(blocked) => Some(Obstacle::Account(blocked)),
            Readiness::Active | Readiness::FallbackOnly => {
                let state = self.accounts.get(&account)?;
                state.models.block(model, now.wall).map(Obstacle::Model)
            }
        }
    }

    /// As [`Self::obstacle`], for a request of a pool: the account that is asked because nobody is thought to
    /// have the model may be asked.
    pub fn obstacle_in_pool(&self, ask: &Ask<'_>, account: AccountId, now: Now) -> Option<Obstacle> {
        let obstacle = self.obstacle(account, ask.model, now)?;
        let pool: Vec<AccountId> = ask.pool.accounts().collect();
        (self.last_resort(&pool, ask.model, now) != Some(account)).then_some(obstacle)
    }

    /// The limits of single models that are known of the account: each with the name shown to people, where
    /// there is one.
    pub fn families(&self, account: AccountId) -> impl Iterator<Item = (LimitFamily, Option<&str>, &Quota)> {
        self.accounts.get(&account).into_iter().flat_map(|state| state.models.families())
    }

    /// Lets an attempt on `account` begin; `None` where a probe is finding out whether the account is back, and
    /// for an account that is not known.
    pub fn begin(&mut self, account: AccountId, now: Now) -> Option<Ticket> {
        self.begin_for(account, None, now)
    }

    /// As [`Self::begin`], for a request that asks for `model`.
    pub fn begin_for(&mut self, account: AccountId, model: Option<&str>, now: Now) -> Option<Ticket> {
        let kind = self.accounts.get_mut(&account)?.begin(now)?;
        // What is learned of a model is kept under its name, and memory stays bounded.
        let model = model.and_then(cut);
        Some(Ticket { account, model, began: now, kind })
    }

    /// Notes that an attempt is being answered: its first output has come.
    pub fn answered(&mut self, ticket: &Ticket) {
        if let Some(state) = self.accounts.get_mut(&ticket.account) {
            state.answered(ticket.model.as_deref(), ticket.began);
            state.probe_ended(ticket.began, ticket.kind);
        }
    }

    /// Notes how an attempt ended.
    pub fn attempt_ended(&mut self, ticket: Ticket, class: Class, now: Now) {
        if let Some(state) = self.accounts.get_mut(&ticket.account) {
            state.attempt_ended(ticket.model.as_deref(), class, ticket.began, now);
            state.release(ticket.began, ticket.kind);
        }
    }

    /// Keeps an account out whose fresh bearer was refused: only its usage, asked for by itself, or a
    /// new sign-in shows that it is accepted again.
    pub fn bearer_refused(&mut self, account: AccountId, now: Now) {
        self.set_standing(account, Standing::Forbidden, now);
    }

    /// Where the account stands for routing.
    pub fn readiness(&self, account: AccountId, now: Now) -> Readiness {
        self.accounts
            .get(&account)
            .map_or(Readiness::Blocked(Blocked { state: AccountState::NeedsReauth, until: None }), |state| {
                state.readiness(now)
            })
    }

    /// The account's state and, where time cures it, until when.
    pub fn state(&self, account: AccountId, now: Now) -> (AccountState, Option<Timestamp>) {
        self.accounts.get(&account).map_or((AccountState::NeedsReauth, None), |state| state.state(now))
    }

    /// When the next probe may begin; `None` where there is nothing that a request could find out about.
    pub fn probe_at(&self, account: AccountId, now: Now) -> Option<Timestamp> {
        self.accounts.get(&account).and_then(|state| state.probe_at(now))
    }

    /// `None` for an account that is not known, as with [`Self::health`].
    pub fn quota(&self, account: AccountId) -> Option<&Quota> {
        self.accounts.get(&account).map(|state| &state.quota)
    }

    pub fn health(&self, account: AccountId) -> Option<HealthReport> {
        self.accounts.get(&account).map(|state| state.health.report())
    }

    /// Attempts under way on the account.
    pub fn in_flight(&self, account: AccountId) -> u32 {
        self.accounts.get(&account).map_or(0, |state| state.in_flight)
    }

    /// The account that gave what a tool presents; `None` where nobody is known to have.
    pub fn pinned_account(&self, key: &PinKey, wall: Timestamp) -> Option<AccountId> {
        self.affinity.pinned_account(key, wall)
    }

    /// Where a conversation is pinned; `None` too where that was a week ago.
    pub fn conversation_pin(
        &self,
        conversation: &ConversationKey,
        wall: Timestamp,
    ) -> Option<ConversationPin> {
        self.affinity.conversation_pin(conversation, wall)
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;
