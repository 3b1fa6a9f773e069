//! Speaks to the issuer: authorize address, code exchange, refresh, revoke.
//!
//! # Policy
//!
//! A refresh token is good once. So a failed refresh is sorted by one question only: is it proven that the issuer
//! has not used the token up? Proof is a connection that never came about, or a refusal in the issuer's own form. A
//! bare status proves nothing: gateways answer for an issuer that has rotated the token already. [`RefreshError`] has
//! one variant per answer; `docs/decisions/0003-tokens.md` argues each status. Nothing is retried here.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::Url;

use super::content_coding::readable;
use super::delivery::SendFailure;
use super::endpoints;
use super::error::{code_in_issuers_form, connection_in_words, issuer_code, issuer_code_in_words};
use super::outbound::{HttpSource, OnBehalfOf};
use super::pkce::Verifier;
use super::upstream::{ORIGINATOR, USER_AGENT};
use crate::host::timeouts::IssuerTimeouts;
use crate::host::waking_time;

/// The public client id of the Codex CLI, the only one that the provider offers for this sign-in.
pub(crate) const CLIENT_ID: &str = "app_EMoamEEZ73f0CkXaXp7hrann";
/// What the sign-in asks for (the provider's client 0.169.0).
const SCOPE: &str = "openid profile email offline_access api.connectors.read api.connectors.invoke";
/// Longest wait for a revocation: it is a courtesy, and removing an account waits for it.
const REVOKE_TIMEOUT: Duration = Duration::from_secs(8);
/// Largest answer that is read; three tokens are about 6 kB.
const BODY_LIMIT: usize = 256 << 10;

/// The issuer, as one client of it.
#[derive(Clone, Debug)]
pub(crate) struct OAuthClient {
    issuer: Url,
    http: Arc<dyn HttpSource>,
    whom: OnBehalfOf,
    timeouts: IssuerTimeouts,
}

/// What a code is exchanged for.
#[derive(Clone, Debug)]
pub(crate) struct TokenGrant {
    pub access_token: SecretString,
    /// Single use; absent when the issuer granted no offline access.
    pub refresh_token: Option<SecretString>,
    pub id_token: Option<SecretString>,
}

/// What a refresh brought; whatever is absent stays as it was.
#[derive(Clone, Debug)]
pub(crate) struct Renewal {
    pub access_token: Option<SecretString>,
    /// Next refresh token; absent means that the sent one was not used up.
    pub refresh_token: Option<SecretString>,
    pub id_token: Option<SecretString>,
}

/// Why a refresh is asked for, in the issuer's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RefreshReason {
    /// The token grows old, and its end is not known.
    Scheduled,
    /// The token's end is near.
    ProactiveExpiry,
    /// The backend refused the token.
    UnauthorizedRecovery,
}

/// Why a refresh failed, by what became of the refresh token.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum RefreshError {
    /// The issuer refuses this token for good.
    #[error("the issuer refuses the refresh token for good ({code})")]
    Final {
        /// The issuer's code, such as `refresh_token_expired`.
        code: String,
    },
    /// The token was not used up: it never left, or the issuer itself refused the request without looking at it.
    #[error("the refresh did not come about: {0}")]
    Passing(String),
    /// The token left, and what came back does not prove what became of it.
    #[error("what became of the refresh is not known: {0}")]
    Unknown(String),
}

/// Why a code was not exchanged.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum ExchangeError {
    #[error("the issuer refused the sign-in code ({status} {code})")]
    Refused {
        status: u16,
        /// The issuer's code, or “no code”.
        code: String,
    },
    /// No answer, or an unreadable one.
    #[error("the issuer could not be reached: {0}")]
    Unreachable(String),
}

/// Why the issuer did not forget a token.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum RevokeError {
    #[error("the issuer answered {0}")]
    Refused(StatusCode),
    /// No answer, or half of one.
    #[error("{0}")]
    Unreachable(String),
}

impl OAuthClient {
    /// A client of `issuer` (without a trailing slash).
    pub(crate) fn new(issuer: Url, http: impl HttpSource + 'static) -> Self {
        let timeouts = IssuerTimeouts::default();
        Self { issuer, http: Arc::new(http), whom: OnBehalfOf::Nobody, timeouts }
    }

    /// The same issuer, waited for so long.
    pub(crate) fn within(self, timeouts: IssuerTimeouts) -> Self {
        Self { timeouts, ..self }
    }

    /// The same issuer, asked by the way out of `whom`.
    pub(crate) fn on_behalf_of(&self, whom: OnBehalfOf) -> Self {
        Self { whom, ..self.clone() }
    }

    /// A request to the issuer, which is not sent yet.
    pub(super) fn post(&self, path: &str) -> Result<reqwest::RequestBuilder, String> {
        Ok(self.http.http(self.whom)?.post(self.at(path)))
    }

