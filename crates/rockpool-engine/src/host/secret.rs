//! Secrets that are handed out once: random text, of which only the hash is kept.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::TryRngCore;
use rand::rngs::OsRng;
use secrecy::SecretString;
use sha2::{Digest, Sha256};

/// SHA-256 of a secret's text.
pub(crate) type SecretHash = [u8; 32];

/// A secret that was just made.
pub(crate) struct NewSecret {
    pub(crate) text: SecretString,
    pub(crate) hash: SecretHash,
}

/// `prefix`, then 256 random bits that may stand in an address as they are.
pub(crate) fn new_secret(prefix: &str) -> NewSecret {
    let mut random = [0_u8; 32];
    OsRng.try_fill_bytes(&mut random).expect("the operating system has random numbers");
    let text = format!("{prefix}{}", URL_SAFE_NO_PAD.encode(random));
    NewSecret { hash: hash(&text), text: text.into() }
}

pub(crate) fn hash(text: &str) -> SecretHash {
    Sha256::digest(text.as_bytes()).into()
}
