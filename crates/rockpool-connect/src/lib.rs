//! Connects a tool to the endpoint by changing the tool's own configuration, and takes it back.
//!
//! Everything but [`files`] is text in, text out. The order of use: [`detect`], [`files_of`] and [`files::read_all`],
//! [`key_kind`], [`plan`], [`files::connect`]; later [`files::disconnect`] with the [`Undo`] that was kept.

mod connection;
mod diff;
mod error;
pub mod files;
mod format;
mod login;
mod mask;
mod path;
mod places;
mod plan;
mod readable;
mod recipe;
mod snippet;
#[cfg(test)]
mod tests;
mod text;
mod tool;
mod undo;
mod value;

pub use connection::{Connection, KeyKind};
pub use error::PlanError;
pub use format::{Fault, Format};
pub use login::{OwnLogin, own_login};
pub use path::{EntryPath, Step};
pub use places::{Detection, Os, Probe, Surroundings, Texts, detect, files_of};
pub use plan::{Change, Plan, key_kind, plan, plan_again};
pub use recipe::Todo;
pub use snippet::{Shell, Snippet, snippet};
pub use tool::Tool;
pub use undo::{
    Before, Choice, Conflict, Digest, FileUndo, Standing, TakenBack, Undo, UndoError, standing, take_back,
};
