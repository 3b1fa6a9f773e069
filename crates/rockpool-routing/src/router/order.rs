//! The five strategies: in which order the accounts of a pool are tried.
//!
//! Blocked accounts are no candidates at all. The others come in two groups: *active* ones, known to
//! have quota and not cooling down, and *fallback* ones, whose quota is unknown, that failed lately, or
//! that are busy with 32 attempts. *Pool order* is the owner, then the members as listed.
//!
//! - `primary_first`: active accounts in pool order, then fallback ones in pool order.
//! - `priority_order`: pool order, active and fallback alike.
//! - `round_robin`: the active account that the rotation chose longest ago; those that it never chose come
//!   first, in pool order from an offset that differs from start to start. After it the other active ones
//!   in pool order, rotated by how often that first account has stood first, so that the load of one that
//!   fails is spread over the others; then the fallback ones, rotated the same way.
//! - `most_headroom`: active accounts by what is left in their tightest window, less one percentage point
//!   for each attempt under way; then fallback ones in pool order. Of equals, the one chosen longest
//!   ago.
//! - `soonest_reset`: active accounts by when the longest of their running windows starts afresh, soonest
//!   first; those without a known reset after them; then fallback ones in pool order. Of equals, the one
//!   with the most left, then the one chosen longest ago. The longest window counts because what
//!   is left of it at its reset is lost for good, while the short ones come back many times within it.
//!
//! Figures that are not known come after all that are. Where the limits of a request's model are known to be others
//! than the account's, their figures are looked at in place of the account's own.
//!
//! Where no account is active, the fallback ones take their place. A conversation that stays where it is
//! puts its account in front of all that, and does not move the rotation on.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::Timestamp;

use super::selection::{Candidate, Placement};
use crate::{AccountId, Strategy};

/// Which account of one pool comes next.
#[derive(Clone, Debug, Default)]
pub(super) struct Rotation {
    /// Where the first round begins, counted from the owner.
    offset: u64,
    /// Times that it has moved on.
    choices: u64,
    /// The number of the choice that last fell on each account.
    last_choice: BTreeMap<AccountId, u64>,
    /// How often each account stood first, chosen or pinned.
    stood_first: BTreeMap<AccountId, u64>,
}

/// What the strategies look at, of one account that may be tried.
#[derive(Clone, Copy, Debug)]
pub(super) struct EligibleAccount {
    pub(super) account: AccountId,
    pub(super) group: Group,
    /// Percent left in the tightest window, where known.
    pub(super) headroom: Option<u8>,
    /// When its longest running window starts afresh.
    pub(super) long_reset: Option<Timestamp>,
    pub(super) in_flight: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    Active,
    Fallback,
}

impl EligibleAccount {
    /// Sorts the one with the most left first, and those of which that is not known last.
    fn by_headroom(self) -> (bool, Reverse<i64>) {
        let left = i64::from(self.headroom.unwrap_or_default()) - i64::from(self.in_flight);
        (self.headroom.is_none(), Reverse(left))
    }

    fn placed(self, strategy: Strategy) -> Candidate {
        let placement = match (self.group, strategy) {
            (Group::Active, _) | (Group::Fallback, Strategy::PriorityOrder) => Placement::Strategy,
            (
                Group::Fallback,
                Strategy::PrimaryFirst
                | Strategy::RoundRobin
                | Strategy::MostHeadroom
                | Strategy::SoonestReset,
            ) => Placement::Fallback,
        };
        Candidate { account: self.account, placement }
    }
}

impl Rotation {
    pub(super) fn starting_at(offset: u64) -> Self {
        Self { offset, ..Self::default() }
    }

    /// Forgets an account that is gone.
    pub(super) fn forget(&mut self, account: AccountId) {
        self.last_choice.remove(&account);
        self.stood_first.remove(&account);
    }

    /// How long ago an account was chosen, least for the longest. `place` is its place in the pool of `size`.
    fn rank(&self, account: AccountId, place: usize, size: usize) -> (u64, u64) {
        let size = size.max(1) as u64;
        let from_offset = (place as u64 + size - self.offset % size) % size;
        (self.last_choice.get(&account).copied().unwrap_or_default(), from_offset)
    }

