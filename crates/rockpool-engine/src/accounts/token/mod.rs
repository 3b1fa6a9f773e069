//! Tokens: who holds them, when they are renewed, and what they say.

mod adopt;
pub(crate) mod auth_file;
mod held;
mod keeper;
mod parts;
mod reconcile;
mod refresh;
mod reread;
mod schedule;
mod sealed;
mod shelves;
mod tender;
#[cfg(test)]
mod tests;

pub(crate) use adopt::{AdoptError, NewLogin, Revocation};
pub(crate) use keeper::{KeeperParts, TokenKeeper};
pub(crate) use parts::CredentialWatcher;
pub(crate) use shelves::StoreBook;
