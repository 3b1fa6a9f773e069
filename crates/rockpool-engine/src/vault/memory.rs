//! Secrets in memory only, for tests and rehearsal.

use std::collections::BTreeMap;

use secrecy::SecretString;

use super::{VaultBackend, VaultError, VaultKey, VaultKind};

/// A vault that forgets everything when it is dropped.
#[derive(Debug, Default)]
pub struct MemoryVault {
    entries: BTreeMap<VaultKey, SecretString>,
}

impl VaultBackend for MemoryVault {
    fn kind(&self) -> VaultKind {
        VaultKind::Memory
    }

    fn entry_limit(&self) -> usize {
        usize::MAX
    }

    fn get(&mut self, key: &VaultKey) -> Result<Option<SecretString>, VaultError> {
        Ok(self.entries.get(key).cloned())
    }

    fn set(&mut self, key: &VaultKey, secret: &SecretString) -> Result<(), VaultError> {
        self.entries.insert(key.clone(), secret.clone());
        Ok(())
    }

    fn delete(&mut self, key: &VaultKey) -> Result<(), VaultError> {
        self.entries.remove(key);
        Ok(())
    }
}
