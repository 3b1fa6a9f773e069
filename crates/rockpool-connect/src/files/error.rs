//! Why a file was not read or changed.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::undo::UndoError;

#[derive(Debug, Error)]
pub enum FileError {
    #[error("“{}” is a folder. Move it away: a file belongs there", .0.display())]
    Folder(PathBuf),
    #[error("“{}” is not a regular file. Put a regular file there", .0.display())]
    Special(PathBuf),
    #[error("“{}” is not UTF-8 (line {line}, column {column}). Save it as UTF-8", path.display())]
    NotUtf8 { path: PathBuf, line: usize, column: usize },
    #[error("“{}” has {bytes} bytes, which is more than a configuration has. Look whether it is the right file", path.display())]
    TooLarge { path: PathBuf, bytes: u64 },
    #[error("“{}” is a link that leads back to itself. Mend the link", .0.display())]
    LinkLoop(PathBuf),
    #[error("“{}” may not be written. Make it writable, or make the change by hand", .0.display())]
    ReadOnly(PathBuf),
    #[error("“{}” has been changed meanwhile. Look at the change once more", .0.display())]
    ChangedMeanwhile(PathBuf),
    #[error("nothing was changed, because the way back could not be kept: {0}")]
    NotKept(#[source] io::Error),
    #[error("“{}”: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    /// Some files are changed; the record and its copies still lead back.
    #[error("{because}. “{}” had been changed already and was not rolled back: {source}. Mend that, then disconnect the tool", path.display())]
    NotRolledBack { path: PathBuf, source: Box<FileError>, because: Box<FileError> },
}

#[derive(Debug, Error)]
pub enum DisconnectError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Undo(#[from] UndoError),
}
