//! Everything that changes while the simulator runs, in one value.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::world::authorization_codes::AuthorizationCodes;
use crate::world::device_codes::DeviceCodes;
use crate::world::directory::{Directory, Seat, UnknownPerson};
use crate::world::journal::Journal;
use crate::world::logins::{Issued, LoginId, Logins};
use crate::world::people::SeatId;
use crate::world::prompt_cache::PromptCaches;
use crate::world::script::Script;

/// How the next browser that comes to the authorize page is answered, without showing the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignIn {
    /// Signed in as this seat.
    As(SeatId),
    /// Sent back with `error=access_denied` and this description, such as `missing_codex_entitlement`.
    Denied(String),
}

#[derive(Debug)]
pub(crate) struct World {
    pub directory: Directory,
    pub logins: Logins,
    pub authorization_codes: AuthorizationCodes,
    pub device_codes: DeviceCodes,
    pub sign_ins: VecDeque<SignIn>,
    pub script: Script,
    pub journal: Journal,
    pub prompt_caches: PromptCaches,
    streams: u64,
    answers: u64,
    /// Turns that came on a connection that had answered.
    reuses: u32,
}

impl World {
    pub(crate) fn new(journal_limit: usize) -> Self {
        Self {
            directory: Directory::default(),
            logins: Logins::default(),
            authorization_codes: AuthorizationCodes::default(),
            device_codes: DeviceCodes::default(),
            sign_ins: VecDeque::new(),
            script: Script::default(),
            journal: Journal::new(journal_limit),
            prompt_caches: PromptCaches::default(),
            streams: 0,
            answers: 0,
            reuses: 0,
        }
    }

    /// The number of the next stream over HTTP, from 0.
    pub(crate) fn next_stream(&mut self) -> u64 {
        let number = self.streams;
        self.streams += 1;
        number
    }

    /// The number of the next answer over either transport, from 0.
    pub(crate) fn next_answer(&mut self) -> u64 {
        let number = self.answers;
        self.answers += 1;
        number
    }

    /// Counts a turn on a connection that has answered, and says whether it is one of those that are cut. A script has
    /// its own ideas of what goes wrong.
    pub(crate) fn next_reuse_is_cut(&mut self, one_in: u32) -> bool {
        if !self.script.pending().is_empty() {
            return false;
        }
        self.reuses += 1;
        self.reuses.is_multiple_of(one_in)
    }

    /// Makes tokens for a login, for the workspace that was chosen at its sign-in.
    pub(crate) fn issue(&mut self, login: LoginId, issuer: &str, now_ms: i64) -> Issued {
        let seat = self.logins.seat(login).clone();
        let (person, workspace) = (self.directory.person(&seat), self.directory.workspace(&seat));
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
        let (person, workspace) = (self.directory.person(&seat), self.directory.workspace(&seat));
        self.logins.issue_without_rotation(login, person, workspace, issuer, now_ms)
    }

    /// What the person said about a device's sign-in: as whom, or `None` for no.
    pub(crate) fn decide_device(
        &mut self,
        user_code: &str,
        seat: Option<&SeatId>,
        now_ms: i64,
    ) -> Result<(), UnknownPerson> {
        let seat: Option<Seat> = seat.map(|id| self.directory.seat(id)).transpose()?;
        let decided = self.device_codes.decide(user_code, seat, now_ms);
        decided.ok_or_else(|| UnknownPerson::DeviceCode(user_code.to_owned()))
    }
}
