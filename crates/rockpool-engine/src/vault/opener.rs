//! Other places for secrets that the host offers.

use super::unusable::UnusableVault;
use super::{FileVault, MemoryVault, VaultBackend, VaultError, VaultFile, VaultFileKey, VaultKind};
use crate::config::{KeySource, VaultChoice};

/// Opens a backend of the host's choice of libraries.
pub trait VaultOpener: Send + Sync {
    /// The backend, which may find out only later that it cannot be used.
    ///
    /// # Errors
    /// [`VaultError::File`] where the key of an encrypted file can be neither read nor made, and others where it is
    /// known already that it cannot be used.
    fn open(&self, choice: &VaultChoice) -> Result<Box<dyn VaultBackend>, VaultError>;
}

/// What can be opened without a keychain library.
#[derive(Clone, Copy, Debug, Default)]
pub struct WithoutKeychain;

impl VaultOpener for WithoutKeychain {
    fn open(&self, choice: &VaultChoice) -> Result<Box<dyn VaultBackend>, VaultError> {
        match choice {
            VaultChoice::Keychain => Err(VaultError::Missing("this program has none".to_owned())),
            VaultChoice::File { path, key } => Ok(Box::new(FileVault::open(path.clone(), key)?)),
            VaultChoice::KeychainOrFile { path } => {
                Ok(Box::new(FileVault::open(path.clone(), &KeySource::Beside)?))
            }
            VaultChoice::Memory => Ok(Box::new(MemoryVault::default())),
        }
    }
}

/// What stands in for the backend of this choice, which could not be opened.
pub(crate) fn unusable(choice: &VaultChoice, error: VaultError) -> Box<dyn VaultBackend> {
    let (kind, file) = match choice {
        VaultChoice::Keychain | VaultChoice::KeychainOrFile { .. } => (VaultKind::Keychain, None),
        VaultChoice::File { path, key } => {
            let key = match key {
                KeySource::PassphraseFile(_) => VaultFileKey::Passphrase,
                KeySource::Beside => VaultFileKey::Beside,
            };
            (VaultKind::File, Some(VaultFile { path: path.display().to_string(), key }))
        }
        VaultChoice::Memory => (VaultKind::Memory, None),
    };
    Box::new(UnusableVault { kind, file, error })
}
