//! What a host supplies to the engine.

use std::sync::Arc;

use super::clock::Clock;
use crate::vault::VaultBackend;

/// Opens an address for the person to see.
pub trait Browser: Send + Sync {
    /// Opens `url` in the system's browser, or says why that cannot be done. Must not wait for the page.
    fn open(&self, url: &str) -> Result<(), String>;
}

/// A host without a display: the person opens the address by hand.
#[derive(Debug)]
pub struct NoBrowser;

impl Browser for NoBrowser {
    fn open(&self, _url: &str) -> Result<(), String> {
        Err("this process has no browser; open the address by hand".to_owned())
    }
}

/// The outside world of one engine.
pub struct Ports {
    /// The backend that holds the secrets.
    pub vault: Box<dyn VaultBackend>,
    /// How a sign-in page is shown.
    pub browser: Arc<dyn Browser>,
    /// Tells the engine what moment it is.
    pub clock: Clock,
}
