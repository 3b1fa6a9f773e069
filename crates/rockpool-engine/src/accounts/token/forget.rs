//! Lets go of a login.

use rockpool_routing::{LoginId, TenantId};
use secrecy::SecretString;
use thiserror::Error;
use tracing::warn;

use super::shared::{Shared, Slot};
use super::traits::LoginStoreError;
use super::vault_entry::VaultEntry;
use crate::provider::outbound::OnBehalfOf;
use crate::store::Obtained;
use crate::vault::VaultError;

/// Why a login was not let go of.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum ForgetError {
    /// Its secrets would stay behind.
    #[error("the vault does not answer, so the login's tokens cannot be removed: {0}")]
    Vault(#[from] VaultError),
    /// Its row would stay behind.
    #[error("the login cannot be removed from the database: {0}")]
    Store(#[from] LoginStoreError),
    /// The work panicked.
    #[error("removing the login broke down")]
    BrokeDown,
}

/// Waits for a refresh that is under way: it would bring back what goes.
pub(super) async fn forget(shared: &Shared, slot: &Slot, whom: OnBehalfOf) -> Result<(), ForgetError> {
    let _write_lock = slot.write_lock.lock().await;
    let (tenant, obtained, alive) = {
        let state = slot.state();
        (state.row().tenant, state.row().obtained.clone(), !state.is_dead())
    };
    match obtained {
        Obtained::Follow(_) => {
            shared.change(slot, |state| state.removed());
            // There is something only where what it replaced could not be removed then; it does not stand in the
            // way now.
            if let Err(error) = delete_secrets(shared, slot.id).await {
                warn!(login = %slot.id, %error, "the vault was not asked to remove what may be left of a login");
            }
        }
        Obtained::SignIn | Obtained::Import | Obtained::AccessToken => {
            // Read before anything is given up: a vault that does not answer leaves the login as it is.
            let entry = shared.parts.secrets.get(&shared.keys(slot.id).refresh).await?;
            shared.change(slot, |state| state.removed());
            // An imported one may still serve the tool that it came from.
            if alive && obtained == Obtained::SignIn {
                revoke(shared, slot.id, whom, entry.as_ref()).await;
            }
            delete_secrets(shared, slot.id).await?;
        }
    }
    delete_row(shared, tenant, slot.id).await
}

async fn revoke(shared: &Shared, login: LoginId, whom: OnBehalfOf, entry: Option<&SecretString>) {
    let Some(entry) = entry.and_then(VaultEntry::decode) else { return };
    if let Err(error) = shared.parts.issuer.revoke(whom, &entry.token).await {
        warn!(%login, %error, "the issuer was not told that a login is gone");
    }
}

async fn delete_secrets(shared: &Shared, login: LoginId) -> Result<(), ForgetError> {
    let keys = shared.keys(login);
    shared.parts.secrets.delete(&keys.refresh).await?;
    shared.parts.secrets.delete(&keys.access).await?;
    Ok(())
}

async fn delete_row(shared: &Shared, tenant: TenantId, login: LoginId) -> Result<(), ForgetError> {
    shared.parts.logins.delete(tenant, login).await?;
    shared.remove(login);
    Ok(())
}
