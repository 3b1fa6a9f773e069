//! A router and its naive model, side by side through the same events.

use std::collections::BTreeMap;

use jiff::Timestamp;
use proptest::prelude::*;

use super::steps::{Step, Which};
use crate::affinity::{CONVERSATION_LIFE, TIE_LIFE};
use crate::router::model::{Account, Event, Places, Runner, Sum, Ties};
use crate::router::tests::{conversation, id, later, reading, start, tie};
use crate::router::{Ask, Candidate, Outlook, Placement, Router, Selection, Skipped, Ticket};
use crate::{
    AccountId, AccountState, Blocked, Class, Conversations, Now, Pool, Readiness, Reading, Strategy as Policy,
};

pub(super) type Checked = Result<(), TestCaseError>;

/// Accounts at a time; a place that was vacated is taken by an account with another id.
pub(super) const PLACES: u8 = 4;

/// The pair, and what goes on around them.
pub(super) struct World {
    pub(super) router: Router,
    pub(super) model: BTreeMap<AccountId, Account>,
    homes: Ties,
    ties: Ties,
    places: BTreeMap<AccountId, Places>,
    pub(super) pool: Pool,
    pub(super) now: Now,
    present: Vec<AccountId>,
    tickets: Vec<(usize, Ticket)>,
    attempts: usize,
}

impl World {
    pub(super) fn new() -> Self {
        let mut world = Self {
            router: Router::default(),
            model: BTreeMap::new(),
            homes: Ties::default(),
            ties: Ties::default(),
            places: BTreeMap::new(),
            pool: Pool::single(id(0)),
            now: start(),
            present: (0..PLACES).map(|place| id(place.into())).collect(),
            tickets: Vec::new(),
            attempts: 0,
        };
        world.pool.members = world.present[1..].to_vec();
        for account in world.present.clone() {
            world.add(account);
            world.told(account, reading(10.0, world.now));
        }
        world
    }

    fn add(&mut self, account: AccountId) {
        self.router.add_account(account);
        self.model.entry(account).or_default();
    }

    fn account(&self, place: u8) -> AccountId {
        self.present[usize::from(place % PLACES)]
    }

    fn note(&mut self, account: AccountId, event: Event) {
        if let Some(story) = self.model.get_mut(&account) {
            story.meet(self.now.wall, event);
        }
    }

    pub(super) fn sum(&self, account: AccountId) -> Option<&Sum> {
        self.model.get(&account).map(Account::sum)
    }

    /// Does one thing to both.
    pub(super) fn take(&mut self, step: &Step) -> Checked {
        match step {
            Step::Wait(seconds) => self.now = later(self.now, (*seconds).into()),
            Step::Choose { conversation, ties, served } => return self.choose(*conversation, ties, *served),
            Step::Begin(place) => {
                self.begin(self.account(*place))?;
            }
            Step::Answer(which) => self.answer(*which),
            Step::Settle(which, class) => self.settle(*which, class.at(self.now)),
            Step::Meet(place, class) => {
                if self.begin(self.account(*place))? {
                    self.settle(Which::Newest, class.at(self.now));
                }
            }
            Step::Observe(place, sketch) => {
                self.told(self.account(*place), sketch.at(self.now.wall));
            }
            Step::Wish(place, wish) => {
                self.router.set_wish(self.account(*place), *wish);
                self.note(self.account(*place), Event::Wished(*wish));
            }
            Step::Credentials(place, state) => {
                self.router.set_credentials(self.account(*place), *state);
                self.note(self.account(*place), Event::Credentials(*state));
            }
            Step::Stands(place, standing) => {
                self.router.set_standing(self.account(*place), *standing, self.now);
                self.note(self.account(*place), Event::Stands(*standing));
            }
            Step::Place(name, place) => self.settle_down(*name, self.account(*place)),
            Step::Bind(name, place) => {
                self.router.bind(&tie(*name), self.account(*place), self.now.wall);
                self.ties.say(*name, self.account(*place), self.now.wall);
            }
            Step::Replace(place) => self.replace(*place),
            Step::Pool { strategy, conversations, order } => {
                let mut accounts: Vec<AccountId> = Vec::new();
                for place in order {
                    let account = self.account(*place);
                    if !accounts.contains(&account) {
                        accounts.push(account);
                    }
                }
                let owner = accounts.first().copied().unwrap_or(self.present[0]);
                let members = accounts.into_iter().skip(1).collect();
                self.pool = Pool { owner, members, strategy: *strategy, conversations: *conversations };
            }
            Step::Seed(offset) => {
                self.router.seed_turn(self.pool.owner, (*offset).into());
                if self.model.contains_key(&self.pool.owner) {
                    let places = Places::starting_at((*offset).into());
                    self.places.insert(self.pool.owner, places);
                }
            }
        }
        Ok(())
    }

    fn told(&mut self, account: AccountId, reading: Reading) {
        self.router.observe(account, reading.clone());
        self.note(account, Event::Told(reading));
    }

    fn settle_down(&mut self, name: u8, account: AccountId) {
        self.router.place(&conversation(&name.to_string()), account, self.now.wall);
        if self.model.contains_key(&account) {
            self.homes.say(name, account, self.now.wall);
        }
    }

    fn replace(&mut self, place: u8) {
        let gone = self.account(place);
        self.router.remove_account(gone);
        self.model.remove(&gone);
        self.homes.forget(gone);
        self.ties.forget(gone);
        self.places.remove(&gone);
        let successor = AccountId(uuid::Uuid::from_u128(gone.0.as_u128() + u128::from(PLACES)));
        self.present[usize::from(place % PLACES)] = successor;
        self.add(successor);
        // The owner of a pool stays named in the picture that a request may still hold.
    }

    /// Whether one more attempt could begin.
    fn begin(&mut self, account: AccountId) -> Result<bool, TestCaseError> {
        let expected = self.sum(account).is_some_and(|sum| sum.takes_one(self.now.wall));
        let ticket = self.router.begin(account, self.now);
        prop_assert_eq!(ticket.is_some(), expected, "whether {} may be tried", account);
        let Some(ticket) = ticket else { return Ok(false) };
        self.attempts += 1;
        self.note(account, Event::Began(self.attempts));
        self.tickets.push((self.attempts, ticket));
        Ok(true)
    }

    fn index(&self, which: Which) -> Option<usize> {
        let open = self.tickets.len();
        match which {
            Which::Newest => open.checked_sub(1),
            Which::Nth(n) => (open > 0).then(|| usize::from(n) % open),
        }
    }

    fn answer(&mut self, which: Which) {
        let Some(index) = self.index(which) else { return };
        let (number, ticket) = &self.tickets[index];
        self.router.answered(ticket);
        let (number, account) = (*number, ticket.account());
        self.note(account, Event::Answered(number));
    }

    fn settle(&mut self, which: Which, class: Class) {
        let Some(index) = self.index(which) else { return };
        let (number, ticket) = self.tickets.remove(index);
        let account = ticket.account();
        self.router.settle(ticket, class, self.now);
        self.note(account, Event::Ended(number, class));
    }

    /// Chooses, compares, and lets the first candidate serve if `served`.
    fn choose(&mut self, name: Option<u8>, tie_names: &[u8], served: bool) -> Checked {
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
        let places = if known_owner { self.places.entry(owner).or_default() } else { &mut forgotten };
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

    pub(super) fn outlook(&self) -> Outlook {
        self.router.outlook(self.present.iter().copied(), self.now)
    }
}
