//! What a host supplies to the engine.

use std::sync::Arc;

use crate::dashboard::files::DashboardFiles;
use crate::host::browser::Browser;
use crate::host::clock::Clock;
use crate::vault::{VaultBackend, VaultOpener};

/// The outside world of one engine.
pub struct Ports {
    /// The backend that holds the secrets.
    pub vault: Box<dyn VaultBackend>,
    /// Opens other places for secrets, where a person moves them.
    pub vault_opener: Arc<dyn VaultOpener>,
    /// How a sign-in page is shown.
    pub browser: Arc<dyn Browser>,
    /// Tells the engine what moment it is.
    pub clock: Clock,
    /// The pages that the endpoint shows at `/`.
    pub dashboard: DashboardFiles,
}
