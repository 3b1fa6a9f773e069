//! Does what the router decides: sign-in, tokens, proxy, store and management API.
//!
//! What is absent, on purpose: no Tauri, no display, no keychain library. A host supplies those
//! through [`ports::Ports`]; tests supply others.

pub mod action;
pub mod api;
pub mod clock;
pub mod config;
pub mod data_dir;
pub mod event;
pub mod login;
pub mod ports;
pub mod principal;
pub mod proxy;
pub mod snapshot;
pub mod store;
#[cfg(test)]
mod test_http;
pub mod token;
pub mod upstream;
pub mod usage;
pub mod vault;
