//! A memory vault that outlives the engine that uses it, for restarts within one test.

use std::sync::{Arc, Mutex, PoisonError};

use rockpool_engine::vault::{MemoryVault, VaultBackend, VaultError, VaultKey, VaultKind};
use secrecy::SecretString;

/// Clones share their entries.
#[derive(Clone, Debug, Default)]
pub(super) struct SurvivingVault(Arc<Mutex<MemoryVault>>);

impl SurvivingVault {
    fn with<T>(&self, act: impl FnOnce(&mut MemoryVault) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl VaultBackend for SurvivingVault {
    fn kind(&self) -> VaultKind {
        VaultKind::Memory
    }

    fn entry_limit(&self) -> usize {
        self.with(|vault| vault.entry_limit())
    }

    fn get(&mut self, key: &VaultKey) -> Result<Option<SecretString>, VaultError> {
        self.with(|vault| vault.get(key))
    }

    fn set(&mut self, key: &VaultKey, secret: &SecretString) -> Result<(), VaultError> {
        self.with(|vault| vault.set(key, secret))
    }

    fn delete(&mut self, key: &VaultKey) -> Result<(), VaultError> {
        self.with(|vault| vault.delete(key))
    }
}
