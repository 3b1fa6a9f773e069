//! A backend that takes and gives nothing.

use secrecy::SecretString;

use super::{VaultBackend, VaultError, VaultFile, VaultKey, VaultKind};

/// Stands in for a backend that could not be opened, so that the engine can say so and be put right, or for one that was
/// let go of.
pub(super) struct UnusableVault {
    pub(super) kind: VaultKind,
    pub(super) file: Option<VaultFile>,
    pub(super) error: VaultError,
}

impl VaultBackend for UnusableVault {
    fn kind(&self) -> VaultKind {
        self.kind
    }

    fn file(&self) -> Option<VaultFile> {
        self.file.clone()
    }

    fn entry_limit(&self) -> usize {
        usize::MAX
    }

    fn get(&mut self, _key: &VaultKey) -> Result<Option<SecretString>, VaultError> {
        Err(self.error.clone())
    }

    fn set(&mut self, _key: &VaultKey, _secret: &SecretString) -> Result<(), VaultError> {
        Err(self.error.clone())
    }

    fn delete(&mut self, _key: &VaultKey) -> Result<(), VaultError> {
        Err(self.error.clone())
    }
}
