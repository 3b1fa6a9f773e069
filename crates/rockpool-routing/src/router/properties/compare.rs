//! Compares what a router shows with what its naive reference says.

use jiff::Timestamp;
use proptest::prelude::*;

use super::steps::{Which, model_name};
use super::world::{Checked, World};
use crate::affinity::{CONVERSATION_LIFE, PIN_LIFE};
use crate::router::reference::{Derived, EligibleAccount, Places};
use crate::router::tests::{conversation, later, pin_key};
use crate::router::{Ask, Candidate, Outlook, Placement, Selection, Skipped};
use crate::{
    AccountId, AccountState, Blocked, Class, Conversations, ModelReason, Now, Obstacle, Readiness,
    Strategy as Policy,
};

impl World {
    /// Chooses, compares, and lets the first candidate serve if `served`.
    pub(super) fn choose(
        &mut self,
        name: Option<u8>,
        pin_names: &[u8],
        model: Option<u8>,
        served: bool,
    ) -> Checked {
        let model = model.map(model_name);
        let model = model.as_deref();
        let key = name.map(|name| conversation(&name.to_string()));
        let pins: Vec<_> = pin_names.iter().map(|name| pin_key(*name)).collect();
        let pool = self.pool.clone();
        let ask = Ask { pool: &pool, conversation: key.as_ref(), model, pins: &pins };
        let expected = self.expected(name, pin_names, model);
        let selection = self.router.choose(&ask, self.now);
        prop_assert_eq!(&selection.candidates, &expected.candidates);
        prop_assert_eq!(&selection.skipped, &expected.skipped);
        let pin = selection.pin.map(|pin| (pin.account, pin.history));
        let told = name.and_then(|name| {
            let account = self.conversation_pins.account(name, CONVERSATION_LIFE, self.now.wall)?;
            Some((account, self.conversation_pins.history(name, CONVERSATION_LIFE)))
        });
        prop_assert_eq!(pin, told);
        self.sound(&selection)?;
        self.agrees_on_the_outlook(&selection, model)?;
        let Some(first) = selection.candidates.first().filter(|_| served) else { return Ok(()) };
        prop_assert!(self.begin(first.account, model)?, "a candidate takes no request");
        self.answer(Which::Newest);
        if let Some(name) = name {
            self.place(name, first.account);
        }
        self.end(Which::Newest, Class::Success);
        Ok(())
    }

    /// The selection as the reference makes it.
    fn expected(&mut self, name: Option<u8>, pins: &[u8], model: Option<&str>) -> Selection {
        let wall = self.now.wall;
        let unknown = Blocked { state: AccountState::NeedsReauth, until: None };
        let resort = self.resort(model);
        let (mut eligible, mut skipped) = (Vec::new(), Vec::new());
        for account in self.pool.accounts() {
            let derived = self.derived(account);
            let Some(derived) = derived else {
                skipped.push(Skipped { account, obstacle: Obstacle::Account(unknown) });
                continue;
            };
            if let Some(obstacle) = derived.obstacle(model, wall).filter(|_| resort != Some(account)) {
                skipped.push(Skipped { account, obstacle });
                continue;
            }
            eligible.push(EligibleAccount {
                account,
                active: derived.readiness(wall) == Readiness::Active,
                headroom: derived.headroom(model, wall),
                long_reset: derived.long_reset(model, wall),
            });
        }
        let runs = |account: &AccountId| eligible.iter().any(|other| other.account == *account);
        let known = pins.iter().find_map(|name| self.pins.account(*name, PIN_LIFE, wall));
        let turn = known.filter(runs).map(|account| Candidate { account, placement: Placement::Turn });
        let pin = match self.pool.conversations {
            Conversations::Stay => {
                name.and_then(|name| self.conversation_pins.account(name, CONVERSATION_LIFE, wall))
            }
            Conversations::Rotate => None,
        };
        let lives = pin.filter(runs).map(|account| Candidate { account, placement: Placement::Conversation });
        let owner = self.pool.owner;
        let mut forgotten = Places::default();
        let known_owner = self.reference.contains_key(&owner);
        let shared = known_owner && self.pool.accounts().count() > 1;
        let places = if shared { self.places.entry(owner).or_default() } else { &mut forgotten };
        let candidates = places.order(&self.pool, &eligible, turn.or(lives));
        Selection { pin: None, candidates, skipped }
    }

    /// The first that only lacks the model, where nobody of the pool has it or will.
    fn resort(&self, model: Option<&str>) -> Option<AccountId> {
        let wall = self.now.wall;
        let members: Vec<(AccountId, &Derived)> =
            self.pool.accounts().filter_map(|account| Some((account, self.derived(account)?))).collect();
        if members.iter().any(|(_, derived)| derived.has_chance(model, wall)) {
            return None;
        }
        let lacks = members.into_iter().find(|(_, derived)| match derived.obstacle(model, wall) {
            Some(Obstacle::Model(block)) => block.reason == ModelReason::Unsuitable,
            Some(Obstacle::Account(_)) | None => false,
        });
        lacks.map(|(account, _)| account)
    }

    /// Whoever is told that nobody can serve was given nobody to ask, and the other way round.
    fn agrees_on_the_outlook(&self, selection: &Selection, model: Option<&str>) -> Checked {
        let outlook = self.router.outlook_for(self.pool.accounts(), model, self.now);
        prop_assert_eq!(outlook == Outlook::Serving, !selection.candidates.is_empty());
        if let Outlook::Until(until) = outlook {
            prop_assert!(until > self.now.wall);
            let then = self.router.outlook_for(self.pool.accounts(), model, self.at(until));
            prop_assert!(then != outlook, "nothing changes when it was said to");
        }
        Ok(())
    }

    /// What holds of every selection, whatever the reference says.
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
        let pinned = selection.candidates.first().is_some_and(|first| match first.placement {
            Placement::Turn | Placement::Conversation => true,
            Placement::Strategy | Placement::Fallback => false,
        });
        if self.pool.strategy != Policy::PriorityOrder {
            let placed = &order[usize::from(pinned)..];
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
            let Some(derived) = self.derived(*account) else { continue };
            prop_assert_eq!(self.router.readiness(*account, self.now), derived.readiness(wall));
            prop_assert_eq!(self.router.state(*account, self.now), derived.state(wall));
            prop_assert_eq!(self.router.in_flight(*account), derived.in_flight());
            let under_way = self.tickets.iter().filter(|(_, ticket)| ticket.account() == *account).count();
            prop_assert_eq!(self.router.in_flight(*account) as usize, under_way, "tickets under way");
            prop_assert!(self.router.health(*account).is_none_or(|health| health.sample <= 120));
        }
        prop_assert!(
            self.router.rotations.keys().all(|owner| self.reference.contains_key(owner)),
            "rotations pile up"
        );
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
        let derived: Vec<&Derived> =
            self.present.iter().filter_map(|account| self.derived(*account)).collect();
        let known_to_serve =
            |derived: &&Derived| !derived.is_blocked(wall) && !derived.is_quota_probe_due(wall);
        let curable = |derived: &&Derived| !derived.needs_person(wall);
        match self.router.known_outlook(self.present.iter().copied(), self.now) {
            Outlook::Serving => prop_assert!(derived.iter().any(known_to_serve)),
            Outlook::Until(until) => {
                prop_assert!(until >= wall);
                prop_assert!(!derived.iter().any(known_to_serve) && derived.iter().any(curable));
            }
            Outlook::NeedsPerson => prop_assert!(!derived.iter().any(curable)),
        }
        Ok(())
    }
}
