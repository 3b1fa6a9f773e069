//! Stand-in until sign-ins land.
use crate::action::OpenBrowser;
use crate::clock::Clock;
use crate::login::oauth::{OAuthClient, TokenGrant};
use crate::ports::Browser;
use crate::snapshot::SignInView;
use futures_util::future::BoxFuture;
use rockpool_routing::{AccountId, SignInId, TenantId};
use std::sync::Arc;
use std::time::Duration;
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Add,
    Repair(AccountId),
}
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    #[error("unknown")]
    Unknown(SignInId),
    #[error("ended")]
    Ended,
    #[error("{0}")]
    Paste(String),
}
pub trait SignInSink: Send + Sync {
    fn complete(
        &self,
        tenant: TenantId,
        purpose: Purpose,
        grant: TokenGrant,
    ) -> BoxFuture<'_, Result<String, String>>;
}
pub struct SignInParts {
    pub oauth: OAuthClient,
    pub browser: Arc<dyn Browser>,
    pub clock: Clock,
    pub callback_ports: Vec<u16>,
    pub timeout: Duration,
    pub sink: Arc<dyn SignInSink>,
    pub announce: Arc<dyn Fn(SignInId) + Send + Sync>,
}
#[derive(Clone)]
pub struct SignIns;
impl SignIns {
    pub fn new(_parts: SignInParts) -> Self {
        Self
    }
    pub async fn start(&self, _t: TenantId, _p: Purpose, _b: OpenBrowser) -> Result<SignInView, SignInError> {
        Err(SignInError::Ended)
    }
    pub async fn cancel(&self, _t: TenantId, _id: SignInId) -> Result<(), SignInError> {
        Ok(())
    }
    pub async fn paste(&self, _t: TenantId, _id: SignInId, _u: &str) -> Result<SignInView, SignInError> {
        Err(SignInError::Ended)
    }
    pub fn list(&self, _t: TenantId) -> Vec<SignInView> {
        Vec::new()
    }
    pub fn stop(&self) {}
}
