//! How views read on a terminal of 80 columns.

mod accounts;
mod clients;
mod imports;
mod level;
mod pools;
mod settings;
mod status;
mod table;
mod time;
mod tools;
mod usage;
mod workspaces;

pub(crate) use accounts::accounts;
pub(crate) use clients::clients;
pub(crate) use imports::{import_preview, import_result};
pub(crate) use pools::pool_line;
pub(crate) use settings::settings;
pub(crate) use status::status;
pub(crate) use tools::{login_remark, todo, tools};
pub(crate) use usage::usage;
pub(crate) use workspaces::workspaces;

/// Columns that every terminal has.
const WIDTH: usize = 80;
