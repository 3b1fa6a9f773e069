//! What can be seen and asked of a running engine, one file per resource.
//!
//! An operation takes the engine, the tenant and the whole request. One that returns an error has saved nothing.
//! A change must not be dropped half-way: between the database and the registry that would leave a removed key in
//! force. The router of the management API therefore runs each in a task of its own.

pub(crate) mod accounts;
pub(crate) mod activity;
pub(crate) mod clients;
pub(crate) mod dashboard;
pub(crate) mod error;
pub(crate) mod handle;
pub(crate) mod imports;
mod judge;
mod names;
pub(crate) mod pools;
pub(crate) mod rehearsal;
pub mod requests;
mod secret_text;
pub(crate) mod settings;
pub(crate) mod sign_ins;
pub(crate) mod snapshot;
#[cfg(test)]
mod tests;
pub(crate) mod tools;
pub(crate) mod usage;
pub(crate) mod vault;
pub(crate) mod what_if;
pub(crate) mod workspaces;
