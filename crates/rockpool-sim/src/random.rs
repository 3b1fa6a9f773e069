//! Random names for tokens, codes and ids.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom as _, SystemRandom};

/// # Panics
/// Without the system's randomness: no token, code or id could be told from another.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut out = [0_u8; N];
    SystemRandom::new().fill(&mut out).expect("the system's randomness is always there");
    out
}

/// 256 random bits as base64url.
pub(crate) fn token() -> String {
    URL_SAFE_NO_PAD.encode(bytes::<32>())
}

/// 96 random bits in hexadecimal, after a prefix such as `resp_`.
pub(crate) fn id(prefix: &str) -> String {
    let digits: String = bytes::<12>().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{prefix}{digits}")
}

/// Letters and digits that people can read out, for a device code.
pub(crate) fn user_code() -> String {
    const LETTERS: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ";
    const DIGITS: &[u8] = b"23456789";
    let raw = bytes::<9>();
    let pick = |set: &[u8], byte: u8| char::from(set[usize::from(byte) % set.len()]);
    let mut out: String = raw[..4].iter().map(|byte| pick(LETTERS, *byte)).collect();
    out.push('-');
    out.extend(raw[4..].iter().map(|byte| pick(DIGITS, *byte)));
    out
}