    pub(super) async fn answer(&self, request: reqwest::RequestBuilder) -> Result<Answer, Lost> {
        answer(request, self.timeouts.answer).await
    }

    pub(super) fn at(&self, path: &str) -> Url {
        endpoints::below(&self.issuer, path)
    }

    /// The page on which the person signs in.
    pub(crate) fn authorize_url(&self, redirect_uri: &str, challenge: &str, state: &str) -> Url {
        let mut url = self.at(endpoints::AUTHORIZE);
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", CLIENT_ID)
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("code_challenge", challenge)
            .append_pair("code_challenge_method", "S256")
            .append_pair("state", state)
            .append_pair("scope", SCOPE)
            .append_pair("id_token_add_organizations", "true")
            .append_pair("codex_cli_simplified_flow", "true")
            .append_pair("originator", ORIGINATOR);
        url
    }

    /// Exchanges the code of a callback. A code is good once, so this is never repeated.
    ///
    /// # Errors
    /// See [`ExchangeError`]; the sign-in has to be started afresh.
    pub(crate) async fn exchange_code(
        &self,
        code: &SecretString,
        redirect_uri: &str,
        verifier: &Verifier,
    ) -> Result<TokenGrant, ExchangeError> {
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", CLIENT_ID),
            ("code", code.expose_secret()),
            ("redirect_uri", redirect_uri),
            ("code_verifier", verifier.secret()),
        ];
        let request = self.post(endpoints::TOKEN).map_err(ExchangeError::Unreachable)?.form(&form);
        let lost = |lost: Lost| ExchangeError::Unreachable(lost.text);
        let (status, body) = self.answer(request).await.map_err(lost)?;
        if !status.is_success() {
            let code = issuer_code_in_words(&body);
            return Err(ExchangeError::Refused { status: status.as_u16(), code });
        }
        let unreadable = || ExchangeError::Unreachable("its answer holds no access token".to_owned());
        let tokens = Tokens::read(&body).ok_or_else(unreadable)?;
        Ok(TokenGrant {
            access_token: tokens.access_token.ok_or_else(unreadable)?,
            refresh_token: tokens.refresh_token,
            id_token: tokens.id_token,
        })
    }

    /// Presents `refresh_token`. The caller has to make sure that it is presented once.
    ///
    /// # Errors
    /// See [`RefreshError`].
    pub(crate) async fn refresh(
        &self,
        refresh_token: &SecretString,
        reason: RefreshReason,
    ) -> Result<Renewal, RefreshError> {
        let body = RefreshBody {
            client_id: CLIENT_ID,
            grant_type: "refresh_token",
            refresh_reason: reason,
            refresh_token: refresh_token.expose_secret(),
        };
        let request = self.post(endpoints::TOKEN).map_err(RefreshError::Passing)?.json(&body);
        match self.answer(request).await {
            Ok((status, body)) => sort(status, &body),
            Err(lost) => Err(lost.refresh()),
        }
    }

    /// Asks the issuer to forget a refresh token and what hangs on it.
    ///
    /// # Errors
    /// For the log; the caller goes on.
    pub(crate) async fn revoke(&self, refresh_token: &SecretString) -> Result<(), RevokeError> {
        let body = RevokeBody {
            token: refresh_token.expose_secret(),
            token_type_hint: "refresh_token",
            client_id: CLIENT_ID,
        };
        let request = self.post(endpoints::REVOKE).map_err(RevokeError::Unreachable)?.json(&body);
        let lost = |lost: Lost| RevokeError::Unreachable(lost.text);
        let (status, _) = answer(request, REVOKE_TIMEOUT).await.map_err(lost)?;
        if status.is_success() { Ok(()) } else { Err(RevokeError::Refused(status)) }
    }
}

#[derive(Serialize)]
struct RefreshBody<'a> {
    client_id: &'a str,
    grant_type: &'a str,
    refresh_reason: RefreshReason,
    refresh_token: &'a str,
}

#[derive(Serialize)]
struct RevokeBody<'a> {
    token: &'a str,
    token_type_hint: &'a str,
    client_id: &'a str,
}

#[derive(Deserialize)]
struct TokenResponse {
    access_token: Option<String>,
    refresh_token: Option<String>,
    id_token: Option<String>,
}

struct Tokens {
    access_token: Option<SecretString>,
    refresh_token: Option<SecretString>,
    id_token: Option<SecretString>,
}

impl Tokens {
    /// `None` where the body is no JSON object of texts; an empty text is an absent one.
    fn read(body: &[u8]) -> Option<Self> {
        let raw: TokenResponse = serde_json::from_slice(body).ok()?;
        let secret = |text: Option<String>| text.filter(|text| !text.is_empty()).map(SecretString::from);
        Some(Self {
            access_token: secret(raw.access_token),
            refresh_token: secret(raw.refresh_token),
            id_token: secret(raw.id_token),
        })
    }
}

