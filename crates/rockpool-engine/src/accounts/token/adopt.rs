//! Takes over the credentials of a sign-in or an import.
//!
//! Saved in the vault first, then in the database, then handed out. A kill after the first step leaves a
//! vault that is ahead of its row, which the next start takes for what it is; the other way round, it
//! would leave a row whose token nobody has. Where the row is refused, the vault has back what it held, so that the login
//! stands as before.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;
use rockpool_routing::{LoginId, TenantId};
use secrecy::SecretString;
use thiserror::Error;
use tracing::warn;
use uuid::Uuid;

use super::credentials::{Adoption, Credentials, Entries, NewLogin, Save};
use super::login_state::LoginState;
use super::shared::{Shared, Slot};
use super::traits::LoginStoreError;
use super::vault_entry::VaultKeys;
use crate::provider::oauth::TokenGrant;
use crate::store::KnownToken;
use crate::vault::{VaultError, VaultKey};

/// Why credentials were not taken over.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum AdoptError {
    /// This machine holds the refresh token already: a second owner would kill it for both.
    #[error("this login is here already; a refresh token can have one owner only")]
    AlreadyHeld(LoginId),
    /// Presenting it again would end every login that came of it.
    #[error(
        "this refresh token was used up by Rockpool already, so the file is out of date; sign in again, or import \
         a newer file"
    )]
    Spent,
    #[error("the sign-in brought no refresh token; sign in again")]
    NoRefreshToken,
    /// The login to be repaired is not known.
    #[error("the login to be repaired is no longer there")]
    NoSuchLogin,
    #[error("the tokens cannot be saved: {}; then sign in again", .0.with_remedy())]
    Vault(#[from] VaultError),
    #[error("the login cannot be written to the database: {0}")]
    Store(#[from] LoginStoreError),
    /// The work panicked.
    #[error("taking over the login broke down; sign in again")]
    BrokeDown,
}

pub(super) async fn adopt(
    shared: &Shared,
    tenant: TenantId,
    login: NewLogin,
    grant: TokenGrant,
) -> Result<LoginId, AdoptError> {
    let replaces = login.replaces;
    let credentials = Credentials::of(login, grant).ok_or(AdoptError::NoRefreshToken)?;
    if let Some(fingerprint) = credentials.fingerprint() {
        match shared.parts.logins.known(fingerprint).await? {
            Some(KnownToken::Held(holder)) => return Err(AdoptError::AlreadyHeld(holder)),
            Some(KnownToken::Spent) => return Err(AdoptError::Spent),
            None => {}
        }
    }
    match replaces {
        None => add(shared, tenant, credentials).await,
        Some(id) => {
            let slot = shared.slot(id).filter(|slot| slot.state().row().tenant == tenant);
            let slot = slot.ok_or(AdoptError::NoSuchLogin)?;
            repair(shared, &slot, credentials).await
        }
    }
}

async fn add(shared: &Shared, tenant: TenantId, credentials: Credentials) -> Result<LoginId, AdoptError> {
    let id = LoginId(Uuid::now_v7());
    let adoption = credentials.first(tenant, id, shared.parts.clock.wall());
    if let Err(error) = save(shared, &adoption).await {
        let keys = shared.keys(id);
        // No row names these secrets, so nothing would ever remove them.
        for key in [&keys.refresh, &keys.access] {
            let _ = shared.parts.secrets.delete(key).await;
        }
        return Err(error);
    }
    let slot = Slot::new(LoginState::signed_in(adoption, shared.now()));
    shared.insert(Arc::clone(&slot));
    shared.change(&slot, |_| ());
    Ok(id)
}

/// Waits for a refresh that is under way: it would write its tokens over the new ones. However it ends, also by a panic,
/// the login is let go of: nobody else would end the claim.
async fn repair(shared: &Shared, slot: &Slot, credentials: Credentials) -> Result<LoginId, AdoptError> {
    let _write_lock = slot.write_lock.lock().await;
    // It may have been let go of while this waited: no row would name the secrets.
    if !shared.slot(slot.id).is_some_and(|known| std::ptr::eq(&*known, slot)) {
        return Err(AdoptError::NoSuchLogin);
    }
    let (adoption, interrupted) = slot.state().begin_adoption(credentials, shared.parts.clock.wall());
    let work = AssertUnwindSafe(replace(shared, &adoption)).catch_unwind();
    let saved = work.await.unwrap_or(Err(AdoptError::BrokeDown));
    let now = shared.now();
    shared.change(slot, |state| match &saved {
        Ok(()) => state.adopted(adoption, now),
        Err(_) => state.adoption_failed(interrupted),
    });
    saved.map(|()| slot.id)
}

/// Saves new credentials in place of a login's, or puts back what the vault held before.
async fn replace(shared: &Shared, adoption: &Adoption) -> Result<(), AdoptError> {
    let row = &adoption.row;
    let before = held_before(shared, adoption).await;
    let work = AssertUnwindSafe(save(shared, adoption)).catch_unwind();
    if let Err(error) = work.await.unwrap_or(Err(AdoptError::BrokeDown)) {
        if before.is_empty() {
            return Err(error);
        }
        match shared.parts.logins.known(row.fingerprint).await {
            // The row is on the disk after all, and the old tokens would not be its own.
            Ok(Some(KnownToken::Held(holder))) if holder == row.id => {}
            Ok(_) => {
                put_back(shared, before, row.id).await;
                return Err(error);
            }
            // What the vault holds is ahead of either row, and is taken for what it is.
            Err(_) => return Err(error),
        }
    }
    delete_what_is_left(shared, &shared.keys(row.id), &adoption.entries(), row.id).await;
    Ok(())
}

/// What the vault holds where new credentials are written; without what it does not give.
async fn held_before(shared: &Shared, adoption: &Adoption) -> Vec<(VaultKey, Option<SecretString>)> {
    let (keys, entries) = (shared.keys(adoption.row.id), adoption.entries());
    let mut held = Vec::new();
    for (key, entry) in [(keys.refresh, entries.refresh), (keys.access, entries.access)] {
        if entry.is_none() {
            continue;
        }
        match shared.parts.secrets.get(&key).await {
            Ok(secret) => held.push((key, secret)),
            Err(error) => {
                warn!(login = %adoption.row.id, %error, "a token that is about to be replaced cannot be read");
            }
        }
    }
    held
}

async fn put_back(shared: &Shared, before: Vec<(VaultKey, Option<SecretString>)>, login: LoginId) {
    for (key, secret) in before {
        let done = match &secret {
            Some(secret) => shared.parts.secrets.set(&key, secret).await,
            None => shared.parts.secrets.delete(&key).await,
        };
        if let Err(error) = done {
            warn!(%login, %error, "the vault keeps a token of a login that was not taken over");
        }
    }
}

async fn save(shared: &Shared, adoption: &Adoption) -> Result<(), AdoptError> {
    let row = &adoption.row;
    let (keys, secrets, entries) = (shared.keys(row.id), &shared.parts.secrets, adoption.entries());
    if let Some(entry) = &entries.refresh {
        secrets.set(&keys.refresh, &entry.encode()).await?;
    }
    if let Some(entry) = &entries.access
        && let Err(error) = secrets.set(&keys.access, &entry.encode()).await
    {
        if entries.refresh.is_none() {
            return Err(error.into());
        }
        // The refresh token is safe, and brings another access token after the next start.
        warn!(login = %row.id, %error, "an access token is not in the vault");
    }
    match adoption.save {
        Save::Insert => shared.parts.logins.insert(row.clone()).await?,
        Save::Replace => shared.parts.logins.replace(row.clone()).await?,
    }
    Ok(())
}

/// Removes what the login had in the vault before and has no place there any more. After the row: until it is
/// written, the old login stands.
async fn delete_what_is_left(shared: &Shared, keys: &VaultKeys, entries: &Entries, login: LoginId) {
    for (key, entry) in [(&keys.refresh, &entries.refresh), (&keys.access, &entries.access)] {
        if entry.is_none()
            && let Err(error) = shared.parts.secrets.delete(key).await
        {
            warn!(%login, %error, "a token of the login that was replaced stays in the vault");
        }
    }
}
