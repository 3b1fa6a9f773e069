//! Tokens: who holds them, when they are renewed, and what they say.

mod adopt;
pub mod auth_file;
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

pub use adopt::{AdoptError, ForgetError, NewLogin, Revocation};
pub use keeper::{KeeperParts, TokenKeeper};
pub use parts::{BookError, CredentialWatcher, Issuer, LoginBook, SecretShelf};
pub use sealed::fingerprint;
pub use shelves::StoreBook;
