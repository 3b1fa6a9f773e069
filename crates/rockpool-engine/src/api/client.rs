//! The management API as a program calls it: one method per route, named as in the OpenAPI document, over any
//! [`ApiTransport`].

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{Method, StatusCode};
use rockpool_routing::SignInId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use super::path::{path, with_query};
use super::problem::Problem;
use super::transport::{ApiTransport, Unreachable};
use crate::operations::clients::ClientKey;
use crate::operations::dashboard::{DashboardLink, DashboardSession};
use crate::operations::requests::{
    AccountChange, AccountImport, AccountOrder, ActivityQuery, ClientChange, ClientNew, ImportFiles,
    ImportSelection, LinkRedemption, NewSignIn, NewWorkspaceAccount, PastedCallback, PoolChange,
    SettingsChange, SnippetQuery, ToolConnect, ToolDisconnect, UsageQuery, VaultMove, WhatIfQuery,
};
use crate::operations::tools::ToolConnected;
use crate::snapshot::{
    AccountView, ActivityView, ClientView, ImportPreview, ImportResult, PoolView, SettingsView, SignInView,
    SignInWaysView, Snapshot, SnippetView, ToolCheck, ToolPreview, ToolView, UsageView, WhatIfView,
    WorkspaceView,
};

/// Why a call did not bring what was asked for. Each text is a sentence; none holds a secret.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ClientError {
    /// The engine refused, in its own sentence.
    #[error("{}", .0.detail)]
    Refused(Problem),
    /// The answer makes no sense, as when the server is of another version.
    #[error(
        "the running Rockpool answered {0} in a form that this version does not know; use the same version"
    )]
    Unreadable(StatusCode),
    /// No answer came.
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
    /// The request cannot be written in JSON, which has no way to write a path that is not UTF-8.
    #[error("the request cannot be sent: {0}")]
    Unwritable(String),
}

/// A client of one engine; clones share the transport.
///
/// The event stream and the OpenAPI document have no method: a host in the same process takes the engine's
/// events themselves, and the document is a file of the repository.
///
/// # Errors
/// Every method: [`ClientError`].
#[derive(Clone)]
pub struct Client {
    transport: Arc<dyn ApiTransport>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

type ClientResult<T> = Result<T, ClientError>;

impl Client {
    pub fn new(transport: impl ApiTransport + 'static) -> Self {
        Self { transport: Arc::new(transport) }
    }

    pub async fn status(&self) -> ClientResult<Snapshot> {
        self.get(&["status"]).await
    }

    pub async fn start_sign_in(&self, new: &NewSignIn) -> ClientResult<SignInView> {
        self.send(Method::POST, &["sign-ins"], new).await
    }

    pub async fn list_sign_in_ways(&self) -> ClientResult<SignInWaysView> {
        self.get(&["sign-ins", "ways"]).await
    }

    pub async fn list_sign_ins(&self) -> ClientResult<Vec<SignInView>> {
        self.get(&["sign-ins"]).await
    }

    pub async fn get_sign_in(&self, id: SignInId) -> ClientResult<SignInView> {
        self.get(&["sign-ins", &id.to_string()]).await
    }

    pub async fn cancel_sign_in(&self, id: SignInId) -> ClientResult<()> {
        self.delete(&["sign-ins", &id.to_string()]).await
    }

    pub async fn paste_callback(&self, id: SignInId, pasted: &PastedCallback) -> ClientResult<SignInView> {
        self.send(Method::POST, &["sign-ins", &id.to_string(), "callback"], pasted).await
    }

    pub async fn list_workspaces(&self, account: &str) -> ClientResult<Vec<WorkspaceView>> {
        self.get(&["accounts", account, "workspaces"]).await
    }

    pub async fn add_workspace(&self, account: &str, new: &NewWorkspaceAccount) -> ClientResult<AccountView> {
        self.send(Method::POST, &["accounts", account, "workspaces"], new).await
    }

    pub async fn list_accounts(&self) -> ClientResult<Vec<AccountView>> {
        self.get(&["accounts"]).await
    }

    pub async fn get_account(&self, name: &str) -> ClientResult<AccountView> {
        self.get(&["accounts", name]).await
    }

    pub async fn import_account(&self, import: &AccountImport) -> ClientResult<AccountView> {
        self.send(Method::POST, &["accounts", "import"], import).await
    }

    pub async fn preview_import(&self, files: &ImportFiles) -> ClientResult<ImportPreview> {
        self.send(Method::POST, &["imports", "preview"], files).await
    }

    pub async fn import_logins(&self, selection: &ImportSelection) -> ClientResult<ImportResult> {
        self.send(Method::POST, &["imports"], selection).await
    }

    pub async fn order_accounts(&self, order: &AccountOrder) -> ClientResult<Vec<AccountView>> {
        self.send(Method::PUT, &["account-order"], order).await
    }

    pub async fn update_account(&self, name: &str, change: &AccountChange) -> ClientResult<AccountView> {
        self.send(Method::PATCH, &["accounts", name], change).await
    }

    pub async fn remove_account(&self, name: &str) -> ClientResult<()> {
        self.delete(&["accounts", name]).await
    }

    pub async fn refresh_quota(&self, name: &str) -> ClientResult<AccountView> {
        self.call(Method::POST, &path(&["accounts", name, "quota"]), None).await
    }

    pub async fn list_pools(&self) -> ClientResult<Vec<PoolView>> {
        self.get(&["pools"]).await
    }

    pub async fn set_pool(&self, owner: &str, change: &PoolChange) -> ClientResult<PoolView> {
        self.send(Method::PUT, &["pools", owner], change).await
    }

