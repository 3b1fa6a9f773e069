//! What the keeper needs from the rest of the engine.
//!
//! The keeper is the only writer of a login's row and of its two secrets. These traits are narrow so
//! that a test can stop the world between any two steps.

use futures_util::future::BoxFuture;
use rockpool_routing::{CredentialState, LoginId, TenantId};
use secrecy::SecretString;
use thiserror::Error;

use crate::provider::claims::Claims;
use crate::provider::oauth::{OAuthClient, RefreshError, RefreshReason, Renewal, RevokeError};
use crate::provider::outbound::OnBehalfOf;
use crate::store::{KnownToken, LoginRow, Presentation, RefreshPhase, Refreshed};
use crate::vault::{VaultError, VaultKey};

/// Why the row of a login was not read or written.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum LoginStoreError {
    /// The row does not say that its refresh token may be sent.
    #[error("the refresh token of this login has been sent already; sign in again")]
    RefreshTokenSpent,
    /// In the database's words, which name a remedy.
    #[error("{0}")]
    Database(String),
}

/// Where the rows of logins are kept; each function returns when the change would survive a power cut.
pub(crate) trait LoginStore: Send + Sync {
    fn insert(&self, row: LoginRow) -> BoxFuture<'_, Result<(), LoginStoreError>>;
    /// Replaces everything about a login but its identity.
    fn replace(&self, row: LoginRow) -> BoxFuture<'_, Result<(), LoginStoreError>>;
    /// What is known of the refresh token with this SHA-256, in whichever tenant.
    fn known(&self, fingerprint: [u8; 32]) -> BoxFuture<'_, Result<Option<KnownToken>, LoginStoreError>>;
    /// Notes that the refresh token is about to be sent; it is [`KnownToken::Spent`] from then on, unless a
    /// later call says that it was not used up.
    ///
    /// # Errors
    /// [`LoginStoreError::RefreshTokenSpent`] unless the phase allows this presentation.
    fn mark_sent(
        &self,
        tenant: TenantId,
        id: LoginId,
        presentation: Presentation,
    ) -> BoxFuture<'_, Result<(), LoginStoreError>>;
    /// Notes that the tokens of a generation are in the vault; the phase is idle again.
    fn complete(
        &self,
        tenant: TenantId,
        id: LoginId,
        done: Refreshed,
    ) -> BoxFuture<'_, Result<(), LoginStoreError>>;
    /// Notes what became of the refresh token, with the issuer's code where it refused.
    fn mark_phase(
        &self,
        tenant: TenantId,
        id: LoginId,
        phase: RefreshPhase,
        code: Option<String>,
    ) -> BoxFuture<'_, Result<(), LoginStoreError>>;
    /// Removes a login; removing none is fine.
    fn delete(&self, tenant: TenantId, id: LoginId) -> BoxFuture<'_, Result<(), LoginStoreError>>;
}

/// Where secrets rest.
pub(crate) trait SecretStore: Send + Sync {
    /// `None` where there is none.
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
    /// Presents a refresh token of this login.
    fn refresh<'a>(
        &'a self,
        login: LoginId,
        token: &'a SecretString,
        reason: RefreshReason,
    ) -> BoxFuture<'a, Result<Renewal, RefreshError>>;
    /// Asks the issuer to forget a refresh token.
    fn revoke<'a>(
        &'a self,
        whom: OnBehalfOf,
        token: &'a SecretString,
    ) -> BoxFuture<'a, Result<(), RevokeError>>;
}

impl Issuer for OAuthClient {
    fn refresh<'a>(
        &'a self,
        login: LoginId,
        token: &'a SecretString,
        reason: RefreshReason,
    ) -> BoxFuture<'a, Result<Renewal, RefreshError>> {
        let issuer = self.on_behalf_of(OnBehalfOf::Login(login));
        Box::pin(async move { issuer.refresh(token, reason).await })
    }

    fn revoke<'a>(
        &'a self,
        whom: OnBehalfOf,
        token: &'a SecretString,
    ) -> BoxFuture<'a, Result<(), RevokeError>> {
        let issuer = self.on_behalf_of(whom);
        Box::pin(async move { issuer.revoke(token).await })
    }
}

/// Is told what the credentials of a login can do. Called without any lock held, never twice at once
/// for one login, and only when the state is another than the one told before.
pub(crate) trait CredentialWatcher: Send + Sync {
    fn changed(&self, login: LoginId, state: CredentialState);
}

/// Is told what the new tokens of a login say of their owner, when they are saved or could not be.
/// Quitting waits for it.
pub(crate) trait RenewalWatcher: Send + Sync {
    fn renewed(&self, login: LoginId, claims: Claims) -> BoxFuture<'_, ()>;
}
