//! The vault that the configuration chooses, and whether a keychain answers at all.

use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use rockpool_engine::config::{KeySource, VaultChoice};
use rockpool_engine::vault::{FileVault, VaultBackend, VaultError, VaultKey, VaultOpener, WithoutKeychain};

use crate::vault::KeychainVault;

/// The name under which the keychain shows its entries.
const SERVICE: &str = "rockpool";
/// A keychain that asks for its password answers late; one that is not there answers at once.
const PROBE_PATIENCE: Duration = Duration::from_secs(5);

/// Every kind of vault. Waits for a keychain, up to five seconds, only where the choice depends on whether one is
/// there.
#[derive(Clone, Copy, Debug, Default)]
pub struct Vaults;

impl VaultOpener for Vaults {
    fn open(&self, choice: &VaultChoice) -> Result<Box<dyn VaultBackend>, VaultError> {
        match choice {
            VaultChoice::Keychain => Ok(Box::new(KeychainVault::new(SERVICE))),
            VaultChoice::KeychainOrFile { path } => match beside_or_keychain(path, require) {
                Place::Keychain => self.open(&VaultChoice::Keychain),
                Place::File => {
                    WithoutKeychain.open(&VaultChoice::File { path: path.clone(), key: KeySource::Beside })
                }
            },
            VaultChoice::File { .. } | VaultChoice::Memory => WithoutKeychain.open(choice),
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Place {
    Keychain,
    File,
}

/// A file that is there already holds the logins of earlier starts; an empty keychain must not take its place.
fn beside_or_keychain(path: &Path, keychain: impl FnOnce() -> Result<(), VaultError>) -> Place {
    if FileVault::holds_logins_with_key_beside(path) || keychain().is_err() {
        Place::File
    } else {
        Place::Keychain
    }
}

/// Finds out whether there is a keychain. A locked or slow one is fine, for a person can unlock it later.
///
/// # Errors
/// [`VaultError::Missing`] where none answers.
pub fn require() -> Result<(), VaultError> {
    let (sender, answer) = mpsc::channel();
    // A thread of its own: a keychain that never answers must not hold up whoever asks.
    std::thread::spawn(move || sender.send(KeychainVault::new(SERVICE).get(&VaultKey::new("probe"))));
    match answer.recv_timeout(PROBE_PATIENCE) {
        Ok(Err(missing @ VaultError::Missing(_))) => Err(missing),
        Ok(_) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing() -> Result<(), VaultError> {
        Err(VaultError::Missing("no bus".to_owned()))
    }

    #[test]
    fn a_keychain_is_taken_where_one_answers_and_a_file_where_none_does() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault.bin");
        assert_eq!(beside_or_keychain(&path, || Ok(())), Place::Keychain);
        assert_eq!(beside_or_keychain(&path, missing), Place::File);
    }

    #[test]
    fn a_file_that_holds_logins_already_is_not_left_for_a_keychain_that_has_come_since() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault.bin");
        let mut vault = FileVault::open(path.clone(), &KeySource::Beside).unwrap();
        vault.set(&VaultKey::new("refresh/a"), &"token".into()).unwrap();
        assert_eq!(beside_or_keychain(&path, || Ok(())), Place::File);
    }
}
