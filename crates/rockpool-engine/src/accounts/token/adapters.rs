//! The engine's own database and vault, as the keeper needs them.

use futures_util::future::BoxFuture;
use rockpool_routing::{LoginId, TenantId};
use secrecy::SecretString;

use super::traits::{LoginStore, LoginStoreError, SecretStore};
use crate::host::clock::Clock;
use crate::store::{
    KnownToken, LoginRow, Presentation, RefreshPhase, Refreshed, Store, StoreError, system_scope,
};
use crate::vault::{Vault, VaultError, VaultKey};

/// The logins in the database; each change is dated by the clock.
pub(crate) struct DatabaseLogins {
    store: Store,
    clock: Clock,
}

impl DatabaseLogins {
    pub(crate) fn new(store: Store, clock: Clock) -> Self {
        Self { store, clock }
    }
}

impl From<StoreError> for LoginStoreError {
    fn from(error: StoreError) -> Self {
        let words = error.to_string();
        match error {
            StoreError::RefreshTokenSpent => Self::RefreshTokenSpent,
            StoreError::Open { .. }
            | StoreError::Newer(_)
            | StoreError::Corrupt { .. }
            | StoreError::Full(_)
            | StoreError::ReadOnly(_)
            | StoreError::Busy(_)
            | StoreError::Taken(_)
            | StoreError::NotFound(_)
            | StoreError::Closed
            | StoreError::Unreadable(_)
            | StoreError::Sqlite(_) => Self::Database(words),
        }
    }
}

impl LoginStore for DatabaseLogins {
    fn insert(&self, row: LoginRow) -> BoxFuture<'_, Result<(), LoginStoreError>> {
        Box::pin(async move { Ok(self.store.insert_login(row).await?) })
    }

    fn replace(&self, row: LoginRow) -> BoxFuture<'_, Result<(), LoginStoreError>> {
        Box::pin(async move { Ok(self.store.update_login(row).await?) })
    }

    fn known(&self, fingerprint: [u8; 32]) -> BoxFuture<'_, Result<Option<KnownToken>, LoginStoreError>> {
        Box::pin(async move { Ok(self.store.known_token(system_scope(), fingerprint).await?) })
    }

    fn mark_sent(
        &self,
        tenant: TenantId,
        id: LoginId,
        presentation: Presentation,
    ) -> BoxFuture<'_, Result<(), LoginStoreError>> {
        let at = self.clock.wall();
        Box::pin(async move { Ok(self.store.mark_refresh_sent(tenant, id, presentation, at).await?) })
    }

    fn complete(
        &self,
        tenant: TenantId,
        id: LoginId,
        done: Refreshed,
    ) -> BoxFuture<'_, Result<(), LoginStoreError>> {
        Box::pin(async move { Ok(self.store.complete_refresh(tenant, id, done).await?) })
    }

    fn mark_phase(
        &self,
        tenant: TenantId,
        id: LoginId,
        phase: RefreshPhase,
        code: Option<String>,
    ) -> BoxFuture<'_, Result<(), LoginStoreError>> {
        let at = self.clock.wall();
        Box::pin(async move { Ok(self.store.mark_login_phase(tenant, id, phase, code, at).await?) })
    }

    fn delete(&self, tenant: TenantId, id: LoginId) -> BoxFuture<'_, Result<(), LoginStoreError>> {
        Box::pin(async move { Ok(self.store.delete_login(tenant, id).await?) })
    }
}

impl SecretStore for Vault {
    fn get<'a>(&'a self, key: &'a VaultKey) -> BoxFuture<'a, Result<Option<SecretString>, VaultError>> {
        Box::pin(self.get(key))
    }

    fn set<'a>(
        &'a self,
        key: &'a VaultKey,
        secret: &'a SecretString,
    ) -> BoxFuture<'a, Result<(), VaultError>> {
        Box::pin(self.set(key, secret))
    }

    fn delete<'a>(&'a self, key: &'a VaultKey) -> BoxFuture<'a, Result<(), VaultError>> {
        Box::pin(self.delete(key))
    }
}
