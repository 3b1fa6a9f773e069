//! Who exists: people, their workspaces, and the quota of each seat.

use crate::world::people::{ModelLimit, Person, SeatId, Workspace};
use crate::world::quota::{LiveModelLimit, Quota};

/// A person, workspace or seat that is not there, or cannot be added.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum UnknownPerson {
    /// The person may be there, in other workspaces.
    #[error("no person {user_id:?} with a workspace {account_id:?}; add the person first")]
    Seat { user_id: String, account_id: String },
    /// Nobody could sign in as such a person.
    #[error("the person {0:?} has no workspace; give at least one")]
    NoWorkspace(String),
    /// The same user id twice.
    #[error("the person {0:?} is already there; choose another user_id")]
    Twice(String),
    /// Whatever the workspace.
    #[error("no person {0:?}; add the person first")]
    User(String),
    /// Never given out, decided already, or too old.
    #[error("no sign-in waits for the code {0:?}; it may have been used or be older than 15 minutes")]
    DeviceCode(String),
}

/// A seat that exists: only [`Directory::seat`] makes one. It stays good, because nobody is ever removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seat {
    id: SeatId,
    person: usize,
    workspace: usize,
}

impl Seat {
    pub(crate) const fn id(&self) -> &SeatId {
        &self.id
    }
}

#[derive(Debug, Default)]
pub(crate) struct Directory {
    people: Vec<Person>,
    /// By person and workspace, in the order of `people`.
    quotas: Vec<Vec<Quota>>,
    /// As `quotas`.
    model_limits: Vec<Vec<Vec<LiveModelLimit>>>,
}

impl Directory {
    /// `now` in Unix seconds: when the person's quota windows begin.
    pub(crate) fn add(&mut self, person: Person, now: i64) -> Result<(), UnknownPerson> {
        if person.workspaces.is_empty() {
            return Err(UnknownPerson::NoWorkspace(person.user_id));
        }
        if self.has(&person.user_id) {
            return Err(UnknownPerson::Twice(person.user_id));
        }
        let quota = |workspace: &Workspace| Quota::starting(&workspace.windows, now);
        self.quotas.push(person.workspaces.iter().map(quota).collect());
        let limits = |workspace: &Workspace| {
            workspace.model_limits.iter().map(|limit| LiveModelLimit::starting(limit, now)).collect()
        };
        self.model_limits.push(person.workspaces.iter().map(limits).collect());
        self.people.push(person);
        Ok(())
    }

    pub(crate) fn people(&self) -> &[Person] {
        &self.people
    }

    pub(crate) fn has(&self, user_id: &str) -> bool {
        self.people.iter().any(|person| person.user_id == user_id)
    }

    pub(crate) fn seat(&self, id: &SeatId) -> Result<Seat, UnknownPerson> {
        self.all_seats().find(|seat| seat.id == *id).ok_or_else(|| UnknownPerson::Seat {
            user_id: id.user_id.clone(),
            account_id: id.account_id.clone(),
        })
    }

    /// In the order of their ids.
    pub(crate) fn seats(&self) -> Vec<Seat> {
        let mut seats: Vec<Seat> = self.all_seats().collect();
        seats.sort_by(|one, other| one.id.cmp(&other.id));
        seats
    }

    fn all_seats(&self) -> impl Iterator<Item = Seat> {
        self.people.iter().enumerate().flat_map(|(number, person)| {
            person.workspaces.iter().enumerate().map(move |(workspace, of)| Seat {
                id: SeatId::new(&person.user_id, &of.account_id),
                person: number,
                workspace,
            })
        })
    }

    pub(crate) fn person(&self, seat: &Seat) -> &Person {
        &self.people[seat.person]
    }

    pub(crate) fn workspace(&self, seat: &Seat) -> &Workspace {
        &self.people[seat.person].workspaces[seat.workspace]
    }

    pub(crate) fn workspace_mut(&mut self, seat: &Seat) -> &mut Workspace {
        &mut self.people[seat.person].workspaces[seat.workspace]
    }

    /// As it is at `now` (Unix seconds).
    pub(crate) fn quota(&mut self, seat: &Seat, now: i64) -> &mut Quota {
        let quota = &mut self.quotas[seat.person][seat.workspace];
        quota.roll_to(now);
        quota
    }

    /// The limits of single models, as they are at `now` (Unix seconds).
    pub(crate) fn model_limits(&mut self, seat: &Seat, now: i64) -> &mut [LiveModelLimit] {
        let limits = &mut self.model_limits[seat.person][seat.workspace];
        for limit in &mut *limits {
            limit.quota.roll_to(now);
        }
        limits
    }

    /// Sets a limit of single models, in place of one of the same name.
    pub(crate) fn set_model_limit(&mut self, seat: &Seat, limit: &ModelLimit, now: i64) {
        let limits = &mut self.model_limits[seat.person][seat.workspace];
        limits.retain(|known| known.name != limit.name);
        limits.push(LiveModelLimit::starting(limit, now));
    }

    /// Takes what a turn for `model` costs: from the limit of its own, where it has one.
    pub(crate) fn spend(&mut self, seat: &Seat, model: &str, now: i64) {
        let cost = self.workspace(seat).cost;
        match self.model_limits(seat, now).iter_mut().find(|limit| limit.is_for(model)) {
            Some(limit) => limit.quota.spend(cost),
            None => self.quota(seat, now).spend(cost),
        }
    }

    pub(crate) fn set_quota(&mut self, seat: &Seat, quota: Quota) {
        self.quotas[seat.person][seat.workspace] = quota;
    }
}
