//! The simulator's state, behind one lock that is never held across an await.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::cipher::Sealer;
use crate::clock::SimClock;
use crate::config::SimConfig;
use crate::faults::Script;
use crate::journal::Journal;
use crate::logins::{Issued, LoginId, Logins};
use crate::oauth::SignIn;
use crate::oauth::codes::Codes;
use crate::oauth::device::Devices;
use crate::people::{Person, SeatId, Workspace};
use crate::prompt_cache::PromptCaches;
use crate::quota::Quota;

/// What every connection shares.
#[derive(Debug)]
pub(crate) struct Shared {
    pub config: SimConfig,
    pub clock: SimClock,
    pub sealer: Sealer,
    /// PEM of the test authority; empty without TLS.
    pub ca_pem: String,
    /// `https://host:port` of the TLS listener, if there is one.
    pub tls_origin: Option<String>,
    /// Becomes `true` when the simulator stops.
    pub stopping: watch::Receiver<bool>,
    world: Mutex<World>,
}

/// What the TLS listener turned out to be.
pub(crate) struct Served {
    pub ca_pem: String,
    pub tls_origin: Option<String>,
}

impl Shared {
    pub(crate) fn new(
        config: SimConfig,
        served: Served,
        stopping: watch::Receiver<bool>,
    ) -> Result<Self, UnknownPerson> {
        let clock = config.clock.clone();
        let mut world = World::new(config.journal_limit);
        for person in &config.people {
            world.add_person(person.clone(), clock.now_seconds())?;
        }
        Ok(Self {
            config,
            clock,
            sealer: Sealer::new(),
            ca_pem: served.ca_pem,
            tls_origin: served.tls_origin,
            stopping,
            world: Mutex::new(world),
        })
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A person, workspace or seat that is not there, or cannot be added.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum UnknownPerson {
    /// No such seat.
    #[error("no person {user_id:?} with a workspace {account_id:?}; add the person first")]
    Seat {
        /// As asked for.
        user_id: String,
        /// As asked for.
        account_id: String,
    },
    /// A person without a workspace.
    #[error("the person {0:?} has no workspace; give at least one")]
    NoWorkspace(String),
    /// The same user id twice.
    #[error("the person {0:?} is already there; choose another user_id")]
    Twice(String),
    /// No such user.
    #[error("no person {0:?}; add the person first")]
    User(String),
    /// No such device code.
    #[error("no sign-in waits for the code {0:?}; it may have been used or be older than 15 minutes")]
    DeviceCode(String),
}

#[derive(Debug)]
pub(crate) struct World {
    pub people: Vec<Person>,
    quotas: BTreeMap<SeatId, Quota>,
    pub logins: Logins,
    pub codes: Codes,
    pub devices: Devices,
    pub sign_ins: VecDeque<SignIn>,
    pub script: Script,
    pub journal: Journal,
    pub prompt_caches: PromptCaches,
}

impl World {
    fn new(journal_limit: usize) -> Self {
        Self {
            people: Vec::new(),
            quotas: BTreeMap::new(),
            logins: Logins::default(),
            codes: Codes::default(),
            devices: Devices::default(),
            sign_ins: VecDeque::new(),
            script: Script::default(),
            journal: Journal::new(journal_limit),
            prompt_caches: PromptCaches::default(),
        }
    }

    pub(crate) fn add_person(&mut self, person: Person, now: i64) -> Result<(), UnknownPerson> {
        if person.workspaces.is_empty() {
            return Err(UnknownPerson::NoWorkspace(person.user_id));
        }
        if self.people.iter().any(|known| known.user_id == person.user_id) {
            return Err(UnknownPerson::Twice(person.user_id));
        }
        for workspace in &person.workspaces {
            let seat = SeatId::new(&person.user_id, &workspace.account_id);
            self.quotas.insert(seat, Quota::starting(&workspace.windows, now));
        }
        self.people.push(person);
        Ok(())
    }

    pub(crate) fn seat(&self, seat: &SeatId) -> Result<(&Person, &Workspace), UnknownPerson> {
        find_seat(&self.people, seat)
    }

    pub(crate) fn workspace_mut(&mut self, seat: &SeatId) -> Result<&mut Workspace, UnknownPerson> {
        self.people
            .iter_mut()
            .filter(|person| person.user_id == seat.user_id)
            .flat_map(|person| person.workspaces.iter_mut())
            .find(|workspace| workspace.account_id == seat.account_id)
            .ok_or_else(|| unknown(seat))
    }

    pub(crate) fn seats(&self) -> Vec<SeatId> {
        self.quotas.keys().cloned().collect()
    }

    pub(crate) fn set_quota(&mut self, seat: &SeatId, quota: Quota) -> Result<(), UnknownPerson> {
        let slot = self.quotas.get_mut(seat).ok_or_else(|| unknown(seat))?;
        *slot = quota;
        Ok(())
    }

    /// The seat's quota as it is at `now` (Unix seconds).
    pub(crate) fn quota(&mut self, seat: &SeatId, now: i64) -> &mut Quota {
        let quota = self.quotas.get_mut(seat).expect("every seat is added with its quota");
        quota.roll_to(now);
        quota
    }

    /// Makes tokens for a login, for the workspace that was chosen at its sign-in.
    pub(crate) fn issue(&mut self, login: LoginId, issuer: &str, now_ms: i64) -> Issued {
        let seat = self.logins.seat(login).clone();
        let (person, workspace) = find_seat(&self.people, &seat).expect("people are never removed");
        self.logins.issue(login, person, workspace, issuer, now_ms)
    }

    /// As [`World::issue`], without touching the refresh token: id token and access token.
    pub(crate) fn issue_without_rotation(
        &mut self,
        login: LoginId,
        issuer: &str,
        now_ms: i64,
    ) -> (String, String) {
        let seat = self.logins.seat(login).clone();
        let (person, workspace) = find_seat(&self.people, &seat).expect("people are never removed");
        self.logins.issue_without_rotation(login, person, workspace, issuer, now_ms)
    }
}

fn find_seat<'a>(people: &'a [Person], seat: &SeatId) -> Result<(&'a Person, &'a Workspace), UnknownPerson> {
    people
        .iter()
        .filter(|person| person.user_id == seat.user_id)
        .flat_map(|person| person.workspaces.iter().map(move |workspace| (person, workspace)))
        .find(|(_, workspace)| workspace.account_id == seat.account_id)
        .ok_or_else(|| unknown(seat))
}

fn unknown(seat: &SeatId) -> UnknownPerson {
    UnknownPerson::Seat { user_id: seat.user_id.clone(), account_id: seat.account_id.clone() }
}
