//! Turns fresh credentials into an account: a new one, or one that is repaired in place.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use rockpool_routing::account::Activation;
use rockpool_routing::{AccountId, CredentialState, LoginId, TenantId};
use thiserror::Error;
use uuid::Uuid;

use super::poll::SharedPoller;
use crate::accounts::login::{GrantRefused, Purpose, SignInSink};
use crate::accounts::token::{AdoptError, NewLogin};
use crate::core::Core;
use crate::provider::claims::Claims;
use crate::provider::oauth::TokenGrant;
use crate::provider::workspaces::Workspace;
use crate::store::registry::{Edit, Registry};
use crate::store::{AccountRepair, AccountRow, Obtained, StoreError};

/// Why credentials became no account; each text is for the person.
#[derive(Debug, Error)]
pub(crate) enum EnrollError {
    #[error("The provider's answer does not say whose login this is; sign in again.")]
    Anonymous,
    #[error(
        "The login names no workspace; open the provider's website once with this account, then sign in again."
    )]
    NoWorkspace,
    #[error("You signed in as {signed_in}, but “{account}” belongs to {expected}. Sign in with that login.")]
    SomebodyElse { account: String, signed_in: String, expected: String },
    #[error("The account that was to be signed in again is no longer there.")]
    Gone,
    #[error(transparent)]
    Adopt(#[from] AdoptError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What came along with the credentials.
#[derive(Clone, Debug, Default)]
pub(crate) struct Details {
    /// What the person wants a new account to be called.
    pub(crate) name: Option<String>,
    pub(crate) display_name: Option<String>,
    /// The workspace that a file is signed in to, which need not be the one its tokens were made for.
    pub(crate) workspace_id: Option<String>,
}

/// Whose credentials they are.
struct Identity {
    user_id: String,
    workspace_id: String,
    email: Option<String>,
    plan: Option<String>,
}

/// Makes accounts of credentials.
#[derive(Clone)]
pub(crate) struct Enroller {
    core: Arc<Core>,
    poller: SharedPoller,
}

impl SignInSink for Enroller {
    fn complete(
        &self,
        tenant: TenantId,
        purpose: Purpose,
        grant: TokenGrant,
    ) -> BoxFuture<'_, Result<String, GrantRefused>> {
        Box::pin(async move {
            let enrolled = self.enroll(tenant, purpose, grant, Obtained::SignIn, Details::default()).await;
            enrolled.map(|row| row.name).map_err(|error| GrantRefused(error.to_string()))
        })
    }

    fn name_of(&self, account: AccountId) -> Option<String> {
        Some(self.core.registry.get().account(account)?.name.clone())
    }
}

impl Enroller {
    pub(crate) fn new(core: Arc<Core>, poller: SharedPoller) -> Self {
        Self { core, poller }
    }

    /// Saves the credentials, then the account, then asks for its first quota.
    pub(crate) async fn enroll(
        &self,
        tenant: TenantId,
        purpose: Purpose,
        grant: TokenGrant,
        obtained: Obtained,
        details: Details,
    ) -> Result<AccountRow, EnrollError> {
        let identity = identity(&grant, details.workspace_id.as_deref())?;
        let registry = self.core.registry.get();
        let same =
            |row: &&AccountRow| row.user_id == identity.user_id && row.workspace_id == identity.workspace_id;
        let known = match purpose {
            Purpose::Add => registry.accounts_of(tenant).find(same),
            Purpose::Repair(id) => {
                let row = registry.account(id).filter(|row| row.tenant == tenant).ok_or(EnrollError::Gone)?;
                Some(row).filter(same).ok_or_else(|| somebody_else(row, &identity)).map(Some)?
            }
        };
        let row = match known {
            Some(row) => self.repair(row, grant, identity, obtained).await?,
            None => self.add(tenant, grant, identity, obtained, details).await?,
        };
        self.ask_for_quota(&row).await;
        Ok(row)
    }

    /// Makes an account of another workspace of the login that `row` has; the login stays as it is.
    pub(crate) async fn add_workspace(
        &self,
        row: &AccountRow,
        workspace: Workspace,
        details: Details,
    ) -> Result<AccountRow, EnrollError> {
        let edit = self.core.registry.edit().await;
        let registry = self.core.registry.get();
        // Whoever removes an account holds the same lock, so that the login cannot be let go of meanwhile.
        let present = registry.account(row.id).ok_or(EnrollError::Gone)?;
        let identity = Identity {
            user_id: present.user_id.clone(),
            workspace_id: workspace.id,
            email: present.email.clone(),
            plan: workspace.plan,
        };
        let new = NewAccount { tenant: present.tenant, login: present.login, identity, details };
        let new = new.row(&registry, self.core.clock.wall());
        self.core.store.insert_account(new.clone()).await?;
        let added = self.publish(&edit, new.id).await?;
        drop(edit);
        self.ask_for_quota(&added).await;
        Ok(added)
    }

    async fn ask_for_quota(&self, row: &AccountRow) {
        if let Err(error) = self.poller.ask(&self.core, row).await {
            tracing::info!(account = %row.name, %error, "the first quota could not be read");
            self.poller.look_now(row.id);
        }
    }

