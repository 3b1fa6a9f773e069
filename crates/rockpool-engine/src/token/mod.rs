//! Tokens: who holds them, when they are renewed, and what they say.

mod bearer;
pub mod claims;
mod parts;

pub use bearer::{Bearer, TokenError};
pub use parts::{BookError, CredentialWatcher, Issuer, LoginBook, SecretShelf};
