//! The states of an account, and what each means for routing.
//!
//! A state is derived, never stored as one: whether the owner has paused it, the credentials, the account's
//! standing with the provider, its quota and its cool-down each have one writer. [`AccountState`] names the one
//! that matters most, in the order in which a person has to deal with them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The account's state as people, scripts and the database know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountState {
    Ready,
    /// Set aside by hand.
    Paused,
    /// No quota is left.
    Exhausted,
    /// Asked to slow down for a short while.
    RateLimited,
    /// The login is dead; a person has to sign in again.
    NeedsReauth,
    /// A refresh token was sent and the answer never seen; it will not be sent again.
    SignInUncertain,
    /// The login does not belong to the account's workspace any more.
    MissingWorkspace,
    /// The provider refuses this account or workspace.
    Forbidden,
    /// The provider asks for payment, or the plan does not include the service.
    Billing,
    /// The keychain or file that holds its tokens cannot be read.
    VaultLocked,
    /// Its last attempts failed on the way or on the provider's side.
    Unreachable,
}

impl AccountState {
    /// The name in the API, the command line and alerts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Paused => "paused",
            Self::Exhausted => "exhausted",
            Self::RateLimited => "rate_limited",
            Self::NeedsReauth => "needs_reauth",
            Self::SignInUncertain => "sign_in_uncertain",
            Self::MissingWorkspace => "missing_workspace",
            Self::Forbidden => "forbidden",
            Self::Billing => "billing",
            Self::VaultLocked => "vault_locked",
            Self::Unreachable => "unreachable",
        }
    }

    /// Whether an account in this state takes no request for a while, and then does again by itself.
    pub fn passes_with_time(self) -> bool {
        match self {
            Self::Exhausted | Self::RateLimited => true,
            Self::Ready
            | Self::Paused
            | Self::NeedsReauth
            | Self::SignInUncertain
            | Self::MissingWorkspace
            | Self::Forbidden
            | Self::Billing
            | Self::VaultLocked
            | Self::Unreachable => false,
        }
    }
}

/// Whether the owner lets the account be used: the administrative state, as opposed to what it can do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    #[default]
    Active,
    Paused,
}

/// What the credentials of the account's login can do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialState {
    /// A bearer can be had.
    #[default]
    Usable,
    /// Whether the refresh token was spent is unknown; the old access token still serves.
    UncertainServing,
    /// Whether the refresh token was spent is unknown, and the access token is refused or expired.
    UncertainSpent,
    /// The refresh token is dead.
    NeedsReauth,
    /// The vault cannot be read.
    VaultLocked,
}

/// How the account stands with the provider, apart from quota.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    #[default]
    Good,
    /// The login does not belong to the workspace any more, or the provider names none.
    MissingWorkspace,
    /// Refused, as for a workspace that was deactivated.
    Forbidden,
    /// Payment or another plan is asked for.
    Billing,
}

/// Why an account cannot be given a request now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocked {
    pub state: AccountState,
    /// When time alone cures it; `None` where a person has to act or the time is unknown.
    pub until: Option<Timestamp>,
}

/// Why an account is not asked for a model, though it serves others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelReason {
    /// The limit that the model has beside the account's is reached.
    LimitReached,
    /// The account refused the model, as one whose plan lacks it.
    Unsuitable,
}

impl ModelReason {
    /// The name in activity records; a class of the same name says that an attempt showed it.
    pub fn name(self) -> &'static str {
        match self {
            Self::LimitReached => "model_limit",
            Self::Unsuitable => "unsuitable",
        }
    }
}

/// What keeps an account from being asked for a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelBlock {
    pub reason: ModelReason,
    /// When time cures it, where known.
    pub until: Option<Timestamp>,
}

/// What keeps an account from being given a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// It takes no request at all.
    Account(Blocked),
    /// It takes others.
    Model(ModelBlock),
}

impl Obstacle {
    /// When time cures it, where known.
    pub fn until(&self) -> Option<Timestamp> {
        match self {
            Self::Account(blocked) => blocked.until,
            Self::Model(block) => block.until,
        }
    }
}

/// The three groups of an account in its pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// Takes requests.
    Active,
    /// Takes requests only when no account is active.
    FallbackOnly,
    Blocked(Blocked),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_have_the_same_names_everywhere() {
        let states = [
            AccountState::Ready,
            AccountState::Paused,
            AccountState::Exhausted,
            AccountState::RateLimited,
            AccountState::NeedsReauth,
            AccountState::SignInUncertain,
            AccountState::MissingWorkspace,
            AccountState::Forbidden,
            AccountState::Billing,
            AccountState::VaultLocked,
            AccountState::Unreachable,
        ];
        let names = [
            "ready",
            "paused",
            "exhausted",
            "rate_limited",
            "needs_reauth",
            "sign_in_uncertain",
            "missing_workspace",
            "forbidden",
            "billing",
            "vault_locked",
            "unreachable",
        ];
        assert_eq!(states.map(AccountState::name), names);
    }
}
