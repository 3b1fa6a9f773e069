//! Authorization codes: good for their request only, single use, five minutes.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;

use crate::random;
use crate::world::directory::Seat;
use crate::world::logins::LoginId;

const LIFETIME_MS: i64 = 5 * 60 * 1000;

#[derive(Debug)]
pub(crate) struct Granted {
    pub seat: Seat,
    /// For the device flow, the issuer's own address.
    pub redirect_uri: String,
    pub challenge: String,
    pub granted_at_ms: i64,
}

#[derive(Debug)]
enum Code {
    Open(Granted),
    Used(LoginId),
}

#[derive(Debug, Default)]
pub(crate) struct AuthorizationCodes {
    codes: HashMap<String, Code>,
}

/// Why a code buys nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CodeRefusal {
    Unknown,
    /// Used before, for this login.
    Used(LoginId),
    Expired,
    OtherRedirect,
    WrongVerifier,
}

/// What the token request presents.
pub(crate) struct Presented<'a> {
    pub code: &'a str,
    pub redirect_uri: &'a str,
    pub verifier: &'a str,
    pub now_ms: i64,
}

impl AuthorizationCodes {
    pub(crate) fn grant(&mut self, granted: Granted) -> String {
        let code = format!("ac_{}", random::token());
        self.codes.insert(code.clone(), Code::Open(granted));
        code
    }

    /// Checks a code without using it up.
    pub(crate) fn check(&self, presented: &Presented<'_>) -> Result<Seat, CodeRefusal> {
        let granted = match self.codes.get(presented.code) {
            None => return Err(CodeRefusal::Unknown),
            Some(Code::Used(login)) => return Err(CodeRefusal::Used(*login)),
            Some(Code::Open(granted)) => granted,
        };
        if presented.now_ms - granted.granted_at_ms > LIFETIME_MS {
            return Err(CodeRefusal::Expired);
        }
        if granted.redirect_uri != presented.redirect_uri {
            return Err(CodeRefusal::OtherRedirect);
        }
        if challenge_of(presented.verifier) != granted.challenge {
            return Err(CodeRefusal::WrongVerifier);
        }
        Ok(granted.seat.clone())
    }

    pub(crate) fn use_up(&mut self, code: &str, login: LoginId) {
        self.codes.insert(code.to_owned(), Code::Used(login));
    }
}

/// The S256 challenge of a verifier (RFC 7636, 4.2).
pub(crate) fn challenge_of(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()))
}
