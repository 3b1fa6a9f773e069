//! The accounts of one request, in the order in which they are asked, and what is left to try with the
//! present one: pure, so that the rule can be read and tested without a socket.

use std::collections::VecDeque;

use rockpool_routing::failover::Remedy;
use rockpool_routing::{AccountId, Candidate, Class, Delivery, Progress, Remedies, Verdict, verdict};

use super::bearer_choice::{BearerChoice, BearerShown};
use crate::proxy::request::payload::AssumedOrigin;

/// What to do after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Hand the answer on.
    Return,
    /// Get a new bearer, then the same account again.
    Refresh,
    /// Take out what only another account can read, then the same account again.
    Strip,
    /// The next account, now current.
    Account(AccountId),
    /// There is no further account.
    NoneLeft,
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

/// The accounts of one request, each asked once, and how the present one is asked.
#[derive(Debug)]
pub(crate) struct Candidates {
    ahead: VecDeque<Candidate>,
    current: Option<AccountId>,
    met: Vec<AccountId>,
    remedies: Remedies,
    bearer_choice: BearerChoice,
    origin: AssumedOrigin,
}

impl Candidates {
    pub(crate) fn new(candidates: &[Candidate]) -> Self {
        let mut ahead: VecDeque<_> = candidates.iter().copied().collect();
        let current = ahead.pop_front().map(|first| first.account);
        Self {
            ahead,
            current,
            met: Vec::new(),
            remedies: Remedies::default(),
            bearer_choice: BearerChoice::Present,
            origin: AssumedOrigin::Pinned,
        }
    }

    /// One account and no other.
    pub(crate) fn only(account: AccountId) -> Self {
        Self { current: Some(account), ..Self::new(&[]) }
    }

    /// The account to ask now.
    pub(crate) fn current(&self) -> Option<AccountId> {
        self.current
    }

    /// The bearer to ask it with.
    pub(crate) fn bearer_choice(&self) -> BearerChoice {
        self.bearer_choice
    }

    /// Where the history that it is sent is taken to be made.
    pub(crate) fn origin(&self) -> AssumedOrigin {
        self.origin
    }

    /// Goes on to the next account.
    pub(crate) fn advance(&mut self) -> Next {
        // What may be sent again once is a matter of the request; the other remedies are the account's.
        self.remedies = Remedies { replay: self.remedies.replay, ..Remedies::default() };
        self.bearer_choice = BearerChoice::Present;
        self.met.extend(self.current);
        self.current = self.ahead.pop_front().map(|next| next.account);
        self.current.map_or(Next::NoneLeft, Next::Account)
    }

    /// Leaves all out but the one to ask now.
    pub(crate) fn keep_current_only(&mut self) {
        self.ahead.clear();
    }

    /// Makes `account` the one to ask now, if it is still ahead.
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

    /// Adds candidates that were not met yet.
    pub(crate) fn extend(&mut self, candidates: &[Candidate]) {
        for candidate in candidates {
            let met = self.met.contains(&candidate.account);
            let ahead = self.ahead.iter().any(|known| known.account == candidate.account);
            if !met && !ahead {
                self.ahead.push_back(*candidate);
            }
        }
    }

    /// A request that may have been worked on was sent again already.
    pub(crate) fn repeated(&mut self) {
        self.remedies.replay = Remedy::Spent;
    }

