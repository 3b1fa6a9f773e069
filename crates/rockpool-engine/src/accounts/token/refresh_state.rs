//! What a login's refresh token may be used for, and the words in which the keeper's jobs speak with a
//! login. Which of them go together is said in [`super::login_state`].

use std::time::Instant;

use jiff::Timestamp;
use rockpool_routing::{CredentialState, Now};
use thiserror::Error;

use super::access::Issued;
use super::traits::LoginStoreError;
use super::vault_entry::VaultEntry;
use crate::model::import::RenewedBy;
use crate::provider::bearer::{Bearer, TokenError};
use crate::provider::oauth::RefreshReason;
use crate::store::{Presentation, Refreshed};

/// What may be done with the refresh token.
#[derive(Clone, Debug)]
pub(super) enum RefreshState {
    /// It may be sent.
    Idle,
    /// It may be sent again from `until` on.
    Paused { until: Instant, why: Pause },
    /// A job has claimed the login: a refresh, a reading, a new sign-in.
    Working { job: JobId, progress: Progress },
    /// Its successor is not saved everywhere; nothing is sent until it is.
    Unsaved(Target),
    /// It was sent, and nobody knows what became of it.
    Uncertain(LastChance),
    /// It is refused for good, or gone.
    Dead,
    /// The vault did not answer; it is asked again from `until` on.
    Unread { until: Instant },
    /// Another tool owns it; only its file is read.
    Followed,
    /// There is none: the access token serves to its end.
    NotRenewable,
}

/// Whether a token of unknown fate may be sent once more, as soon as no access token lives that its reuse could end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LastChance {
    Left,
    /// From then on: an answer was lost a moment ago, or a try ended before the token was sent.
    LeftFrom(Instant),
    /// It was taken, or the token may be another machine's, whose login its reuse would end.
    Gone,
}

impl LastChance {
    pub(super) fn is_due(self, now: Now) -> bool {
        match self {
            Self::Left => true,
            Self::LeftFrom(at) => now.mono >= at,
            Self::Gone => false,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pause {
    Fault(Fault),
    Vault,
}

/// Why a refresh did not come about, though the token was not used up.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(super) enum Fault {
    #[error("Rockpool is shutting down")]
    Stopping,
    #[error("the refresh broke down")]
    BrokeDown,
    #[error("renewing the login takes too long")]
    TakesTooLong,
    #[error("the database cannot be written")]
    RowUnsaved,
    #[error("the issuer sent no access token")]
    NoAccessToken,
    #[error(transparent)]
    Store(#[from] LoginStoreError),
    /// In the words of the issuer or of the connection to it.
    #[error("{0}")]
    Issuer(String),
}

impl From<Fault> for TokenError {
    fn from(fault: Fault) -> Self {
        Self::Passing(fault.to_string())
    }
}

/// How far a refresh has come.
#[derive(Clone, Debug)]
pub(super) enum Progress {
    NotSent,
    Sent,
    /// The answer is in `unsaved`; `next` is handed out when the job ends, never before: who had a bearer
    /// that is not saved would lose it with the process.
    Answered {
        next: Option<Issued>,
    },
}

/// Whether the row may say "sent" of a token that was not used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SentMark {
    Clear,
    MayStand,
}

/// Who did not take what is to be saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Vault,
    Database,
}

/// One thing that is still to be saved.
#[derive(Clone, Debug)]
pub(super) enum PendingWrite {
    RefreshToken(VaultEntry),
    AccessToken(VaultEntry),
    Row(Refreshed),
}

impl PendingWrite {
    pub(super) fn target(&self) -> Target {
        match self {
            Self::RefreshToken(_) | Self::AccessToken(_) => Target::Vault,
            Self::Row(_) => Target::Database,
        }
    }
}

/// Tells one job from the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct JobId(pub(super) u64);

/// What the caller wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// The present bearer.
    Present,
    /// Another one than this refused generation.
    NewerThan(u64),
    /// Nothing: only what is due has to be started.
    Upkeep,
}

/// Whether new refreshes may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Renewals {
    Allowed,
    Stopped,
}

/// What the caller has to do.
#[derive(Clone, Debug)]
pub(super) enum Decision {
    Serve(Bearer),
    Fail(TokenError),
    /// The login is claimed: start the refresh; hand out the bearer, or wait where there is none.
    Refresh(RefreshJob, Option<Bearer>),
    Wait,
    /// The login is claimed: read vault or file again.
    Reread(JobId),
}

/// A refresh to be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RefreshJob {
    pub(super) id: JobId,
    pub(super) reason: RefreshReason,
    pub(super) presentation: Presentation,
}

impl RefreshJob {
    /// What an end means that came before the token was sent, or that proved it unused.
    pub(super) fn ends_unused(self, outcome: Outcome) -> Outcome {
        match self.presentation {
            Presentation::First => outcome,
            Presentation::LastChance => match outcome {
                Outcome::Fault(_) | Outcome::NoVault => Outcome::LastChanceLeft,
                Outcome::Renewed
                | Outcome::Uncertain
                | Outcome::LastChanceLeft
                | Outcome::LastChanceGone
                | Outcome::Dead
                | Outcome::Unsaved(_) => outcome,
            },
        }
    }
}

/// How a refresh ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Renewed,
    Fault(Fault),
    NoVault,
    /// Nobody knows what became of the token; its last chance is left.
    Uncertain,
    /// The last chance of a token did not come about.
    LastChanceLeft,
    /// The token may not be sent any more.
    LastChanceGone,
    Dead,
    Unsaved(Target),
}

/// How a refresh ends whose token left, and of which no readable answer came back.
pub(super) fn fate_unknown(presentation: Presentation) -> Outcome {
    match presentation {
        Presentation::First => Outcome::Uncertain,
        Presentation::LastChance => Outcome::LastChanceGone,
    }
}

/// What row and vault together say of a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    MayBeSent,
    Uncertain(LastChance),
    Dead,
    /// There is none, and never was.
    NotRenewable,
}

/// How long a login lasts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LoginLife {
    pub(crate) renewed_by: RenewedBy,
    /// The end of one that nobody renews, where its token says so.
    pub(crate) ends_at: Option<Timestamp>,
}

/// The state that an adoption interrupted, for the case that it fails.
#[derive(Debug)]
pub(super) struct Interrupted(pub(super) RefreshState);

/// What the watcher was told of the login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Published {
    Nothing,
    /// Somebody is telling it at this moment.
    UnderWay(CredentialState),
    Done(CredentialState),
}

impl Published {
    pub(super) fn state(self) -> Option<CredentialState> {
        match self {
            Self::Nothing => None,
            Self::UnderWay(state) | Self::Done(state) => Some(state),
        }
    }
}

impl Pause {
    pub(super) fn as_error(&self) -> TokenError {
        match self {
            Self::Fault(fault) => fault.clone().into(),
            Self::Vault => TokenError::VaultLocked,
        }
    }
}