    async fn add(
        &self,
        tenant: TenantId,
        grant: TokenGrant,
        identity: Identity,
        obtained: Obtained,
        details: Details,
    ) -> Result<AccountRow, EnrollError> {
        let new = self.login(&identity, None, obtained);
        let login = self.core.keeper.adopt(tenant, new, grant).await?;
        let edit = self.core.registry.edit().await;
        let new = NewAccount { tenant, login, identity, details };
        let row = new.row(&self.core.registry.get(), self.core.clock.wall());
        if let Err(error) = self.core.store.insert_account(row.clone()).await {
            drop(edit);
            // Without an account nothing would ever let go of the login.
            if let Err(error) = self.core.keeper.forget(login).await {
                tracing::warn!(%error, "a login without an account stays behind");
            }
            return Err(error.into());
        }
        self.publish(&edit, row.id).await
    }

    /// Signing in again: name, pools and history stay.
    async fn repair(
        &self,
        row: &AccountRow,
        grant: TokenGrant,
        identity: Identity,
        obtained: Obtained,
    ) -> Result<AccountRow, EnrollError> {
        let new = self.login(&identity, Some(row.login), obtained);
        let login = self.core.keeper.adopt(row.tenant, new, grant).await?;
        let repair = AccountRepair { login, email: identity.email, plan: identity.plan };
        let edit = self.core.registry.edit().await;
        match self.core.store.repair_account(row.tenant, row.id, repair, self.core.clock.wall()).await {
            Err(StoreError::NotFound(_)) => Err(EnrollError::Gone),
            Err(error) => Err(error.into()),
            Ok(()) => self.publish(&edit, row.id).await,
        }
    }

    /// Shows a change to everyone, and gives the account as it now is.
    async fn publish(&self, _edit: &Edit<'_>, id: AccountId) -> Result<AccountRow, EnrollError> {
        self.core.reload().await?;
        let row = self.core.registry.get().account(id).cloned().ok_or(EnrollError::Gone)?;
        let credentials = self.core.keeper.state(row.login).unwrap_or(CredentialState::Usable);
        self.core.routing.learn(|router, _| {
            router.add_account(row.id);
            router.set_credentials(row.id, credentials);
        });
        Ok(row)
    }

    fn login(&self, identity: &Identity, replaces: Option<LoginId>, obtained: Obtained) -> NewLogin {
        NewLogin {
            replaces,
            issuer: self.core.config.auth_url.as_str().trim_end_matches('/').to_owned(),
            user_id: identity.user_id.clone(),
            email: identity.email.clone(),
            obtained,
        }
    }
}

/// A plan in the tokens is that of the workspace that they were made for.
fn identity(grant: &TokenGrant, signed_in_to: Option<&str>) -> Result<Identity, EnrollError> {
    let claims = Claims::of_pair(grant.id_token.as_ref(), &grant.access_token);
    let elsewhere = signed_in_to.is_some_and(|id| claims.workspace_id.as_deref().is_some_and(|of| of != id));
    let workspace_id = signed_in_to.map(str::to_owned).or(claims.workspace_id);
    Ok(Identity {
        user_id: claims.user_id.ok_or(EnrollError::Anonymous)?,
        workspace_id: workspace_id.ok_or(EnrollError::NoWorkspace)?,
        email: claims.email,
        plan: claims.plan.filter(|_| !elsewhere),
    })
}

/// An account whose login is saved.
struct NewAccount {
    tenant: TenantId,
    login: LoginId,
    identity: Identity,
    details: Details,
}

impl NewAccount {
    /// Its row, behind all others of the tenant and under a name that is free.
    fn row(self, registry: &Registry, now: Timestamp) -> AccountRow {
        let Self { tenant, login, identity, details } = self;
        let name = details.name.unwrap_or_else(|| free_name(registry, tenant, identity.plan.as_deref()));
        AccountRow {
            id: AccountId(Uuid::now_v7()),
            tenant,
            login,
            display_name: details.display_name.unwrap_or_else(|| name.clone()),
            name,
            email: identity.email,
            user_id: identity.user_id,
            workspace_id: identity.workspace_id,
            plan: identity.plan,
            activation: Activation::Active,
            position: registry.accounts_of(tenant).map(|row| row.position + 1).max().unwrap_or(0),
            created_at: now,
            updated_at: now,
        }
    }
}

fn somebody_else(row: &AccountRow, identity: &Identity) -> EnrollError {
    let expected = match &row.email {
        Some(email) if Some(email) != identity.email.as_ref() => email.clone(),
        Some(_) | None => format!("workspace {}", row.workspace_id),
    };
    let signed_in = match &identity.email {
        Some(email) if Some(email) != row.email.as_ref() => email.clone(),
        Some(_) | None => format!("workspace {}", identity.workspace_id),
    };
    EnrollError::SomebodyElse { account: row.name.clone(), signed_in, expected }
}

/// `codex-pro-1`, `codex-pro-2`, …: the first that is free.
fn free_name(registry: &Registry, tenant: TenantId, plan: Option<&str>) -> String {
    let plan: String = plan
        .unwrap_or("account")
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' })
        .collect();
    let plan = plan.trim_matches('-');
    let plan = if plan.is_empty() { "account" } else { plan };
    (1_u32..)
        .map(|number| format!("codex-{plan}-{number}"))
        .find(|name| registry.account_named(tenant, name).is_none())
        .unwrap_or_else(|| format!("codex-{plan}"))
}
