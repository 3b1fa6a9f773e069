//! A router and its naive reference, side by side through the same events.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::steps::{Step, Which, family, model_name, title};
use crate::router::reference::{AccountLog, Derived, Event, Pins, Places};
use crate::router::tests::{conversation, id, later, pin_key, reading, start};
use crate::router::{Router, Ticket};
use crate::{AccountId, Class, FamilyReading, Now, Pool, Reading};

pub(super) type Checked = Result<(), TestCaseError>;

/// Accounts at a time; a place that was vacated is taken by an account with another id.
const PLACES: u8 = 4;

/// The pair, and what goes on around them.
pub(super) struct World {
    pub(super) router: Router,
    pub(super) reference: BTreeMap<AccountId, AccountLog>,
    pub(super) conversation_pins: Pins,
    pub(super) pins: Pins,
    pub(super) places: BTreeMap<AccountId, Places>,
    pub(super) pool: Pool,
    pub(super) now: Now,
    pub(super) present: Vec<AccountId>,
    pub(super) tickets: Vec<(usize, Ticket)>,
    attempts: usize,
}

impl World {
    pub(super) fn new() -> Self {
        let mut world = Self {
            router: Router::default(),
            reference: BTreeMap::new(),
            conversation_pins: Pins::default(),
            pins: Pins::default(),
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
        self.reference.entry(account).or_default();
    }

    fn account(&self, place: u8) -> AccountId {
        self.present[usize::from(place % PLACES)]
    }

    fn note(&mut self, account: AccountId, event: Event) {
        if let Some(log) = self.reference.get_mut(&account) {
            log.apply(self.now.wall, event);
        }
    }

    pub(super) fn derived(&self, account: AccountId) -> Option<&Derived> {
        self.reference.get(&account).map(AccountLog::derived)
    }

    /// Does one thing to both.
    pub(super) fn take(&mut self, step: &Step) -> Checked {
        match step {
            Step::Wait(seconds) => self.now = later(self.now, (*seconds).into()),
            Step::Choose { conversation, pins, model, served } => {
                return self.choose(*conversation, pins, *model, *served);
            }
            Step::Begin(place, model) => {
                self.begin(self.account(*place), model.map(model_name).as_deref())?;
            }
            Step::Answer(which) => self.answer(*which),
            Step::End(which, class) => self.end(*which, class.at(self.now)),
            Step::BeginAndEnd(place, model, class) => {
                if self.begin(self.account(*place), model.map(model_name).as_deref())? {
                    self.end(Which::Newest, class.at(self.now));
                }
            }
            Step::Observe(place, random_reading) => {
                self.told(self.account(*place), random_reading.at(self.now.wall));
            }
            Step::ObserveFamily(place, number, random_reading) => {
                let account = self.account(*place);
                let reading = random_reading.at(self.now.wall);
                let seen = FamilyReading { family: family(*number), title: title(*number), reading };
                self.router.observe_family(account, seen.clone());
                self.note(account, Event::Seen(seen));
            }
            Step::Activation(place, activation) => {
                self.router.set_activation(self.account(*place), *activation);
                self.note(self.account(*place), Event::Activation(*activation));
            }
            Step::Credentials(place, state) => {
                self.router.set_credentials(self.account(*place), *state);
                self.note(self.account(*place), Event::Credentials(*state));
            }
            Step::Stands(place, standing) => {
                self.router.set_standing(self.account(*place), *standing, self.now);
                self.note(self.account(*place), Event::Stands(*standing));
            }
            Step::Place(name, place) => self.place(*name, self.account(*place)),
            Step::Pin(name, place) => {
                self.router.pin(&pin_key(*name), self.account(*place), self.now.wall);
                self.pins.say(*name, self.account(*place), self.now.wall);
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
                self.router.start_rotation(self.pool.owner, (*offset).into());
                if self.reference.contains_key(&self.pool.owner) {
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

    pub(super) fn place(&mut self, name: u8, account: AccountId) {
        self.router.place(&conversation(&name.to_string()), account, self.now.wall);
        if self.reference.contains_key(&account) {
            self.conversation_pins.say(name, account, self.now.wall);
        }
    }

    fn replace(&mut self, place: u8) {
        let gone = self.account(place);
        self.router.remove_account(gone);
        self.reference.remove(&gone);
        self.conversation_pins.forget(gone);
        self.pins.forget(gone);
        self.places.remove(&gone);
        self.places.values_mut().for_each(|places| places.forget(gone));
        let successor = AccountId(uuid::Uuid::from_u128(gone.0.as_u128() + u128::from(PLACES)));
        self.present[usize::from(place % PLACES)] = successor;
        self.add(successor);
        // The owner of a pool stays named in the picture that a request may still hold.
    }

    /// Whether one more attempt could begin.
    pub(super) fn begin(&mut self, account: AccountId, model: Option<&str>) -> Result<bool, TestCaseError> {
        let expected = self.derived(account).is_some_and(|derived| derived.takes_one(self.now.wall));
        let ticket = self.router.begin_for(account, model, self.now);
        prop_assert_eq!(ticket.is_some(), expected, "whether {} may be tried", account);
        let Some(ticket) = ticket else { return Ok(false) };
        self.attempts += 1;
        self.note(account, Event::Began(self.attempts, model.map(str::to_owned)));
        self.tickets.push((self.attempts, ticket));
        Ok(true)
    }

    fn index(&self, which: Which) -> Option<usize> {
        let under_way = self.tickets.len();
        match which {
            Which::Newest => under_way.checked_sub(1),
            Which::Nth(n) => (under_way > 0).then(|| usize::from(n) % under_way),
        }
    }

    pub(super) fn answer(&mut self, which: Which) {
        let Some(index) = self.index(which) else { return };
        let (number, ticket) = &self.tickets[index];
        self.router.answered(ticket);
        let (number, account) = (*number, ticket.account());
        self.note(account, Event::Answered(number));
    }

    pub(super) fn end(&mut self, which: Which, class: Class) {
        let Some(index) = self.index(which) else { return };
        let (number, ticket) = self.tickets.remove(index);
        let account = ticket.account();
        self.router.attempt_ended(ticket, class, self.now);
        self.note(account, Event::Ended(number, class));
    }
}
