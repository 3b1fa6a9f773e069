//! What a rehearsal has just shown, and where to look.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a rehearsal has just shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RehearsalView {
    pub scene: RehearsalScene,
    /// Slug of the account that it is about, if it is about one.
    pub account: Option<String>,
    /// When it happened.
    #[schema(value_type = String, format = "date-time")]
    pub at: Timestamp,
    /// Where it is seen.
    pub page: RehearsalPage,
}

/// What can happen in a rehearsal, in the order of its story.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RehearsalScene {
    /// People are on their way to the sign-in page.
    Begun,
    /// The account has signed in.
    SignedIn,
    /// The accounts are in a pool, and a tool makes requests.
    Working,
    /// The account has no quota left.
    Exhausted,
    /// A conversation of the account goes on at another one.
    Moved,
    /// The account's login has ended; a person has to sign in again.
    LoginEnded,
    /// Somebody has signed in again to the account.
    LoginRepaired,
    /// The account's quota has come back.
    QuotaReset,
    /// Everything has been shown; requests go on.
    Quiet,
}

/// The page of the dashboard on which a scene is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RehearsalPage {
    Accounts,
    Pool,
    Requests,
}
