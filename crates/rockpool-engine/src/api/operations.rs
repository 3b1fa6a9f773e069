//! What the management API needs of the engine; the engine's handle provides it, tests record it.

use futures_util::future::BoxFuture;
use rockpool_routing::{SignInId, TenantId};
use secrecy::SecretString;
use tokio::sync::broadcast;

use crate::model::principal::{Principal, Viewer};
use crate::operations::action::{
    AccountPatch, ActionError, ClientPatch, NewClient, NewImport, OpenBrowser, PoolSettings,
};
use crate::snapshot::event::EngineEvent;
use crate::snapshot::{AccountView, ActivityView, ClientView, PoolView, SignInView, Snapshot, WhatIfView};

/// The answer to an action.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, ActionError>>;

/// Everything that window, dashboard, command line and scripts can ask for.
///
/// Names are slugs and unique within the tenant. An action that returns an error has saved nothing.
pub trait Operations: Send + Sync {
    /// The tenants that `principal` may see.
    fn viewer(&self, principal: Principal) -> Viewer;

    /// The one view of everything that `viewer` may see.
    fn snapshot(&self, viewer: &Viewer) -> Snapshot;

    /// What happens from now on.
    fn events(&self) -> broadcast::Receiver<EngineEvent>;

    /// Starts a sign-in: of a new account, or to repair `account`. Starting the same again returns the
    /// pending one.
    fn start_sign_in<'a>(
        &'a self,
        tenant: TenantId,
        account: Option<&'a str>,
        browser: OpenBrowser,
    ) -> Answer<'a, SignInView>;

    /// Sign-ins under way, and those that ended a short while ago.
    fn sign_ins(&self, tenant: TenantId) -> Vec<SignInView>;

    /// Takes the callback address that the person copied from the browser.
    fn paste_callback<'a>(&'a self, tenant: TenantId, id: SignInId, url: &'a str) -> Answer<'a, SignInView>;

    /// Gives a sign-in up.
    fn cancel_sign_in(&self, tenant: TenantId, id: SignInId) -> Answer<'_, ()>;

    /// Makes an account of an `auth.json`.
    fn import_account(&self, tenant: TenantId, import: NewImport) -> Answer<'_, AccountView>;

    /// Renames, pauses or resumes an account.
    fn update_account<'a>(
        &'a self,
        tenant: TenantId,
        name: &'a str,
        patch: AccountPatch,
    ) -> Answer<'a, AccountView>;

    /// Removes an account; refused while a client or a pool points to it.
    fn remove_account<'a>(&'a self, tenant: TenantId, name: &'a str) -> Answer<'a, ()>;

    /// Asks the provider for the account's quota now.
    fn refresh_quota<'a>(&'a self, tenant: TenantId, name: &'a str) -> Answer<'a, AccountView>;

    /// Makes or replaces the pool of `owner`.
    fn set_pool<'a>(
        &'a self,
        tenant: TenantId,
        owner: &'a str,
        settings: PoolSettings,
    ) -> Answer<'a, PoolView>;

    /// Dissolves the pool of `owner`; its accounts stay.
    fn remove_pool<'a>(&'a self, tenant: TenantId, owner: &'a str) -> Answer<'a, ()>;

    /// Places the recorded requests of the pool of `owner` anew, under each strategy, without the accounts
    /// named in `without`.
    fn what_if<'a>(
        &'a self,
        tenant: TenantId,
        owner: &'a str,
        without: Vec<String>,
    ) -> Answer<'a, WhatIfView>;

    /// Makes a client and its key, which is never shown again.
    fn add_client(&self, tenant: TenantId, client: NewClient) -> Answer<'_, (ClientView, SecretString)>;

    /// Changes a client; its key stays.
    fn update_client<'a>(
        &'a self,
        tenant: TenantId,
        name: &'a str,
        patch: ClientPatch,
    ) -> Answer<'a, ClientView>;

    /// Gives a client a new key; the old one ends at once.
    fn rotate_client<'a>(&'a self, tenant: TenantId, name: &'a str)
    -> Answer<'a, (ClientView, SecretString)>;

    /// Removes a client; its key ends at once.
    fn remove_client<'a>(&'a self, tenant: TenantId, name: &'a str) -> Answer<'a, ()>;

    /// The newest requests, newest first, at most `limit`.
    fn activity(&self, tenant: TenantId, limit: u32) -> Answer<'_, Vec<ActivityView>>;
}
