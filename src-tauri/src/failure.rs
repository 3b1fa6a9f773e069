//! Why the app did not start, and how the person is told.

use std::io::Write as _;
use std::process::ExitCode;

use rockpool_engine::config::ConfigError;
use rockpool_engine::vault::VaultError;
use rockpool_engine::{LogFilterError, StartError};
use rockpool_rehearsal::RehearsalError;
use thiserror::Error;

use crate::notify;

#[derive(Debug, Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("ROCKPOOL_LOG cannot be read: {0}")]
    Log(#[from] LogFilterError),
    #[error(transparent)]
    Engine(#[from] StartError),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Rehearsal(#[from] RehearsalError),
    #[error("there is no display; use `rockpool serve` on a machine without a desktop")]
    NoDisplay,
    #[error("the desktop cannot be used: {0}")]
    Desktop(#[from] tauri::Error),
    #[error("this process cannot be set up: {0}")]
    Process(#[from] std::io::Error),
}

impl Failure {
    /// Tells the person on stderr and, since a tray app is rarely started from a terminal, by an alert.
    pub(crate) fn show(self) -> ExitCode {
        let sentence = format!("Rockpool did not start: {self}");
        say(&sentence);
        notify::last_words(&sentence);
        ExitCode::FAILURE
    }
}

/// Writes to stderr; a closed stderr is nobody's loss.
pub(crate) fn say(text: &str) {
    drop(writeln!(std::io::stderr(), "{text}"));
}
