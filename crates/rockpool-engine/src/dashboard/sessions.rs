//! Links to the dashboard and the sessions that they open, in memory only: a restart ends them all.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rockpool_routing::Now;
use secrecy::SecretString;
use subtle::ConstantTimeEq;
use tokio::sync::watch;

use crate::host::clock::Clock;
use crate::host::secret::{SecretHash, hash, new_secret};
use crate::model::principal::DashboardSessionId;

/// How long a link may be redeemed.
pub(crate) const LINK_LIFE: Duration = Duration::from_secs(10 * 60);
/// A session that was not used for so long has ended.
pub(crate) const LONGEST_IDLE: Duration = Duration::from_secs(12 * 60 * 60);
/// What a session's token begins with.
pub(crate) const SESSION_PREFIX: &str = "rps_";
const LINK_PREFIX: &str = "rpl_";
/// Links that are remembered, used ones too, so that a used one can be told from a foreign one.
const MOST_LINKS: usize = 32;
const MOST_SESSIONS: usize = 32;
/// Unknown links that are looked up within [`TRIES_SPAN`].
const MOST_TRIES: u32 = 20;
const TRIES_SPAN: Duration = Duration::from_secs(60);
/// How often an open event stream asks whether its session was idle for too long.
const IDLE_CHECK: Duration = Duration::from_secs(60);

/// Owner of links and sessions, behind one lock that is held for microseconds.
#[derive(Default)]
pub(crate) struct DashboardSessions(Mutex<Known>);

#[derive(Default)]
struct Known {
    links: VecDeque<Link>,
    sessions: Vec<Session>,
    tries: Tries,
    last_id: u64,
}

struct Link {
    hash: SecretHash,
    made: Now,
    state: LinkState,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum LinkState {
    Unused,
    Redeemed,
}

struct Session {
    id: DashboardSessionId,
    hash: SecretHash,
    used: Now,
    /// Dropped with the session, which ends whoever waits for it.
    end: watch::Sender<()>,
}

/// Unknown links that were presented of late.
#[derive(Default)]
struct Tries {
    first: Option<Now>,
    count: u32,
}

/// A link that was just made.
pub(crate) struct NewLink {
    pub(crate) secret: SecretString,
    pub(crate) expires_at: Timestamp,
}

/// Why a link opened no session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RedeemError {
    /// Of another installation, from before a restart, or made up.
    Unknown,
    Used,
    Expired,
    TooManyTries,
}

/// What a session is presented for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SessionUse {
    /// Puts off the session's end.
    Request,
    /// Does not: a tab that nobody looks at keeps its stream open for days.
    EventStream,
}

impl DashboardSessions {
    /// Makes a link. The oldest is forgotten where there are too many.
    pub(crate) fn new_link(&self, now: Now) -> NewLink {
        let secret = new_secret(LINK_PREFIX);
        let mut known = self.known();
        if known.links.len() == MOST_LINKS {
            known.links.pop_front();
        }
        known.links.push_back(Link { hash: secret.hash, made: now, state: LinkState::Unused });
        NewLink { secret: secret.text, expires_at: now.wall + LINK_LIFE }
    }

    /// Opens a session and gives its token. The one that was unused for longest ends where there are too many.
    pub(crate) fn redeem(&self, link: &str, now: Now) -> Result<SecretString, RedeemError> {
        let mut known = self.known();
        if !known.tries.may_try(now) {
            return Err(RedeemError::TooManyTries);
        }
        let presented = hash(link);
        let Some(link) = known.links.iter_mut().find(|link| same(&link.hash, &presented)) else {
            known.tries.count += 1;
            return Err(RedeemError::Unknown);
        };
        match link.state {
            LinkState::Redeemed => return Err(RedeemError::Used),
            LinkState::Unused if age(link.made, now) >= LINK_LIFE => return Err(RedeemError::Expired),
            LinkState::Unused => link.state = LinkState::Redeemed,
        }
        known.sessions.retain(|session| session.is_live(now));
        if known.sessions.len() == MOST_SESSIONS {
            known.sessions.sort_by_key(|session| session.used.mono);
            known.sessions.remove(0);
        }
        let token = new_secret(SESSION_PREFIX);
        known.last_id += 1;
        let id = DashboardSessionId(known.last_id);
        known.sessions.push(Session { id, hash: token.hash, used: now, end: watch::Sender::new(()) });
        Ok(token.text)
    }

    /// The live session that `token` stands for.
    pub(crate) fn find(&self, token: &str, usage: SessionUse, now: Now) -> Option<DashboardSessionId> {
        if !token.starts_with(SESSION_PREFIX) {
            return None;
        }
        let presented = hash(token);
        let mut known = self.known();
        known.sessions.retain(|session| session.is_live(now));
        let session = known.sessions.iter_mut().find(|session| same(&session.hash, &presented))?;
        match usage {
            SessionUse::Request => session.used = now,
            SessionUse::EventStream => {}
        }
        Some(session.id)
    }

    /// Ends a session, where it has not ended already.
    pub(crate) fn end(&self, id: DashboardSessionId) {
        self.known().sessions.retain(|session| session.id != id);
    }

    /// Waits until a session has ended, by whatever cause.
    pub(crate) async fn ended(&self, id: DashboardSessionId, clock: &Clock) {
        loop {
            let Some(mut end) = self.end_of(id, clock.now()) else { return };
            // Nothing is ever sent: this returns when the session goes, or when it is time to look again.
            let _ = tokio::time::timeout(IDLE_CHECK, end.changed()).await;
        }
    }

    fn end_of(&self, id: DashboardSessionId, now: Now) -> Option<watch::Receiver<()>> {
        let mut known = self.known();
        known.sessions.retain(|session| session.is_live(now));
        known.sessions.iter().find(|session| session.id == id).map(|session| session.end.subscribe())
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    fn is_live(&self, now: Now) -> bool {
        age(self.used, now) < LONGEST_IDLE
    }
}

impl Tries {
    fn may_try(&mut self, now: Now) -> bool {
        if self.first.is_none_or(|first| age(first, now) >= TRIES_SPAN) {
            *self = Self { first: Some(now), count: 0 };
        }
        self.count < MOST_TRIES
    }
}

/// Time since a moment, by the clock that says more: the monotonic one stands still while a laptop sleeps, and a
/// person can set the calendar back.
fn age(since: Now, now: Now) -> Duration {
    let by_calendar = now.wall.duration_since(since.wall);
    now.mono.saturating_duration_since(since.mono).max(by_calendar.try_into().unwrap_or_default())
}

fn same(known: &SecretHash, presented: &SecretHash) -> bool {
    known.ct_eq(presented).into()
}
