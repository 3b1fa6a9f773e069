//! The engine under test, in this process or as `rockpool serve`, and how a test reaches it.

mod api;
mod running;
pub mod server;
mod setup;
mod surviving_vault;

pub use api::{Answer, Api};
pub use running::{Harness, seat};
pub use setup::{ProviderLink, Setup};
