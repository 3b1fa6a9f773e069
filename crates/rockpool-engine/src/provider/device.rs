//! Device codes of the issuer: asking for one, and asking what became of it.
//!
//! # Wire
//!
//! As the Codex CLI 0.169.0 speaks it, which is not quite RFC 8628: both requests and answers are JSON, the
//! interval is a text of seconds, 403 and 404 mean "not yet", and what comes in the end is an authorization code
//! with its verifier, to be exchanged like that of a browser. The code of a pending answer
//! (`deviceauth_authorization_pending`) is reported by users of the live service; the other words are those of
//! RFC 8628 §3.5.

use std::time::Duration;

use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::Url;

use super::endpoints;
use super::error::{issuer_code, issuer_code_in_words};
use super::oauth::{CLIENT_ID, OAuthClient};
use super::pkce::Verifier;

/// How long a code is good for where the issuer does not say, and at most (the provider's client 0.169.0).
const LIFETIME: SignedDuration = SignedDuration::from_mins(15);
/// Between two questions where the issuer does not say.
const INTERVAL: Duration = Duration::from_secs(5);
/// Bounds of an interval that the issuer names: a bad one must neither flood it nor sleep through the code's life.
const SHORTEST_INTERVAL: Duration = Duration::from_secs(1);
const LONGEST_INTERVAL: Duration = Duration::from_secs(60);
/// Longest code that a person is shown; real ones have ten characters.
const LONGEST_USER_CODE: usize = 32;

/// A code that waits for a person.
#[derive(Clone, Debug)]
pub(crate) struct DeviceCode {
    device_auth_id: SecretString,
    /// What the person enters.
    pub(crate) user_code: String,
    /// Where they enter it.
    pub(crate) page: Url,
    /// Least time between two questions.
    pub(crate) interval: Duration,
    pub(crate) expires_at: Timestamp,
}

impl DeviceCode {
    #[cfg(test)]
    pub(crate) fn of_test(interval: Duration, expires_at: Timestamp) -> Self {
        Self {
            device_auth_id: SecretString::from("da".to_owned()),
            user_code: "ABCD-12345".to_owned(),
            page: Url::parse("https://issuer.test/codex/device").unwrap(),
            interval,
            expires_at,
        }
    }
}

/// Why there is no device code.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum DeviceCodeError {
    /// Device codes are switched off.
    #[error("the issuer gives no device codes")]
    NotOffered,
    #[error("the issuer refused to give a device code ({status} {code})")]
    Refused { status: u16, code: String },
    /// No answer, or an unreadable one.
    #[error("the issuer could not be reached: {0}")]
    Unreachable(String),
}

/// What became of a device code.
#[derive(Clone, Debug)]
pub(crate) enum DeviceAnswer {
    /// The person has not decided yet.
    Pending,
    /// As pending, and the questions come too often.
    SlowDown,
    Approved(DeviceGrant),
}

/// What an approved device code buys: a code to be exchanged.
#[derive(Clone, Debug)]
pub(crate) struct DeviceGrant {
    pub(crate) code: SecretString,
    pub(crate) verifier: Verifier,
    pub(crate) redirect_uri: String,
}

#[cfg(test)]
impl DeviceGrant {
    pub(crate) fn of_test() -> Self {
        Self {
            code: SecretString::from("ac-1".to_owned()),
            verifier: Verifier::given("cv".to_owned()),
            redirect_uri: "https://issuer.test/deviceauth/callback".to_owned(),
        }
    }
}

/// Why a device code comes to nothing, or what became of it is not known.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum DevicePollError {
    #[error("the person declined")]
    Declined,
    #[error("the code has expired")]
    Expired,
    #[error("the issuer refused the device code ({status} {code})")]
    Refused { status: u16, code: String },
    /// Worth asking again: no answer, or one of a server that has trouble.
    #[error("{0}")]
    Passing(String),
}

