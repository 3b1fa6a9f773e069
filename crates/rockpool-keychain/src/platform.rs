//! The platform's credential store.

use std::sync::Arc;

use keyring_core::Result;
use keyring_core::api::CredentialStore;

/// CRED_MAX_CREDENTIAL_BLOB_SIZE of the Windows SDK's `wincred.h`.
#[cfg(windows)]
pub(crate) const ENTRY_LIMIT_BYTES: usize = 2560;

/// Far below what was measured to work (gnome-keyring 42 took two million bytes in one entry), far above
/// any token.
#[cfg(not(windows))]
pub(crate) const ENTRY_LIMIT_BYTES: usize = 256 * 1024;

/// Connects to the user's login keychain.
#[cfg(target_os = "macos")]
pub(crate) fn store() -> Result<Arc<CredentialStore>> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

/// Connects to the user's Credential Manager.
#[cfg(windows)]
pub(crate) fn store() -> Result<Arc<CredentialStore>> {
    Ok(windows_native_keyring_store::Store::new()?)
}

/// Connects to the Secret Service on the session bus (gnome-keyring, KWallet, KeePassXC).
#[cfg(all(unix, not(target_os = "macos")))]
pub(crate) fn store() -> Result<Arc<CredentialStore>> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}
