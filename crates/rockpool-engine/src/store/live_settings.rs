//! The settings in force, exchanged as a whole.

use std::sync::Arc;

use tokio::sync::watch;

use crate::model::settings::{GivenSettings, Settings, StoredSettings};

/// Owns the settings in force; whoever needs one reads it anew each time.
#[derive(Debug)]
pub(crate) struct LiveSettings {
    given: GivenSettings,
    in_force: watch::Sender<Arc<Settings>>,
    /// Held from the check of a change to its end, so that two do not cross.
    pub(crate) change: tokio::sync::Mutex<()>,
}

impl LiveSettings {
    pub(crate) fn new(given: GivenSettings, stored: StoredSettings) -> Self {
        let settings = Arc::new(Settings::new(&given, stored));
        Self { given, in_force: watch::Sender::new(settings), change: tokio::sync::Mutex::default() }
    }

    pub(crate) fn get(&self) -> Arc<Settings> {
        Arc::clone(&self.in_force.borrow())
    }

    /// What would be in force if this were stored.
    pub(crate) fn with(&self, stored: StoredSettings) -> Settings {
        Settings::new(&self.given, stored)
    }

    pub(crate) fn set(&self, settings: Settings) {
        self.in_force.send_replace(Arc::new(settings));
    }

    /// Tells of every change from now on.
    pub(crate) fn changes(&self) -> watch::Receiver<Arc<Settings>> {
        self.in_force.subscribe()
    }
}
