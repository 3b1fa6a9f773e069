//! What ties a request to an account, for as many conversations as fit.
//!
//! # Policy
//!
//! A *conversation* is tied softly: its prompt cache, and encrypted reasoning that can be left out, are
//! on one account. It stays there while that account can serve, unless its pool rotates strictly, and is
//! forgotten after a week without a request. A *turn* in progress and an answer that is *continued* by its
//! id are tied to one account for an hour at most, rotation or not. Items that only their maker can read
//! (compaction, agent messages) are seen in the body of a request, not here.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{AccountId, AccountState, Class, TenantId};

/// Entries that are remembered, of each kind; the longest unused is forgotten first.
pub const CAPACITY: usize = 10_000;
/// A conversation without a request for so long is forgotten.
pub const CONVERSATION_LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A tie is good for so long: the provider ends a connection, and with it the ids of its answers, after
/// an hour, and no turn is known to take longer.
pub const TIE_LIFE: SignedDuration = SignedDuration::from_hours(1);
/// The provider keeps a prompt in its cache for up to an hour without use (its documentation of 2026).
pub const WARMTH_LIFE: SignedDuration = SignedDuration::from_hours(1);
/// Names are cut to this many bytes, so memory stays bounded.
const LONGEST_NAME: usize = 256;

/// A conversation as the tool names it. Only within its tenant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ConversationKey {
    /// The tenant whose tool said it: the same name in two tenants is two conversations.
    pub tenant: TenantId,
    /// The tool's own name for it, at most 256 bytes kept.
    pub name: String,
}

impl ConversationKey {
    /// Makes a key; `None` for an empty name. Longer names are cut to 256 bytes.
    pub fn new(tenant: TenantId, name: &str) -> Option<Self> {
        Some(Self { tenant, name: cut(name)? })
    }
}

/// Something that ties a request to the account that gave it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TieKey {
    /// The tenant whose tool presents it.
    pub tenant: TenantId,
    /// What it is.
    pub kind: TieKind,
    /// The provider's own name for it, at most 256 bytes kept.
    pub name: String,
}

/// The kinds of ties.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TieKind {
    /// The state of a turn in progress, which the provider gave and the tool repeats.
    Turn,
    /// An answer that the request continues.
    Response,
}

impl TieKey {
    /// Makes a key; `None` for an empty name. Longer names are cut to 256 bytes.
    pub fn new(tenant: TenantId, kind: TieKind, name: &str) -> Option<Self> {
        Some(Self { tenant, kind, name: cut(name)? })
    }
}

fn cut(name: &str) -> Option<String> {
    let name = name.trim();
    let end = name.floor_char_boundary(LONGEST_NAME);
    (!name.is_empty()).then(|| name[..end].to_owned())
}

/// Where a conversation lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Home {
    /// The account.
    pub account: AccountId,
    /// Whose answers its history holds.
    pub history: History,
    /// What the account's prompt cache holds of it.
    pub warmth: Option<Warmth>,
}

impl Home {
    /// A conversation that has its first answer from `account`.
    pub fn new(account: AccountId) -> Self {
        Self { account, history: History::Own, warmth: None }
    }

    /// Input tokens that its account would have had in its cache at `wall`, and an answer from another
    /// account that found `cached` there did without: an estimate, and not more than it may have been.
    pub fn tokens_lost(&self, cached: u64, wall: Timestamp) -> u64 {
        let warm = self.warmth.filter(|warmth| wall.duration_since(warmth.at) < WARMTH_LIFE);
        warm.map_or(0, |warmth| warmth.tokens.saturating_sub(cached))
    }
}

/// What the prompt cache of an account holds of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Warmth {
    /// Input tokens of its last answer.
    pub tokens: u64,
    /// When that was.
    pub at: Timestamp,
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

/// What became of a conversation's tie to its account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The request names no conversation.
    None,
    /// Its first request.
    New,
    /// It stayed.
    Kept,
    /// It went on elsewhere.
    Moved {
        /// Where it was.
        from: AccountId,
        /// Why.
        reason: MoveReason,
    },
}

