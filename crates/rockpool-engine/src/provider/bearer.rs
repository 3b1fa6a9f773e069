//! What callers get: a bearer, or the reason why there is none.

use http::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

/// An access token of one login, and which one it is.
#[derive(Clone, Debug)]
pub(crate) struct Bearer {
    pub token: SecretString,
    /// Grows with each new token of the login; tells whether a refusal is about the present one.
    pub generation: u64,
}

impl Bearer {
    /// `Bearer <token>`, marked so that it is neither printed nor indexed. A token that no header can
    /// carry gives an empty bearer, which the provider refuses like any other bad one.
    pub(crate) fn authorization(&self) -> HeaderValue {
        let text = SecretString::from(format!("Bearer {}", self.token.expose_secret()));
        let mut value = HeaderValue::from_str(text.expose_secret())
            .unwrap_or_else(|_| HeaderValue::from_static("Bearer"));
        value.set_sensitive(true);
        value
    }
}

/// Why a login has no bearer.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum TokenError {
    /// The login is dead, unknown or was removed; a person has to sign in again.
    #[error("this login is no longer valid; sign in again")]
    NeedsReauth,
    /// A refresh token was sent, its answer lost, and the old access token is spent.
    #[error("this login was interrupted while it was being renewed; sign in again")]
    UncertainSpent,
    /// The vault that holds the tokens cannot be read or written.
    #[error("what holds this login's tokens cannot be read; `rockpool status` says what to do")]
    VaultLocked,
    /// It may work in a moment.
    #[error("this login cannot be renewed at the moment: {0}")]
    Passing(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_shows_its_token_to_the_header_and_to_nothing_else() {
        let bearer = Bearer { token: "at-secret".into(), generation: 7 };
        assert_eq!(bearer.authorization(), "Bearer at-secret");
        let printed = format!("{bearer:?} {:?}", bearer.authorization());
        assert!(!printed.contains("at-secret"), "{printed}");
    }

    #[test]
    fn a_token_that_no_header_can_carry_is_not_carried() {
        let bearer = Bearer { token: "a\nb".into(), generation: 1 };
        assert_eq!(bearer.authorization(), "Bearer");
    }
}
