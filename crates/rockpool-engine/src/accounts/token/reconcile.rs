//! Which of two is ahead, the vault or the book, and what that says about the refresh token.
//!
//! The book's row is always written after the vault's entry. So an entry of a newer generation than
//! the row's was saved and never sent; an entry with the row's own fingerprint is the one that the
//! row's phase speaks of; anything else is an old or foreign token, which must never be sent.

use jiff::Timestamp;
use secrecy::SecretString;

use super::held::Held;
use super::sealed::{Sealed, fingerprint};
use crate::store::{LoginRow, Refreshed};

/// How the vault's refresh token stands to the book's row.
#[derive(Clone, Debug)]
pub(super) enum Standing {
    /// The one that the row speaks of.
    Same(Sealed),
    /// Saved after the row was written, and never sent.
    Newer(Sealed),
    /// Not the one that the row speaks of, and not newer.
    Foreign,
    /// There is none.
    Missing,
}

pub(super) fn compare(row: &LoginRow, entry: Option<&SecretString>) -> Standing {
    let Some(entry) = entry else { return Standing::Missing };
    let Some(sealed) = Sealed::from_entry(entry) else { return Standing::Foreign };
    if fingerprint(&sealed.token) == row.fingerprint {
        return Standing::Same(sealed);
    }
    if sealed.generation > row.generation { Standing::Newer(sealed) } else { Standing::Foreign }
}

impl Held {
    /// The entry that brings the book up to a newer refresh token.
    pub(super) fn catch_up(&self, sealed: &Sealed, at: Timestamp) -> Refreshed {
        Refreshed {
            generation: sealed.generation.max(self.generation()),
            access_expires_at: self.row.access_expires_at,
            access_issued_at: self.row.access_issued_at,
            fingerprint: fingerprint(&sealed.token),
            at,
        }
    }
}
