//! Values that are longer than one entry of the backend.
//!
//! # Layout
//!
//! The entry under the key itself holds a head line and the first part; parts 2 and up are entries of
//! their own in one of two slots. A write fills the slot that is not in use and then replaces the first
//! entry: until then the old value is whole, and from then on the new one is. What a kill leaves in the
//! other slot is overwritten or removed by the next write. Each write has a stamp that every part
//! repeats, so parts of different writes are never read as one value.

use secrecy::{ExposeSecret, SecretString};

use super::{VaultBackend, VaultError, VaultKey};

/// Bytes kept free in each entry for the head line.
const HEAD_BYTES: usize = 48;
/// Marks the layout; the next one gets another.
const LAYOUT: &str = "rockpool1";

#[derive(Clone, Copy, PartialEq, Eq)]
enum PartSlot {
    A,
    B,
}

impl PartSlot {
    const BOTH: [Self; 2] = [Self::A, Self::B];

    fn name(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
        }
    }

    fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Head {
    slot: PartSlot,
    parts: usize,
    stamp: u64,
}

impl Head {
    fn line(self) -> String {
        format!("{LAYOUT} {} {} {:016x}\n", self.slot.name(), self.parts, self.stamp)
    }

    /// Reads the head line of an entry; returns what follows it too.
    fn split(entry: &str) -> Option<(Self, &str)> {
        let (line, rest) = entry.split_once('\n')?;
        let mut words = line.split(' ');
        if words.next()? != LAYOUT {
            return None;
        }
        let slot = words.next()?;
        let slot = PartSlot::BOTH.into_iter().find(|known| known.name() == slot)?;
        let parts = words.next()?.parse().ok().filter(|parts| *parts >= 1)?;
        let stamp = u64::from_str_radix(words.next()?, 16).ok()?;
        Some((Self { slot, parts, stamp }, rest))
    }
}

/// Reads a whole value; `None` where there is none.
pub(super) fn get(
    backend: &mut dyn VaultBackend,
    key: &VaultKey,
) -> Result<Option<SecretString>, VaultError> {
    let Some(first) = backend.get(key)? else { return Ok(None) };
    let (head, start) = Head::split(first.expose_secret()).ok_or_else(|| damaged(key))?;
    let mut value = String::with_capacity(start.len().saturating_mul(head.parts));
    value.push_str(start);
    for part in 2..=head.parts {
        let entry = backend.get(&part_key(key, head.slot, part))?.ok_or_else(|| damaged(key))?;
        let (of, more) = Head::split(entry.expose_secret()).ok_or_else(|| damaged(key))?;
        if of != head {
            return Err(damaged(key));
        }
        value.push_str(more);
    }
    Ok(Some(SecretString::from(value)))
}

/// Writes a whole value; `stamp` has to differ from write to write.
pub(super) fn set(
    backend: &mut dyn VaultBackend,
    key: &VaultKey,
    secret: &SecretString,
    stamp: u64,
) -> Result<(), VaultError> {
    let before = backend.get(key)?;
    let before = before.as_ref().and_then(|entry| Head::split(entry.expose_secret())).map(|(head, _)| head);
    let slot = before.map_or(PartSlot::A, |head| head.slot.other());
    let parts = cut(secret.expose_secret(), backend.entry_limit().saturating_sub(HEAD_BYTES).max(1));
    let head = Head { slot, parts: parts.len(), stamp };
    for (number, part) in (1..).zip(&parts).skip(1) {
        backend.set(&part_key(key, slot, number), &entry(head, part))?;
    }
    backend.set(key, &entry(head, parts.first().copied().unwrap_or_default()))?;
    // The value is saved; what is left of older ones is only in the way.
    let _ = remove_parts(backend, key, slot, head.parts + 1);
    if before.is_some_and(|before| before.parts > 1) {
        let _ = remove_parts(backend, key, slot.other(), 2);
    }
    Ok(())
}

/// Removes a whole value; removing none is fine.
pub(super) fn delete(backend: &mut dyn VaultBackend, key: &VaultKey) -> Result<(), VaultError> {
    backend.delete(key)?;
    for slot in PartSlot::BOTH {
        remove_parts(backend, key, slot, 2)?;
    }
    Ok(())
}

/// Removes the parts from `first` on, up to the first that is not there.
fn remove_parts(
    backend: &mut dyn VaultBackend,
    key: &VaultKey,
    slot: PartSlot,
    first: usize,
) -> Result<(), VaultError> {
    for number in first.. {
        let part = part_key(key, slot, number);
        if backend.get(&part)?.is_none() {
            break;
        }
        backend.delete(&part)?;
    }
    Ok(())
}

fn part_key(key: &VaultKey, slot: PartSlot, part: usize) -> VaultKey {
    VaultKey::new(format!("{key}/{}{part}", slot.name()))
}

fn entry(head: Head, part: &str) -> SecretString {
    let line = head.line();
    let mut entry = String::with_capacity(line.len() + part.len());
    entry.push_str(&line);
    entry.push_str(part);
    SecretString::from(entry)
}

/// Cuts into parts of at most `limit` bytes (more only where one character is longer), never inside a
/// character; one empty part for an empty value.
fn cut(mut value: &str, limit: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    while value.len() > limit {
        let end = match value.floor_char_boundary(limit) {
            0 => value.ceil_char_boundary(1),
            end => end,
        };
        let (part, rest) = value.split_at(end);
        parts.push(part);
        value = rest;
    }
    if !value.is_empty() || parts.is_empty() {
        parts.push(value);
    }
    parts
}

fn damaged(key: &VaultKey) -> VaultError {
    VaultError::Failed(format!("the entry {key} is incomplete or was changed by another program"))
}
