//! What pins requests to accounts, written naively: every word that was said is kept.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::{AccountId, History};

/// Who was named for each key, and when, oldest first.
#[derive(Default)]
pub(in crate::router) struct Pins {
    said: BTreeMap<u8, Vec<(AccountId, Timestamp)>>,
}

impl Pins {
    pub(in crate::router) fn say(&mut self, key: u8, account: AccountId, at: Timestamp) {
        self.said.entry(key).or_default().push((account, at));
    }

    /// An account that is gone takes along what is pinned to it.
    pub(in crate::router) fn forget(&mut self, account: AccountId) {
        self.said.retain(|_, said| said.last().is_some_and(|(last, _)| *last != account));
    }

    /// The account that was named last, unless that was too long ago.
    pub(in crate::router) fn account(
        &self,
        key: u8,
        life: SignedDuration,
        at: Timestamp,
    ) -> Option<AccountId> {
        let (account, said_at) = self.said.get(&key)?.last()?;
        (at.duration_since(*said_at) < life).then_some(*account)
    }

    /// Whether more than one account was named since the last silence that was too long.
    pub(in crate::router) fn history(&self, key: u8, life: SignedDuration) -> History {
        let mut history = History::Own;
        let said = self.said.get(&key).map_or(&[][..], Vec::as_slice);
        for pair in said.windows(2) {
            let [(before, then), (after, now)] = pair else { continue };
            if now.duration_since(*then) >= life {
                history = History::Own;
            } else if before != after {
                history = History::Mixed;
            }
        }
        history
    }
}
