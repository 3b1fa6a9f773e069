//! Where refresh and access tokens rest: one worker, one call at a time but for writes that wait together, a time-out on
//! each.

mod file;
mod key_file;
mod lock;
mod memory;
mod opener;
mod split;
#[cfg(test)]
mod tests;
mod unusable;
mod worker;

pub use file::FileVault;
pub(crate) use lock::LockingOpener;
pub use memory::MemoryVault;
pub(crate) use opener::unusable;
pub use opener::{VaultOpener, WithoutKeychain};
pub(crate) use worker::HeldVault;
pub use worker::{DEFAULT_TIMEOUT, Vault};

pub use crate::model::vault::{VaultFile, VaultFileKey, VaultKind};

use std::fmt;

use secrecy::SecretString;
use thiserror::Error;

/// Why the vault did not answer.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum VaultError {
    /// There is no keychain on this machine, or it is not running.
    #[error("no keychain answers: {0}")]
    Missing(String),
    /// The keychain is there but locked, or the person dismissed its prompt.
    #[error("the keychain is locked")]
    Locked,
    /// Keychain or disk did not answer in time; a keychain may be waiting for its password.
    #[error("what holds the logins did not answer in time")]
    Stuck,
    /// The encrypted file, or its key, cannot be used; a sentence that names the file.
    #[error("{0}")]
    File(String),
    /// Another process uses the encrypted file.
    #[error("{file} is in use by another Rockpool{}", with_id(*.process))]
    Taken {
        /// The encrypted file.
        file: String,
        /// The other process, where it is known.
        process: Option<u32>,
    },
    /// Anything else, in the backend's words (never with a secret in them).
    #[error("what holds the logins failed: {0}")]
    Failed(String),
}

impl VaultError {
    /// What is wrong and what to do, in a sentence.
    pub fn with_remedy(&self) -> String {
        let remedy = match self {
            Self::Missing(_) => "start one, or set ROCKPOOL_VAULT=file:PATH",
            Self::Locked => "unlock it, and Rockpool goes on by itself",
            Self::Stuck => "look for the keychain's password window and unlock it, or for a disk that hangs",
            Self::Taken { .. } => {
                "quit that one, or give this one a file of its own with ROCKPOOL_VAULT=file:PATH (or --vault)"
            }
            Self::Failed(_) | Self::File(_) => "Rockpool tries again at the next use",
        };
        format!("{self}; {remedy}")
    }
}

fn with_id(process: Option<u32>) -> String {
    process.map(|id| format!(" (process {id})")).unwrap_or_default()
}

/// Names one secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VaultKey(String);

impl VaultKey {
    /// A key of printable ASCII, such as `refresh/<login id>`.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The key's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for VaultKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A store of secrets, called from one thread only and allowed to block it.
pub trait VaultBackend: Send {
    /// What kind of place it is.
    fn kind(&self) -> VaultKind;
    /// Which file it is, for a kind that is one.
    fn file(&self) -> Option<VaultFile> {
        None
    }
    /// What weakens its protection, and how to mend that, in a sentence.
    fn warning(&self) -> Option<String> {
        None
    }
    /// Longest value in bytes that one entry holds; longer ones are split by the worker.
    fn entry_limit(&self) -> usize;
    /// Reads a secret; `None` where there is none.
    fn get(&mut self, key: &VaultKey) -> Result<Option<SecretString>, VaultError>;
    /// Writes a secret, replacing what was there.
    fn set(&mut self, key: &VaultKey, secret: &SecretString) -> Result<(), VaultError>;
    /// Removes a secret; removing none is fine.
    fn delete(&mut self, key: &VaultKey) -> Result<(), VaultError>;
    /// Begins a batch, and says how it comes to rest. Reads see its changes at once. One that was begun before and not
    /// committed is forgotten.
    fn begin(&mut self) -> Result<Batch, VaultError> {
        Ok(Batch::Each)
    }
    /// Brings a batch to rest that does so together: all of it, or nothing.
    fn commit(&mut self) -> Result<(), VaultError> {
        Ok(())
    }
}

/// How changes come to rest that are made one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Batch {
    /// Each when it is made, as in a keychain.
    Each,
    /// All of them at [`VaultBackend::commit`], as in a file.
    Together,
}
