//! Why the database could not do what was asked, in words with a remedy.

use std::path::PathBuf;

use rusqlite::ffi;
use thiserror::Error;

/// Something that exists once only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unique {
    /// An account's slug within its tenant.
    AccountName,
    /// The pair of user and workspace within a tenant.
    Workspace,
    /// A client's name within its tenant.
    ClientName,
    /// An access or client key.
    Key,
    /// A refresh token on this machine.
    RefreshToken,
    /// An account's place as a member of one pool.
    PoolMember,
    /// Anything else, such as an identifier used twice.
    Identifier,
}

impl Unique {
    /// The columns as SQLite names them in its message.
    fn of(message: &str) -> Self {
        let known = [
            ("accounts.name", Self::AccountName),
            ("accounts.workspace_id", Self::Workspace),
            ("clients.name", Self::ClientName),
            ("key_hash", Self::Key),
            ("fingerprint", Self::RefreshToken),
            ("pool_members", Self::PoolMember),
        ];
        known
            .into_iter()
            .find(|(column, _)| message.contains(column))
            .map_or(Self::Identifier, |(_, unique)| unique)
    }

    fn words(self) -> &'static str {
        match self {
            Self::AccountName => "an account with this name",
            Self::Workspace => "an account for this user and workspace",
            Self::ClientName => "a client with this name",
            Self::Key => "this key",
            Self::RefreshToken => "this login's refresh token",
            Self::PoolMember => "a pool with this member",
            Self::Identifier => "this identifier",
        }
    }
}

/// Why the database could not do what was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The file or its folder cannot be created or opened.
    #[error("the database {path} cannot be opened: {reason}; check the folder's owner and permissions")]
    Open { path: PathBuf, reason: String },
    /// A newer version has used the file.
    #[error(
        "the database {0} was written by a newer version of Rockpool; install that version or use another data folder"
    )]
    Newer(PathBuf),
    /// The file is damaged, or is no database.
    #[error("the database {path} is damaged ({reason}); move it away and restore a copy, or sign in again")]
    Corrupt { path: PathBuf, reason: String },
    /// Nothing can be written because the disk is full.
    #[error("the disk with the database {0} is full; free some space")]
    Full(PathBuf),
    /// Nothing can be written because file or disk are read-only.
    #[error("the database {0} cannot be written; make the file and its folder writable")]
    ReadOnly(PathBuf),
    /// Another process holds the file.
    #[error("another process keeps the database {0} locked; end it and try again")]
    Busy(PathBuf),
    /// What exists once only exists already.
    #[error("{} exists already", .0.words())]
    Taken(Unique),
    /// The row is not there, or not in this tenant.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The login's refresh token has been sent before and may have been consumed.
    #[error("the refresh token of this login has been sent already; sign in again")]
    RefreshTokenSpent,
    /// The store was closed; nothing was written.
    #[error("the database is closed")]
    Closed,
    /// A value in the file makes no sense to this version.
    #[error("the database holds a value that cannot be read: {0}")]
    Unreadable(String),
    /// Anything else, in SQLite's words.
    #[error("the database failed: {0}")]
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        if let rusqlite::Error::SqliteFailure(failure, Some(message)) = &error
            && matches!(
                failure.extended_code,
                ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
            )
        {
            return Self::Taken(Unique::of(message));
        }
        if let rusqlite::Error::FromSqlConversionFailure(_, _, cause) = &error {
            return Self::Unreadable(cause.to_string());
        }
        Self::Sqlite(error)
    }
}

impl StoreError {
    /// Gives a failure of the file itself its remedy.
    pub(super) fn located(self, path: &std::path::Path) -> Self {
        let Self::Sqlite(rusqlite::Error::SqliteFailure(failure, message)) = &self else { return self };
        let path = path.to_owned();
        let reason = message.clone().unwrap_or_else(|| failure.to_string());
        match failure.extended_code & 0xff {
            ffi::SQLITE_FULL => Self::Full(path),
            ffi::SQLITE_READONLY => Self::ReadOnly(path),
            ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED => Self::Busy(path),
            ffi::SQLITE_CORRUPT | ffi::SQLITE_NOTADB => Self::Corrupt { path, reason },
            ffi::SQLITE_CANTOPEN | ffi::SQLITE_PERM => Self::Open { path, reason },
            _ => self,
        }
    }
}
