//! Which account a conversation lives on, for as many conversations as fit.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::{AccountId, TenantId};

/// Conversations that are remembered; the longest unused is forgotten first.
pub const CAPACITY: usize = 10_000;

/// A conversation as the tool names it: `session-id`, else `prompt_cache_key`. Only within its tenant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ConversationKey {
    /// The tenant whose tool said it: the same name in two tenants is two conversations.
    pub tenant: TenantId,
    /// The tool's own name for it, at most 256 bytes kept.
    pub name: String,
}

impl ConversationKey {
    /// Makes a key; `None` for an empty name. Longer names are cut to 256 bytes, so memory stays bounded.
    pub fn new(tenant: TenantId, name: &str) -> Option<Self> {
        const MAX: usize = 256;
        let name = name.trim();
        let end = name.floor_char_boundary(MAX);
        (!name.is_empty()).then(|| Self { tenant, name: name[..end].to_owned() })
    }
}

/// Where a conversation lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Home {
    /// The account.
    pub account: AccountId,
    /// Whose answers its history holds.
    pub history: History,
}

/// Whose answers a conversation's history holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum History {
    /// Its present account's only, as far as is known.
    #[default]
    Own,
    /// Those of other accounts too: it has moved, and the tool keeps sending what it was given before.
    Mixed,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    home: Home,
    tick: u64,
}

/// Least-recently-used map from conversation to account.
#[derive(Debug, Default)]
pub struct SessionAffinity {
    entries: HashMap<ConversationKey, Entry>,
    by_use: BTreeMap<u64, ConversationKey>,
    tick: u64,
}

impl SessionAffinity {
    /// Where the conversation lives.
    pub fn home(&self, key: &ConversationKey) -> Option<Home> {
        self.entries.get(key).map(|entry| entry.home)
    }

    /// Puts the conversation on `account` and counts it as just used.
    pub fn settle(&mut self, key: &ConversationKey, account: AccountId) {
        self.tick += 1;
        let history = match self.home(key) {
            Some(home) if home.account != account => History::Mixed,
            Some(home) => home.history,
            None => History::Own,
        };
        let entry = Entry { home: Home { account, history }, tick: self.tick };
        if let Some(old) = self.entries.insert(key.clone(), entry) {
            self.by_use.remove(&old.tick);
        }
        self.by_use.insert(self.tick, key.clone());
        if self.entries.len() > CAPACITY
            && let Some((_, oldest)) = self.by_use.pop_first()
        {
            self.entries.remove(&oldest);
        }
    }

    /// Forgets every conversation of an account that is gone.
    pub fn forget_account(&mut self, account: AccountId) {
        self.entries.retain(|_, entry| entry.home.account != account);
        let entries = &self.entries;
        self.by_use.retain(|_, key| entries.contains_key(key));
    }

    /// How many conversations are remembered.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether none is remembered.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn key(name: &str) -> ConversationKey {
        ConversationKey::new(TenantId(Uuid::from_u128(1)), name).unwrap()
    }

    #[test]
    fn a_conversation_stays_where_it_was_settled_last() {
        let (a, b) = (AccountId(Uuid::from_u128(1)), AccountId(Uuid::from_u128(2)));
        let mut affinity = SessionAffinity::default();
        assert_eq!(affinity.home(&key("x")), None);
        affinity.settle(&key("x"), a);
        affinity.settle(&key("x"), b);
        assert_eq!(affinity.home(&key("x")), Some(Home { account: b, history: History::Mixed }));
        assert_eq!(affinity.len(), 1);
    }

    #[test]
    fn memory_is_bounded_and_the_longest_unused_goes_first() {
        let a = AccountId(Uuid::from_u128(1));
        let mut affinity = SessionAffinity::default();
        affinity.settle(&key("first"), a);
        affinity.settle(&key("second"), a);
        affinity.settle(&key("first"), a);
        for n in 0..CAPACITY - 1 {
            affinity.settle(&key(&format!("n{n}")), a);
        }
        assert_eq!(affinity.len(), CAPACITY);
        assert!(affinity.home(&key("first")).is_some());
        assert!(affinity.home(&key("second")).is_none());
    }

    #[test]
    fn an_account_that_is_gone_takes_its_conversations_along() {
        let (a, b) = (AccountId(Uuid::from_u128(1)), AccountId(Uuid::from_u128(2)));
        let mut affinity = SessionAffinity::default();
        affinity.settle(&key("x"), a);
        affinity.settle(&key("y"), b);
        affinity.forget_account(a);
        let home = Home { account: b, history: History::Own };
        assert_eq!((affinity.home(&key("x")), affinity.home(&key("y"))), (None, Some(home)));
    }

    #[test]
    fn an_over_long_name_is_cut_on_a_character() {
        let long = "ä".repeat(400);
        assert!(key(&long).name.len() <= 256);
        assert!(ConversationKey::new(TenantId(Uuid::from_u128(1)), "  ").is_none());
    }
}