/// Why a conversation left its account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoveReason {
    /// The account took no requests.
    State(AccountState),
    /// It was tried and failed.
    Failed(Class),
    /// The pool rotates strictly.
    Rotation,
    /// The account is not in the pool any more.
    LeftPool,
}

/// Least-recently-used map with an age limit.
#[derive(Debug)]
struct Memory<K, V> {
    entries: HashMap<K, Entry<V>>,
    by_use: BTreeMap<u64, K>,
    tick: u64,
    life: SignedDuration,
}

#[derive(Clone, Copy, Debug)]
struct Entry<V> {
    value: V,
    tick: u64,
    at: Timestamp,
}

impl<K: Clone + Eq + Hash, V: Copy> Memory<K, V> {
    fn new(life: SignedDuration) -> Self {
        Self { entries: HashMap::new(), by_use: BTreeMap::new(), tick: 0, life }
    }

    fn get(&self, key: &K, wall: Timestamp) -> Option<V> {
        let entry = self.entries.get(key)?;
        (wall.duration_since(entry.at) < self.life).then_some(entry.value)
    }

    fn put(&mut self, key: &K, value: V, at: Timestamp) {
        self.tick += 1;
        if let Some(old) = self.entries.insert(key.clone(), Entry { value, tick: self.tick, at }) {
            self.by_use.remove(&old.tick);
        }
        self.by_use.insert(self.tick, key.clone());
        if self.entries.len() > CAPACITY
            && let Some((_, oldest)) = self.by_use.pop_first()
        {
            self.entries.remove(&oldest);
        }
    }

    fn edit(&mut self, key: &K, change: impl FnOnce(&mut V)) {
        if let Some(entry) = self.entries.get_mut(key) {
            change(&mut entry.value);
        }
    }

    fn retain(&mut self, keep: impl Fn(&V) -> bool) {
        self.entries.retain(|_, entry| keep(&entry.value));
        let entries = &self.entries;
        self.by_use.retain(|_, key| entries.contains_key(key));
    }
}

/// All conversations and ties that are remembered.
#[derive(Debug)]
pub struct Affinity {
    homes: Memory<ConversationKey, Home>,
    ties: Memory<TieKey, AccountId>,
}

impl Default for Affinity {
    fn default() -> Self {
        Self { homes: Memory::new(CONVERSATION_LIFE), ties: Memory::new(TIE_LIFE) }
    }
}

impl Affinity {
    /// Where the conversation lives.
    pub fn home(&self, key: &ConversationKey, wall: Timestamp) -> Option<Home> {
        self.homes.get(key, wall)
    }

    /// Puts the conversation on `account`, which answers it at `wall`.
    pub fn settle(&mut self, key: &ConversationKey, account: AccountId, wall: Timestamp) {
        let home = match self.home(key, wall) {
            Some(home) if home.account == account => home,
            Some(_) => Home { history: History::Mixed, ..Home::new(account) },
            None => Home::new(account),
        };
        self.homes.put(key, home, wall);
    }

    /// Notes how many input tokens `account` has read of the conversation, if it lives there.
    pub fn warm(&mut self, key: &ConversationKey, account: AccountId, warmth: Warmth) {
        self.homes.edit(key, |home| {
            if home.account == account {
                home.warmth = Some(warmth);
            }
        });
    }

    /// The account that gave what the request presents.
    pub fn tie(&self, key: &TieKey, wall: Timestamp) -> Option<AccountId> {
        self.ties.get(key, wall)
    }

    /// Remembers that `account` gave `key`.
    pub fn bind(&mut self, key: &TieKey, account: AccountId, wall: Timestamp) {
        self.ties.put(key, account, wall);
    }

    /// Forgets everything about an account that is gone.
    pub fn forget_account(&mut self, account: AccountId) {
        self.homes.retain(|home| home.account != account);
        self.ties.retain(|tied| *tied != account);
    }

    /// How many conversations and ties are remembered.
    pub fn len(&self) -> usize {
        self.homes.entries.len() + self.ties.entries.len()
    }

    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests;
