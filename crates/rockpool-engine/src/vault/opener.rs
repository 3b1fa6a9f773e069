//! Other places for secrets that the host offers.

use secrecy::SecretString;

use super::{FileVault, MemoryVault, VaultBackend, VaultError, VaultFile, VaultFileKey, VaultKey, VaultKind};
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

/// Stands in for a backend that could not be opened, so that the engine can say so and be put right.
pub(crate) struct UnusableVault {
    kind: VaultKind,
    file: Option<VaultFile>,
    error: VaultError,
}

impl UnusableVault {
    pub(crate) fn new(choice: &VaultChoice, error: VaultError) -> Self {
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
        Self { kind, file, error }
    }
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
