//! Why a rehearsal ends early.

use std::io;

use thiserror::Error;

/// Why a rehearsal could not begin or go on.
#[derive(Debug, Error)]
pub enum RehearsalError {
    /// The simulator or the temporary folder could not be made.
    #[error("the rehearsal could not be set up: {0}")]
    SetUp(#[from] io::Error),
    /// The engine works on a real installation.
    #[error("this engine does not rehearse; nothing was played")]
    NotRehearsing,
    #[error("the engine has ended")]
    EngineEnded,
    /// The engine refused a step.
    #[error("the rehearsal stopped at “{step}”: {reason}")]
    Step {
        step: &'static str,
        /// The engine's sentence, or what else went wrong.
        reason: String,
    },
}
