//! Takes over the credentials of a sign-in or an import, and lets go of a login's.
//!
//! Both wait for a refresh that is under way: it would write over what comes, or bring back what goes.

use std::sync::Arc;

use rockpool_routing::{LoginId, TenantId};
use secrecy::SecretString;
use thiserror::Error;
use tracing::warn;
use uuid::Uuid;

use super::held::{BookSays, Current, Held, Phase};
use super::keeper::{Shared, Slot, TokenKeeper};
use super::parts::BookError;
use super::schedule::Life;
use super::sealed::{Sealed, fingerprint};
use crate::provider::bearer::Bearer;
use crate::provider::claims::Claims;
use crate::provider::oauth::TokenGrant;
use crate::store::{LoginRow, Obtained, RefreshPhase};
use crate::vault::VaultError;

/// Who the credentials belong to.
#[derive(Clone, Debug)]
pub(crate) struct NewLogin {
    /// The login that they repair; `None` makes a new one.
    pub replaces: Option<LoginId>,
    /// Address of the issuer, without a trailing slash.
    pub issuer: String,
    /// The issuer's identifier of the person.
    pub user_id: String,
    /// E-mail, where known.
    pub email: Option<String>,
    /// How they came here.
    pub obtained: Obtained,
}

/// Why credentials were not taken over.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum AdoptError {
    /// This machine holds the refresh token already: a second owner would kill it for both.
    #[error("this login is here already; a refresh token can have one owner only")]
    AlreadyHeld(LoginId),
    /// There is nothing to renew them with.
    #[error("the sign-in brought no refresh token; sign in again")]
    NoRefreshToken,
    /// The login to be repaired is not known.
    #[error("the login to be repaired is no longer there")]
    NoSuchLogin,
    /// They could not be saved.
    #[error("the tokens cannot be saved: {0}; unlock the vault and sign in again")]
    Vault(#[from] VaultError),
    /// They could not be written down.
    #[error("the login cannot be written to the database: {0}")]
    Book(BookError),
    /// The work broke down.
    #[error("taking over the login broke down; sign in again")]
    BrokeDown,
}

/// Whether the issuer is told that a login is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Revocation {
    /// It is, where Rockpool obtained the login itself.
    IfOurs,
    /// It is not.
    Never,
}

/// Why a login was not let go of.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum ForgetError {
    /// Its secrets would stay behind.
    #[error("the vault does not answer, so the login's tokens cannot be removed: {0}")]
    Vault(#[from] VaultError),
    /// Its row would stay behind.
    #[error("the login cannot be removed from the database: {0}")]
    Book(BookError),
    /// The work broke down.
    #[error("removing the login broke down")]
    BrokeDown,
}

impl TokenKeeper {
    /// Takes over credentials: saved in the vault first, then written down, then handed out. Goes on
    /// when the caller goes away.
    ///
    /// # Errors
    /// See [`AdoptError`]; a login that was to be repaired then stands as before.
    pub(crate) async fn adopt(
        &self,
        tenant: TenantId,
        login: NewLogin,
        grant: TokenGrant,
    ) -> Result<LoginId, AdoptError> {
        let shared = Arc::clone(&self.shared);
        let work = self.shared.tasks.spawn(async move { adopt(&shared, tenant, login, grant).await });
        work.await.unwrap_or(Err(AdoptError::BrokeDown))
    }

    /// Lets go of a login: no bearer from now on, secrets and row removed. No account may refer to it
    /// any more. Letting go of one that is not known is fine.
    ///
    /// # Errors
    /// See [`ForgetError`]; the login then needs a sign-in, and can be let go of again.
    pub(crate) async fn forget(&self, login: LoginId, revocation: Revocation) -> Result<(), ForgetError> {
        let Some(slot) = self.shared.slot(login) else { return Ok(()) };
        let shared = Arc::clone(&self.shared);
        let work = self.shared.tasks.spawn(async move { forget(&shared, &slot, revocation).await });
        work.await.unwrap_or(Err(ForgetError::BrokeDown))
    }
}

async fn adopt(
    shared: &Arc<Shared>,
    tenant: TenantId,
    login: NewLogin,
    grant: TokenGrant,
) -> Result<LoginId, AdoptError> {
    let followed = matches!(login.obtained, Obtained::Follow(_));
    let token = match (&grant.refresh_token, followed) {
        (Some(token), _) => token.clone(),
        (None, true) => SecretString::from(String::new()),
        (None, false) => return Err(AdoptError::NoRefreshToken),
    };
    let print = fingerprint(&token);
    let holder = shared.parts.book.holder(print).await.map_err(AdoptError::Book)?;
    if let Some(holder) = holder.filter(|_| grant.refresh_token.is_some()) {
        return Err(AdoptError::AlreadyHeld(holder));
    }
    let Some(id) = login.replaces else {
        return add(shared, tenant, login, grant, token).await;
    };
    let slot = shared.slot(id).ok_or(AdoptError::NoSuchLogin)?;
    if slot.held().row.tenant != tenant {
        return Err(AdoptError::NoSuchLogin);
    }
    let _desk = slot.desk.lock().await;
    let before = slot.held().phase.clone();
    slot.held().take();
    let row = repaired(&slot.held(), login, print, &grant, shared);
    let written = write(shared, &row, &grant, &token, Page::Old).await;
    shared.settled(&slot, |held| match &written {
        Ok(()) => renew(held, row, &grant, shared),
        Err(_) => held.phase = before,
    });
    written.map(|()| id)
}

