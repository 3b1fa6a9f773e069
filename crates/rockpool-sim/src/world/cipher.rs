//! Opaque blobs that name the account they were made for: encrypted reasoning, compactions, turn states.
//!
//! They are sealed, not secret: the simulator has to tell "made by another account" from "garbage".

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;

use crate::random;

/// What the provider's ciphertexts begin with.
const PREFIX: &str = "gAAAAA";
const MAC_BYTES: usize = 32;
const NONCE_BYTES: usize = 16;

/// What a blob was made as; one kind is not accepted as another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Content,
    TurnState,
}

impl Purpose {
    const fn tag(self) -> u8 {
        match self {
            Self::Content => b'c',
            Self::TurnState => b't',
        }
    }
}

/// What a blob turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Opened {
    MadeFor(String),
    Garbage,
}

#[derive(Debug)]
pub(crate) struct Sealer {
    key: hmac::Key,
}

impl Sealer {
    /// The key is the same in every run, so that a conversation outlives a restart as it does with the provider.
    pub(crate) fn new() -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, b"rockpool-sim: nothing here is secret") }
    }

    pub(crate) fn seal(&self, purpose: Purpose, account_id: &str) -> String {
        let mut blob = vec![purpose.tag()];
        blob.extend_from_slice(&random::bytes::<NONCE_BYTES>());
        blob.extend_from_slice(account_id.as_bytes());
        let mac = hmac::sign(&self.key, &blob);
        blob.extend_from_slice(mac.as_ref());
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(blob))
    }

    pub(crate) fn open(&self, purpose: Purpose, text: &str) -> Opened {
        let Some(encoded) = text.strip_prefix(PREFIX) else {
            return Opened::Garbage;
        };
        let Ok(blob) = URL_SAFE_NO_PAD.decode(encoded) else {
            return Opened::Garbage;
        };
        if blob.len() <= 1 + NONCE_BYTES + MAC_BYTES {
            return Opened::Garbage;
        }
        let (body, mac) = blob.split_at(blob.len() - MAC_BYTES);
        if hmac::verify(&self.key, body, mac).is_err() || body[0] != purpose.tag() {
            return Opened::Garbage;
        }
        match std::str::from_utf8(&body[1 + NONCE_BYTES..]) {
            Ok(account_id) => Opened::MadeFor(account_id.to_owned()),
            Err(_) => Opened::Garbage,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blob_names_its_account_and_survives_no_tampering() {
        let sealer = Sealer::new();
        let blob = sealer.seal(Purpose::Content, "acct-ada");
        assert_eq!(sealer.open(Purpose::Content, &blob), Opened::MadeFor("acct-ada".to_owned()));
        assert_eq!(sealer.open(Purpose::TurnState, &blob), Opened::Garbage);
        let mut forged = blob.into_bytes();
        let middle = forged.len() / 2;
        forged[middle] = if forged[middle] == b'A' { b'B' } else { b'A' };
        let forged = String::from_utf8(forged).unwrap();
        assert_eq!(sealer.open(Purpose::Content, &forged), Opened::Garbage);
    }
}
