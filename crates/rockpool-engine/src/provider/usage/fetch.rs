//! Asks the provider for an account's usage.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use thiserror::Error;
use url::Url;

use super::parse::{NotUsage, UsageReport, parse};
use crate::host::clock::Clock;
use crate::provider::bearer::Bearer;
use crate::provider::content_coding::readable;
use crate::provider::endpoints;
use crate::provider::error::{ProviderFault, connection_in_words};
use crate::provider::headers::ACCOUNT_ID;
use crate::provider::upstream::{HttpClients, ORIGINATOR, USER_AGENT};

/// Longest wait for the whole answer.
const TIMEOUT: Duration = Duration::from_secs(12);
/// Largest answer that is read; recorded ones are under 4 kB.
const BODY_LIMIT: usize = 1 << 20;

/// Why the usage of an account is not known.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum UsageError {
    /// The bearer was refused: refresh it and ask again.
    #[error("the provider refused the account's token")]
    Unauthorized,
    /// The provider answered with another error.
    #[error("the provider answered {status}{}", code.as_deref().map(|code| format!(" ({code})")).unwrap_or_default())]
    Answered { status: u16, code: Option<String> },
    /// No answer, or half of one.
    #[error("the provider could not be reached: {0}")]
    Unreachable(String),
    /// The answer is longer than 1 MiB.
    #[error("the answer is longer than 1 MiB")]
    TooLong,
    #[error(transparent)]
    NotUsage(#[from] NotUsage),
}

/// Asks `GET {backend}/wham/usage` for one workspace; for the one that the bearer was made for where `workspace_id`
/// is empty. 12 s and 1 MiB at most.
///
/// # Errors
/// See [`UsageError`]; nothing is retried here but what a connection that was shared has lost.
pub(crate) async fn fetch(
    clients: &HttpClients,
    backend_url: &Url,
    bearer: &Bearer,
    workspace_id: &str,
    clock: &Clock,
) -> Result<UsageReport, UsageError> {
    let url = endpoints::below(backend_url, endpoints::USAGE);
    let body = get(clients, url, bearer, workspace_id, clock).await?;
    Ok(parse(&body, clock.wall())?)
}

/// The body of a good answer of the backend to a question of Rockpool's own; 12 s and 1 MiB at most. Where
/// `workspace_id` is empty, the question is about the one that the bearer was made for.
///
/// # Errors
/// See [`UsageError`]; nothing is retried here but what a connection that was shared has lost.
pub(crate) async fn get(
    clients: &HttpClients,
    url: Url,
    bearer: &Bearer,
    workspace_id: &str,
    clock: &Clock,
) -> Result<Bytes, UsageError> {
    let mut request = clients.http.get(url);
    if !workspace_id.is_empty() {
        request = request.header(ACCOUNT_ID, workspace_id);
    }
    let request = request
        .timeout(TIMEOUT)
        .header("authorization", bearer.authorization())
        .header("originator", ORIGINATOR)
        .header("user-agent", USER_AGENT)
        .header("accept", "application/json");
    let (answer, _) = clients.send(request).await;
    let answer = answer.map_err(unreachable)?;
    let status = answer.status();
    if status == StatusCode::UNAUTHORIZED {
        return Err(UsageError::Unauthorized);
    }
    let body = read(answer).await?;
    if !status.is_success() {
        return Err(UsageError::Answered {
            status: status.as_u16(),
            code: ProviderFault::read(&body, clock.wall()).code,
        });
    }
    Ok(body)
}

async fn read(mut answer: reqwest::Response) -> Result<Bytes, UsageError> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > BODY_LIMIT {
            return Err(UsageError::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(readable(answer.headers(), &body.into(), BODY_LIMIT))
}

fn unreachable(error: reqwest::Error) -> UsageError {
    UsageError::Unreachable(connection_in_words(&error))
}

#[cfg(test)]
mod tests;
