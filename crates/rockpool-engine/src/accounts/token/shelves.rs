//! The engine's own store and vault as the keeper's book and shelf.

use futures_util::future::BoxFuture;
use rockpool_routing::{LoginId, TenantId};
use secrecy::SecretString;

use super::parts::{BookError, LoginBook, SecretShelf};
use crate::host::clock::Clock;
use crate::store::{LoginRow, RefreshPhase, Refreshed, Store, StoreError, system_scope};
use crate::vault::{Vault, VaultError, VaultKey};

/// The store, told the time.
pub(crate) struct StoreBook {
    store: Store,
    clock: Clock,
}

impl StoreBook {
    /// A book in `store`.
    pub(crate) fn new(store: Store, clock: Clock) -> Self {
        Self { store, clock }
    }
}

fn words(error: StoreError) -> BookError {
    error.to_string()
}

impl LoginBook for StoreBook {
    fn insert(&self, row: LoginRow) -> BoxFuture<'_, Result<(), BookError>> {
        Box::pin(async move { self.store.insert_login(row).await.map_err(words) })
    }

    fn replace(&self, row: LoginRow) -> BoxFuture<'_, Result<(), BookError>> {
        Box::pin(async move { self.store.update_login(row).await.map_err(words) })
    }

    fn holder(&self, fingerprint: [u8; 32]) -> BoxFuture<'_, Result<Option<LoginId>, BookError>> {
        Box::pin(async move {
            let row = self.store.login_by_fingerprint(system_scope(), &fingerprint).await.map_err(words)?;
            Ok(row.map(|row| row.id))
        })
    }

    fn mark_sent(&self, tenant: TenantId, id: LoginId) -> BoxFuture<'_, Result<(), BookError>> {
        let at = self.clock.wall();
        Box::pin(async move { self.store.mark_refresh_sent(tenant, id, at).await.map_err(words) })
    }

    fn complete(
        &self,
        tenant: TenantId,
        id: LoginId,
        done: Refreshed,
    ) -> BoxFuture<'_, Result<(), BookError>> {
        Box::pin(async move { self.store.complete_refresh(tenant, id, done).await.map_err(words) })
    }

    fn mark_phase(
        &self,
        tenant: TenantId,
        id: LoginId,
        phase: RefreshPhase,
        code: Option<String>,
    ) -> BoxFuture<'_, Result<(), BookError>> {
        let at = self.clock.wall();
        Box::pin(async move { self.store.mark_login_phase(tenant, id, phase, code, at).await.map_err(words) })
    }

    fn delete(&self, tenant: TenantId, id: LoginId) -> BoxFuture<'_, Result<(), BookError>> {
        Box::pin(async move { self.store.delete_login(tenant, id).await.map_err(words) })
    }
}

impl SecretShelf for Vault {
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
