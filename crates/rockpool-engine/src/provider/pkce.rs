//! Proof key for code exchange (RFC 7636, S256) and the `state` of a sign-in.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngCore as _;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

/// A code verifier; it stays in the process until the code is exchanged.
#[derive(Clone, Debug)]
pub(crate) struct Verifier(SecretString);

impl Verifier {
    /// 64 random bytes, 86 characters.
    pub(crate) fn random() -> Self {
        Self(URL_SAFE_NO_PAD.encode(random::<64>()).into())
    }

    /// One that the issuer made, as it does for a device code.
    pub(super) fn given(verifier: String) -> Self {
        Self(verifier.into())
    }

    /// The challenge that goes into the authorize address.
    pub(crate) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.secret().as_bytes()))
    }

    pub(super) fn secret(&self) -> &str {
        self.0.expose_secret()
    }
}

/// A `state` nobody can guess: 32 random bytes, 43 characters.
pub(crate) fn random_state() -> String {
    URL_SAFE_NO_PAD.encode(random::<32>())
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_the_one_of_the_rfcs_example() {
        let verifier = Verifier("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into());
        assert_eq!(verifier.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn verifier_and_state_are_new_each_time_and_as_long_as_the_providers_own() {
        let (one, two) = (Verifier::random(), Verifier::random());
        assert_eq!(one.secret().len(), 86);
        assert_ne!(one.secret(), two.secret());
        assert_eq!(random_state().len(), 43);
        assert_ne!(random_state(), random_state());
    }

    #[test]
    fn a_verifier_cannot_be_printed() {
        let verifier = Verifier("secret-verifier".into());
        assert!(!format!("{verifier:?}").contains("secret-verifier"));
    }
}
