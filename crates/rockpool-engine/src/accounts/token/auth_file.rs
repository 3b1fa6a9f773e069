//! Reads the `auth.json` of the provider's own client: for imports, and for logins that are followed.

use std::path::Path;

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use thiserror::Error;

/// Largest file that is read; real ones are about 6 kB.
const FILE_LIMIT: u64 = 1 << 20;

/// The tokens in a file.
#[derive(Clone, Debug)]
pub(crate) struct AuthFile {
    /// Bearer for the backend.
    pub access_token: SecretString,
    /// Single use; who sends it owns it.
    pub refresh_token: Option<SecretString>,
    /// Claims about the person.
    pub id_token: Option<SecretString>,
    /// The workspace that the file is signed in to.
    pub workspace_id: Option<String>,
    /// Address of the issuer, where the file names it.
    pub issuer: Option<String>,
}

/// Why a file gives no login.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum AuthFileError {
    /// It cannot be read.
    #[error("the file cannot be read: {0}")]
    Unreadable(String),
    /// It is no JSON of the expected form. The words never contain any of its text.
    #[error("this is not an auth.json: {0}")]
    NotAuthJson(String),
    /// It holds an API key, or nothing.
    #[error("this auth.json holds no ChatGPT sign-in; run `codex login` with a ChatGPT account first")]
    NoTokens,
}

#[derive(Deserialize)]
struct Raw {
    tokens: Option<RawTokens>,
}

#[derive(Deserialize)]
struct RawTokens {
    access_token: Option<String>,
    refresh_token: Option<String>,
    id_token: Option<String>,
    account_id: Option<String>,
    oauth_provenance: Option<RawProvenance>,
}

#[derive(Deserialize)]
struct RawProvenance {
    issuer: Option<String>,
}

impl AuthFile {
    /// Reads the text of an `auth.json`.
    ///
    /// # Errors
    /// See [`AuthFileError`].
    pub(crate) fn parse(text: &SecretString) -> Result<Self, AuthFileError> {
        let raw: Raw = serde_json::from_str(text.expose_secret()).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            AuthFileError::NotAuthJson(format!(
                "it breaks off or is malformed at line {line}, column {column}"
            ))
        })?;
        let tokens = raw.tokens.ok_or(AuthFileError::NoTokens)?;
        let secret = |text: Option<String>| text.filter(|text| !text.is_empty()).map(SecretString::from);
        Ok(Self {
            access_token: secret(tokens.access_token).ok_or(AuthFileError::NoTokens)?,
            refresh_token: secret(tokens.refresh_token),
            id_token: secret(tokens.id_token),
            workspace_id: tokens.account_id.filter(|id| !id.is_empty()),
            issuer: tokens.oauth_provenance.and_then(|provenance| provenance.issuer),
        })
    }

    /// Reads the file at `path`, 1 MiB at most.
    ///
    /// # Errors
    /// See [`AuthFileError`].
    pub(crate) async fn read(path: &Path) -> Result<Self, AuthFileError> {
        let unreadable = |error: std::io::Error| AuthFileError::Unreadable(error.to_string());
        let size = tokio::fs::metadata(path).await.map_err(unreadable)?.len();
        if size > FILE_LIMIT {
            return Err(AuthFileError::NotAuthJson("it is larger than 1 MiB".to_owned()));
        }
        let text = tokio::fs::read_to_string(path).await.map_err(unreadable)?;
        Self::parse(&text.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_the_providers_client_is_read() {
        let file = AuthFile::parse(
            &r#"{"auth_mode":"chatgpt","OPENAI_API_KEY":null,"tokens":{"id_token":"id","access_token":"at",
                "refresh_token":"rt","account_id":"ws-1","login_owner_id":"x",
                "oauth_provenance":{"issuer":"https://issuer.test","client_id":"app"}},"last_refresh":"2026-11-22T14:39:22Z"}"#
                .into(),
        )
        .unwrap();
        assert_eq!(file.access_token.expose_secret(), "at");
        assert_eq!(file.refresh_token.unwrap().expose_secret(), "rt");
        assert_eq!(file.workspace_id.as_deref(), Some("ws-1"));
        assert_eq!(file.issuer.as_deref(), Some("https://issuer.test"));
    }

    #[test]
    fn what_gives_no_login_says_why_without_repeating_the_file() {
        let parse = |text: &str| AuthFile::parse(&text.to_owned().into()).unwrap_err();
        assert_eq!(parse(r#"{"OPENAI_API_KEY":"sk-x","tokens":null}"#), AuthFileError::NoTokens);
        assert_eq!(parse(r#"{"tokens":{"refresh_token":"rt"}}"#), AuthFileError::NoTokens);
        let error = parse(r#"{"tokens": rt-secret"#).to_string();
        assert!(error.contains("line 1") && !error.contains("rt-secret"), "{error}");
        let error = parse(r#"{"tokens": "rt-secret"}"#).to_string();
        assert!(!error.contains("rt-secret"), "{error}");
    }
}
