//! Opens the vault that the configuration chooses.

use std::time::Duration;

use rockpool_engine::config::VaultChoice;
use rockpool_engine::vault::{FileVault, MemoryVault, VaultBackend, VaultError, VaultKey};
use rockpool_keychain::KeychainVault;

use crate::failure::Failure;

/// The name under which the keychain shows its entries.
const SERVICE: &str = "rockpool";
/// A keychain that asks for its password answers late; one that is not there answers at once.
const PROBE_PATIENCE: Duration = Duration::from_secs(5);

/// The backend, which may find out only later that it cannot be used.
pub(crate) fn open(choice: &VaultChoice) -> Result<Box<dyn VaultBackend>, Failure> {
    match choice {
        VaultChoice::Keychain => Ok(Box::new(KeychainVault::new(SERVICE))),
        VaultChoice::File { path, passphrase_file } => {
            let vault = FileVault::with_passphrase_file(path.clone(), passphrase_file);
            vault.map(|vault| Box::new(vault) as _).map_err(|error| Failure::Refused(error.to_string()))
        }
        VaultChoice::Memory => Ok(Box::new(MemoryVault::default())),
    }
}

/// Refuses to serve where no keychain exists: tokens would have nowhere to rest. A locked or slow one is
/// fine, for a person can unlock it later.
pub(crate) async fn require(choice: &VaultChoice) -> Result<(), Failure> {
    match choice {
        VaultChoice::Keychain => {}
        VaultChoice::File { .. } | VaultChoice::Memory => return Ok(()),
    }
    let mut backend = open(choice)?;
    let (sender, answer) = tokio::sync::oneshot::channel();
    // A thread of its own: a keychain that never answers must not hold up the exit.
    std::thread::spawn(move || sender.send(backend.get(&VaultKey::new("probe"))));
    match tokio::time::timeout(PROBE_PATIENCE, answer).await {
        Ok(Ok(Err(VaultError::Missing(reason)))) => Err(Failure::Refused(format!(
            "no keychain answers ({reason}); start one, or keep tokens in an encrypted file: set \
             ROCKPOOL_VAULT=file:PATH and ROCKPOOL_PASSPHRASE_FILE"
        ))),
        Ok(_) | Err(_) => Ok(()),
    }
}
