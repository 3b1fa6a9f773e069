//! How views read on a terminal of 80 columns.

mod accounts;
mod clients;
mod level;
mod pools;
mod status;
mod table;
mod time;

pub(crate) use accounts::accounts;
pub(crate) use clients::clients;
pub(crate) use pools::pool_line;
pub(crate) use status::status;

/// Columns that every terminal has.
const WIDTH: usize = 80;
