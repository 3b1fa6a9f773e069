//! Takes over into an account what the tokens of a refresh say of it.
//!
//! # Policy
//!
//! An account is a person's seat in a workspace, and stays that for its life: a workspace that was
//! missing is filled in, one that is known is never exchanged for another. The plan is that of the
//! workspace that the tokens were made for, and follows the newest tokens.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use rockpool_routing::LoginId;

use crate::accounts::token::RenewalWatcher;
use crate::host::clock::Clock;
use crate::provider::claims::Claims;
use crate::snapshot::event_bus::EventBus;
use crate::store::registry::{Registry, RegistryCell};
use crate::store::{AccountRenewal, AccountRow, Store, StoreError};

/// Writes what new tokens say to the accounts of their login.
pub(crate) struct AccountRenewals {
    pub(crate) store: Store,
    pub(crate) registry: Arc<RegistryCell>,
    pub(crate) event_bus: EventBus,
    pub(crate) clock: Clock,
}

impl RenewalWatcher for AccountRenewals {
    fn renewed(&self, login: LoginId, claims: Claims) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            if let Err(error) = self.take_over(login, &claims).await {
                tracing::warn!(%login, %error, "what new tokens say of an account is not written down");
            }
        })
    }
}

impl AccountRenewals {
    async fn take_over(&self, login: LoginId, claims: &Claims) -> Result<(), StoreError> {
        let _edit = self.registry.edit().await;
        let registry = self.registry.get();
        let news: Vec<_> = registry
            .accounts
            .iter()
            .filter(|row| row.login == login)
            .filter_map(|row| Some((row, news(&registry, row, claims)?)))
            .collect();
        if news.is_empty() {
            return Ok(());
        }
        let mut written = Ok(());
        for (row, renewal) in news {
            let one = self.store.renew_account(row.tenant, row.id, renewal, self.clock.wall()).await;
            written = written.and(one);
        }
        self.registry.reload(&self.store).await?;
        self.event_bus.snapshot_changed();
        written
    }
}

/// What the claims say of an account that is not known of it already.
fn news(registry: &Registry, row: &AccountRow, claims: &Claims) -> Option<AccountRenewal> {
    if claims.user_id.as_ref().is_some_and(|person| *person != row.user_id) {
        return None;
    }
    let workspace_id = claims.workspace_id.clone().filter(|id| may_fill_in(registry, row, id));
    let workspace = workspace_id.as_ref().unwrap_or(&row.workspace_id);
    let made_for_it = match &claims.workspace_id {
        Some(id) => id == workspace,
        // Tokens that name no workspace speak of the one seat that they serve, if it is the only one.
        None => registry.accounts.iter().all(|other| other.login != row.login || other.id == row.id),
    };
    let plan = claims.plan.clone().filter(|plan| made_for_it && row.plan.as_ref() != Some(plan));
    let renewal = AccountRenewal { workspace_id, plan };
    (renewal != AccountRenewal::default()).then_some(renewal)
}

/// The person's seat in that workspace may be an account of its own already.
fn may_fill_in(registry: &Registry, row: &AccountRow, workspace_id: &str) -> bool {
    let mut others = registry.accounts_of(row.tenant).filter(|other| other.user_id == row.user_id);
    row.workspace_id.is_empty() && others.all(|other| other.workspace_id != workspace_id)
}
