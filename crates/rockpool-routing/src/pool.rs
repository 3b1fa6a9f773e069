//! A pool: one owner account, ordered members, a strategy; and the rules that keep pools apart.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::AccountId;

/// How new conversations, and requests that name none, are placed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// The owner while it is known to have quota, then members in order; an account whose quota is
    /// unknown comes after those that are known to have some.
    #[default]
    PrimaryFirst,
    /// One after the other; accounts whose quota is unknown come after those that are known to have some.
    RoundRobin,
    /// Strictly in list order; only blocked accounts are passed over.
    PriorityOrder,
    /// The account with the most quota left first.
    MostHeadroom,
    /// The account whose quota comes back first.
    SoonestReset,
}

impl Strategy {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 5] =
        [Self::PrimaryFirst, Self::RoundRobin, Self::PriorityOrder, Self::MostHeadroom, Self::SoonestReset];

    /// The name in the API, the command line and the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::PrimaryFirst => "primary_first",
            Self::RoundRobin => "round_robin",
            Self::PriorityOrder => "priority_order",
            Self::MostHeadroom => "most_headroom",
            Self::SoonestReset => "soonest_reset",
        }
    }
}

impl std::str::FromStr for Strategy {
    type Err = UnknownStrategy;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|strategy| strategy.name() == text)
            .ok_or_else(|| UnknownStrategy(text.to_owned()))
    }
}

/// A strategy name that does not exist.
#[derive(Debug, Error, PartialEq, Eq)]
#[error(
    "there is no strategy “{0}”; choose primary_first, round_robin, priority_order, most_headroom or soonest_reset"
)]
pub struct UnknownStrategy(pub String);

/// Whether conversations stay on their account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conversations {
    /// On the account that began to answer them, while it can serve: the provider's prompt cache is kept.
    #[default]
    Stay,
    /// Each request is placed by the strategy, as far as its history allows: use is spread strictly, and
    /// the prompt cache is lost again and again.
    Rotate,
}

/// An owner, its members in order, and the strategy. An account without a pool is a pool of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    /// The account that tools are pointed at; always first in the order.
    pub owner: AccountId,
    /// The others, in order, without repetition.
    pub members: Vec<AccountId>,
    /// How requests are placed.
    pub strategy: Strategy,
    /// Whether conversations stay on their account.
    pub conversations: Conversations,
}

impl Pool {
    /// The pool of an account that has none.
    pub fn single(owner: AccountId) -> Self {
        Self {
            owner,
            members: Vec::new(),
            strategy: Strategy::default(),
            conversations: Conversations::default(),
        }
    }

    /// Owner first, then members.
    pub fn accounts(&self) -> impl Iterator<Item = AccountId> {
        std::iter::once(self.owner).chain(self.members.iter().copied())
    }
}

/// Why a pool cannot be saved. Names are carried by account; the caller puts them into words.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum PoolError {
    /// The owner is listed as its own member.
    #[error("a pool cannot list its owner as a member")]
    SelfReference,
    /// The member already belongs to the pool of `owner`.
    #[error("the member already belongs to another pool")]
    MemberElsewhere {
        member: AccountId,
        /// The owner of the pool it is in.
        owner: AccountId,
    },
    /// The member owns a pool of its own.
    #[error("the member owns a pool of its own")]
    MemberOwnsPool { member: AccountId },
    /// The would-be owner is a member of the pool of `owner`.
    #[error("the owner is a member of another pool")]
    OwnerIsMember {
        /// The owner of the pool it is in.
        owner: AccountId,
    },
}

/// Checks `candidate` against the pools that exist, keyed by owner. Cycles and chains cannot arise:
/// a member owns no pool and belongs to one only.
pub fn validate(candidate: &Pool, existing: &BTreeMap<AccountId, Pool>) -> Result<(), PoolError> {
    if candidate.members.contains(&candidate.owner) {
        return Err(PoolError::SelfReference);
    }
    for other in existing.values().filter(|other| other.owner != candidate.owner) {
        if other.members.contains(&candidate.owner) {
            return Err(PoolError::OwnerIsMember { owner: other.owner });
        }
        if candidate.members.contains(&other.owner) {
            return Err(PoolError::MemberOwnsPool { member: other.owner });
        }
        if let Some(member) = candidate.members.iter().find(|member| other.members.contains(member)) {
            return Err(PoolError::MemberElsewhere { member: *member, owner: other.owner });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn id(n: u128) -> AccountId {
        AccountId(Uuid::from_u128(n))
    }

    fn pool(owner: u128, members: &[u128]) -> Pool {
        Pool {
            owner: id(owner),
            members: members.iter().map(|n| id(*n)).collect(),
            strategy: Strategy::RoundRobin,
            conversations: Conversations::Stay,
        }
    }

    fn existing(pools: &[Pool]) -> BTreeMap<AccountId, Pool> {
        pools.iter().map(|pool| (pool.owner, pool.clone())).collect()
    }

    #[test]
    fn a_pool_cannot_contain_its_owner() {
        assert_eq!(validate(&pool(1, &[2, 1]), &existing(&[])), Err(PoolError::SelfReference));
    }

    #[test]
    fn a_member_belongs_to_one_pool() {
        let error = PoolError::MemberElsewhere { member: id(3), owner: id(2) };
        assert_eq!(validate(&pool(1, &[3]), &existing(&[pool(2, &[3])])), Err(error));
    }

    #[test]
    fn a_member_owns_no_pool_and_an_owner_is_no_member() {
        let known = existing(&[pool(2, &[3])]);
        assert_eq!(validate(&pool(1, &[2]), &known), Err(PoolError::MemberOwnsPool { member: id(2) }));
        assert_eq!(validate(&pool(3, &[4]), &known), Err(PoolError::OwnerIsMember { owner: id(2) }));
    }

    #[test]
    fn a_pool_may_be_saved_again_with_other_members() {
        assert_eq!(validate(&pool(1, &[3, 4]), &existing(&[pool(1, &[3]), pool(2, &[5])])), Ok(()));
    }

    #[test]
    fn strategy_names_round_trip_and_unknown_ones_name_the_choices() {
        assert_eq!("round_robin".parse(), Ok(Strategy::RoundRobin));
        let error = "fastest".parse::<Strategy>().unwrap_err().to_string();
        assert!(error.contains("fastest") && error.contains("priority_order"));
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_asked_for_no_account_is_in_two_pools_and_no_member_owns_one(
            asked in proptest::collection::vec((0u128..6, proptest::collection::btree_set(0u128..6, 0..4)), 0..30),
        ) {
            let mut known = BTreeMap::new();
            for (owner, members) in asked {
                let members: Vec<u128> = members.into_iter().collect();
                let candidate = pool(owner, &members);
                if validate(&candidate, &known).is_ok() {
                    known.insert(candidate.owner, candidate);
                }
                let members: Vec<AccountId> = known.values().flat_map(|pool| pool.members.clone()).collect();
                let distinct: std::collections::BTreeSet<_> = members.iter().collect();
                proptest::prop_assert_eq!(members.len(), distinct.len());
                proptest::prop_assert!(members.iter().all(|member| !known.contains_key(member)));
            }
        }
    }
}
