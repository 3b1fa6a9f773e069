//! The routing crate's enums as the OpenAPI document shows them: routing itself knows no HTTP.
//!
//! These types are never built; a test holds their names against routing's.

use utoipa::ToSchema;

/// How new conversations, and requests that name none, are placed.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Strategy {
    /// The owner while it has quota, then members in order.
    PrimaryFirst,
    /// Each in turn.
    RoundRobin,
    /// Strictly in list order.
    PriorityOrder,
    /// The account with the most quota left.
    MostHeadroom,
    /// The account whose quota comes back first.
    SoonestReset,
}

/// Whether conversations stay on their account.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Conversations {
    /// On the account that began to answer them, while it can serve.
    Stay,
    /// Each request is placed anew, as far as its history allows.
    Rotate,
}

/// The state of an account that matters most.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum AccountState {
    /// Serves requests.
    Ready,
    /// Set aside by hand.
    Paused,
    /// A quota window is exhausted.
    Exhausted,
    /// Asked to slow down for a short while.
    RateLimited,
    /// The login is dead.
    NeedsReauth,
    /// A refresh token was sent and the answer never seen.
    SignInUncertain,
    /// The login does not belong to the account's workspace any more.
    MissingWorkspace,
    /// The provider refuses it.
    Forbidden,
    /// The provider asks for payment.
    Billing,
    /// The keychain, or the file that holds its tokens, cannot be read.
    VaultLocked,
    /// Its last attempts failed.
    Unreachable,
}

/// Whether the owner wants an account used.
#[derive(ToSchema)]
#[schema(as = Wish, rename_all = "snake_case")]
pub enum Activation {
    /// In use.
    Active,
    /// Set aside by hand.
    Paused,
}

/// Quota windows by length.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum WindowKind {
    /// About five hours.
    FiveHour,
    /// About seven days.
    Weekly,
    /// About thirty days.
    Monthly,
    /// Any other length.
    Other,
}

/// How quota was last seen.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Source {
    /// The usage API.
    Usage,
    /// Headers of a response.
    Headers,
    /// An event inside a response.
    Event,
}

/// The four health states.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum HealthState {
    /// Nothing is known yet.
    Idle,
    /// Score 80 or more.
    Healthy,
    /// Score 40 to 79.
    Degraded,
    /// Score under 40, or three failures in a row.
    Critical,
}
