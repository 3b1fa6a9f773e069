//! What the configuration writer refuses, in the words of the API. Its texts name files and settings, and no secret.

use rockpool_connect::files::{DisconnectError, FileError};
use rockpool_connect::{PlanError, UndoError};

use crate::operations::error::ActionError;

pub(super) fn file(error: FileError) -> ActionError {
    let message = sentence(&error);
    match error {
        FileError::ChangedMeanwhile(path) => {
            ActionError::conflict("changed_meanwhile", &path.display().to_string(), message)
        }
        FileError::NotKept(_) => ActionError::unavailable("store_unavailable", message),
        FileError::Folder(path)
        | FileError::Special(path)
        | FileError::NotUtf8 { path, .. }
        | FileError::TooLarge { path, .. }
        | FileError::LinkLoop(path)
        | FileError::ReadOnly(path)
        | FileError::NotRolledBack { path, .. }
        | FileError::Io { path, .. } => {
            ActionError::conflict("file_unusable", &path.display().to_string(), message)
        }
    }
}

pub(super) fn plan(error: PlanError) -> ActionError {
    let message = sentence(&error);
    match error {
        PlanError::NeedsModel { tool } => ActionError::invalid("needs_model", tool.id(), message),
        // The login of the tool came or went between two looks.
        PlanError::WrongKey { tool, .. } => ActionError::conflict("changed_meanwhile", tool.id(), message),
        PlanError::File { path, .. } => {
            ActionError::conflict("file_unusable", &path.display().to_string(), message)
        }
        PlanError::Undo(error) => undo(error),
    }
}

pub(super) fn disconnect(error: DisconnectError) -> ActionError {
    match error {
        DisconnectError::File(error) => file(error),
        DisconnectError::Undo(error) => undo(error),
    }
}

fn undo(error: UndoError) -> ActionError {
    let message = sentence(&error);
    match error {
        UndoError::Conflict(conflict) => {
            ActionError::conflict("settings_edited", &conflict.path.display().to_string(), message)
        }
        // Answered with the same two choices.
        UndoError::Missing(path) => {
            ActionError::conflict("settings_edited", &path.display().to_string(), message)
        }
        UndoError::File { path, .. } => {
            ActionError::conflict("file_unusable", &path.display().to_string(), message)
        }
        UndoError::Copy { path } => {
            ActionError::conflict("copy_missing", &path.display().to_string(), message)
        }
    }
}

fn sentence(error: &dyn std::error::Error) -> String {
    let text = error.to_string();
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", characters.as_str().trim_end_matches('.'))
}
