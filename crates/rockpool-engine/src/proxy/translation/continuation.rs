//! Answers that a tool may continue by their ids, which the backend does not keep: kept here for a while, encrypted, in
//! memory only. A restart forgets them, and the tool hears so in the API's own words.

use std::cell::RefCell;
use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use jiff::{SignedDuration, Timestamp};
use lru::LruCache;
use rand::Rng as _;
use rockpool_dialects::Continuation;
use rockpool_routing::ClientId;

/// Bytes that all kept answers take together, and all kept items once more.
const MOST_BYTES: usize = 64 << 20;
/// Answers and items that are kept, however small.
const MOST_ENTRIES: NonZeroUsize = NonZeroUsize::new(20_000).expect("not zero");
/// An answer is kept this long: a working day and the next morning.
const LIFE: SignedDuration = SignedDuration::from_hours(24);
const NONCE_BYTES: usize = 24;

/// What an answer left to go on from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    /// The id of the answer.
    pub(crate) id: String,
    /// The whole conversation with the answer's own items at its end: JSON without brackets.
    pub(crate) items: String,
    /// The answer's own items by their ids.
    pub(crate) by_id: Vec<(String, String)>,
}

/// Kept answers of all clients.
pub(crate) struct Continuations {
    cipher: XChaCha20Poly1305,
    shelves: Mutex<Shelves>,
}

struct Shelves {
    answers: Shelf,
    items: Shelf,
}

/// Sealed texts by their ids, bounded in number, bytes and age. A client finds its own only.
struct Shelf {
    sealed: LruCache<(ClientId, String), Sealed>,
    bytes: usize,
    most_bytes: usize,
}

struct Sealed {
    /// The nonce, then the ciphertext.
    bytes: Vec<u8>,
    at: Timestamp,
}

impl Default for Continuations {
    fn default() -> Self {
        Self::of_size(MOST_BYTES)
    }
}

impl Continuations {
    fn of_size(most_bytes: usize) -> Self {
        // The key never leaves this process: what lands in a swap file or a memory dump elsewhere than beside it
        // stays unreadable.
        let key: [u8; 32] = rand::rng().random();
        Self {
            cipher: XChaCha20Poly1305::new(&Key::from(key)),
            shelves: Mutex::new(Shelves { answers: Shelf::new(most_bytes), items: Shelf::new(most_bytes) }),
        }
    }

    fn shelves(&self) -> MutexGuard<'_, Shelves> {
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps an answer of a client. One that is too large to be kept is as if it had been forgotten.
    pub(crate) fn keep(&self, client: ClientId, kept: &Kept, now: Timestamp) {
        let answer = self.seal(&kept.items, now);
        let items: Vec<_> = kept.by_id.iter().map(|(id, item)| (id.clone(), self.seal(item, now))).collect();
        let mut shelves = self.shelves();
        if let Some(answer) = answer {
            shelves.answers.put((client, kept.id.clone()), answer, now);
        }
        for (id, item) in items {
            if let Some(item) = item {
                shelves.items.put((client, id), item, now);
            }
        }
    }

    /// What one client may go on from.
    pub(crate) fn of(&self, client: ClientId, now: Timestamp) -> OfClient<'_> {
        OfClient { continuations: self, client, now, opened: RefCell::default() }
    }

    fn seal(&self, text: &str, now: Timestamp) -> Option<Sealed> {
        let nonce: [u8; NONCE_BYTES] = rand::rng().random();
        let ciphertext = self.cipher.encrypt(&XNonce::from(nonce), text.as_bytes()).ok()?;
        let mut bytes = nonce.to_vec();
        bytes.extend_from_slice(&ciphertext);
        Some(Sealed { bytes, at: now })
    }

    fn open(&self, sealed: &[u8]) -> Option<String> {
        let (nonce, ciphertext) = sealed.split_at_checked(NONCE_BYTES)?;
        let plain = self.cipher.decrypt(&XNonce::try_from(nonce).ok()?, ciphertext).ok()?;
        String::from_utf8(plain).ok()
    }
}

impl Shelf {
    fn new(most_bytes: usize) -> Self {
        Self { sealed: LruCache::new(MOST_ENTRIES), bytes: 0, most_bytes }
    }

