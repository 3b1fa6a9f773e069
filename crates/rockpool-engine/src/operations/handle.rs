//! The handle on a running engine: everything that can be seen and asked of it.

use std::net::SocketAddr;
use std::sync::Arc;

use rockpool_routing::TenantId;
use tokio::sync::broadcast;

use super::error::{ActionError, refused};
use super::rehearsal::{NewestScene, RehearsalScenes};
use super::snapshot;
use super::snapshot::Surroundings;
use crate::accounts::login::SignIns;
use crate::config::{Config, Mode, VaultChoice};
use crate::core::Core;
use crate::dashboard::sessions::DashboardSessions;
use crate::host::tasks::Tasks;
use crate::jobs::poll::SharedPoller;
use crate::model::principal::{Principal, Viewer};
use crate::proxy::endpoint::Endpoint;
use crate::snapshot::Snapshot;
use crate::snapshot::event::EngineEvent;
use crate::store::registry::Registry;
use crate::store::{AccountRow, ClientRow};

/// A clonable handle. All changes go through the operations, which are reached through the management API.
#[derive(Clone)]
pub struct EngineHandle {
    shared: Arc<EngineParts>,
}

struct EngineParts {
    core: Arc<Core>,
    sign_ins: SignIns,
    poller: SharedPoller,
    /// Changes that go on when their caller has hung up; quitting waits for them.
    changes: Tasks,
    dashboard: Arc<DashboardSessions>,
    endpoint: Option<Endpoint>,
    newest_scene: NewestScene,
}

impl EngineHandle {
    pub(crate) fn new(
        core: Arc<Core>,
        sign_ins: SignIns,
        poller: SharedPoller,
        endpoint: Option<Endpoint>,
    ) -> Self {
        let parts = EngineParts {
            core,
            sign_ins,
            poller,
            changes: Tasks::default(),
            dashboard: Arc::default(),
            endpoint,
            newest_scene: NewestScene::default(),
        };
        Self { shared: Arc::new(parts) }
    }

    pub(crate) fn core(&self) -> &Arc<Core> {
        &self.shared.core
    }

    pub(crate) fn sign_ins_of(&self) -> &SignIns {
        &self.shared.sign_ins
    }

    pub(crate) fn changes(&self) -> &Tasks {
        &self.shared.changes
    }

    pub(crate) fn poller(&self) -> &SharedPoller {
        &self.shared.poller
    }

    pub(crate) fn dashboard(&self) -> &Arc<DashboardSessions> {
        &self.shared.dashboard
    }

    /// The address that is served; none for an engine that was started offline.
    pub fn address(&self) -> Option<SocketAddr> {
        self.served().map(Endpoint::address)
    }

    /// The endpoint, where one is served.
    pub(crate) fn served(&self) -> Option<&Endpoint> {
        self.shared.endpoint.as_ref()
    }

    /// The configuration that it was started with.
    pub fn config(&self) -> &Config {
        &self.shared.core.config
    }

    /// Base address that tools are pointed at.
    pub fn endpoint(&self) -> String {
        format!("{}/v1", self.origin())
    }

    /// Scheme, address and port of the endpoint, as this machine reaches it.
    pub(crate) fn origin(&self) -> String {
        let mut address = self.address().unwrap_or(self.shared.core.settings.get().listen.value);
        if address.ip().is_unspecified() {
            address.set_ip([127, 0, 0, 1].into());
        }
        format!("http://{address}")
    }

    /// What this machine's owner sees.
    pub fn snapshot(&self) -> Snapshot {
        self.snapshot_for(&self.viewer(Principal::Owner))
    }

    /// Where a rehearsal tells what it shows; `None` in a real installation, which has no scenes.
    pub fn rehearsal_scenes(&self) -> Option<RehearsalScenes> {
        match self.config().mode {
            Mode::Rehearsal => {
                Some(RehearsalScenes::new(Arc::clone(self.core()), self.shared.newest_scene.clone()))
            }
            Mode::Normal => None,
        }
    }

    /// Events from now on.
    pub fn events(&self) -> broadcast::Receiver<EngineEvent> {
        self.shared.core.event_bus.subscribe()
    }

    /// The tenants that `principal` may see. All principals act for the whole machine; at home they are in the
    /// tenant that existed first.
    pub(crate) fn viewer(&self, principal: Principal) -> Viewer {
        match principal {
            Principal::Owner | Principal::Control | Principal::Dashboard(_) => {
                let registry = self.shared.core.registry.get();
                let tenants: Vec<TenantId> = registry.tenants.iter().map(|tenant| tenant.id).collect();
                let home = tenants.first().copied().unwrap_or(TenantId(uuid::Uuid::nil()));
                Viewer { home, tenants }
            }
        }
    }

    /// Everything that `viewer` may see.
    pub(crate) fn snapshot_for(&self, viewer: &Viewer) -> Snapshot {
        let sign_ins = viewer.tenants.iter().flat_map(|tenant| self.shared.sign_ins.list(*tenant)).collect();
        let rehearsal = self.shared.newest_scene.get();
        let surroundings = Surroundings { endpoint: self.endpoint(), sign_ins, rehearsal };
        snapshot::snapshot(&self.shared.core, viewer, surroundings)
    }

    /// Refuses what would lose tokens: a vault in memory goes with the command that no server stands
    /// behind.
    pub(crate) fn keeps_tokens(&self) -> Result<(), ActionError> {
        match (self.address(), &self.config().vault) {
            (None, VaultChoice::Memory) => Err(ActionError::unavailable(
                "vault_forgets",
                "ROCKPOOL_VAULT=memory would forget this login when the command ends; start `rockpool serve` \
                 first, or use ROCKPOOL_VAULT=keychain or file:PATH.",
            )),
            (Some(_), _)
            | (None, VaultChoice::Keychain | VaultChoice::File { .. } | VaultChoice::KeychainOrFile { .. }) => {
                Ok(())
            }
        }
    }

    /// The account with this slug.
    pub(crate) fn account(&self, tenant: TenantId, name: &str) -> Result<AccountRow, ActionError> {
        let registry = self.shared.core.registry.get();
        registry.account_named(tenant, name).cloned().ok_or_else(|| ActionError::no_account(name))
    }

    /// The client with this name.
    pub(crate) fn client(&self, tenant: TenantId, name: &str) -> Result<ClientRow, ActionError> {
        let registry = self.shared.core.registry.get();
        registry.client_named(tenant, name).cloned().ok_or_else(|| ActionError::no_client(name))
    }

    /// Reads the registry afresh after a change.
    pub(crate) async fn reload(&self) -> Result<Arc<Registry>, ActionError> {
        self.shared.core.reload().await.map_err(refused)?;
        Ok(self.shared.core.registry.get())
    }
}
