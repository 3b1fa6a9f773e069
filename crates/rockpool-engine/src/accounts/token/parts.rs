//! What the keeper needs from the rest of the engine: a book, a shelf, an issuer, a watcher.
//!
//! The keeper is the only writer of a login's row and of its two secrets. These traits are narrow so
//! that a test can stop the world between any two steps.

use futures_util::future::BoxFuture;
use rockpool_routing::{CredentialState, LoginId, TenantId};
use secrecy::SecretString;

use crate::provider::claims::Claims;
use crate::provider::oauth::{OAuthClient, RefreshError, RefreshReason, Renewal};
use crate::store::{LoginRow, RefreshPhase, Refreshed};
use crate::vault::{VaultError, VaultKey};

/// Why the book did not take an entry, in a sentence.
pub(crate) type BookError = String;

/// Where logins are written down; each function returns when the entry would survive a power cut.
pub(crate) trait LoginBook: Send + Sync {
    /// Adds a login.
    fn insert(&self, row: LoginRow) -> BoxFuture<'_, Result<(), BookError>>;
    /// Replaces everything about a login but its identity.
    fn replace(&self, row: LoginRow) -> BoxFuture<'_, Result<(), BookError>>;
    /// The login, of whichever tenant, that holds the refresh token with this SHA-256.
    fn holder(&self, fingerprint: [u8; 32]) -> BoxFuture<'_, Result<Option<LoginId>, BookError>>;
    /// Notes that the refresh token is about to be sent; refused unless the phase is idle.
    fn mark_sent(&self, tenant: TenantId, id: LoginId) -> BoxFuture<'_, Result<(), BookError>>;
    /// Notes that the tokens of a generation are in the vault; the phase is idle again.
    fn complete(
        &self,
        tenant: TenantId,
        id: LoginId,
        done: Refreshed,
    ) -> BoxFuture<'_, Result<(), BookError>>;
    /// Notes what became of the refresh token.
    fn mark_phase(
        &self,
        tenant: TenantId,
        id: LoginId,
        phase: RefreshPhase,
        code: Option<String>,
    ) -> BoxFuture<'_, Result<(), BookError>>;
    /// Removes a login; removing none is fine.
    fn delete(&self, tenant: TenantId, id: LoginId) -> BoxFuture<'_, Result<(), BookError>>;
}

/// Where secrets rest.
pub(crate) trait SecretShelf: Send + Sync {
    /// Reads a secret; `None` where there is none.
    fn get<'a>(&'a self, key: &'a VaultKey) -> BoxFuture<'a, Result<Option<SecretString>, VaultError>>;
    /// Writes a secret, replacing what was there.
    fn set<'a>(
        &'a self,
        key: &'a VaultKey,
        secret: &'a SecretString,
    ) -> BoxFuture<'a, Result<(), VaultError>>;
    /// Removes a secret; removing none is fine.
    fn delete<'a>(&'a self, key: &'a VaultKey) -> BoxFuture<'a, Result<(), VaultError>>;
}

/// The issuer, as far as the keeper speaks to it.
pub(crate) trait Issuer: Send + Sync {
    /// Presents a refresh token.
    fn refresh<'a>(
        &'a self,
        token: &'a SecretString,
        reason: RefreshReason,
    ) -> BoxFuture<'a, Result<Renewal, RefreshError>>;
    /// Asks the issuer to forget a refresh token.
    fn revoke<'a>(&'a self, token: &'a SecretString) -> BoxFuture<'a, Result<(), String>>;
}

impl Issuer for OAuthClient {
    fn refresh<'a>(
        &'a self,
        token: &'a SecretString,
        reason: RefreshReason,
    ) -> BoxFuture<'a, Result<Renewal, RefreshError>> {
        Box::pin(self.refresh(token, reason))
    }

    fn revoke<'a>(&'a self, token: &'a SecretString) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move { self.revoke(token).await.map_err(|error| error.to_string()) })
    }
}

/// Is told what the credentials of a login can do. Called without any lock held, never twice at once
/// for one login, and only when the state is another than the one told before.
pub(crate) trait CredentialWatcher: Send + Sync {
    /// The credentials of `login` can now do what `state` says.
    fn changed(&self, login: LoginId, state: CredentialState);
    /// New tokens came; `claims` may fill in a plan or a workspace that was missing.
    fn renewed(&self, _login: LoginId, _claims: &Claims) {}
}