/// Two generations ahead: after a kill between vault and book the vault may be one ahead already.
fn repaired(held: &Held, login: NewLogin, print: [u8; 32], grant: &TokenGrant, shared: &Shared) -> LoginRow {
    let fresh = row(shared, held.row.tenant, held.row.id, login, print, grant);
    LoginRow { generation: held.generation() + 2, created_at: held.row.created_at, ..fresh }
}

async fn add(
    shared: &Arc<Shared>,
    tenant: TenantId,
    login: NewLogin,
    grant: TokenGrant,
    token: SecretString,
) -> Result<LoginId, AdoptError> {
    let id = LoginId(Uuid::now_v7());
    let row = row(shared, tenant, id, login, fingerprint(&token), &grant);
    if let Err(error) = write(shared, &row, &grant, &token, Page::New).await {
        let keys = shared.keys(id);
        for key in [&keys.refresh, &keys.access] {
            let _ = shared.parts.shelf.delete(key).await;
        }
        return Err(error);
    }
    let slot = Slot::new(Held::new(row.clone(), Phase::Busy));
    shared.insert(Arc::clone(&slot));
    shared.settled(&slot, |held| renew(held, row, &grant, shared));
    Ok(id)
}

fn row(
    shared: &Shared,
    tenant: TenantId,
    id: LoginId,
    login: NewLogin,
    print: [u8; 32],
    grant: &TokenGrant,
) -> LoginRow {
    let claims = Claims::read(&grant.access_token);
    let now = shared.parts.clock.wall();
    LoginRow {
        id,
        tenant,
        issuer: login.issuer,
        user_id: login.user_id,
        email: login.email,
        obtained: login.obtained,
        phase: RefreshPhase::Idle,
        phase_code: None,
        generation: 1,
        access_expires_at: claims.expires_at,
        access_issued_at: claims.issued_at,
        fingerprint: print,
        created_at: now,
        updated_at: now,
    }
}

enum Page {
    New,
    Old,
}

async fn write(
    shared: &Shared,
    row: &LoginRow,
    grant: &TokenGrant,
    token: &SecretString,
    page: Page,
) -> Result<(), AdoptError> {
    if !matches!(row.obtained, Obtained::Follow(_)) {
        let keys = shared.keys(row.id);
        let seal = |token: &SecretString| Sealed { generation: row.generation, token: token.clone() };
        shared.parts.shelf.set(&keys.refresh, &seal(token).to_entry()).await?;
        let saved = shared.parts.shelf.set(&keys.access, &seal(&grant.access_token).to_entry()).await;
        if let Err(error) = saved {
            // The refresh token is safe, and brings another access token after the next start.
            warn!(login = %row.id, %error, "an access token is not in the vault");
        }
    }
    match page {
        Page::New => shared.parts.book.insert(row.clone()).await.map_err(AdoptError::Book),
        Page::Old => shared.parts.book.replace(row.clone()).await.map_err(AdoptError::Book),
    }
}

fn renew(held: &mut Held, row: LoginRow, grant: &TokenGrant, shared: &Shared) {
    let (received, phase) = match row.obtained {
        Obtained::SignIn => (Some(shared.now().mono), Phase::Idle),
        Obtained::Import => (None, Phase::Idle),
        Obtained::Follow(_) => (None, Phase::Followed),
    };
    held.debts.clear();
    held.next = None;
    held.book = BookSays::Truth;
    held.publish(Current {
        bearer: Bearer { token: grant.access_token.clone(), generation: row.generation },
        life: Life { issued_at: row.access_issued_at, expires_at: row.access_expires_at, received },
    });
    held.row = row;
    held.phase = phase;
}

async fn forget(shared: &Arc<Shared>, slot: &Arc<Slot>, revocation: Revocation) -> Result<(), ForgetError> {
    let _desk = slot.desk.lock().await;
    let keys = shared.keys(slot.id);
    let (tenant, obtained) = {
        let held = slot.held();
        (held.row.tenant, held.row.obtained.clone())
    };
    let entry = match obtained {
        Obtained::Follow(_) => None,
        Obtained::SignIn | Obtained::Import => shared.parts.shelf.get(&keys.refresh).await?,
    };
    let alive = slot.held().phase != Phase::Dead;
    slot.held().take();
    shared.settled(slot, |held| held.phase = Phase::Dead);
    let sealed = entry.as_ref().and_then(Sealed::from_entry);
    if let (Obtained::SignIn, Revocation::IfOurs, true, Some(sealed)) = (&obtained, revocation, alive, sealed)
        && let Err(error) = shared.parts.issuer.revoke(&sealed.token).await
    {
        warn!(login = %slot.id, error, "the issuer was not told that a login is gone");
    }
    if !matches!(obtained, Obtained::Follow(_)) {
        shared.parts.shelf.delete(&keys.refresh).await?;
        shared.parts.shelf.delete(&keys.access).await?;
    }
    shared.parts.book.delete(tenant, slot.id).await.map_err(ForgetError::Book)?;
    shared.remove(slot.id);
    Ok(())
}
