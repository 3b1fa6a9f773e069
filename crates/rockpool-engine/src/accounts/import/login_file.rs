//! One login of a file, and why one is none.

use secrecy::SecretString;
use thiserror::Error;

use crate::model::import::{FileFormat, ImportReason};
use crate::provider::claims::Claims;

/// The tokens of one login, and what the file says beside them.
#[derive(Clone, Debug)]
pub(crate) struct LoginFile {
    pub format: FileFormat,
    /// Bearer for the backend.
    pub access_token: SecretString,
    /// Single use; who sends it owns it. Without one the login ends with its access token.
    pub refresh_token: Option<SecretString>,
    /// Claims about the person.
    pub id_token: Option<SecretString>,
    pub said: Said,
}

/// What a file says of a login beside its tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// The workspace that the file is signed in to, which need not be the one that its tokens were made for.
    pub workspace_id: Option<String>,
    pub user_id: Option<String>,
    pub email: Option<String>,
    /// In lower case.
    pub plan: Option<String>,
    /// What the person calls it.
    pub label: Option<String>,
    /// Address of the issuer.
    pub issuer: Option<String>,
}

/// One login of a file, or what stands in its place.
pub(crate) type Entry = Result<LoginFile, Unusable>;

/// An entry that gives no login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unusable {
    pub format: Option<FileFormat>,
    pub email: Option<String>,
    pub refusal: Refusal,
}

/// Why an entry gives no login. The texts are for the person, and hold nothing of the file but names of fields.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum Refusal {
    #[error("The file cannot be read: {0}.")]
    NoFile(String),
    #[error("The file is larger than 1 MiB; a login has about 6 kB.")]
    TooLarge,
    #[error("The file holds more than 200 logins; split it.")]
    TooMany,
    #[error("The file is empty.")]
    Empty,
    #[error("The file is no text in UTF-8 or UTF-16.")]
    NotText,
    #[error("The file is no JSON: it breaks off or is malformed at line {line}, column {column}.")]
    NotJson { line: usize, column: usize },
    #[error(
        "Here is {0}, which is no login of a form that Rockpool knows. It reads the files of the Codex CLI, \
         opencode, CLIProxyAPI, sub2api and codex-lb, ChatGPT sessions, and access tokens alone."
    )]
    Unknown(String),
    #[error(
        "This is an API key, which is paid for by itself and is no account of a pool. Sign in with ChatGPT \
         instead: add an account, or run `codex login` and import that file."
    )]
    ApiKey,
    #[error("This is a login of {0}, which Rockpool does not pool.")]
    OtherProvider(String),
    #[error("This is a sign-in by {0}, which Rockpool cannot use. Sign in with ChatGPT instead.")]
    OtherKind(&'static str),
    #[error(
        "This is an encrypted bundle of codex-lb, which codex-lb alone can open. Export its accounts there one \
         by one as auth.json and import those files."
    )]
    Encrypted,
    #[error(
        "Here is a refresh token without its access token. Rockpool does not use it up to find out whose it is: \
         import the whole file, or sign in."
    )]
    RefreshTokenAlone,
    #[error("The file holds {0} logins, and only one can be followed or named at a time.")]
    Several(usize),
}

impl Refusal {
    pub(crate) fn reason(&self) -> ImportReason {
        match self {
            Self::NoFile(_) | Self::Empty | Self::NotText | Self::NotJson { .. } => ImportReason::Unreadable,
            Self::TooLarge | Self::TooMany | Self::Several(_) => ImportReason::TooLarge,
            Self::Unknown(_) => ImportReason::UnknownFormat,
            Self::ApiKey => ImportReason::ApiKey,
            Self::OtherProvider(_) => ImportReason::OtherProvider,
            Self::OtherKind(_) => ImportReason::OtherKind,
            Self::Encrypted => ImportReason::Encrypted,
            Self::RefreshTokenAlone => ImportReason::RefreshTokenAlone,
        }
    }
}

impl Unusable {
    /// The file as a whole gives none.
    pub(super) fn of_file(refusal: Refusal) -> Self {
        Self { format: None, email: None, refusal }
    }
}

impl LoginFile {
    pub(crate) fn claims(&self) -> Claims {
        Claims::of_pair(self.id_token.as_ref(), &self.access_token)
    }
}
