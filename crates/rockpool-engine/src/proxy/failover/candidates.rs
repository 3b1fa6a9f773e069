//! Walks the candidates of one request: who is next, and what remedies are left for the present one.

use std::collections::VecDeque;

use rockpool_routing::failover::Remedy;
use rockpool_routing::{
    AccountId, Candidate, Class, Delivery, Progress, Remedies, Selection, Verdict, verdict,
};

/// What to do after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Hand the answer on.
    Return,
    /// Get a new bearer, then the same account again.
    Refresh,
    /// Take out what is bound to another account, then the same account again.
    Strip,
    /// The next account, now current.
    Account(AccountId),
    /// There is no further account.
    NoneLeft,
}

/// Whether an attempt got as far as presenting a bearer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BearerShown {
    None,
    Generation(u64),
}

impl From<Option<u64>> for BearerShown {
    fn from(generation: Option<u64>) -> Self {
        generation.map_or(Self::None, Self::Generation)
    }
}

impl Next {
    /// Whether an account that was asked twice, the second time with a fresh bearer, was refused for good.
    pub(crate) fn leaves_refused(self, class: Class, bearer: BearerShown) -> bool {
        let leaves = match self {
            Self::Account(_) | Self::NoneLeft => true,
            Self::Return | Self::Refresh | Self::Strip => false,
        };
        leaves && class == Class::Unauthorized && bearer != BearerShown::None
    }
}

/// The candidates of one request, each tried once.
#[derive(Debug)]
pub(crate) struct Walk {
    ahead: VecDeque<Candidate>,
    current: Option<AccountId>,
    met: Vec<AccountId>,
    remedies: Remedies,
}

impl Walk {
    pub(crate) fn new(selection: &Selection) -> Self {
        let mut ahead: VecDeque<_> = selection.candidates.iter().copied().collect();
        let current = ahead.pop_front().map(|first| first.account);
        Self { ahead, current, met: Vec::new(), remedies: Remedies::default() }
    }

    /// The account to try now.
    pub(crate) fn current(&self) -> Option<AccountId> {
        self.current
    }

    /// Goes on to the next account.
    pub(crate) fn advance(&mut self) -> Next {
        self.remedies = Remedies { replay: self.remedies.replay, ..Remedies::default() };
        self.met.extend(self.current);
        self.current = self.ahead.pop_front().map(|next| next.account);
        self.current.map_or(Next::NoneLeft, Next::Account)
    }

    /// Makes `account` the one to try now, if it is still ahead.
    pub(crate) fn prefer(&mut self, account: AccountId) -> Next {
        let Some(index) = self.ahead.iter().position(|ahead| ahead.account == account) else {
            return Next::NoneLeft;
        };
        if let (Some(preferred), Some(passed)) = (self.ahead.remove(index), self.current) {
            self.ahead.push_front(Candidate { account: passed, placement: preferred.placement });
            self.current = Some(account);
        }
        Next::Account(account)
    }

    /// Adds candidates that this walk has not met yet.
    pub(crate) fn extend(&mut self, candidates: &[Candidate]) {
        for candidate in candidates {
            let met = self.met.contains(&candidate.account);
            let ahead = self.ahead.iter().any(|known| known.account == candidate.account);
            if !met && !ahead {
                self.ahead.push_back(*candidate);
            }
        }
    }

    /// Decides after an attempt on the current account, before anything went downstream. Where there
    /// was no bearer to present, a newer one cannot be had either.
    pub(crate) fn after(&mut self, class: Class, delivery: Delivery, bearer: BearerShown) -> Next {
        if bearer == BearerShown::None {
            self.remedies.refresh = Remedy::Spent;
        }
        let verdict = verdict(Progress::Held, class, delivery, self.remedies);
        if delivery.may_be_billed() {
            self.remedies.replay = Remedy::Spent;
        }
        match verdict {
            Verdict::Return => Next::Return,
            Verdict::RefreshAndRetry => {
                self.remedies.refresh = Remedy::Spent;
                Next::Refresh
            }
            Verdict::StripAndRetry => {
                self.remedies.strip = Remedy::Spent;
                Next::Strip
            }
            Verdict::TryNext => self.advance(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rockpool_routing::Placement;
    use uuid::Uuid;

    fn id(n: u128) -> AccountId {
        AccountId(Uuid::from_u128(n))
    }

    fn walk() -> Walk {
        let candidates =
            (1..=2).map(|n| Candidate { account: id(n), placement: Placement::Strategy }).collect();
        Walk::new(&Selection { home: None, candidates, skipped: Vec::new() })
    }

    #[test]
    fn each_account_is_refreshed_once_and_tried_in_order() {
        let mut walk = walk();
        assert_eq!(walk.current(), Some(id(1)));
        assert_eq!(
            walk.after(Class::Unauthorized, Delivery::Answered, BearerShown::Generation(1)),
            Next::Refresh
        );
        assert_eq!(
            walk.after(Class::Unauthorized, Delivery::Answered, BearerShown::Generation(1)),
            Next::Account(id(2))
        );
        assert_eq!(
            walk.after(Class::Unauthorized, Delivery::Answered, BearerShown::Generation(1)),
            Next::Refresh
        );
        assert_eq!(
            walk.after(Class::Unauthorized, Delivery::Answered, BearerShown::Generation(1)),
            Next::NoneLeft
        );
    }

    #[test]
    fn an_account_that_was_met_is_not_met_again() {
        let mut walk = walk();
        assert_eq!(walk.advance(), Next::Account(id(2)));
        let more: Vec<_> =
            (1..=3).map(|n| Candidate { account: id(n), placement: Placement::Strategy }).collect();
        assert_eq!(walk.advance(), Next::NoneLeft);
        walk.extend(&more);
        assert_eq!(walk.advance(), Next::Account(id(3)));
        assert_eq!(walk.advance(), Next::NoneLeft);
    }

    #[test]
    fn without_a_bearer_the_same_account_is_not_asked_again() {
        assert_eq!(
            walk().after(Class::Unauthorized, Delivery::NotSent, BearerShown::None),
            Next::Account(id(2))
        );
    }

    #[test]
    fn an_answer_is_returned_and_a_fault_moves_on() {
        assert_eq!(
            walk().after(Class::Success, Delivery::Answered, BearerShown::Generation(1)),
            Next::Return
        );
        assert_eq!(
            walk().after(Class::FAILURE, Delivery::Answered, BearerShown::Generation(1)),
            Next::Account(id(2))
        );
        assert_eq!(
            walk().after(Class::ForeignCiphertext, Delivery::Answered, BearerShown::Generation(1)),
            Next::Strip
        );
    }

    #[test]
    fn a_request_that_may_have_been_billed_is_sent_again_once_over_all_accounts() {
        let candidates =
            (1..=3).map(|n| Candidate { account: id(n), placement: Placement::Strategy }).collect();
        let mut walk = Walk::new(&Selection { home: None, candidates, skipped: Vec::new() });
        let bearer = BearerShown::Generation(1);
        assert_eq!(walk.after(Class::FAILURE, Delivery::Begun, bearer), Next::Account(id(2)));
        assert_eq!(walk.after(Class::FAILURE, Delivery::Unknown, bearer), Next::Return);
    }

    #[test]
    fn the_account_that_a_history_is_bound_to_is_tried_before_the_others() {
        let mut walk = walk();
        assert_eq!(walk.prefer(id(2)), Next::Account(id(2)));
        assert_eq!(walk.current(), Some(id(2)));
        assert_eq!(walk.advance(), Next::Account(id(1)));
        assert_eq!(walk.prefer(id(2)), Next::NoneLeft);
    }
}
