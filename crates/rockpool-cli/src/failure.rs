//! Why a command was refused, as the person reads it.

use std::path::{Path, PathBuf};

use rockpool_engine::StartError;
use rockpool_engine::api::ClientError;
use rockpool_engine::config::ConfigError;
use rockpool_rehearsal::RehearsalError;
use thiserror::Error;

/// Each text is a sentence with a way out. None holds a secret.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    /// The engine refused, or does not answer as it should.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The command cannot be carried out; the sentence says why.
    #[error("{0}")]
    Refused(String),
    /// The environment asks for something impossible.
    #[error("{0}")]
    Config(#[from] ConfigError),
    /// No engine can be started.
    #[error("{0}")]
    Start(StartError),
    /// The rehearsal cannot begin.
    #[error(transparent)]
    Rehearsal(#[from] RehearsalError),
    /// The system refuses threads or signals.
    #[error("this process cannot run: {0}")]
    Runtime(std::io::Error),
    /// A file cannot be read or moved.
    #[error("{} cannot be {what}: {source}", path.display())]
    File { path: PathBuf, what: &'static str, source: std::io::Error },
    /// The person gave it up.
    #[error("given up")]
    Interrupted,
    /// The terminal or the pipe that reads the output is gone.
    #[error("the output cannot be written: {0}")]
    Output(std::io::Error),
}

impl Failure {
    pub(crate) fn file(path: &Path, what: &'static str, source: std::io::Error) -> Self {
        Self::File { path: path.to_owned(), what, source }
    }
}
