//! On whose behalf the provider is asked, and by which way out: decided here for every request of ours.

use std::sync::Arc;

use rockpool_routing::{AccountId, LoginId};

use super::upstream::{HttpClients, Upstream, UpstreamError};
use crate::model::settings::Settings;
use crate::model::settings::proxy::StoredProxy;
use crate::store::live_settings::LiveSettings;
use crate::store::registry::RegistryCell;

/// Whom a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnBehalfOf {
    Account(AccountId),
    /// The accounts that a login serves; where several have ways out of their own, the first one's counts.
    Login(LoginId),
    /// Nobody yet.
    Nobody,
}

/// The connections to the provider, each by the way out that the settings name for it now.
#[derive(Clone, Debug)]
pub(crate) struct Outbound {
    pub(crate) upstream: Upstream,
    settings: Arc<LiveSettings>,
    registry: Arc<RegistryCell>,
}

impl Outbound {
    pub(crate) fn new(upstream: Upstream, settings: Arc<LiveSettings>, registry: Arc<RegistryCell>) -> Self {
        Self { upstream, settings, registry }
    }

    /// # Errors
    /// Where the stored proxy cannot be read, or the HTTP library refuses it; nothing goes out by another way instead.
    pub(crate) fn clients(&self, whom: OnBehalfOf) -> Result<HttpClients, UpstreamError> {
        let settings = self.settings.get();
        let choice = match self.own_proxy(&settings, whom) {
            Some(own) => own.choice().ok_or(UpstreamError::AccountProxyUnreadable)?,
            None => settings.proxy.value.choice().ok_or(UpstreamError::ProxyUnreadable)?,
        };
        self.upstream.through(choice)
    }

    fn own_proxy<'a>(&self, settings: &'a Settings, whom: OnBehalfOf) -> Option<&'a StoredProxy> {
        let own = |account: AccountId| settings.account_proxies.value.of(account);
        match whom {
            OnBehalfOf::Account(account) => own(account),
            OnBehalfOf::Login(login) => {
                let registry = self.registry.get();
                let mut served = registry.accounts.iter().filter(|row| row.login == login);
                served.find_map(|row| own(row.id))
            }
            OnBehalfOf::Nobody => None,
        }
    }
}

/// Where a client of the issuer gets its connections from: each request its own, since what is lost with a shared one
/// may not be sent again.
pub(crate) trait HttpSource: Send + Sync + std::fmt::Debug {
    /// # Errors
    /// In words; nothing was sent.
    fn http(&self, whom: OnBehalfOf) -> Result<reqwest::Client, String>;
}

impl HttpSource for Outbound {
    fn http(&self, whom: OnBehalfOf) -> Result<reqwest::Client, String> {
        self.clients(whom).map(|clients| clients.fresh).map_err(|error| error.to_string())
    }
}

/// One way out for everybody.
impl HttpSource for reqwest::Client {
    fn http(&self, _whom: OnBehalfOf) -> Result<reqwest::Client, String> {
        Ok(self.clone())
    }
}
