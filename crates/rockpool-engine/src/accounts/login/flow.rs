//! One sign-in that a person has started.

use jiff::{SignedDuration, Timestamp};
use rockpool_routing::{AccountId, SignInId, TenantId};
use url::Url;

use crate::model::sign_in::{SignInCaller, SignInMethod};
use crate::provider::device::DeviceCode;
use crate::provider::outbound::OnBehalfOf;
use crate::provider::pkce::Verifier;
use crate::snapshot::{BrowserView, CallbackView, SignInState, SignInView};

/// What the sign-in is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A new account.
    Add,
    /// A new login for an account that is there.
    Repair(AccountId),
}

impl Purpose {
    /// Whose way out is taken.
    pub(crate) fn on_behalf_of(self) -> OnBehalfOf {
        match self {
            Self::Add => OnBehalfOf::Nobody,
            Self::Repair(account) => OnBehalfOf::Account(account),
        }
    }
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
    pub(super) caller: Option<SignInCaller>,
    /// Slug of the account to be repaired.
    pub(super) account: Option<String>,
    pub(super) way: Way,
    pub(super) status: Status,
    pub(super) browser: BrowserView,
    /// What is in the way while it waits.
    pub(super) hint: Option<String>,
    pub(super) expires_at: Timestamp,
}

/// How the person's consent gets back, with what is needed to take it.
#[derive(Clone, Debug)]
pub(super) enum Way {
    Browser(BrowserWay),
    Device(DeviceCode),
}

/// A browser that comes back to the listener, or whose last address is pasted.
#[derive(Clone, Debug)]
pub(super) struct BrowserWay {
    pub(super) state: String,
    pub(super) verifier: Verifier,
    pub(super) redirect_uri: String,
    pub(super) authorize_url: Url,
    pub(super) callback: CallbackView,
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

impl Way {
    pub(super) fn method(&self) -> SignInMethod {
        match self {
            Self::Browser(_) => SignInMethod::Browser,
            Self::Device(_) => SignInMethod::Device,
        }
    }

    /// The page that the person opens.
    pub(super) fn page(&self) -> &Url {
        match self {
            Self::Browser(way) => &way.authorize_url,
            Self::Device(code) => &code.page,
        }
    }

    fn callback(&self) -> CallbackView {
        match self {
            Self::Browser(way) => way.callback,
            Self::Device(_) => CallbackView::Automatic,
        }
    }

    fn user_code(&self) -> Option<&str> {
        match self {
            Self::Browser(_) => None,
            Self::Device(code) => Some(&code.user_code),
        }
    }

    fn too_late(&self) -> &'static str {
        match self {
            Self::Browser(_) => "Nobody came back from the browser in time. Start the sign-in again.",
            Self::Device(_) => {
                "The code has expired before it was entered. Start the sign-in again for a new code. If the page \
                 refused it because device codes are off, sign in through a browser instead."
            }
        }
    }
}

impl Flow {
    pub(super) fn pending(&self) -> bool {
        match self.status {
            Status::Waiting | Status::Exchanging => true,
            Status::Ended(..) => false,
        }
    }

    /// Whether it needs the listener.
    pub(super) fn awaits_callback(&self) -> bool {
        match self.way {
            Way::Browser(_) => self.pending(),
            Way::Device(_) => false,
        }
    }

    /// Whether a callback with this `state` is about it.
    pub(super) fn has_state(&self, state: &str) -> bool {
        match &self.way {
            Way::Browser(way) => way.state == state,
            Way::Device(_) => false,
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
                (SignInState::TimedOut, Some(self.way.too_late().to_owned()), None)
            }
        };
        SignInView {
            id: self.id,
            account: self.account.clone(),
            method: self.way.method(),
            state,
            authorize_url: self.way.page().to_string(),
            user_code: self.way.user_code().map(str::to_owned),
            callback: self.way.callback(),
            browser: self.browser,
            message,
            result,
            expires_at: self.expires_at,
        }
    }
}
