//! Does what the router decides: sign-in, tokens, proxy, store and management API.
//!
//! What is absent, on purpose: no Tauri, no display, no keychain library. A host supplies those
//! through [`ports::Ports`]; tests supply others.

pub mod action;
pub mod api;
pub mod clock;
pub mod config;
mod core;
pub mod data_dir;
pub mod engine;
mod enroll;
pub mod event;
mod forecast;
pub mod handle;
mod ledger;
pub mod login;
mod notices;
mod operations;
mod poll;
mod port;
pub mod ports;
pub mod principal;
pub mod proxy;
mod registry;
mod remedy;
mod routing;
pub mod snapshot;
pub mod store;
mod tasks;
#[cfg(test)]
mod test_http;
#[cfg(test)]
mod test_stage;
pub mod token;
pub mod upstream;
pub mod usage;
pub mod vault;
mod view;

pub use engine::{Engine, StartError};
pub use handle::EngineHandle;
pub use port::Holder;
