//! Turns fresh credentials into an account: a new one, or one that is repaired in place.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use rockpool_routing::account::Activation;
use rockpool_routing::{AccountId, CredentialState, LoginId, TenantId};
use thiserror::Error;
use uuid::Uuid;

use super::identity::{Identity, Unidentified, identify};
use super::poll::SharedPoller;
use crate::accounts::import::Said;
use crate::accounts::login::{GrantRefused, Purpose, SignInSink};
use crate::accounts::token::{AdoptError, NewLogin};
use crate::core::Core;
use crate::provider::oauth::TokenGrant;
use crate::provider::outbound::OnBehalfOf;
use crate::store::registry::{Edit, Registry};
use crate::store::{AccountRepair, AccountRow, Obtained, StoreError};

/// Why credentials became no account; each text is for the person.
#[derive(Debug, Error)]
pub(crate) enum EnrollError {
    #[error(transparent)]
    Unidentified(#[from] Unidentified),
    #[error("You signed in as {signed_in}, but “{account}” belongs to {expected}. Sign in with that login.")]
    SomebodyElse { account: String, signed_in: String, expected: String },
    #[error("The account that was to be signed in again is no longer there.")]
    Gone,
    #[error(transparent)]
    Adopt(#[from] AdoptError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Credentials, and whose they are.
#[derive(Clone, Debug)]
pub(crate) struct Enrolment {
    pub(crate) grant: TokenGrant,
    pub(crate) identity: Identity,
    pub(crate) obtained: Obtained,
    pub(crate) names: Names,
}

/// What the person wants a new account to be called.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    /// Slug; made from the plan where absent.
    pub(crate) name: Option<String>,
    pub(crate) display_name: Option<String>,
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
            let refused = |error: EnrollError| GrantRefused(error.to_string());
            let asked = (tenant, purpose.on_behalf_of());
            let identity = identify(&self.core, asked, &grant, &Said::default()).await;
            let identity = identity.map_err(|error| refused(error.into()))?;
            let names = Names::default();
            let enrolment = Enrolment { grant, identity, obtained: Obtained::SignIn, names };
            self.enroll(tenant, purpose, enrolment).await.map(|row| row.name).map_err(refused)
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
        enrolment: Enrolment,
    ) -> Result<AccountRow, EnrollError> {
        let registry = self.core.registry.get();
        let identity = &enrolment.identity;
        let known = match purpose {
            Purpose::Add => account_of(&registry, tenant, identity),
            Purpose::Repair(id) => {
                let row = registry.account(id).filter(|row| row.tenant == tenant).ok_or(EnrollError::Gone)?;
                let same = account_of(&registry, tenant, identity).filter(|same| same.id == row.id);
                Some(same.ok_or_else(|| somebody_else(row, identity))?)
            }
        };
        let row = match known {
            Some(row) => self.repair(row, enrolment).await?,
            None => self.add(tenant, enrolment).await?,
        };
        self.first_quota(&row).await;
        Ok(row)
    }

    /// Makes an account of another workspace of a login that is here; the login stays as it is.
    pub(crate) async fn add_workspace(
        &self,
        tenant: TenantId,
        login: LoginId,
        identity: Identity,
        names: Names,
    ) -> Result<AccountRow, EnrollError> {
        let edit = self.core.registry.edit().await;
        // Whoever removes an account holds the same lock, so that the login cannot be let go of meanwhile.
        if !self.core.registry.get().accounts_of(tenant).any(|row| row.login == login) {
            return Err(EnrollError::Gone);
        }
        let account = self.insert(NewAccount { tenant, login, identity, names }).await?;
        let row = self.publish(&edit, account).await?;
        drop(edit);
        self.first_quota(&row).await;
        Ok(row)
    }

    async fn add(&self, tenant: TenantId, enrolment: Enrolment) -> Result<AccountRow, EnrollError> {
        let Enrolment { grant, identity, obtained, names } = enrolment;
        let new = self.login(&identity, None, obtained);
        let login = self.core.keeper.adopt(tenant, new, grant).await?;
        let edit = self.core.registry.edit().await;
        match self.insert(NewAccount { tenant, login, identity, names }).await {
            Ok(account) => self.publish(&edit, account).await,
            Err(error) => {
                drop(edit);
                // Without an account nothing would ever let go of the login.
                if let Err(error) = self.core.keeper.forget(login, OnBehalfOf::Nobody).await {
                    tracing::warn!(%error, "a login without an account stays behind");
                }
                Err(error.into())
            }
        }
    }

    /// The right to change what is configured has to be held.
    async fn insert(&self, new: NewAccount) -> Result<AccountId, StoreError> {
        let row = new.row(&self.core.registry.get(), self.core.clock.wall());
        let id = row.id;
        self.core.store.insert_account(row).await?;
        Ok(id)
    }

    async fn first_quota(&self, row: &AccountRow) {
        if let Err(error) = self.poller.ask(&self.core, row).await {
            tracing::info!(account = %row.name, %error, "the first quota could not be read");
            self.poller.look_now(row.id);
        }
    }

    /// Signing in again: name, pools and history stay.
    async fn repair(&self, row: &AccountRow, enrolment: Enrolment) -> Result<AccountRow, EnrollError> {
        let Enrolment { grant, identity, obtained, .. } = enrolment;
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

/// The account that the person has in the workspace.
pub(crate) fn account_of<'a>(
    registry: &'a Registry,
    tenant: TenantId,
    identity: &Identity,
) -> Option<&'a AccountRow> {
    registry
        .accounts_of(tenant)
        .find(|row| row.user_id == identity.user_id && row.workspace_id == identity.workspace_id)
}

/// An account whose login is saved.
struct NewAccount {
    tenant: TenantId,
    login: LoginId,
    identity: Identity,
    names: Names,
}

impl NewAccount {
    /// Its row, behind all others of the tenant and under a name that is free.
    fn row(self, registry: &Registry, now: Timestamp) -> AccountRow {
        let Self { tenant, login, identity, names } = self;
        let taken = |name: &str| registry.account_named(tenant, name).is_some();
        let name = names.name.unwrap_or_else(|| free_name(taken, identity.plan.as_deref()));
        AccountRow {
            id: AccountId(Uuid::now_v7()),
            tenant,
            login,
            display_name: names.display_name.unwrap_or_else(|| name.clone()),
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
pub(crate) fn free_name(taken: impl Fn(&str) -> bool, plan: Option<&str>) -> String {
    let plan: String = plan
        .unwrap_or("account")
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' })
        .collect();
    let plan = plan.trim_matches('-');
    let plan = if plan.is_empty() { "account" } else { plan };
    (1_u32..)
        .map(|number| format!("codex-{plan}-{number}"))
        .find(|name| !taken(name))
        .unwrap_or_else(|| format!("codex-{plan}"))
}
