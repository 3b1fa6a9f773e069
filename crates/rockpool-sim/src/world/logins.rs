//! Logins and their tokens: single-use refresh tokens, families that die as one, access tokens that end.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::random;
use crate::world::directory::Seat;
use crate::world::jwt::Subject;
use crate::world::people::{Person, Workspace};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct LoginId(usize);

/// How a login came to its end; decides what its tokens are answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Death {
    /// A used refresh token was presented again; access tokens die too.
    Reused,
    /// Revoked, by the person or by an administrator; access tokens die too.
    Revoked,
    /// The session was ended elsewhere; access tokens die too.
    SessionTerminated,
    /// Only the refresh token has expired; access tokens live on to their end.
    RefreshExpired,
}

impl Death {
    const fn takes_access_tokens(self) -> bool {
        match self {
            Self::Reused | Self::Revoked | Self::SessionTerminated => true,
            Self::RefreshExpired => false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Life {
    Alive,
    Dead(Death),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    Fresh,
    /// With how many access tokens had been handed out by then.
    Spent {
        issued: usize,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Forced {
    No,
    Expired,
}

#[derive(Debug)]
struct Login {
    seat: Seat,
    life: Life,
}

#[derive(Debug)]
struct Refresh {
    login: LoginId,
    state: Use,
}

#[derive(Debug)]
struct Access {
    login: LoginId,
    /// Which one it is, over all logins.
    number: usize,
    expires_at: i64,
    forced: Forced,
}

/// Something secret that was handed out, for tests that look for leaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Secret {
    pub kind: SecretKind,
    /// The text as it was issued.
    pub value: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretKind {
    AccessToken,
    /// A single-use token.
    RefreshToken,
    /// The claims about the person.
    IdToken,
    /// What the browser brings back.
    AuthorizationCode,
    /// The verifier that the device flow hands out.
    CodeVerifier,
    /// From the token exchange.
    ApiKey,
}

/// How personal access tokens begin.
pub(crate) const PERSONAL_PREFIX: &str = "at-";

/// What one grant hands out.
#[derive(Clone, Debug)]
pub(crate) struct Issued {
    pub id_token: String,
    pub access_token: String,
    pub refresh_token: String,
    pub expires_in: u64,
}

/// Why a refresh token was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RefreshRefusal {
    Reused(LostByReuse),
    Invalidated,
    Expired,
    SessionTerminated,
}

/// What the person loses when a used refresh token comes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LostByReuse {
    /// No access token lived that was handed out before the token was used.
    Nothing,
    /// A living access token, from before, which whoever presents the token again may hold.
    LivingAccessToken,
}

/// Why a bearer was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AccessRefusal {
    Unknown,
    Invalidated,
    Expired,
}

#[derive(Debug, Default)]
pub(crate) struct Logins {
    logins: Vec<Login>,
    refresh: HashMap<String, Refresh>,
    access: HashMap<String, Access>,
    id_tokens: HashMap<String, LoginId>,
    secrets: Vec<Secret>,
}

impl Logins {
    pub(crate) fn sign_in(&mut self, seat: Seat) -> LoginId {
        self.logins.push(Login { seat, life: Life::Alive });
        LoginId(self.logins.len() - 1)
    }

    /// The seat that was chosen at sign-in.
    pub(crate) fn seat(&self, login: LoginId) -> &Seat {
        &self.logins[login.0].seat
    }

    pub(crate) fn issue(
        &mut self,
        login: LoginId,
        person: &Person,
        workspace: &Workspace,
        issuer: &str,
        now_ms: i64,
    ) -> Issued {
        let (id_token, access_token) = self.issue_without_rotation(login, person, workspace, issuer, now_ms);
        let refresh_token = format!("rt_{}.{}", random::id(""), random::token());
        self.refresh.insert(refresh_token.clone(), Refresh { login, state: Use::Fresh });
        self.remember(SecretKind::RefreshToken, &refresh_token);
        Issued { id_token, access_token, refresh_token, expires_in: workspace.access_token_seconds }
    }

    /// New id and access tokens while the refresh token stays as it is.
    pub(crate) fn issue_without_rotation(
        &mut self,
        login: LoginId,
        person: &Person,
        workspace: &Workspace,
        issuer: &str,
        now_ms: i64,
    ) -> (String, String) {
        let lifetime = i64::try_from(workspace.access_token_seconds).unwrap_or(i64::MAX / 4);
        let expires_at = now_ms.div_euclid(1000).saturating_add(lifetime);
        let subject = Subject { person, workspace, issuer, now_ms, access_expires_at: expires_at };
        let (id_token, access_token) = (subject.id_token(), subject.access_token());
        let access = Access { login, number: self.access.len(), expires_at, forced: Forced::No };
        self.access.insert(access_token.clone(), access);
        self.id_tokens.insert(id_token.clone(), login);
        self.remember(SecretKind::IdToken, &id_token);
        self.remember(SecretKind::AccessToken, &access_token);
        (id_token, access_token)
    }

    /// A token that a person makes on the website and keeps until it is revoked.
    pub(crate) fn issue_personal(&mut self, login: LoginId) -> String {
        let token = format!("{PERSONAL_PREFIX}{}", random::token());
        let access = Access { login, number: self.access.len(), expires_at: i64::MAX, forced: Forced::No };
        self.access.insert(token.clone(), access);
        self.remember(SecretKind::AccessToken, &token);
        token
    }

    /// Checks a refresh token without using it up. A spent one kills its family.
    pub(crate) fn present(&mut self, token: &str, now: i64) -> Result<LoginId, RefreshRefusal> {
        let Some(entry) = self.refresh.get(token) else {
            return Err(RefreshRefusal::Invalidated);
        };
        let login = entry.login;
        match entry.state {
            Use::Spent { issued } => {
                let lost = self.lost_by_reuse(login, issued, now);
                self.kill(login, Death::Reused);
                Err(RefreshRefusal::Reused(lost))
            }
            Use::Fresh => match self.logins[login.0].life {
                Life::Alive => Ok(login),
                Life::Dead(Death::Reused | Death::Revoked) => Err(RefreshRefusal::Invalidated),
                Life::Dead(Death::SessionTerminated) => Err(RefreshRefusal::SessionTerminated),
                Life::Dead(Death::RefreshExpired) => Err(RefreshRefusal::Expired),
            },
        }
    }

    fn lost_by_reuse(&self, login: LoginId, issued: usize, now: i64) -> LostByReuse {
        let mut from_before =
            self.access.iter().filter(|(_, access)| access.login == login && access.number < issued);
        match from_before.any(|(token, _)| self.check_access(token, now).is_ok()) {
            true => LostByReuse::LivingAccessToken,
            false => LostByReuse::Nothing,
        }
    }

    pub(crate) fn spend(&mut self, token: &str) {
        let issued = self.access.len();
        if let Some(entry) = self.refresh.get_mut(token) {
            entry.state = Use::Spent { issued };
        }
    }

    /// Whose refresh token this is, whatever its state.
    pub(crate) fn owner_of_refresh(&self, token: &str) -> Option<LoginId> {
        self.refresh.get(token).map(|entry| entry.login)
    }

    pub(crate) fn owner_of_id_token(&self, token: &str) -> Option<LoginId> {
        self.id_tokens.get(token).copied()
    }

    pub(crate) fn owner_of_access(&self, token: &str) -> Option<LoginId> {
        self.access.get(token).map(|entry| entry.login)
    }

    pub(crate) fn check_access(&self, token: &str, now: i64) -> Result<LoginId, AccessRefusal> {
        let entry = self.access.get(token).ok_or(AccessRefusal::Unknown)?;
        match self.logins[entry.login.0].life {
            Life::Dead(death) if death.takes_access_tokens() => return Err(AccessRefusal::Invalidated),
            Life::Dead(_) | Life::Alive => {}
        }
        match entry.forced {
            Forced::Expired => Err(AccessRefusal::Expired),
            Forced::No if now >= entry.expires_at => Err(AccessRefusal::Expired),
            Forced::No => Ok(entry.login),
        }
    }

    /// The first cause of death stays.
    pub(crate) fn kill(&mut self, login: LoginId, death: Death) {
        let login = &mut self.logins[login.0];
        login.life = match (login.life, death) {
            (Life::Alive | Life::Dead(Death::RefreshExpired), death) => Life::Dead(death),
            (dead @ Life::Dead(Death::Reused | Death::Revoked | Death::SessionTerminated), _) => dead,
        };
    }

    pub(crate) fn logins_of(&self, user_id: &str) -> Vec<LoginId> {
        self.logins
            .iter()
            .enumerate()
            .filter(|(_, login)| login.seat.id().user_id == user_id)
            .map(|(index, _)| LoginId(index))
            .collect()
    }

    pub(crate) fn expire_access_of(&mut self, login: LoginId) {
        for entry in self.access.values_mut().filter(|entry| entry.login == login) {
            entry.forced = Forced::Expired;
        }
    }

    pub(crate) fn remember(&mut self, kind: SecretKind, value: &str) {
        self.secrets.push(Secret { kind, value: value.to_owned() });
    }

    pub(crate) fn secrets(&self) -> &[Secret] {
        &self.secrets
    }
}
