//! Starts the parts in order, hands out the handle, and stops them in the reverse order.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rand::Rng;
use rockpool_routing::ConversationKey;
use secrecy::SecretString;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::accounts::login::{SignInParts, SignIns};
use crate::accounts::token::{CredentialWatcher, DatabaseLogins, KeeperParts, TokenKeeper};
use crate::activity::ledger::Ledger;
use crate::api::router::router;
use crate::config::Config;
use crate::core::Core;
use crate::dashboard::files::DashboardFiles;
use crate::host::browser::Browser;
use crate::host::clock::Clock;
use crate::host::data_dir::{Control, DataDir, DataDirError};
use crate::host::port_holder;
use crate::host::port_holder::Holder;
use crate::host::secret::new_secret;
use crate::jobs::poll::{Poller, SharedPoller};
use crate::jobs::renewals::AccountRenewals;
use crate::model::activity::SHOWN;
use crate::operations::handle::EngineHandle;
use crate::ports::Ports;
use crate::provider::oauth::OAuthClient;
use crate::provider::upstream::{Upstream, UpstreamError};
use crate::proxy::dispatch::Dispatch;
use crate::proxy::server;
use crate::proxy::state::DataPlane;
use crate::routing::forecast::Forecasts;
use crate::routing::shared_router::Routing;
use crate::snapshot::event_bus::EventBus;
use crate::store::registry::{Registry, RegistryCell};
use crate::store::{CONVERSATIONS_KEPT, Store, StoreError, system_scope};
use crate::vault::{DEFAULT_TIMEOUT, Vault, VaultBackend, VaultError};

/// How often a vault that is missing is looked for.
const VAULT_SEARCH: Duration = Duration::from_secs(5);
/// Longest wait for refreshes and records at the end. A refresh that was sent is waited for.
const DRAIN: Duration = Duration::from_secs(30);

/// Why the engine did not start; each text says what to do.
#[derive(Debug, Error)]
pub enum StartError {
    /// Another server or app uses the data folder, or it cannot be used.
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    /// The database cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The connection to the provider cannot be set up.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    /// Another process listens on the endpoint's port.
    #[error("{address} is in use{}; stop it, or set ROCKPOOL_LISTEN to another port", by(holder))]
    PortBusy {
        /// The address that was asked for.
        address: SocketAddr,
        /// Who has it, where the system tells.
        holder: Option<Holder>,
    },
    /// The endpoint's address cannot be listened on for another reason.
    #[error("{address} cannot be listened on ({source}); set ROCKPOOL_LISTEN to an address of this machine")]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// As the system gives it.
        source: std::io::Error,
    },
}

fn by(holder: &Option<Holder>) -> String {
    holder
        .as_ref()
        .map(|holder| format!(" by {} (process {})", holder.program, holder.pid))
        .unwrap_or_default()
}

/// Whether the engine serves tools, or only carries out a few operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Duty {
    Serve,
    Operate,
}

/// A running engine. Stop it with [`Engine::shutdown`]; dropped, it stops without waiting.
pub struct Engine {
    handle: EngineHandle,
    plane: Arc<DataPlane>,
    serving: Option<JoinHandle<()>>,
    tasks: JoinSet<()>,
    stop: watch::Sender<bool>,
    data_dir: DataDir,
}

impl Engine {
    /// Takes the data folder, opens database and vault, and serves.
    ///
    /// # Errors
    /// See [`StartError`]; nothing is left running or locked.
    pub async fn start(config: Config, ports: Ports) -> Result<Self, StartError> {
        Self::launch(config, ports, Duty::Serve).await
    }

    /// The same operations without endpoint, polling and scheduled refreshes, for a command line that
    /// finds nobody serving.
    ///
    /// # Errors
    /// As [`Engine::start`].
    pub async fn start_offline(config: Config, ports: Ports) -> Result<Self, StartError> {
        Self::launch(config, ports, Duty::Operate).await
    }

    /// The handle through which everything but starting and ending goes.
    pub fn handle(&self) -> EngineHandle {
        self.handle.clone()
    }

