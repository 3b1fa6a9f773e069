//! Compares what a router shows with what its naive model says.

use jiff::Timestamp;
use proptest::prelude::*;

use super::steps::Which;
use super::world::{Checked, World};
use crate::affinity::{CONVERSATION_LIFE, TIE_LIFE};
use crate::router::model::{Places, Runner, Sum};
use crate::router::tests::{conversation, later, tie};
use crate::router::{Ask, Candidate, Outlook, Placement, Selection, Skipped};
use crate::{AccountId, AccountState, Blocked, Class, Conversations, Now, Readiness, Strategy as Policy};

impl World {
    /// Chooses, compares, and lets the first candidate serve if `served`.
    pub(super) fn choose(&mut self, name: Option<u8>, tie_names: &[u8], served: bool) -> Checked {
        let key = name.map(|name| conversation(&name.to_string()));
        let ties: Vec<_> = tie_names.iter().map(|name| tie(*name)).collect();
        let pool = self.pool.clone();
        let ask = Ask { pool: &pool, conversation: key.as_ref(), ties: &ties };
        let expected = self.expected(name, tie_names);
        let selection = self.router.choose(&ask, self.now);
        prop_assert_eq!(&selection.candidates, &expected.candidates);
        prop_assert_eq!(&selection.skipped, &expected.skipped);
        let home = selection.home.map(|home| (home.account, home.history));
        let told = name.and_then(|name| {
            let account = self.homes.account(name, CONVERSATION_LIFE, self.now.wall)?;
            Some((account, self.homes.history(name, CONVERSATION_LIFE)))
        });
        prop_assert_eq!(home, told);
        self.sound(&selection)?;
        let Some(first) = selection.candidates.first().filter(|_| served) else { return Ok(()) };
        prop_assert!(self.begin(first.account)?, "a candidate takes no request");
        self.answer(Which::Newest);
        if let Some(name) = name {
            self.settle_down(name, first.account);
        }
        self.settle(Which::Newest, Class::Success);
        Ok(())
    }

    /// The selection as the model makes it.
    fn expected(&mut self, name: Option<u8>, ties: &[u8]) -> Selection {
        let wall = self.now.wall;
        let unknown = Blocked { state: AccountState::NeedsReauth, until: None };
        let (mut runners, mut skipped) = (Vec::new(), Vec::new());
        for account in self.pool.accounts() {
            let sum = self.sum(account);
            let readiness = sum.map_or(Readiness::Blocked(unknown), |sum| sum.readiness(wall));
            let mut run = |active| {
                let headroom = sum.map_or(0, |sum| sum.headroom(wall));
                let long_reset = sum.and_then(|sum| sum.long_reset(wall));
                runners.push(Runner { account, active, headroom, long_reset });
            };
            match readiness {
                Readiness::Active => run(true),
                Readiness::FallbackOnly => run(false),
                Readiness::Blocked(blocked) => skipped.push(Skipped { account, blocked }),
            }
        }
        let runs = |account: &AccountId| runners.iter().any(|runner| runner.account == *account);
        let known = ties.iter().find_map(|name| self.ties.account(*name, TIE_LIFE, wall));
        let turn = known.filter(runs).map(|account| Candidate { account, placement: Placement::Turn });
        let home = match self.pool.conversations {
            Conversations::Stay => name.and_then(|name| self.homes.account(name, CONVERSATION_LIFE, wall)),
            Conversations::Rotate => None,
        };
        let lives =
            home.filter(runs).map(|account| Candidate { account, placement: Placement::Conversation });
        let owner = self.pool.owner;
        let mut forgotten = Places::default();
        let known_owner = self.model.contains_key(&owner);
        let shared = known_owner && self.pool.accounts().count() > 1;
        let places = if shared { self.places.entry(owner).or_default() } else { &mut forgotten };
        let candidates = places.order(&self.pool, &runners, turn.or(lives));
        Selection { home: None, candidates, skipped }
    }

    /// What holds of every selection, whatever the model says.
    fn sound(&self, selection: &Selection) -> Checked {
        let mut met: Vec<_> = selection.candidates.iter().map(|candidate| candidate.account).collect();
        met.extend(selection.skipped.iter().map(|skipped| skipped.account));
        met.sort();
        let mut all: Vec<_> = self.pool.accounts().collect();
        all.sort();
        prop_assert_eq!(met, all, "each account is met once");
        let readiness = |candidate: &Candidate| self.router.readiness(candidate.account, self.now);
        let order: Vec<Readiness> = selection.candidates.iter().map(readiness).collect();
        let none_blocked = order.iter().all(|readiness| match readiness {
            Readiness::Active | Readiness::FallbackOnly => true,
            Readiness::Blocked(_) => false,
        });
        prop_assert!(none_blocked, "a blocked account is a candidate");
        let tied = selection.candidates.first().is_some_and(|first| match first.placement {
            Placement::Turn | Placement::Conversation => true,
            Placement::Strategy | Placement::Fallback => false,
        });
        if self.pool.strategy != Policy::PriorityOrder {
            let placed = &order[usize::from(tied)..];
            let fallback = placed.iter().position(|readiness| *readiness == Readiness::FallbackOnly);
            let late = fallback.is_some_and(|from| placed[from..].contains(&Readiness::Active));
            prop_assert!(!late, "a fallback comes before an active account");
        }
        Ok(())
    }

    /// Compares what can be seen without changing anything.
    pub(super) fn agree(&self) -> Checked {
        let wall = self.now.wall;
        for account in &self.present {
            let Some(sum) = self.sum(*account) else { continue };
            prop_assert_eq!(self.router.readiness(*account, self.now), sum.readiness(wall));
            prop_assert_eq!(self.router.state(*account, self.now), sum.state(wall));
            prop_assert_eq!(self.router.in_flight(*account), sum.in_flight());
            let open = self.tickets.iter().filter(|(_, ticket)| ticket.account() == *account).count();
            prop_assert_eq!(self.router.in_flight(*account) as usize, open, "open tickets");
            prop_assert!(self.router.health(*account).is_none_or(|health| health.sample <= 120));
        }
        prop_assert!(self.router.turns.keys().all(|owner| self.model.contains_key(owner)), "turns pile up");
        Ok(())
    }

    /// The present accounts.
    pub(super) fn present(&self) -> Vec<AccountId> {
        self.present.clone()
    }

    /// The same moment, so much later.
    pub(super) fn at(&self, wall: Timestamp) -> Now {
        let ahead = wall.duration_since(self.now.wall).as_secs();
        later(self.now, u64::try_from(ahead).unwrap())
    }

    /// What is said of the present accounts as far as it is known: one that is merely to be tried again
    /// is not back, and one that waits for a person is not cured by time.
    pub(super) fn knows_its_outlook(&self) -> Checked {
        let wall = self.now.wall;
        let sums: Vec<&Sum> = self.present.iter().filter_map(|account| self.sum(*account)).collect();
        let known_to_serve = |sum: &&Sum| !sum.is_blocked(wall) && !sum.quota_is_doubted(wall);
        let curable = |sum: &&Sum| !sum.needs_person(wall);
        match self.router.known_outlook(self.present.iter().copied(), self.now) {
            Outlook::Serving => prop_assert!(sums.iter().any(known_to_serve)),
            Outlook::Until(until) => {
                prop_assert!(until >= wall);
                prop_assert!(!sums.iter().any(known_to_serve) && sums.iter().any(curable));
            }
            Outlook::NeedsPerson => prop_assert!(!sums.iter().any(curable)),
        }
        Ok(())
    }
}
