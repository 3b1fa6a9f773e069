//! Tokens: who holds them, when they are renewed, and what they say.
//!
//! [`keeper`] is what the rest of the engine calls. What a login can be, and what may happen to it next,
//! is decided in [`login_state`] alone, without waiting; [`refresh`], [`reread`], [`adopt`] and
//! [`forget`] ask it, do the slow things, and tell it how they went.

mod access;
mod adapters;
mod adopt;
mod credentials;
mod forget;
mod keeper;
mod login_state;
mod reconcile;
mod refresh;
mod refresh_state;
mod reread;
mod save;
mod schedule;
mod shared;
#[cfg(test)]
mod tests;
mod traits;
mod upkeep;
mod vault_entry;

pub(crate) use adapters::DatabaseLogins;
pub(crate) use adopt::AdoptError;
pub(crate) use credentials::{NewLogin, fingerprint_of};
pub(crate) use keeper::{TokenKeeper, longest_refresh};
pub(crate) use shared::KeeperParts;
pub(crate) use traits::{CredentialWatcher, RenewalWatcher};
pub(crate) use vault_entry::vault_keys;