    async fn launch(config: Config, ports: Ports, duty: Duty) -> Result<Self, StartError> {
        let data_dir = DataDir::take(&config.data_dir)?;
        let listener = match duty {
            Duty::Serve => Some(listen(config.listen).await?),
            Duty::Operate => None,
        };
        let address = listener.as_ref().and_then(|listener| listener.local_addr().ok());
        let Ports { vault, browser, clock, dashboard } = ports;
        let (stop, stopped) = watch::channel(false);
        let core = core(config, vault, clock, &data_dir, stopped.clone()).await?;
        match duty {
            // The endpoint must not wait for a keychain that waits for its password; it is asked beside it.
            Duty::Serve => {}
            Duty::Operate => core.vault.probe_if_unasked().await,
        }
        let poller: SharedPoller = Arc::new(Poller::default());
        let sign_ins = SignIns::new(sign_in_parts(&core, browser, &poller));
        let handle = EngineHandle::new(Arc::clone(&core), sign_ins, Arc::clone(&poller), address);
        let plane = Arc::new(DataPlane::new(Arc::clone(&core)));
        let mut tasks = background(&core);
        let mut serving = None;
        if let (Some(listener), Some(address)) = (listener, address) {
            let control = control(&core, address);
            let dispatch =
                dispatch(&plane, &handle, Gate { control: control.token.clone(), address, dashboard });
            serving = Some(tokio::spawn(server::serve(listener, dispatch, stopped)));
            let vault = core.vault.clone();
            tasks.spawn(async move { find_vault(&vault).await });
            let core = Arc::clone(&core);
            tasks.spawn(async move { poller.run(&core).await });
            data_dir.publish(&control)?;
            tracing::info!(%address, "serving");
        }
        Ok(Self { handle, plane, serving, tasks, stop, data_dir })
    }

    /// Stops taking requests, lets running answers end, waits for refreshes and saves in flight, and
    /// writes the last records. In this order: each step may still cause work for the next.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        let core = Arc::clone(self.handle.core());
        let drained = tokio::time::timeout(DRAIN, async {
            if let Some(serving) = self.serving.take() {
                drop(serving.await);
            }
            self.plane.sessions.finished().await;
            self.handle.changes().finished().await;
            self.handle.sign_ins_of().drain().await;
            core.keeper.drain().await;
        });
        if drained.await.is_err() {
            tracing::warn!("stopped while an answer, a refresh or a save was still under way");
        }
        self.tasks.shutdown().await;
        if let Err(error) = core.ledger.write(&core.store).await {
            tracing::warn!(%error, "the last records could not be written");
        }
        drop(self.data_dir);
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    port_holder::bind(address).await.map_err(|source| {
        if source.kind() == std::io::ErrorKind::AddrInUse {
            return StartError::PortBusy { address, holder: port_holder::holder(address.port()) };
        }
        StartError::Listen { address, source }
    })
}

async fn core(
    config: Config,
    vault: Box<dyn VaultBackend>,
    clock: Clock,
    data_dir: &DataDir,
    stopped: watch::Receiver<bool>,
) -> Result<Arc<Core>, StartError> {
    let store = Store::open(&data_dir.database())?;
    store.ensure_personal(system_scope(), clock.wall()).await?;
    let installation = store.installation(system_scope()).await?;
    let vault = Vault::start(vault, DEFAULT_TIMEOUT);
    let upstream = Upstream::new(&config)?;
    let event_bus = EventBus::new();
    let registry = Arc::new(RegistryCell::default());
    registry.set(Registry::load(&store).await?);
    let routing = Arc::new(Routing::new(Arc::clone(&registry), clock.clone(), event_bus.clone()));
    let ledger = Arc::new(Ledger::new(event_bus.clone()));
    remember(&store, &registry, &routing, &ledger).await?;
    let oauth = OAuthClient::new(config.auth_url.clone(), upstream.fresh.clone());
    let keeper = TokenKeeper::start(KeeperParts {
        logins: Arc::new(DatabaseLogins::new(store.clone(), clock.clone())),
        secrets: Arc::new(vault.clone()),
        issuer: Arc::new(oauth),
        watcher: Arc::clone(&routing) as Arc<dyn CredentialWatcher>,
        renewals: Arc::new(AccountRenewals {
            store: store.clone(),
            registry: Arc::clone(&registry),
            event_bus: event_bus.clone(),
            clock: clock.clone(),
        }),
        clock: clock.clone(),
        installation: installation.to_string(),
    });
    keeper.load(store.logins(system_scope()).await?).await;
    routing.take_states_as_published();
    Ok(Arc::new(Core {
        config,
        clock,
        store,
        vault,
        keeper,
        upstream,
        registry,
        routing,
        ledger,
        forecasts: Forecasts::default(),
        event_bus,
        stopped,
    }))
}