    fn put(&mut self, key: (ClientId, String), sealed: Sealed, now: Timestamp) {
        // One that is larger than all the room is as if it had been forgotten.
        if sealed.bytes.len() > self.most_bytes {
            return;
        }
        self.bytes += sealed.bytes.len();
        if let Some((_, replaced)) = self.sealed.push(key, sealed) {
            self.bytes -= replaced.bytes.len();
        }
        while let Some((_, oldest)) = self.sealed.peek_lru() {
            if self.bytes <= self.most_bytes && now.duration_since(oldest.at) < LIFE {
                break;
            }
            self.bytes -= oldest.bytes.len();
            self.sealed.pop_lru();
        }
    }

    fn get(&mut self, key: &(ClientId, String), now: Timestamp) -> Option<Vec<u8>> {
        let sealed = self.sealed.get(key)?;
        if now.duration_since(sealed.at) < LIFE {
            return Some(sealed.bytes.clone());
        }
        let expired = self.sealed.pop(key)?;
        self.bytes -= expired.bytes.len();
        None
    }
}

/// Kept answers of one client, as one request sees them.
pub(crate) struct OfClient<'a> {
    continuations: &'a Continuations,
    client: ClientId,
    now: Timestamp,
    /// Items that the request named before.
    opened: RefCell<HashMap<String, Option<String>>>,
}

impl Continuation for OfClient<'_> {
    fn answer(&self, id: &str) -> Option<String> {
        let sealed = self.continuations.shelves().answers.get(&(self.client, id.to_owned()), self.now)?;
        self.continuations.open(&sealed)
    }

    fn item(&self, id: &str) -> Option<String> {
        let mut opened = self.opened.borrow_mut();
        let open = || {
            let sealed = self.continuations.shelves().items.get(&(self.client, id.to_owned()), self.now)?;
            self.continuations.open(&sealed)
        };
        opened.entry(id.to_owned()).or_insert_with(open).clone()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn client(number: u128) -> ClientId {
        ClientId(Uuid::from_u128(number))
    }

    fn kept(id: &str, size: usize) -> Kept {
        let item = format!(r#"{{"id":"msg_{id}","text":"{}"}}"#, "x".repeat(size));
        Kept { id: id.to_owned(), items: item.clone(), by_id: vec![(format!("msg_{id}"), item)] }
    }

    #[test]
    fn an_answer_and_its_items_are_found_by_their_ids() {
        let continuations = Continuations::default();
        continuations.keep(client(1), &kept("a", 3), NOW);
        let of_client = continuations.of(client(1), NOW);
        assert_eq!(of_client.answer("a"), Some(kept("a", 3).items));
        assert_eq!(of_client.item("msg_a"), Some(kept("a", 3).items));
        assert_eq!(of_client.answer("b"), None);
    }

    #[test]
    fn another_key_finds_nothing() {
        let continuations = Continuations::default();
        continuations.keep(client(1), &kept("a", 3), NOW);
        let other = continuations.of(client(2), NOW);
        assert_eq!((other.answer("a"), other.item("msg_a")), (None, None));
    }

    #[test]
    fn nothing_is_kept_longer_than_a_day() {
        let continuations = Continuations::default();
        continuations.keep(client(1), &kept("a", 3), NOW);
        assert_eq!(continuations.of(client(1), NOW + LIFE).answer("a"), None);
    }

    #[test]
    fn the_oldest_make_room_for_the_newest() {
        let continuations = Continuations::of_size(64 << 10);
        for number in 0..40 {
            continuations.keep(client(1), &kept(&number.to_string(), 2 << 10), NOW);
        }
        let of_client = continuations.of(client(1), NOW);
        assert_eq!(of_client.answer("0"), None);
        assert!(of_client.answer("39").is_some());
        assert!(continuations.shelves().answers.bytes <= 64 << 10);
    }

    #[test]
    fn one_that_is_larger_than_all_the_room_pushes_nothing_out() {
        let continuations = Continuations::of_size(8 << 10);
        continuations.keep(client(1), &kept("small", 100), NOW);
        continuations.keep(client(1), &kept("large", 9 << 10), NOW);
        let of_client = continuations.of(client(1), NOW);
        assert!(of_client.answer("small").is_some() && of_client.answer("large").is_none());
    }

    #[test]
    fn what_is_kept_cannot_be_read_where_it_lies() {
        let continuations = Continuations::default();
        continuations.keep(client(1), &kept("a", 0), NOW);
        let sealed = continuations.shelves().answers.get(&(client(1), "a".to_owned()), NOW).unwrap();
        assert!(!sealed.windows(3).any(|window| window == b"msg"));
    }
}