    /// Orders the eligible, given in pool order, for a new placement, and moves on.
    pub(super) fn order(
        &mut self,
        strategy: Strategy,
        pool: &[AccountId],
        eligible: &[EligibleAccount],
    ) -> Vec<Candidate> {
        let ordered = self.by_strategy(strategy, pool, eligible, None);
        if let Some(first) = ordered.first() {
            self.choices += 1;
            self.last_choice.insert(first.account, self.choices);
            *self.stood_first.entry(first.account).or_default() += 1;
        }
        ordered.iter().map(|account| account.placed(strategy)).collect()
    }

    /// The same behind an account that stays in front; does not move on.
    pub(super) fn order_behind(
        &mut self,
        pinned: AccountId,
        strategy: Strategy,
        pool: &[AccountId],
        eligible: &[EligibleAccount],
    ) -> Vec<Candidate> {
        let others: Vec<_> = eligible.iter().copied().filter(|other| other.account != pinned).collect();
        let ordered = self.by_strategy(strategy, pool, &others, Some(pinned));
        *self.stood_first.entry(pinned).or_default() += 1;
        ordered.iter().map(|account| account.placed(strategy)).collect()
    }

    fn by_strategy(
        &self,
        strategy: Strategy,
        pool: &[AccountId],
        eligible: &[EligibleAccount],
        in_front: Option<AccountId>,
    ) -> Vec<EligibleAccount> {
        let mut ordered = eligible.to_vec();
        let rank = |account: &EligibleAccount| {
            let place = pool.iter().position(|other| *other == account.account).unwrap_or(pool.len());
            self.rank(account.account, place, pool.len())
        };
        match strategy {
            Strategy::PriorityOrder => {}
            Strategy::PrimaryFirst => ordered.sort_by_key(|account| account.group),
            Strategy::RoundRobin => {
                ordered.sort_by_key(|account| account.group);
                self.go_round(&mut ordered, rank, in_front);
            }
            Strategy::MostHeadroom => {
                sort_active(&mut ordered, |account| (account.by_headroom(), rank(account)));
            }
            Strategy::SoonestReset => sort_active(&mut ordered, |account| {
                let reset = account.long_reset.unwrap_or(Timestamp::MAX);
                (reset, account.by_headroom(), rank(account))
            }),
        }
        ordered
    }

    /// Puts the one that comes next in front, and rotates the others of each group.
    fn go_round(
        &self,
        ordered: &mut [EligibleAccount],
        rank: impl Fn(&EligibleAccount) -> (u64, u64),
        in_front: Option<AccountId>,
    ) {
        let active = ordered.partition_point(|account| account.group == Group::Active);
        let front = if active == 0 { ordered.len() } else { active };
        let mut head = 0;
        let first = match in_front {
            Some(pinned) => pinned,
            None => {
                let Some(next) = (0..front).min_by_key(|index| rank(&ordered[*index])) else { return };
                ordered[..=next].rotate_right(1);
                head = 1;
                ordered[0].account
            }
        };
        let times = self.stood_first.get(&first).copied().unwrap_or_default();
        rotate(&mut ordered[head..front], times);
        rotate(&mut ordered[front.max(head)..], times);
    }
}

fn rotate(eligible: &mut [EligibleAccount], times: u64) {
    if !eligible.is_empty() {
        eligible.rotate_left((times % eligible.len() as u64) as usize);
    }
}

/// Sorts the active ones by `key`; the fallback ones follow as they are. Without active ones the fallback
/// ones are sorted: what is known of them is better than nothing.
fn sort_active<K: Ord>(eligible: &mut [EligibleAccount], key: impl Fn(&EligibleAccount) -> K) {
    eligible.sort_by_key(|account| account.group);
    let active = eligible.partition_point(|account| account.group == Group::Active);
    let front = if active == 0 { eligible.len() } else { active };
    eligible[..front].sort_by_key(key);
}
