//! Asks the issuer whose a personal access token is: unlike other tokens it says nothing of itself.
//!
//! Sources: requests of the Codex CLI 0.169.0 with `CODEX_ACCESS_TOKEN`; the answer's fields as the provider's
//! own action for continuous integration reads them (public, 2026-07).

use std::time::Duration;

use http::StatusCode;
use secrecy::SecretString;
use serde::Deserialize;
use thiserror::Error;
use url::Url;

use super::bearer::Bearer;
use super::endpoints;
use super::error::connection_in_words;
use super::upstream::{HttpClients, ORIGINATOR, USER_AGENT};

/// Longest wait for the whole answer.
const TIMEOUT: Duration = Duration::from_secs(12);

/// Whose a token is; what the issuer does not say is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Whoami {
    pub email: Option<String>,
    #[serde(rename = "chatgpt_user_id")]
    pub user_id: Option<String>,
    #[serde(rename = "chatgpt_account_id")]
    pub workspace_id: Option<String>,
    #[serde(rename = "chatgpt_plan_type")]
    pub plan: Option<String>,
}

/// Why the issuer does not say.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum WhoamiError {
    #[error("the issuer refused the token")]
    Refused,
    #[error("the issuer answered {0}")]
    Answered(StatusCode),
    /// No answer, or an unreadable one.
    #[error("the issuer could not be reached: {0}")]
    Unreachable(String),
}

/// Asks once; 12 s at most.
///
/// # Errors
/// See [`WhoamiError`].
pub(crate) async fn whoami(
    clients: &HttpClients,
    issuer: &Url,
    token: &SecretString,
) -> Result<Whoami, WhoamiError> {
    let unreachable = |error: reqwest::Error| WhoamiError::Unreachable(connection_in_words(&error));
    let bearer = Bearer { token: token.clone(), generation: 0 };
    let request = clients
        .http
        .get(endpoints::below(issuer, endpoints::WHOAMI))
        .timeout(TIMEOUT)
        .header("authorization", bearer.authorization())
        .header("originator", ORIGINATOR)
        .header("user-agent", USER_AGENT)
        .header("accept", "application/json");
    let (answer, _) = clients.send(request).await;
    let answer = answer.map_err(unreachable)?;
    match answer.status() {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(WhoamiError::Refused),
        status if status.is_success() => answer.json().await.map_err(unreachable),
        status => Err(WhoamiError::Answered(status)),
    }
}
