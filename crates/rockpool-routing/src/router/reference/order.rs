//! The five strategies told naively: each place that was ever given away in a pool is kept.

use std::cmp::Reverse;

use jiff::Timestamp;

use super::Headroom;
use crate::router::{Candidate, Placement};
use crate::{AccountId, Pool, Strategy};

/// One account that may be tried, with what a strategy looks at.
#[derive(Clone, Copy)]
pub(in crate::router) struct EligibleAccount {
    pub(in crate::router) account: AccountId,
    pub(in crate::router) active: bool,
    pub(in crate::router) headroom: Headroom,
    pub(in crate::router) long_reset: Option<Timestamp>,
}

/// The places that one pool has given away.
#[derive(Default)]
pub(in crate::router) struct Places {
    offset: u64,
    /// Who was chosen.
    chosen: Vec<AccountId>,
    /// Who stood first, chosen or pinned.
    firsts: Vec<AccountId>,
}

impl Places {
    pub(in crate::router) fn starting_at(offset: u64) -> Self {
        Self { offset, ..Self::default() }
    }

    /// An account is gone.
    pub(in crate::router) fn forget(&mut self, gone: AccountId) {
        self.chosen.retain(|account| *account != gone);
        self.firsts.retain(|account| *account != gone);
    }

    /// The order behind `front`, or with nobody in front; `eligible` come in pool order.
    pub(in crate::router) fn order(
        &mut self,
        pool: &Pool,
        eligible: &[EligibleAccount],
        front: Option<Candidate>,
    ) -> Vec<Candidate> {
        let members: Vec<AccountId> = pool.accounts().collect();
        let front_account = front.map(|front| front.account);
        let others: Vec<EligibleAccount> =
            eligible.iter().copied().filter(|account| Some(account.account) != front_account).collect();
        let (mut active, mut fallback): (Vec<EligibleAccount>, Vec<EligibleAccount>) = match pool.strategy {
            Strategy::PriorityOrder => (others, Vec::new()),
            Strategy::PrimaryFirst
            | Strategy::RoundRobin
            | Strategy::MostHeadroom
            | Strategy::SoonestReset => others.into_iter().partition(|account| account.active),
        };
        if active.is_empty() {
            active.append(&mut fallback);
        }
        match pool.strategy {
            Strategy::PrimaryFirst | Strategy::PriorityOrder => {}
            Strategy::RoundRobin => self.go_round(&members, front_account, &mut active, &mut fallback),
            Strategy::MostHeadroom => {
                active
                    .sort_by_key(|account| (Reverse(account.headroom), self.wait(&members, account.account)));
            }
            Strategy::SoonestReset => active.sort_by_key(|account| {
                let unknown_last = (account.long_reset.is_none(), account.long_reset);
                (unknown_last, Reverse(account.headroom), self.wait(&members, account.account))
            }),
        }
        let placed = active.into_iter().chain(fallback).map(|account| placed(account, pool.strategy));
        let order: Vec<Candidate> = front.into_iter().chain(placed).collect();
        if let Some(first) = order.first() {
            self.firsts.push(first.account);
            if front.is_none() {
                self.chosen.push(first.account);
            }
        }
        order
    }

    /// Sorts who was chosen longest ago first; those that never were by their place behind the offset.
    fn wait(&self, members: &[AccountId], account: AccountId) -> (Option<usize>, u64) {
        let last = self.chosen.iter().rposition(|chosen| *chosen == account);
        let size = members.len() as u64;
        let mut place = members.iter().position(|member| *member == account).unwrap_or(0) as u64;
        let start = self.offset % size;
        if place < start {
            place += size;
        }
        (last, place - start)
    }

    fn go_round(
        &self,
        members: &[AccountId],
        front: Option<AccountId>,
        active: &mut Vec<EligibleAccount>,
        fallback: &mut [EligibleAccount],
    ) {
        let next = active.iter().copied().min_by_key(|account| self.wait(members, account.account));
        let next = next.filter(|_| front.is_none());
        let Some(first) = front.or(next.map(|next| next.account)) else { return };
        active.retain(|account| account.account != first);
        let stood_first = self.firsts.iter().filter(|account| **account == first).count();
        for group in [&mut active[..], fallback] {
            if !group.is_empty() {
                group.rotate_left(stood_first % group.len());
            }
        }
        if let Some(next) = next {
            active.insert(0, next);
        }
    }
}

fn placed(account: EligibleAccount, strategy: Strategy) -> Candidate {
    let strict = strategy == Strategy::PriorityOrder;
    let placement = if account.active || strict { Placement::Strategy } else { Placement::Fallback };
    Candidate { account: account.account, placement }
}
