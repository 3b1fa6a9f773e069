//! What a client may be: its kind of key, and how it stands to its account's pool.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a client presents its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyKind {
    /// `Authorization: Bearer rp_…`
    Bearer,
    /// Path prefix `/k/rpu_…`, for a tool that sends a bearer of its own.
    Path,
}

/// Whether a client follows its account's pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OverrideMode {
    /// Follows the account's pool.
    Inherit,
    /// Has a strategy of its own over the same members.
    Custom,
    /// Uses its account alone, whatever pool that has.
    Single,
}
