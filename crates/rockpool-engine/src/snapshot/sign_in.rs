//! Sign-ins as they are shown, and the ways to sign in on this machine.

use jiff::Timestamp;
use rockpool_routing::SignInId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::model::sign_in::{MachineKind, SignInMethod, SignInWay};

/// One sign-in as shown. The address holds no secret: the code verifier stays in the process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignInView {
    /// Names it in the API.
    #[schema(value_type = String, format = "uuid")]
    pub id: SignInId,
    /// Slug of the account to be repaired; absent for a new one.
    pub account: Option<String>,
    /// How the person's consent gets back.
    pub method: SignInMethod,
    /// Where it stands.
    pub state: SignInState,
    /// The page that the person opens: to sign in, or to enter the code.
    pub authorize_url: String,
    /// The code that is to be entered there; absent for a sign-in without one.
    pub user_code: Option<String>,
    /// Whether the consent arrives by itself, or the person has to paste an address.
    pub callback: CallbackView,
    /// Whether a browser was opened on the engine's machine.
    pub browser: BrowserView,
    /// What went wrong and what to do, when it failed; while it waits, what is in its way.
    pub message: Option<String>,
    /// Slug of the account that came of it.
    pub result: Option<String>,
    /// When it gives up.
    #[schema(value_type = String, format = "date-time")]
    pub expires_at: Timestamp,
}

/// Where a sign-in stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignInState {
    /// For the person.
    Waiting,
    /// The code has come and is being exchanged and saved.
    Exchanging,
    /// The account is there.
    Done,
    /// It failed; the message says why.
    Failed,
    /// The person gave it up.
    Cancelled,
    /// Nobody came back in time.
    TimedOut,
}

/// How the consent arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallbackView {
    /// The local listener takes it, or the provider is asked for it.
    Automatic,
    /// The port is taken or was yielded: the person pastes the address of the page.
    PasteOnly,
}

/// What became of the wish to open a browser on the engine's machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BrowserView {
    /// The system took the address.
    Opened,
    /// There is none, or it refused; the message says why.
    NotOpened,
    /// The caller shows the page.
    NotAsked,
}

/// The ways to sign in on the engine's machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignInWaysView {
    /// What kind of machine that is.
    pub machine: MachineKind,
    /// All ways, the best one for this machine first.
    pub ways: Vec<SignInWay>,
    /// Why the first one is first.
    pub why: String,
    /// Whether the engine can open a browser there.
    pub opens_browser: bool,
}
