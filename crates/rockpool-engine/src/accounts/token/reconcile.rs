//! Which of two is ahead, the vault or the database, and what that says about the refresh token.
//!
//! The row is always written after the vault's entry. So an entry of a newer generation than the row's
//! was saved and never sent; an entry with the row's own fingerprint is the one that the row's phase
//! speaks of; anything else is an old or foreign token, which must never be sent.

use secrecy::SecretString;

use super::shared::{Shared, Slot};
use super::vault_entry::{VaultEntry, fingerprint};
use crate::store::{KnownToken, LoginRow};

/// How the vault's refresh token stands to the row.
#[derive(Clone, Debug)]
pub(super) enum Standing {
    /// The one that the row speaks of.
    Same(VaultEntry),
    /// Saved after the row was written, and never sent.
    Newer(VaultEntry),
    /// Not the one that the row speaks of, and not newer: from a restored backup, say.
    Foreign,
    Missing,
}

/// As [`compare`] has it, but that a newer entry which was presented, or belongs to another login, is foreign: a
/// takeover that failed half-way has left it.
pub(super) async fn standing(shared: &Shared, slot: &Slot, entry: Option<&SecretString>) -> Standing {
    let standing = compare(slot.state().row(), entry);
    let Standing::Newer(entry) = standing else { return standing };
    match shared.parts.logins.known(fingerprint(&entry.token)).await {
        Ok(Some(KnownToken::Spent)) => Standing::Foreign,
        Ok(Some(KnownToken::Held(other))) if other != slot.id => Standing::Foreign,
        // A database that does not answer does not take the row either, before which nothing is sent.
        Ok(Some(KnownToken::Held(_)) | None) | Err(_) => Standing::Newer(entry),
    }
}

fn compare(row: &LoginRow, entry: Option<&SecretString>) -> Standing {
    let Some(entry) = entry else { return Standing::Missing };
    let Some(entry) = VaultEntry::decode(entry) else { return Standing::Foreign };
    if fingerprint(&entry.token) == row.fingerprint {
        return Standing::Same(entry);
    }
    if entry.generation > row.generation { Standing::Newer(entry) } else { Standing::Foreign }
}