impl OAuthClient {
    /// Asks for a code; `now` is the moment from which it lives.
    ///
    /// # Errors
    /// See [`DeviceCodeError`].
    pub(crate) async fn device_code(&self, now: Timestamp) -> Result<DeviceCode, DeviceCodeError> {
        let request = self
            .post(endpoints::DEVICE_CODE)
            .map_err(DeviceCodeError::Unreachable)?
            .json(&CodeRequest { client_id: CLIENT_ID });
        let (status, body) =
            self.answer(request).await.map_err(|lost| DeviceCodeError::Unreachable(lost.text))?;
        if status == StatusCode::NOT_FOUND {
            return Err(DeviceCodeError::NotOffered);
        }
        if !status.is_success() {
            let code = issuer_code_in_words(&body);
            return Err(DeviceCodeError::Refused { status: status.as_u16(), code });
        }
        let unreadable = || DeviceCodeError::Unreachable("its answer holds no device code".to_owned());
        let raw: CodeResponse = serde_json::from_slice(&body).map_err(|_| unreadable())?;
        let readable = |text: &String| is_user_code(text);
        Ok(DeviceCode {
            device_auth_id: raw.device_auth_id.filter(|id| !id.is_empty()).ok_or_else(unreadable)?.into(),
            user_code: raw.user_code.filter(readable).ok_or_else(unreadable)?,
            page: self.at(endpoints::DEVICE_PAGE),
            interval: raw.interval.map_or(INTERVAL, Seconds::bounded),
            expires_at: now + lifetime(raw.expires_at.as_deref(), now),
        })
    }

    /// Asks what became of a code. The authorization code in the answer is handed out once.
    ///
    /// # Errors
    /// See [`DevicePollError`].
    pub(crate) async fn poll_device(&self, device: &DeviceCode) -> Result<DeviceAnswer, DevicePollError> {
        let body = PollRequest {
            device_auth_id: device.device_auth_id.expose_secret(),
            user_code: &device.user_code,
        };
        let request = self.post(endpoints::DEVICE_POLL).map_err(DevicePollError::Passing)?.json(&body);
        let (status, body) =
            self.answer(request).await.map_err(|lost| DevicePollError::Passing(lost.text))?;
        if !status.is_success() {
            return refused(status, &body);
        }
        let unreadable = || DevicePollError::Refused { status: status.as_u16(), code: "no code".to_owned() };
        let raw: PollResponse = serde_json::from_slice(&body).map_err(|_| unreadable())?;
        Ok(DeviceAnswer::Approved(DeviceGrant {
            code: raw.authorization_code.into(),
            verifier: Verifier::given(raw.code_verifier),
            redirect_uri: self.at(endpoints::DEVICE_CALLBACK).to_string(),
        }))
    }
}

#[derive(Serialize)]
struct CodeRequest<'a> {
    client_id: &'a str,
}

#[derive(Deserialize)]
struct CodeResponse {
    device_auth_id: Option<String>,
    #[serde(alias = "usercode")]
    user_code: Option<String>,
    interval: Option<Seconds>,
    expires_at: Option<String>,
}

#[derive(Serialize)]
struct PollRequest<'a> {
    device_auth_id: &'a str,
    user_code: &'a str,
}

#[derive(Deserialize)]
struct PollResponse {
    authorization_code: String,
    code_verifier: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Seconds {
    Text(String),
    Number(f64),
}

impl Seconds {
    fn bounded(self) -> Duration {
        let seconds = match self {
            Self::Text(text) => text.trim().parse().ok(),
            Self::Number(seconds) => Some(seconds),
        };
        let named = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        named.unwrap_or(INTERVAL).clamp(SHORTEST_INTERVAL, LONGEST_INTERVAL)
    }
}

fn is_user_code(text: &str) -> bool {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    (1..=LONGEST_USER_CODE).contains(&text.len()) && text.chars().all(allowed)
}

/// The issuer's end is by its own clock: one that is past or far off by ours says that the clocks differ.
fn lifetime(expires_at: Option<&str>, now: Timestamp) -> SignedDuration {
    let named = expires_at.and_then(|text| text.parse::<Timestamp>().ok()).map(|end| end.duration_since(now));
    named.filter(|left| left.is_positive() && *left <= LIFETIME).unwrap_or(LIFETIME)
}

/// Words outrank the status, for a 403 stands for "not yet" and, with its own word, for a refusal.
fn refused(status: StatusCode, body: &[u8]) -> Result<DeviceAnswer, DevicePollError> {
    let code = issuer_code(body);
    match code.as_deref() {
        Some("deviceauth_authorization_pending" | "authorization_pending") => Ok(DeviceAnswer::Pending),
        Some("slow_down") => Ok(DeviceAnswer::SlowDown),
        Some("access_denied") => Err(DevicePollError::Declined),
        Some("expired_token") => Err(DevicePollError::Expired),
        Some(_) | None => match status {
            StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => Ok(DeviceAnswer::Pending),
            StatusCode::TOO_MANY_REQUESTS => Ok(DeviceAnswer::SlowDown),
            status if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT => {
                Err(DevicePollError::Passing(format!("the issuer answered {status}")))
            }
            status => {
                Err(DevicePollError::Refused { status: status.as_u16(), code: issuer_code_in_words(body) })
            }
        },
    }
}

#[cfg(test)]
mod tests;
