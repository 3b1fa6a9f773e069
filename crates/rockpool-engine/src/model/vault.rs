//! How the vault is, as its worker last saw it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The vault as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VaultView {
    /// "keychain", "encrypted file" or "memory".
    pub kind: String,
    /// Whether it can be read and written.
    pub state: VaultState,
    /// What is wrong and what to do, in a sentence; absent when ready.
    pub message: Option<String>,
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
