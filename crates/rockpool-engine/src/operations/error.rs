//! How an operation is refused; every other error of the engine that a caller of an operation sees becomes
//! one of these, with a sentence that a person can act on.

use rockpool_routing::SignInId;
use thiserror::Error;

use crate::store::StoreError;

/// Why an action was refused. Nothing was saved when one is returned.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{message}")]
pub(crate) struct ActionError {
    /// The kind, which gives the HTTP status.
    pub(crate) kind: ActionErrorKind,
    /// A stable word for programs, such as `member_elsewhere`.
    pub(crate) code: &'static str,
    /// The name that the refusal is about, where there is one.
    pub(crate) subject: Option<String>,
    /// A sentence that a person can act on; never holds a secret.
    pub(crate) message: String,
    /// What is wrong with each field, where several can be.
    pub(crate) fields: Vec<FieldError>,
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldError {
    pub(crate) field: &'static str,
    /// A sentence that a person can act on.
    pub(crate) message: String,
}

/// The kinds of refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ActionErrorKind {
    /// What was named does not exist in this tenant.
    NotFound,
    /// It contradicts what is already there.
    Conflict,
    /// The request itself cannot be carried out as it stands.
    Invalid,
    /// Something that is needed does not answer now: keychain, database, provider.
    Unavailable,
    /// Whoever asks may not do this.
    Forbidden,
    /// It was tried too often; time cures it.
    TooOften,
}

impl ActionError {
    /// What was named does not exist in this tenant.
    pub(crate) fn not_found(code: &'static str, subject: &str, message: impl Into<String>) -> Self {
        Self { subject: Some(subject.to_owned()), ..Self::plain(ActionErrorKind::NotFound, code, message) }
    }

    /// It contradicts what is already there.
    pub(crate) fn conflict(code: &'static str, subject: &str, message: impl Into<String>) -> Self {
        Self { subject: Some(subject.to_owned()), ..Self::plain(ActionErrorKind::Conflict, code, message) }
    }

    /// The request cannot be carried out as it stands.
    pub(crate) fn invalid(code: &'static str, subject: &str, message: impl Into<String>) -> Self {
        Self { subject: Some(subject.to_owned()), ..Self::plain(ActionErrorKind::Invalid, code, message) }
    }

    /// Some fields cannot be taken, and so none was.
    pub(crate) fn fields(fields: Vec<FieldError>) -> Self {
        let sentences: Vec<&str> = fields.iter().map(|error| error.message.as_str()).collect();
        let message = sentences.join(" ");
        let subject = fields.first().map(|error| error.field.to_owned());
        Self { subject, fields, ..Self::plain(ActionErrorKind::Invalid, "invalid_settings", message) }
    }

    /// Something that is needed does not answer now.
    pub(crate) fn unavailable(code: &'static str, message: impl Into<String>) -> Self {
        Self::plain(ActionErrorKind::Unavailable, code, message)
    }

    /// Whoever asks may not do this.
    pub(crate) fn forbidden(code: &'static str, message: impl Into<String>) -> Self {
        Self::plain(ActionErrorKind::Forbidden, code, message)
    }

    /// It was tried too often.
    pub(crate) fn too_often(code: &'static str, message: impl Into<String>) -> Self {
        Self::plain(ActionErrorKind::TooOften, code, message)
    }

    /// No account has this name.
    pub(crate) fn no_account(name: &str) -> Self {
        Self::not_found(
            "account_not_found",
            name,
            format!("There is no account “{name}”; `rockpool account list` shows those that exist."),
        )
    }

    /// The account owns no pool.
    pub(crate) fn no_pool(owner: &str) -> Self {
        Self::not_found("pool_not_found", owner, format!("The account “{owner}” owns no pool."))
    }

    /// No client has this name.
    pub(crate) fn no_client(name: &str) -> Self {
        Self::not_found(
            "client_not_found",
            name,
            format!("There is no client “{name}”; `rockpool client list` shows those that exist."),
        )
    }

    /// No sign-in has this id, or it ended too long ago.
    pub(crate) fn no_sign_in(id: SignInId) -> Self {
        Self::not_found(
            "sign_in_not_found",
            &id.to_string(),
            "There is no such sign-in; it may have ended a while ago. Start a new one.",
        )
    }

    fn plain(kind: ActionErrorKind, code: &'static str, message: impl Into<String>) -> Self {
        Self { kind, code, subject: None, message: message.into(), fields: Vec::new() }
    }
}

/// A refusal of the database in the words of the API.
pub(crate) fn refused(error: StoreError) -> ActionError {
    let message = error.to_string();
    match error {
        StoreError::Taken(_) => ActionError::conflict("taken", "name", message),
        StoreError::NotFound(what) => ActionError::not_found("not_found", what, message),
        StoreError::Open { .. }
        | StoreError::Newer(_)
        | StoreError::Corrupt { .. }
        | StoreError::Full(_)
        | StoreError::ReadOnly(_)
        | StoreError::Busy(_)
        | StoreError::RefreshTokenSpent
        | StoreError::Closed
        | StoreError::Unreadable(_)
        | StoreError::Sqlite(_) => {
            tracing::warn!(%message, "the database refused");
            ActionError::unavailable("store_unavailable", message)
        }
    }
}
