//! What can be done with a running engine: the management API's operations, one file per resource.

mod accounts;
pub(crate) mod action;
mod clients;
pub(crate) mod handle;
mod pools;
mod sign_ins;
pub(crate) mod snapshot;
#[cfg(test)]
mod tests;
mod what_if;

use rockpool_routing::{SignInId, TenantId};
use secrecy::SecretString;
use tokio::sync::broadcast;

use self::action::{AccountPatch, ActionError, ClientPatch, NewClient, NewImport, OpenBrowser, PoolSettings};
use self::handle::{EngineHandle, refused};
use crate::api::Operations;
use crate::api::operations::Answer;
use crate::model::principal::{Principal, Viewer};
use crate::snapshot::event::EngineEvent;
use crate::snapshot::{AccountView, ActivityView, ClientView, PoolView, SignInView, Snapshot, WhatIfView};

impl Operations for EngineHandle {
    /// Both principals act for the whole machine; at home they are in the tenant that existed first.
    fn viewer(&self, principal: Principal) -> Viewer {
        match principal {
            Principal::Owner | Principal::Control => {
                let registry = self.core().registry.get();
                let tenants: Vec<TenantId> = registry.tenants.iter().map(|tenant| tenant.id).collect();
                let home = tenants.first().copied().unwrap_or(TenantId(uuid::Uuid::nil()));
                Viewer { home, tenants }
            }
        }
    }

    fn snapshot(&self, viewer: &Viewer) -> Snapshot {
        self.view(viewer)
    }

    fn events(&self) -> broadcast::Receiver<EngineEvent> {
        Self::events(self)
    }

    fn start_sign_in<'a>(
        &'a self,
        tenant: TenantId,
        account: Option<&'a str>,
        browser: OpenBrowser,
    ) -> Answer<'a, SignInView> {
        Box::pin(sign_ins::start(self, tenant, account, browser))
    }

    fn sign_ins(&self, tenant: TenantId) -> Vec<SignInView> {
        self.sign_ins_of().list(tenant)
    }

    fn paste_callback<'a>(&'a self, tenant: TenantId, id: SignInId, url: &'a str) -> Answer<'a, SignInView> {
        Box::pin(sign_ins::paste(self, tenant, id, url))
    }

    fn cancel_sign_in(&self, tenant: TenantId, id: SignInId) -> Answer<'_, ()> {
        Box::pin(async move { sign_ins::cancel(self, tenant, id) })
    }

    fn import_account(&self, tenant: TenantId, import: NewImport) -> Answer<'_, AccountView> {
        let engine = self.clone();
        to_its_end(async move { accounts::import(&engine, tenant, import).await })
    }

    fn update_account<'a>(
        &'a self,
        tenant: TenantId,
        name: &'a str,
        patch: AccountPatch,
    ) -> Answer<'a, AccountView> {
        let (engine, name) = (self.clone(), name.to_owned());
        to_its_end(async move { accounts::update(&engine, tenant, &name, patch).await })
    }

    fn remove_account<'a>(&'a self, tenant: TenantId, name: &'a str) -> Answer<'a, ()> {
        let (engine, name) = (self.clone(), name.to_owned());
        to_its_end(async move { accounts::remove(&engine, tenant, &name).await })
    }

    fn refresh_quota<'a>(&'a self, tenant: TenantId, name: &'a str) -> Answer<'a, AccountView> {
        Box::pin(accounts::refresh_quota(self, tenant, name))
    }

    fn set_pool<'a>(
        &'a self,
        tenant: TenantId,
        owner: &'a str,
        settings: PoolSettings,
    ) -> Answer<'a, PoolView> {
        let (engine, owner) = (self.clone(), owner.to_owned());
        to_its_end(async move { pools::set(&engine, tenant, &owner, settings).await })
    }

    fn remove_pool<'a>(&'a self, tenant: TenantId, owner: &'a str) -> Answer<'a, ()> {
        let (engine, owner) = (self.clone(), owner.to_owned());
        to_its_end(async move { pools::remove(&engine, tenant, &owner).await })
    }

    fn what_if<'a>(
        &'a self,
        tenant: TenantId,
        owner: &'a str,
        without: Vec<String>,
    ) -> Answer<'a, WhatIfView> {
        Box::pin(what_if::what_if(self, tenant, owner, without))
    }

    fn add_client(&self, tenant: TenantId, client: NewClient) -> Answer<'_, (ClientView, SecretString)> {
        let engine = self.clone();
        to_its_end(async move { clients::add(&engine, tenant, client).await })
    }

    fn update_client<'a>(
        &'a self,
        tenant: TenantId,
        name: &'a str,
        patch: ClientPatch,
    ) -> Answer<'a, ClientView> {
        let (engine, name) = (self.clone(), name.to_owned());
        to_its_end(async move { clients::update(&engine, tenant, &name, patch).await })
    }

    fn rotate_client<'a>(
        &'a self,
        tenant: TenantId,
        name: &'a str,
    ) -> Answer<'a, (ClientView, SecretString)> {
        let (engine, name) = (self.clone(), name.to_owned());
        to_its_end(async move { clients::rotate(&engine, tenant, &name).await })
    }

    fn remove_client<'a>(&'a self, tenant: TenantId, name: &'a str) -> Answer<'a, ()> {
        let (engine, name) = (self.clone(), name.to_owned());
        to_its_end(async move { clients::remove(&engine, tenant, &name).await })
    }

    fn activity(&self, tenant: TenantId, limit: u32) -> Answer<'_, Vec<ActivityView>> {
        Box::pin(async move {
            let core = self.core();
            core.ledger.write(&core.store).await.map_err(refused)?;
            let rows = core.store.recent_activity(tenant, limit).await.map_err(refused)?;
            Ok(rows.into_iter().map(|row| row.view).collect())
        })
    }
}

/// Runs a change in a task of its own: a caller who hangs up between the database and the picture would
/// leave a removed key in force.
fn to_its_end<'a, T: Send + 'static>(
    change: impl Future<Output = Result<T, ActionError>> + Send + 'static,
) -> Answer<'a, T> {
    Box::pin(async move {
        let broke_down = || ActionError::unavailable("broke_down", "The change broke down; look at the log.");
        tokio::spawn(change).await.unwrap_or_else(|_| Err(broke_down()))
    })
}
