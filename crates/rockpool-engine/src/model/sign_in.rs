//! What the one who starts a sign-in decides.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether starting a sign-in also opens the browser on this machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OpenBrowser {
    /// The engine opens the address.
    #[default]
    Yes,
    /// The caller shows the address.
    No,
}
