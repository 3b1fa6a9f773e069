//! Which conversations and turns are pinned to which account, for as many as fit.
//!
//! # Policy
//!
//! A *conversation* is pinned because it is cheap where it was: its prompt cache, and encrypted reasoning that
//! can be left out, are on one account. It stays there while that account can serve, unless its pool rotates
//! strictly, and is forgotten after a week without a request. A *turn* in progress and an answer that is
//! *continued* by its id are pinned because no other account knows them, for an hour at most, rotation or not.
//! Items that only their maker can read (compaction, agent messages) are seen in the body of a request, not
//! here.
//!
//! A pin is made when an account begins to answer, not when it is chosen: of the accounts that were tried the
//! last one has the cache, and a request that nobody served leaves its conversation where it was. So two
//! requests of a new conversation at the same time may be placed apart; the later answer counts.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::account::ModelReason;
use crate::{AccountId, AccountState, Class, TenantId};

/// Entries that are remembered, of each kind; the longest unused is forgotten first.
pub const CAPACITY: usize = 10_000;
/// A conversation without a request for so long is forgotten.
pub const CONVERSATION_LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A pinned turn or answer is remembered for so long: the provider ends a connection, and with it the ids of
/// its answers, after an hour, and no turn is known to take longer.
pub const PIN_LIFE: SignedDuration = SignedDuration::from_hours(1);
/// The provider keeps a prompt in its cache for up to an hour without use (its documentation of 2026).
pub const PROMPT_CACHE_LIFE: SignedDuration = SignedDuration::from_hours(1);
/// Names are cut to this many bytes: tools choose them, and memory stays bounded.
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

/// Something that an account gave, and that pins a request which presents it to that account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PinKey {
    /// The tenant whose tool presents it.
    pub tenant: TenantId,
    pub kind: PinKind,
    /// The provider's own name for it, at most 256 bytes kept.
    pub name: String,
}

/// What an account gave. The same words as a turn's state and as an answer's id are two keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PinKind {
    /// The state of a turn in progress, which the provider gave and the tool repeats.
    Turn,
    /// An answer that the request continues.
    Response,
}

impl PinKey {
    /// Makes a key; `None` for an empty name. Longer names are cut to 256 bytes.
    pub fn new(tenant: TenantId, kind: PinKind, name: &str) -> Option<Self> {
        Some(Self { tenant, kind, name: cut(name)? })
    }
}

/// A name as it is kept: `None` for an empty one; 256 bytes at most.
pub(crate) fn cut(name: &str) -> Option<String> {
    let name = name.trim();
    let end = name.floor_char_boundary(LONGEST_NAME);
    (!name.is_empty()).then(|| name[..end].to_owned())
}

/// The account that a conversation is pinned to, and what moving it away would cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConversationPin {
    pub account: AccountId,
    /// Whose answers its history holds.
    pub history: History,
    /// What the account's prompt cache holds of it.
    pub prompt_cache: Option<PromptCache>,
}

impl ConversationPin {
    /// A conversation that has its first answer from `account`.
    pub fn new(account: AccountId) -> Self {
        Self { account, history: History::Own, prompt_cache: None }
    }

    /// Input tokens that its account would have had in its cache at `wall`, and an answer from another
    /// account that found `cached` there did without: an estimate, and not more than it may have been.
    pub fn tokens_lost(&self, cached: u64, wall: Timestamp) -> u64 {
        let warm = self.prompt_cache.filter(|cache| wall.duration_since(cache.at) < PROMPT_CACHE_LIFE);
        warm.map_or(0, |cache| cache.tokens.saturating_sub(cached))
    }
}

/// What the prompt cache of an account holds of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PromptCache {
    /// Input tokens of its last answer.
    pub tokens: u64,
    /// When that answer came: see [`PROMPT_CACHE_LIFE`].
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

/// What became of a conversation's pin in one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AffinityOutcome {
    /// The request names no conversation.
    None,
    /// Its first request.
    New,
    /// The account that it is pinned to has served it.
    Kept,
    /// Another account has served it.
    Moved { from: AccountId, reason: MoveReason },
}

