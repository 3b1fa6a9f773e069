//! The memory that request bodies may take together, charged by what arrived of them.
//!
//! # Rules
//!
//! One client has at most half of what is common, so that others find room beside it. Bodies grow while they are
//! read: where the room is used up by several that have begun, each would wait for the others. So the last part
//! of the budget goes to one of them at a time, whole: that one can be read to its end, and makes room.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rockpool_routing::ClientId;
use tokio::sync::Notify;

/// Largest body, which the last part has room for.
pub(crate) const LARGEST: usize = 64 << 20;
/// Bytes of all bodies that are kept for replay.
const BUDGET: usize = 256 << 20;
/// Of these, what bodies share while there is room.
const COMMON: usize = BUDGET - LARGEST;
const ONE_CLIENT: usize = COMMON / 2;

#[derive(Clone, Debug, Default)]
pub(crate) struct Budget(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    taken: Mutex<Taken>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct Taken {
    common: usize,
    by_client: HashMap<ClientId, usize>,
    last_part: LastPart,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum LastPart {
    #[default]
    Free,
    Taken,
}

impl Taken {
    fn take(&mut self, client: ClientId, bytes: usize) -> Result<(), Full> {
        let of_client = self.by_client.get(&client).copied().unwrap_or_default();
        if self.common + bytes > COMMON || of_client + bytes > ONE_CLIENT {
            return Err(Full);
        }
        self.common += bytes;
        self.by_client.insert(client, of_client + bytes);
        Ok(())
    }

    fn give_back(&mut self, client: ClientId, bytes: usize) {
        self.common -= bytes;
        if let Some(of_client) = self.by_client.get_mut(&client) {
            *of_client -= bytes;
            if *of_client == 0 {
                self.by_client.remove(&client);
            }
        }
    }
}

/// There is no room now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Full;

impl Budget {
    /// The share of a body of which nothing has arrived yet.
    pub(crate) fn share(&self, client: ClientId) -> Share {
        Share { budget: self.clone(), client, common: 0, beyond: Beyond::Nothing }
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One body's part of the budget, given back when dropped.
#[derive(Debug)]
pub(crate) struct Share {
    budget: Budget,
    client: ClientId,
    common: usize,
    beyond: Beyond,
}

/// Whether a body grows in the last part of the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Beyond {
    Nothing,
    LastPart,
}

impl Share {
    /// Grows by as many bytes as have arrived, if there is room now. A body has at most [`LARGEST`] bytes in all.
    pub(crate) fn try_grow(&mut self, bytes: usize) -> Result<(), Full> {
        if self.beyond == Beyond::LastPart {
            return Ok(());
        }
        let mut taken = self.budget.taken();
        if taken.take(self.client, bytes).is_ok() {
            self.common += bytes;
            return Ok(());
        }
        if taken.last_part == LastPart::Taken {
            return Err(Full);
        }
        taken.last_part = LastPart::Taken;
        self.beyond = Beyond::LastPart;
        Ok(())
    }

    /// The same, once there is room.
    pub(crate) async fn grow(&mut self, bytes: usize) {
        let budget = self.budget.clone();
        loop {
            // Before the look: what is freed between the two is not missed.
            let freed = budget.0.freed.notified();
            if self.try_grow(bytes).is_ok() {
                return;
            }
            freed.await;
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut taken = self.budget.taken();
        taken.give_back(self.client, self.common);
        if self.beyond == Beyond::LastPart {
            taken.last_part = LastPart::Free;
        }
        drop(taken);
        self.budget.0.freed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    const MIB: usize = 1 << 20;

    fn client() -> ClientId {
        ClientId(uuid::Uuid::now_v7())
    }

    fn grown(budget: &Budget, client: ClientId, bytes: usize) -> Share {
        let mut share = budget.share(client);
        share.try_grow(bytes).unwrap();
        share
    }

    #[test]
    fn what_has_not_arrived_costs_nothing() {
        let budget = Budget::default();
        let tool = client();
        let stalled: Vec<Share> = (0..1000).map(|_| grown(&budget, tool, 16)).collect();
        assert_eq!(budget.taken().common, 16_000);
        assert_eq!(grown(&budget, tool, LARGEST).common, LARGEST);
        drop(stalled);
        assert!(budget.taken().by_client.is_empty());
    }

    #[test]
    fn one_client_leaves_room_for_another() {
        let budget = Budget::default();
        let greedy = client();
        let _held: Vec<Share> = (0..3).map(|_| grown(&budget, greedy, 40 * MIB)).collect();
        assert_eq!(budget.share(greedy).try_grow(40 * MIB), Err(Full), "it has its half and the last part");
        assert_eq!(budget.share(client()).try_grow(LARGEST), Ok(()));
    }

    #[tokio::test]
    async fn bodies_that_grow_at_once_end_one_after_the_other() {
        let budget = Budget::default();
        let mut bodies: Vec<Share> = (0..6).map(|_| grown(&budget, client(), 32 * MIB)).collect();
        assert_eq!(bodies[0].try_grow(32 * MIB), Ok(()), "the last part");
        let mut second = bodies.pop().unwrap();
        assert!(second.grow(32 * MIB).now_or_never().is_none(), "it is taken");
        let waiting = tokio::spawn(async move {
            second.grow(32 * MIB).await;
            second
        });
        tokio::task::yield_now().await;
        bodies.remove(0);
        waiting.await.unwrap();
    }
}
