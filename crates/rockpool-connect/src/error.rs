//! Why there is no plan.

use std::path::PathBuf;

use thiserror::Error;

use crate::connection::KeyKind;
use crate::format::Fault;
use crate::tool::Tool;
use crate::undo::UndoError;

#[derive(Debug, Error)]
pub enum PlanError {
    #[error("{name} has to be told a model: name one", name = tool.name())]
    NeedsModel { tool: Tool },
    #[error("{name} needs a key of the other kind here: make one that is {}", match needed { KeyKind::Bearer => "sent as a bearer", KeyKind::Path => "part of the address" }, name = tool.name())]
    WrongKey { tool: Tool, needed: KeyKind },
    #[error("“{}” is not changed: {fault}. Correct it, or make the change by hand", path.display())]
    File { path: PathBuf, fault: Fault },
    #[error(transparent)]
    Undo(#[from] UndoError),
}