/// Why a conversation left its account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoveReason {
    /// The account took no requests.
    State(AccountState),
    /// The account took requests, and none for this model.
    Model(ModelReason),
    /// It was tried and failed.
    Failed(Class),
    /// The pool rotates strictly.
    Rotation,
    /// The account is not in the pool any more.
    LeftPool,
}

/// Least-recently-used map with an age limit.
#[derive(Debug)]
struct LruMap<K, V> {
    entries: HashMap<K, Entry<V>>,
    /// Keys by the tick of their last use.
    by_use: BTreeMap<u64, K>,
    /// Counts uses: times of day may be equal or go back.
    tick: u64,
    /// How long an entry is good for after its last use.
    life: SignedDuration,
}

#[derive(Clone, Copy, Debug)]
struct Entry<V> {
    value: V,
    tick: u64,
    /// Its last use.
    at: Timestamp,
}

impl<K: Clone + Eq + Hash, V: Copy> LruMap<K, V> {
    fn new(life: SignedDuration) -> Self {
        Self { entries: HashMap::new(), by_use: BTreeMap::new(), tick: 0, life }
    }

    fn get(&self, key: &K, wall: Timestamp) -> Option<V> {
        let entry = self.entries.get(key)?;
        (wall.duration_since(entry.at) < self.life).then_some(entry.value)
    }

    fn insert(&mut self, key: &K, value: V, at: Timestamp) {
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

    /// Changes a value without counting as a use.
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

/// All pins that are remembered. Two maps, so that many short turns cannot push out a conversation of days.
#[derive(Debug)]
pub struct Affinity {
    conversations: LruMap<ConversationKey, ConversationPin>,
    turns: LruMap<PinKey, AccountId>,
}

impl Default for Affinity {
    fn default() -> Self {
        Self { conversations: LruMap::new(CONVERSATION_LIFE), turns: LruMap::new(PIN_LIFE) }
    }
}

impl Affinity {
    /// Where the conversation is pinned; `None` after a week without an answer.
    pub fn conversation_pin(&self, key: &ConversationKey, wall: Timestamp) -> Option<ConversationPin> {
        self.conversations.get(key, wall)
    }

    /// Pins the conversation to `account`, which answers it at `wall`.
    pub fn place(&mut self, key: &ConversationKey, account: AccountId, wall: Timestamp) {
        let pin = match self.conversation_pin(key, wall) {
            Some(pin) if pin.account == account => pin,
            // What another account encrypted stays in the tool's history from now on, also if the conversation
            // goes back: only a new conversation is one account's own again. The cache that it had is left behind.
            Some(_) => ConversationPin { history: History::Mixed, ..ConversationPin::new(account) },
            None => ConversationPin::new(account),
        };
        self.conversations.insert(key, pin, wall);
    }

    /// Notes what `account` has read of the conversation. Ignored where the conversation has moved since: an
    /// answer may end long after the next one began elsewhere.
    pub fn prompt_cached(&mut self, key: &ConversationKey, account: AccountId, prompt_cache: PromptCache) {
        self.conversations.edit(key, |pin| {
            if pin.account == account {
                pin.prompt_cache = Some(prompt_cache);
            }
        });
    }

    /// The account that gave what the request presents.
    pub fn pinned_account(&self, key: &PinKey, wall: Timestamp) -> Option<AccountId> {
        self.turns.get(key, wall)
    }

    /// Remembers that `account` gave `key`.
    pub fn pin(&mut self, key: &PinKey, account: AccountId, wall: Timestamp) {
        self.turns.insert(key, account, wall);
    }

    /// Forgets all pins to an account that is gone.
    pub fn forget_account(&mut self, account: AccountId) {
        self.conversations.retain(|pin| pin.account != account);
        self.turns.retain(|pinned| *pinned != account);
    }

    /// Pinned conversations and turns together, expired ones included.
    pub fn len(&self) -> usize {
        self.conversations.entries.len() + self.turns.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests;
