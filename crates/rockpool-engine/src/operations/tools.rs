//! Tools on this machine: listed, led to the endpoint by their own files, checked, and let go.

mod connecting;
mod listing;
mod machine;
mod own_login;
mod refusal;
mod verify;

pub use connecting::ToolConnected;
pub(crate) use connecting::{connect, disconnect};
pub(crate) use listing::{list, preview, snippets};
pub(crate) use verify::verify;