/// Why there is no whole answer.
#[derive(Debug)]
pub(super) struct Lost {
    pub(super) text: String,
    cut: Cut,
}

#[derive(Clone, Copy, Debug)]
enum Cut {
    BeforeHead(SendFailure),
    InBody,
    TimeUp,
}

impl Lost {
    /// What it means for a refresh token that was to be presented.
    ///
    /// "Not written" is hyper's word alone, and "not taken" that of whoever stands in front. That is enough to send a
    /// request again, and too little to present a token again: the issuer is reported to end a login whose token it sees
    /// twice.
    fn refresh(self) -> RefreshError {
        match self.cut {
            Cut::BeforeHead(SendFailure::NotBuilt | SendFailure::NoConnection) => {
                RefreshError::Passing(self.text)
            }
            Cut::BeforeHead(SendFailure::NotWritten | SendFailure::NotTaken | SendFailure::Lost)
            | Cut::InBody
            | Cut::TimeUp => RefreshError::Unknown(self.text),
        }
    }
}

/// Status and body, whole and decoded.
type Answer = (StatusCode, Bytes);

/// The library's own time-out looks at its timer before the socket: whoever was stopped, or slept, would lose an answer
/// that came meanwhile, and with it a refresh token.
async fn answer(request: reqwest::RequestBuilder, limit: Duration) -> Result<Answer, Lost> {
    let time_up = || Lost { text: "no answer in time".to_owned(), cut: Cut::TimeUp };
    waking_time::within(limit, whole_answer(request)).await.unwrap_or_else(|| Err(time_up()))
}

async fn whole_answer(request: reqwest::RequestBuilder) -> Result<Answer, Lost> {
    let sent = request
        .header("originator", ORIGINATOR)
        .header("user-agent", USER_AGENT)
        .header("accept", "application/json")
        .send()
        .await;
    let mut answer = sent.map_err(|error| Lost {
        text: connection_in_words(&error),
        cut: Cut::BeforeHead(SendFailure::of(&error)),
    })?;
    let status = answer.status();
    let cut = |text: String| Lost { text, cut: Cut::InBody };
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| cut(connection_in_words(&error)))? {
        if body.len() + chunk.len() > BODY_LIMIT {
            return Err(cut("its answer is too long".to_owned()));
        }
        body.extend_from_slice(&chunk);
    }
    // Tokens that come encoded, though `identity` was asked for, are no less the next ones.
    Ok((status, readable(answer.headers(), &body.into(), BODY_LIMIT)))
}

/// Codes with which the issuer refuses a refresh token for good (the provider's client 0.169.0).
const FINAL_CODES: [&str; 5] = [
    "refresh_token_expired",
    "refresh_token_reused",
    "refresh_token_invalidated",
    "app_session_terminated",
    "invalid_grant",
];

/// Codes with which a token endpoint refuses a request before it looks at the token (RFC 6749 §5.2, but for
/// `invalid_grant`, which is about the token), and the ones for haste.
const UNUSED_CODES: [&str; 7] = [
    "invalid_request",
    "invalid_client",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
    "rate_limit_exceeded",
    "slow_down",
];

/// An answer with this status and body, whole.
fn sort(status: StatusCode, body: &[u8]) -> Result<Renewal, RefreshError> {
    if status.is_success() {
        return renewed(body);
    }
    let text = format!("the issuer answered {status}");
    if !status.is_client_error() {
        return Err(RefreshError::Unknown(text));
    }
    // No gateway speaks of refresh tokens: these words are the issuer's wherever they stand.
    if let Some(code) = issuer_code(body).filter(|code| FINAL_CODES.contains(&&**code)) {
        return Err(RefreshError::Final { code });
    }
    match code_in_issuers_form(body) {
        Some(code) if status == StatusCode::TOO_MANY_REQUESTS || UNUSED_CODES.contains(&&*code) => {
            Err(RefreshError::Passing(format!("{text} ({code})")))
        }
        Some(_) | None => Err(RefreshError::Unknown(text)),
    }
}

/// A success without any token leaves open what became of the sent one.
fn renewed(body: &[u8]) -> Result<Renewal, RefreshError> {
    let lost = || RefreshError::Unknown("its answer holds no token".to_owned());
    let Tokens { access_token, refresh_token, id_token } = Tokens::read(body).ok_or_else(lost)?;
    if access_token.is_none() && refresh_token.is_none() {
        return Err(lost());
    }
    Ok(Renewal { access_token, refresh_token, id_token })
}

#[cfg(test)]
mod frozen;
#[cfg(test)]
mod outcome_table;
#[cfg(test)]
mod tests;
