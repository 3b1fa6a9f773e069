//! One sign-in that a person has started.

use jiff::{SignedDuration, Timestamp};
use rockpool_routing::{AccountId, SignInId, TenantId};
use url::Url;

use crate::provider::pkce::Verifier;
use crate::snapshot::{CallbackView, SignInState, SignInView};

/// What the sign-in is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A new account.
    Add,
    /// A new login for an account that is there.
    Repair(AccountId),
}

/// How long an ended sign-in is listed.
const LISTED: SignedDuration = SignedDuration::from_mins(1);
/// How long an ended sign-in can be asked for by its id.
const REMEMBERED: SignedDuration = SignedDuration::from_mins(15);

#[derive(Debug)]
pub(super) struct Flow {
    pub(super) id: SignInId,
    pub(super) tenant: TenantId,
    pub(super) purpose: Purpose,
    /// Slug of the account to be repaired.
    pub(super) account: Option<String>,
    pub(super) state: String,
    pub(super) verifier: Verifier,
    pub(super) redirect_uri: String,
    pub(super) authorize_url: Url,
    pub(super) callback: CallbackView,
    pub(super) status: Status,
    /// Why the browser did not open.
    pub(super) hint: Option<String>,
    pub(super) expires_at: Timestamp,
}

/// Where it stands, with what belongs to that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Waiting,
    Exchanging,
    Ended(End, Timestamp),
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// With the account of this slug.
    Done(String),
    /// With this sentence.
    Failed(String),
    Cancelled,
    TimedOut,
}

impl Flow {
    pub(super) fn pending(&self) -> bool {
        match self.status {
            Status::Waiting | Status::Exchanging => true,
            Status::Ended(..) => false,
        }
    }

    pub(super) fn listed(&self, now: Timestamp) -> bool {
        self.younger_than(LISTED, now)
    }

    pub(super) fn remembered(&self, now: Timestamp) -> bool {
        self.younger_than(REMEMBERED, now)
    }

    fn younger_than(&self, age: SignedDuration, now: Timestamp) -> bool {
        match self.status {
            Status::Waiting | Status::Exchanging => true,
            Status::Ended(_, at) => now.duration_since(at) < age,
        }
    }

    pub(super) fn view(&self) -> SignInView {
        let (state, message, result) = match &self.status {
            Status::Waiting => (SignInState::Waiting, self.hint.clone(), None),
            Status::Exchanging => (SignInState::Exchanging, None, None),
            Status::Ended(End::Done(account), _) => (SignInState::Done, None, Some(account.clone())),
            Status::Ended(End::Failed(why), _) => (SignInState::Failed, Some(why.clone()), None),
            Status::Ended(End::Cancelled, _) => (SignInState::Cancelled, None, None),
            Status::Ended(End::TimedOut, _) => {
                let words = "Nobody came back from the browser in time. Start the sign-in again.";
                (SignInState::TimedOut, Some(words.to_owned()), None)
            }
        };
        SignInView {
            id: self.id,
            account: self.account.clone(),
            state,
            authorize_url: self.authorize_url.to_string(),
            callback: self.callback,
            message,
            result,
            expires_at: self.expires_at,
        }
    }
}
