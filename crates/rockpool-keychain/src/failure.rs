//! What the keychain's errors mean to the engine. The errors that carry bytes of a secret keep
//! them out of their text (keyring-core 1.0.1).

use keyring_core::Error;
use rockpool_engine::vault::VaultError;

/// The Secret Service's name for “locked”, where the store passes it on as a failure of the platform
/// (Secret Service API 0.2, errors).
const IS_LOCKED: &str = "org.freedesktop.Secret.Error.IsLocked";
/// In secret-service 5.2's words for a Secret Service without a default collection.
const NO_COLLECTION: &str = "result not returned";

/// The store could not be made: nobody answers.
pub(crate) fn of_store(error: Error) -> VaultError {
    match of_entry(error) {
        VaultError::Failed(reason) => VaultError::Missing(reason),
        VaultError::Missing(reason) => VaultError::Missing(reason),
        VaultError::Locked => VaultError::Locked,
        VaultError::Stuck => VaultError::Stuck,
        VaultError::File(reason) => VaultError::File(reason),
        VaultError::Taken { file, process } => VaultError::Taken { file, process },
    }
}

/// The store is there, and refused or failed.
pub(crate) fn of_entry(error: Error) -> VaultError {
    if let Error::NoStorageAccess(reason) = &error {
        return if reason.to_string().contains(NO_COLLECTION) {
            VaultError::Missing("it has no default keyring; log in to the desktop once, or make one".into())
        } else {
            VaultError::Locked
        };
    }
    let reason = error.to_string();
    if reason.contains(IS_LOCKED) { VaultError::Locked } else { VaultError::Failed(reason) }
}
