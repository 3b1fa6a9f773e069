//! How the vault is, as its worker last saw it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The vault as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VaultView {
    pub kind: VaultKind,
    /// Which file, for a vault that is one.
    pub file: Option<VaultFile>,
    /// Whether it can be read and written.
    pub state: VaultState,
    /// What is wrong and what to do, in a sentence; when ready, what weakens its protection, if anything does.
    pub message: Option<String>,
}

/// What kind of place secrets rest in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VaultKind {
    /// The keychain of the operating system.
    Keychain,
    /// An encrypted file.
    File,
    /// Memory only: tests and rehearsal.
    Memory,
}

/// The encrypted file of a vault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VaultFile {
    /// Where it is.
    pub path: String,
    pub key: VaultFileKey,
}

/// What opens the encrypted file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VaultFileKey {
    /// A pass-phrase that is kept elsewhere.
    Passphrase,
    /// A key in a file beside it: no protection from whoever reads the folder.
    Beside,
}

/// Whether the vault can be read and written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VaultState {
    Ready,
    /// It is there but locked, or waits for its password.
    Locked,
    /// There is none.
    Missing,
    /// It failed otherwise.
    Failed,
}
