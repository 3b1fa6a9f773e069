//! The operating system's keychain as the engine's vault.
//!
//! # Why `keyring-core` and not `keyring`
//!
//! Both are one family: `keyring` is `keyring-core` with the platform's store made once and kept for the
//! life of the process. When no keychain answers at that moment, `keyring` 4.2 says so for ever, however
//! often it is asked. A tray app starts with the session, often before the keychain does, so this crate
//! makes the platform's store itself, and makes it anew when it was missing or has gone.
//!
//! # What is absent, on purpose
//!
//! No runtime, no time-out: calls block, and the engine's vault worker owns that; but for the one look at the start
//! (`chosen.rs`). No cache of secrets. No weaker place to fall back to, but where the configuration names one.

mod chosen;
mod failure;
mod platform;
mod vault;

pub use self::chosen::{Vaults, require};
pub use self::vault::KeychainVault;
