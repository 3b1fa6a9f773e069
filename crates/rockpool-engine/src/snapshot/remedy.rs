//! What a person can do about an account's state, in a sentence.

use rockpool_routing::AccountState;

/// The remedy; none for an account that is ready.
pub(crate) fn of(state: AccountState) -> Option<&'static str> {
    match state {
        AccountState::Ready => None,
        AccountState::Paused => Some("It is set aside by hand; resume it in the Rockpool window."),
        AccountState::Exhausted => Some("A quota window is used up; it comes back at its reset."),
        AccountState::RateLimited => Some("The provider asked to slow down; it comes back by itself."),
        AccountState::NeedsReauth => Some("Its login has ended; choose “Sign in again” in Rockpool."),
        AccountState::SignInUncertain => Some(
            "A refresh was cut off and its answer never seen; choose “Sign in again” in Rockpool at a good moment.",
        ),
        AccountState::MissingWorkspace => Some(
            "Its login does not belong to this workspace any more; choose “Sign in again” and pick the workspace.",
        ),
        AccountState::Forbidden => {
            Some("The provider refuses this account or workspace; ask the workspace's administrator.")
        }
        AccountState::Billing => {
            Some("The provider asks for payment or another plan; look at the account's billing page.")
        }
        AccountState::VaultLocked => Some("Its tokens cannot be read; unlock the keychain."),
        AccountState::Unreachable => {
            Some("Its last attempts failed on the way; it is tried again by itself.")
        }
    }
}