    /// Decides after an attempt on the current account, before anything went downstream.
    pub(crate) fn after(&mut self, class: Class, delivery: Delivery, bearer: BearerShown) -> Next {
        if bearer == BearerShown::None {
            // Where there was no bearer to present, a newer one cannot be had either.
            self.remedies.refresh = Remedy::Spent;
        }
        let verdict = verdict(Progress::Held, class, delivery, self.remedies);
        // After the verdict: the first attempt that may have been billed is the one that may be repeated.
        if delivery.may_be_billed() {
            self.remedies.replay = Remedy::Spent;
        }
        self.bearer_choice = BearerChoice::Present;
        match verdict {
            Verdict::Return => Next::Return,
            Verdict::RefreshAndRetry => {
                self.remedies.refresh = Remedy::Spent;
                if let BearerShown::Generation(generation) = bearer {
                    self.bearer_choice = BearerChoice::NewerThan(generation);
                }
                Next::Refresh
            }
            Verdict::StripAndRetry => {
                self.remedies.strip = Remedy::Spent;
                self.origin = AssumedOrigin::PinnedMixed;
                Next::Strip
            }
            Verdict::TryNext => {
                if class == Class::ForeignCiphertext {
                    // Without its reasoning it could not be read either: perhaps another account made all
                    // of it, and that one reads it only as it is.
                    self.origin = AssumedOrigin::Elsewhere;
                }
                self.advance()
            }
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

    fn candidates() -> Candidates {
        let candidates =
            (1..=2).map(|n| Candidate { account: id(n), placement: Placement::Strategy }).collect::<Vec<_>>();
        Candidates::new(&candidates)
    }

    #[test]
    fn each_account_is_refreshed_once_and_tried_in_order() {
        let mut candidates = candidates();
        assert_eq!(candidates.current(), Some(id(1)));
        assert_eq!(
            candidates.after(Class::Unauthorized, Delivery::Answered, BearerShown::Generation(1)),
            Next::Refresh
        );
        assert_eq!(
            candidates.after(Class::Unauthorized, Delivery::Answered, BearerShown::Generation(1)),
            Next::Account(id(2))
        );
        assert_eq!(
            candidates.after(Class::Unauthorized, Delivery::Answered, BearerShown::Generation(1)),
            Next::Refresh
        );
        assert_eq!(
            candidates.after(Class::Unauthorized, Delivery::Answered, BearerShown::Generation(1)),
            Next::NoneLeft
        );
    }

    #[test]
    fn an_account_that_was_met_is_not_met_again() {
        let mut candidates = candidates();
        assert_eq!(candidates.advance(), Next::Account(id(2)));
        let more: Vec<_> =
            (1..=3).map(|n| Candidate { account: id(n), placement: Placement::Strategy }).collect::<Vec<_>>();
        assert_eq!(candidates.advance(), Next::NoneLeft);
        candidates.extend(&more);
        assert_eq!(candidates.advance(), Next::Account(id(3)));
        assert_eq!(candidates.advance(), Next::NoneLeft);
    }

    #[test]
    fn without_a_bearer_the_same_account_is_not_asked_again() {
        assert_eq!(
            candidates().after(Class::Unauthorized, Delivery::NotSent, BearerShown::None),
            Next::Account(id(2))
        );
    }

    #[test]
    fn an_answer_is_returned_and_a_fault_moves_on() {
        assert_eq!(
            candidates().after(Class::Success, Delivery::Answered, BearerShown::Generation(1)),
            Next::Return
        );
        assert_eq!(
            candidates().after(Class::FAILURE, Delivery::Answered, BearerShown::Generation(1)),
            Next::Account(id(2))
        );
        assert_eq!(
            candidates().after(Class::ForeignCiphertext, Delivery::Answered, BearerShown::Generation(1)),
            Next::Strip
        );
    }

    #[test]
    fn a_request_that_may_have_been_billed_is_sent_again_once_over_all_accounts() {
        let candidates =
            (1..=3).map(|n| Candidate { account: id(n), placement: Placement::Strategy }).collect::<Vec<_>>();
        let mut candidates = Candidates::new(&candidates);
        let bearer = BearerShown::Generation(1);
        assert_eq!(candidates.after(Class::FAILURE, Delivery::Begun, bearer), Next::Account(id(2)));
        assert_eq!(candidates.after(Class::FAILURE, Delivery::Unknown, bearer), Next::Return);
    }

    #[test]
    fn the_account_that_a_history_is_specific_to_is_tried_before_the_others() {
        let mut candidates = candidates();
        assert_eq!(candidates.prefer(id(2)), Next::Account(id(2)));
        assert_eq!(candidates.current(), Some(id(2)));
        assert_eq!(candidates.advance(), Next::Account(id(1)));
        assert_eq!(candidates.prefer(id(2)), Next::NoneLeft);
    }
}
