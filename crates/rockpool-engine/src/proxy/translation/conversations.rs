//! Conversations of tools that name none: known by what their answers gave, such as the ids of tool calls, and the tool
//! sends back.

use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use lru::LruCache;
use rockpool_routing::affinity::CONVERSATION_LIFE;
use rockpool_routing::{AccountId, TenantId};

/// Given names that are remembered; the longest unused is forgotten first. About 10 MB when full.
const CAPACITY: NonZeroUsize = NonZeroUsize::new(50_000).expect("not zero");
/// Names of more bytes are not remembered: those of the provider have about fifty.
const LONGEST: usize = 256;

/// Where an answer came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) account: AccountId,
    /// The conversation that it belongs to, where that had a name by then.
    pub(crate) conversation: Option<String>,
}

struct Given {
    origin: Origin,
    at: Timestamp,
}

/// Names that answers gave, and where each came from. In memory only.
pub(crate) struct GivenNames(Mutex<LruCache<(TenantId, String), Given>>);

impl Default for GivenNames {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(CAPACITY)))
    }
}

impl GivenNames {
    /// The first of these names that is known, with its origin. Known as long as the router knows a conversation.
    pub(crate) fn find(
        &self,
        tenant: TenantId,
        names: &[String],
        now: Timestamp,
    ) -> Option<(String, Origin)> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        names.iter().find_map(|name| {
            let given = known.get(&(tenant, name.clone()))?;
            let lives = now.duration_since(given.at) < CONVERSATION_LIFE;
            lives.then(|| (name.clone(), given.origin.clone()))
        })
    }

    /// Remembers what an answer gave.
    pub(crate) fn remember(&self, tenant: TenantId, names: &[String], origin: &Origin, now: Timestamp) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for name in names.iter().filter(|name| name.len() <= LONGEST) {
            known.put((tenant, name.clone()), Given { origin: origin.clone(), at: now });
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn origin() -> Origin {
        Origin { account: AccountId(Uuid::from_u128(1)), conversation: None }
    }

    fn tenant(number: u128) -> TenantId {
        TenantId(Uuid::from_u128(number))
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_conversation_is_known_by_any_name_that_its_answers_gave() {
        let (given, now) = (GivenNames::default(), Timestamp::UNIX_EPOCH);
        given.remember(tenant(1), &names(&["call_1", "rs_1"]), &origin(), now);
        let found = given.find(tenant(1), &names(&["call_0", "rs_1"]), now);
        assert_eq!(found, Some(("rs_1".to_owned(), origin())));
    }

    #[test]
    fn what_one_tenant_was_given_says_nothing_to_another() {
        let (given, now) = (GivenNames::default(), Timestamp::UNIX_EPOCH);
        given.remember(tenant(1), &names(&["call_1"]), &origin(), now);
        assert_eq!(given.find(tenant(2), &names(&["call_1"]), now), None);
    }

    #[test]
    fn a_name_is_forgotten_with_its_conversation_after_a_week() {
        let (given, now) = (GivenNames::default(), Timestamp::UNIX_EPOCH);
        given.remember(tenant(1), &names(&["call_1"]), &origin(), now);
        assert!(given.find(tenant(1), &names(&["call_1"]), now + CONVERSATION_LIFE).is_none());
    }
}
