//! The keychain as a backend of the engine's vault: finding, reading, writing, deleting entries.

use std::sync::Arc;

use keyring_core::api::CredentialStore;
use keyring_core::{Entry, Error};
use rockpool_engine::vault::{VaultBackend, VaultError, VaultKey, VaultKind};
use secrecy::zeroize::Zeroize;
use secrecy::{ExposeSecret, SecretString};

use crate::{failure, platform};

/// The platform's keychain: Secret Service on Linux, Keychain on macOS, Credential Manager on Windows.
/// Each secret is an entry of its own, under `service` and the key's text as user.
pub struct KeychainVault {
    service: String,
    store: Option<Arc<CredentialStore>>,
}

impl KeychainVault {
    /// A vault whose entries stand under `service`: `rockpool`, or another name to be kept apart from
    /// it. Nothing is asked of the keychain yet.
    pub fn new(service: impl Into<String>) -> Self {
        Self { service: service.into(), store: None }
    }

    /// Calls `work` on the entry. The store is kept only when it answered: one that failed, or whose
    /// library panicked, is dropped and made anew. A store made by an earlier call may belong to a
    /// keychain that has been restarted since, so its failure is followed by one more try.
    fn with_entry<T>(
        &mut self,
        key: &VaultKey,
        work: impl Fn(&Entry) -> keyring_core::Result<T>,
    ) -> Result<T, VaultError> {
        if let Some(store) = self.store.take() {
            match attempt(&store, &self.service, key, &work) {
                Err(Error::PlatformFailure(reason)) => {
                    tracing::debug!(%reason, "the keychain is asked again over a new connection");
                }
                answer => return self.keep(store, answer),
            }
        }
        let store = platform::store().map_err(failure::of_store)?;
        let answer = attempt(&store, &self.service, key, &work);
        self.keep(store, answer)
    }

    fn keep<T>(
        &mut self,
        store: Arc<CredentialStore>,
        answer: keyring_core::Result<T>,
    ) -> Result<T, VaultError> {
        if !matches!(answer, Err(Error::PlatformFailure(_))) {
            self.store = Some(store);
        }
        answer.map_err(failure::of_entry)
    }
}

impl std::fmt::Debug for KeychainVault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeychainVault").field("service", &self.service).finish_non_exhaustive()
    }
}

impl VaultBackend for KeychainVault {
    fn kind(&self) -> VaultKind {
        VaultKind::Keychain
    }

    fn entry_limit(&self) -> usize {
        platform::ENTRY_LIMIT_BYTES
    }

    fn get(&mut self, key: &VaultKey) -> Result<Option<SecretString>, VaultError> {
        let bytes = self.with_entry(key, |entry| match entry.get_secret() {
            Ok(bytes) => Ok(Some(bytes)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        })?;
        let Some(bytes) = bytes else { return Ok(None) };
        let text = String::from_utf8(bytes).map_err(|error| {
            error.into_bytes().zeroize();
            VaultError::Failed(format!("the entry {key} was written by another program"))
        })?;
        Ok(Some(SecretString::from(text)))
    }

    fn set(&mut self, key: &VaultKey, secret: &SecretString) -> Result<(), VaultError> {
        // As bytes: Windows stores a password as UTF-16, which halves what an entry holds.
        self.with_entry(key, |entry| entry.set_secret(secret.expose_secret().as_bytes()))
    }

    fn delete(&mut self, key: &VaultKey) -> Result<(), VaultError> {
        self.with_entry(key, |entry| match entry.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(error),
        })
    }
}

fn attempt<T>(
    store: &Arc<CredentialStore>,
    service: &str,
    key: &VaultKey,
    work: impl Fn(&Entry) -> keyring_core::Result<T>,
) -> keyring_core::Result<T> {
    work(&store.build(service, key.as_str(), None)?)
}