    pub async fn remove_pool(&self, owner: &str) -> ClientResult<()> {
        self.delete(&["pools", owner]).await
    }

    pub async fn what_if(&self, owner: &str, query: &WhatIfQuery) -> ClientResult<WhatIfView> {
        let path = path(&["pools", owner, "what-if"]);
        self.call(Method::GET, &with_query(path, "without", query.without.as_deref()), None).await
    }

    pub async fn list_clients(&self) -> ClientResult<Vec<ClientView>> {
        self.get(&["clients"]).await
    }

    pub async fn add_client(&self, new: &ClientNew) -> ClientResult<ClientKey> {
        self.send(Method::POST, &["clients"], new).await
    }

    pub async fn update_client(&self, name: &str, change: &ClientChange) -> ClientResult<ClientView> {
        self.send(Method::PATCH, &["clients", name], change).await
    }

    pub async fn rotate_client_key(&self, name: &str) -> ClientResult<ClientKey> {
        self.call(Method::POST, &path(&["clients", name, "key"]), None).await
    }

    pub async fn remove_client(&self, name: &str) -> ClientResult<()> {
        self.delete(&["clients", name]).await
    }

    pub async fn list_activity(&self, query: ActivityQuery) -> ClientResult<Vec<ActivityView>> {
        let limit = query.limit.map(|limit| limit.to_string());
        self.call(Method::GET, &with_query(path(&["activity"]), "limit", limit.as_deref()), None).await
    }

    pub async fn usage(&self, query: UsageQuery) -> ClientResult<UsageView> {
        let by = query.by.map(|by| by.name());
        let [from, to] = [query.from, query.to].map(|at| at.map(|at| at.to_string()));
        let days = query.days.map(|days| days.to_string());
        let given = [("by", by), ("from", from.as_deref()), ("to", to.as_deref()), ("days", days.as_deref())];
        let all = |path, (key, value)| with_query(path, key, value);
        self.call(Method::GET, &given.into_iter().fold(path(&["usage"]), all), None).await
    }

    pub async fn new_dashboard_link(&self) -> ClientResult<DashboardLink> {
        self.call(Method::POST, &path(&["dashboard", "links"]), None).await
    }

    pub async fn redeem_dashboard_link(&self, redemption: &LinkRedemption) -> ClientResult<DashboardSession> {
        self.send(Method::POST, &["dashboard", "sessions"], redemption).await
    }

    pub async fn end_dashboard_session(&self) -> ClientResult<()> {
        self.delete(&["dashboard", "sessions", "current"]).await
    }

    pub async fn get_settings(&self) -> ClientResult<SettingsView> {
        self.get(&["settings"]).await
    }

    pub async fn update_settings(&self, change: &SettingsChange) -> ClientResult<SettingsView> {
        self.send(Method::PATCH, &["settings"], change).await
    }

    pub async fn move_vault(&self, to: &VaultMove) -> ClientResult<SettingsView> {
        self.send(Method::POST, &["settings", "vault", "move"], to).await
    }

    pub async fn retry_vault(&self) -> ClientResult<SettingsView> {
        self.call(Method::POST, &path(&["settings", "vault", "retry"]), None).await
    }

    pub async fn list_tools(&self) -> ClientResult<Vec<ToolView>> {
        self.get(&["tools"]).await
    }

    pub async fn list_snippets(&self, query: &SnippetQuery) -> ClientResult<Vec<SnippetView>> {
        let path = with_query(path(&["snippets"]), "model", query.model.as_deref());
        self.call(Method::GET, &path, None).await
    }

    pub async fn preview_tool(&self, name: &str, wish: &ToolConnect) -> ClientResult<ToolPreview> {
        self.send(Method::POST, &["tools", name, "preview"], wish).await
    }

    pub async fn connect_tool(&self, name: &str, wish: &ToolConnect) -> ClientResult<ToolConnected> {
        self.send(Method::POST, &["tools", name, "connect"], wish).await
    }

    pub async fn verify_tool(&self, name: &str) -> ClientResult<ToolCheck> {
        self.call(Method::POST, &path(&["tools", name, "verify"]), None).await
    }

    pub async fn disconnect_tool(&self, name: &str, wish: &ToolDisconnect) -> ClientResult<ToolView> {
        self.send(Method::POST, &["tools", name, "disconnect"], wish).await
    }

    async fn get<T: DeserializeOwned>(&self, segments: &[&str]) -> ClientResult<T> {
        self.call(Method::GET, &path(segments), None).await
    }

    async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        segments: &[&str],
        request: &impl Serialize,
    ) -> ClientResult<T> {
        let json = serde_json::to_vec(request).map_err(|error| ClientError::Unwritable(error.to_string()))?;
        self.call(method, &path(segments), Some(json.into())).await
    }

    async fn delete(&self, segments: &[&str]) -> ClientResult<()> {
        self.success(Method::DELETE, &path(segments), None).await.map(drop)
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        json: Option<Bytes>,
    ) -> ClientResult<T> {
        let (status, body) = self.success(method, path, json).await?;
        serde_json::from_slice(&body).map_err(|_| ClientError::Unreadable(status))
    }

    async fn success(
        &self,
        method: Method,
        path: &str,
        json: Option<Bytes>,
    ) -> ClientResult<(StatusCode, Bytes)> {
        let reply = self.transport.send(method, path, json).await?;
        if reply.status.is_success() {
            return Ok((reply.status, reply.body));
        }
        match serde_json::from_slice(&reply.body) {
            Ok(problem) => Err(ClientError::Refused(problem)),
            Err(_) => Err(ClientError::Unreadable(reply.status)),
        }
    }
}
