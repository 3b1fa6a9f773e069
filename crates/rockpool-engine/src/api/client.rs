//! The management API as a program calls it: one method per route, named as in the OpenAPI document, over any
//! [`Transport`].

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
use super::transport::{Transport, Unreachable};
use crate::operations::clients::ClientKey;
use crate::operations::requests::{
    AccountChange, AccountImport, ActivityQuery, ClientChange, ClientNew, NewSignIn, PastedCallback,
    PoolChange, WhatIfQuery,
};
use crate::snapshot::{AccountView, ActivityView, ClientView, PoolView, SignInView, Snapshot, WhatIfView};

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
    transport: Arc<dyn Transport>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

type Answer<T> = Result<T, ClientError>;

impl Client {
    pub fn new(transport: impl Transport + 'static) -> Self {
        Self { transport: Arc::new(transport) }
    }

    pub async fn status(&self) -> Answer<Snapshot> {
        self.get(&["status"]).await
    }

    pub async fn start_sign_in(&self, new: &NewSignIn) -> Answer<SignInView> {
        self.send(Method::POST, &["sign-ins"], new).await
    }

    pub async fn list_sign_ins(&self) -> Answer<Vec<SignInView>> {
        self.get(&["sign-ins"]).await
    }

    pub async fn get_sign_in(&self, id: SignInId) -> Answer<SignInView> {
        self.get(&["sign-ins", &id.to_string()]).await
    }

    pub async fn cancel_sign_in(&self, id: SignInId) -> Answer<()> {
        self.delete(&["sign-ins", &id.to_string()]).await
    }

    pub async fn paste_callback(&self, id: SignInId, pasted: &PastedCallback) -> Answer<SignInView> {
        self.send(Method::POST, &["sign-ins", &id.to_string(), "callback"], pasted).await
    }

    pub async fn list_accounts(&self) -> Answer<Vec<AccountView>> {
        self.get(&["accounts"]).await
    }

    pub async fn get_account(&self, name: &str) -> Answer<AccountView> {
        self.get(&["accounts", name]).await
    }

    pub async fn import_account(&self, import: &AccountImport) -> Answer<AccountView> {
        self.send(Method::POST, &["accounts", "import"], import).await
    }

    pub async fn update_account(&self, name: &str, change: &AccountChange) -> Answer<AccountView> {
        self.send(Method::PATCH, &["accounts", name], change).await
    }

    pub async fn remove_account(&self, name: &str) -> Answer<()> {
        self.delete(&["accounts", name]).await
    }

    pub async fn refresh_quota(&self, name: &str) -> Answer<AccountView> {
        self.call(Method::POST, &path(&["accounts", name, "quota"]), None).await
    }

    pub async fn list_pools(&self) -> Answer<Vec<PoolView>> {
        self.get(&["pools"]).await
    }

    pub async fn set_pool(&self, owner: &str, change: &PoolChange) -> Answer<PoolView> {
        self.send(Method::PUT, &["pools", owner], change).await
    }

    pub async fn remove_pool(&self, owner: &str) -> Answer<()> {
        self.delete(&["pools", owner]).await
    }

    pub async fn what_if(&self, owner: &str, query: &WhatIfQuery) -> Answer<WhatIfView> {
        let path = path(&["pools", owner, "what-if"]);
        self.call(Method::GET, &with_query(path, "without", query.without.as_deref()), None).await
    }

    pub async fn list_clients(&self) -> Answer<Vec<ClientView>> {
        self.get(&["clients"]).await
    }

    pub async fn add_client(&self, new: &ClientNew) -> Answer<ClientKey> {
        self.send(Method::POST, &["clients"], new).await
    }

    pub async fn update_client(&self, name: &str, change: &ClientChange) -> Answer<ClientView> {
        self.send(Method::PATCH, &["clients", name], change).await
    }

    pub async fn rotate_client_key(&self, name: &str) -> Answer<ClientKey> {
        self.call(Method::POST, &path(&["clients", name, "key"]), None).await
    }

    pub async fn remove_client(&self, name: &str) -> Answer<()> {
        self.delete(&["clients", name]).await
    }

    pub async fn list_activity(&self, query: ActivityQuery) -> Answer<Vec<ActivityView>> {
        let limit = query.limit.map(|limit| limit.to_string());
        self.call(Method::GET, &with_query(path(&["activity"]), "limit", limit.as_deref()), None).await
    }

    async fn get<T: DeserializeOwned>(&self, segments: &[&str]) -> Answer<T> {
        self.call(Method::GET, &path(segments), None).await
    }

    async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        segments: &[&str],
        request: &impl Serialize,
    ) -> Answer<T> {
        let json = serde_json::to_vec(request).map_err(|error| ClientError::Unwritable(error.to_string()))?;
        self.call(method, &path(segments), Some(json.into())).await
    }

    async fn delete(&self, segments: &[&str]) -> Answer<()> {
        self.success(Method::DELETE, &path(segments), None).await.map(drop)
    }

    async fn call<T: DeserializeOwned>(&self, method: Method, path: &str, json: Option<Bytes>) -> Answer<T> {
        let (status, body) = self.success(method, path, json).await?;
        serde_json::from_slice(&body).map_err(|_| ClientError::Unreadable(status))
    }

    async fn success(&self, method: Method, path: &str, json: Option<Bytes>) -> Answer<(StatusCode, Bytes)> {
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
