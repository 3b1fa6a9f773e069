//! How a token rests in the vault: with the generation it belongs to.
//!
//! The number tells, after a crash between vault and database, which of the two is ahead: a token
//! whose generation is newer than the row's was saved and never sent.

use rockpool_routing::LoginId;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use crate::vault::VaultKey;

/// A token with its generation.
#[derive(Clone, Debug)]
pub(super) struct VaultEntry {
    pub(super) generation: u64,
    pub(super) token: SecretString,
}

impl VaultEntry {
    /// `<generation>:<token>`.
    pub(super) fn encode(&self) -> SecretString {
        format!("{}:{}", self.generation, self.token.expose_secret()).into()
    }

    /// `None` for an entry that is not ours.
    pub(super) fn decode(entry: &SecretString) -> Option<Self> {
        let (generation, token) = entry.expose_secret().split_once(':')?;
        Some(Self { generation: generation.parse().ok()?, token: token.to_owned().into() })
    }
}

/// SHA-256 of a refresh token, by which the database knows it.
pub(crate) fn fingerprint(refresh_token: &SecretString) -> [u8; 32] {
    Sha256::digest(refresh_token.expose_secret().as_bytes()).into()
}

/// The vault's names for the two secrets of a login.
#[derive(Clone, Debug)]
pub(super) struct VaultKeys {
    pub(super) refresh: VaultKey,
    pub(super) access: VaultKey,
}

impl VaultKeys {
    pub(super) fn new(installation: &str, login: LoginId) -> Self {
        let key = |kind: &str| VaultKey::new(format!("{installation}/{kind}/{login}"));
        Self { refresh: key("refresh"), access: key("access") }
    }
}

/// The vault's entries of a login.
pub(crate) fn vault_keys(installation: &str, login: LoginId) -> [VaultKey; 2] {
    let VaultKeys { refresh, access } = VaultKeys::new(installation, login);
    [refresh, access]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_back_with_its_generation_whatever_letters_it_has() {
        let entry = VaultEntry { generation: 12, token: "rt:with:colons".into() };
        let back = VaultEntry::decode(&entry.encode()).unwrap();
        assert_eq!((back.generation, back.token.expose_secret()), (12, "rt:with:colons"));
        for foreign in ["", "rt_1", "x:rt", "-1:rt"] {
            assert!(VaultEntry::decode(&foreign.into()).is_none(), "{foreign}");
        }
    }
}