/// Tells router and ledger what the run before knew.
async fn remember(
    store: &Store,
    registry: &RegistryCell,
    routing: &Routing,
    ledger: &Ledger,
) -> Result<(), StoreError> {
    let scope = system_scope();
    let picture = registry.get();
    let quota = store.quota(scope).await?;
    let outcomes = store.outcomes(scope).await?;
    let conversations = store.conversations(scope, CONVERSATIONS_KEPT).await?;
    routing.learn(|router, _| {
        for row in &picture.accounts {
            router.add_account(row.id);
            router.set_activation(row.id, row.activation);
        }
        for row in quota {
            router.observe(row.account, row.reading);
        }
        for (account, outcome) in outcomes {
            router.recall(account, outcome);
        }
        for row in conversations {
            if let Some(key) = ConversationKey::new(row.tenant, &row.name) {
                router.place(&key, row.account, row.at);
            }
        }
        // Otherwise each restart would send the first request to the owner again.
        for owner in picture.pools.keys() {
            router.start_rotation(*owner, rand::rng().random());
        }
    });
    let wall = routing.read(|_, now| now.wall);
    for tenant in &picture.tenants {
        ledger.recall(tenant.id, store.recent_activity(tenant.id, SHOWN).await?);
        ledger.recall_histories(store, tenant.id, wall).await?;
    }
    Ok(())
}

fn background(core: &Arc<Core>) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    tasks.spawn(core.event_bus.clone().publish_changes());
    tasks.spawn(Arc::clone(&core.routing).watch());
    let keeping = Arc::clone(core);
    tasks.spawn(async move { keeping.ledger.keep(&keeping.store).await });
    let watching = Arc::clone(core);
    tasks.spawn(async move { watch_vault(&watching).await });
    tasks
}

/// Finds out at start whether there is a vault, and looks for a missing one until it is there: without an
/// account nothing else would ask. A locked one is left alone, since each question may open a password window.
async fn find_vault(vault: &Vault) {
    while let Err(VaultError::Missing(_)) = vault.probe().await {
        tokio::time::sleep(VAULT_SEARCH).await;
    }
}

async fn watch_vault(core: &Core) {
    let mut state = core.vault.state();
    while state.changed().await.is_ok() {
        core.event_bus.publish(crate::snapshot::event::EngineEvent::Vault);
    }
}

fn sign_in_parts(core: &Arc<Core>, browser: Arc<dyn Browser>, poller: &SharedPoller) -> SignInParts {
    let event_bus = core.event_bus.clone();
    SignInParts {
        oauth: OAuthClient::new(core.config.auth_url.clone(), core.upstream.fresh.clone()),
        browser,
        clock: core.clock.clone(),
        vault: core.vault.clone(),
        callback_ports: core.config.callback_ports.clone(),
        timeout: core.config.sign_in_timeout,
        sink: Arc::new(crate::jobs::enroll::Enroller::new(Arc::clone(core), Arc::clone(poller))),
        announce: Arc::new(move |id| event_bus.publish(crate::snapshot::event::EngineEvent::SignIn { id })),
    }
}

fn control(core: &Core, address: SocketAddr) -> Control {
    Control {
        address,
        pid: std::process::id(),
        token: new_secret("").text,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started_at: core.clock.wall(),
    }
}

/// What decides who may ask what, besides the data plane.
struct Gate {
    control: SecretString,
    address: SocketAddr,
    dashboard: DashboardFiles,
}

fn dispatch(plane: &Arc<DataPlane>, handle: &EngineHandle, gate: Gate) -> Arc<Dispatch> {
    let Gate { control, address, dashboard } = gate;
    Arc::new(Dispatch {
        plane: Arc::clone(plane),
        management: router(handle.clone()),
        sessions: Arc::clone(handle.dashboard()),
        control,
        address,
        dashboard,
    })
}
