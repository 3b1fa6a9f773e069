//! Starts the parts in order, hands out the handle, and stops them in the reverse order.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rand::Rng;
use rockpool_routing::{ConversationKey, LoginId};
use secrecy::SecretString;
use thiserror::Error;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::accounts::login::{SignInParts, SignIns};
use crate::accounts::token::{CredentialWatcher, DatabaseLogins, KeeperParts, TokenKeeper, longest_refresh};
use crate::activity::ledger::Ledger;
use crate::api::router::router;
use crate::config::{Config, VaultChoice};
use crate::core::Core;
use crate::dashboard::files::DashboardFiles;
use crate::host::browser::Browser;
use crate::host::clock::Clock;
use crate::host::data_dir::{Control, DataDir, DataDirError};
use crate::host::port_holder::{self, Holder, ListenError};
use crate::host::secret::new_secret;
use crate::jobs::poll::{Poller, SharedPoller};
use crate::jobs::renewals::AccountRenewals;
use crate::jobs::retention;
use crate::model::activity::SHOWN;
use crate::model::settings::{SettingSource, Settings, StoredSettings};
use crate::operations::handle::EngineHandle;
use crate::operations::vault::remove_leftover;
use crate::ports::Ports;
use crate::provider::oauth::OAuthClient;
use crate::provider::outbound::Outbound;
use crate::provider::upstream::{Upstream, UpstreamError};
use crate::proxy::dispatch::Dispatch;
use crate::proxy::endpoint::{Announce, Endpoint};
use crate::proxy::server;
use crate::proxy::state::DataPlane;
use crate::routing::forecast::Forecasts;
use crate::routing::shared_router::Routing;
use crate::snapshot::event_bus::EventBus;
use crate::store;
use crate::store::live_settings::LiveSettings;
use crate::store::registry::{Registry, RegistryCell};
use crate::store::{CONVERSATIONS_KEPT, Store, StoreError, system_scope};
use crate::vault::{DEFAULT_TIMEOUT, LockingOpener, Vault, VaultBackend, VaultError, VaultOpener, unusable};

/// How often a vault that is missing is looked for.
const VAULT_SEARCH: Duration = Duration::from_secs(5);
/// Longest wait for a vault to let go of its file at the end.
const VAULT_CLOSES: Duration = Duration::from_secs(1);

/// Why the engine did not start; each text says what to do.
#[derive(Debug, Error)]
pub enum StartError {
    /// Another server or app uses the data folder, or it cannot be used.
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    /// The database cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Another process uses the encrypted file that holds the logins.
    #[error("{}", .0.with_remedy())]
    Vault(VaultError),
    /// The connection to the provider cannot be set up.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    /// Another process listens on the endpoint's port.
    #[error(
        "{address} is in use{}; stop it, or choose another port: ROCKPOOL_LISTEN, or `rockpool settings set listen`",
        port_holder::by(.holder.as_ref())
    )]
    PortBusy {
        /// The address that was asked for.
        address: SocketAddr,
        /// Who has it, where the system tells.
        holder: Option<Holder>,
    },
    /// The endpoint's address cannot be listened on for another reason.
    #[error(
        "{address} cannot be listened on ({source}); choose an address of this machine: ROCKPOOL_LISTEN, or \
         `rockpool settings set listen`"
    )]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// As the system gives it.
        source: std::io::Error,
    },
}

impl From<ListenError> for StartError {
    fn from(error: ListenError) -> Self {
        match error {
            ListenError::Busy { address, holder } => Self::PortBusy { address, holder },
            ListenError::Refused { address, source } => Self::Listen { address, source },
        }
    }
}

/// Whether the engine serves tools, or only carries out a few operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Duty {
    Serve,
    Operate,
}

/// What an engine that ends still waits for, as a sentence for the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenewalsUnderWay {
    /// Names of the accounts.
    pub accounts: Vec<String>,
    /// Longest wait.
    pub up_to: Duration,
}

impl fmt::Display for RenewalsUnderWay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Waiting for the renewal of {}: up to {} s. Ask again to stop at once, which may cost a sign-in.",
            self.accounts.join(", "),
            self.up_to.as_secs()
        )
    }
}

/// A running engine. Stop it with [`Engine::shutdown`]; dropped, it stops without waiting.
pub struct Engine {
    handle: EngineHandle,
    plane: Arc<DataPlane>,
    serving: Option<JoinHandle<()>>,
    tasks: JoinSet<()>,
    stop: watch::Sender<bool>,
    data_dir: Arc<DataDir>,
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

    /// Where secrets will rest, by the configuration and by what a person moved to; nothing is started or changed.
    pub fn vault_choice(config: &Config) -> VaultChoice {
        if config.vault_given_by().is_some() {
            return config.vault.clone();
        }
        let database = DataDir::database_in(&config.data_dir);
        let row = |name: &str| Some((name.to_owned(), store::peek(&database, name)?));
        let stored = StoredSettings::from_rows(["vault", "vault_leftover"].into_iter().filter_map(row));
        let kind = stored.vault.or_else(|| config.vault_beside(stored.vault_leftover));
        kind.map_or_else(|| config.vault.clone(), |kind| config.vault_of(kind))
    }

    /// The handle through which everything but starting and ending goes.
    pub fn handle(&self) -> EngineHandle {
        self.handle.clone()
    }

    async fn launch(config: Config, ports: Ports, duty: Duty) -> Result<Self, StartError> {
        let Ports { vault, vault_opener, browser, clock, dashboard } = ports;
        let data_dir = Arc::new(DataDir::take(&config.data_dir)?);
        let store = Store::open(&data_dir.database())?;
        let stored = StoredSettings::from_rows(store.setting_rows(system_scope()).await?);
        let usual_vault = config.usual_vault(stored.vault_leftover, vault.kind());
        let settings = Arc::new(LiveSettings::new(config.given_settings(usual_vault), stored));
        let asked = settings.get().listen.value;
        let listener = match duty {
            Duty::Serve => Some(port_holder::bind(asked).await?),
            Duty::Operate => None,
        };
        let vault_opener = Arc::new(LockingOpener::new(vault_opener));
        let vault = chosen_vault(&config, &settings.get(), vault, &vault_opener)?;
        let (stop, stopped) = watch::channel(false);
        let core = core(config, (vault, vault_opener), clock, store, settings, stopped.clone()).await?;
        match duty {
            // The endpoint must not wait for a keychain that waits for its password; it is asked beside it.
            Duty::Serve => {}
            Duty::Operate => core.vault.probe_if_unasked().await,
        }
        let poller: SharedPoller = Arc::new(Poller::default());
        let sign_ins = SignIns::new(sign_in_parts(&core, browser, &poller));
        let address = listener.as_ref().map_or(asked, |listener| listener.local_addr().unwrap_or(asked));
        let control = control(&core, address);
        let (endpoint, moves) = Endpoint::new(address, announce(&data_dir, &control));
        let endpoint = listener.is_some().then_some(endpoint);
        let handle = EngineHandle::new(Arc::clone(&core), sign_ins, Arc::clone(&poller), endpoint);
        let plane = Arc::new(DataPlane::new(Arc::clone(&core)));
        let mut tasks = background(&core);
        let mut serving = None;
        if let Some(listener) = listener {
            let gate = Gate { control: control.token.clone(), dashboard };
            let dispatch = dispatch(&plane, &handle, gate);
            serving = Some(tokio::spawn(server::serve(listener, dispatch, moves, stopped)));
            let vault = core.vault.clone();
            tasks.spawn(async move { find_vault(&vault).await });
            let cleaning = Arc::clone(&core);
            tasks.spawn(async move { remove_leftover(&cleaning).await });
            let pruning = Arc::clone(&core);
            tasks.spawn(async move { retention::run(&pruning).await });
            let core = Arc::clone(&core);
            tasks.spawn(async move { poller.run(&core).await });
            data_dir.publish(&control)?;
            tracing::info!(%address, "serving");
        }
        Ok(Self { handle, plane, serving, tasks, stop, data_dir })
    }

    /// As [`Engine::shutdown_telling`], without a word to anybody.
    pub async fn shutdown(self) {
        self.shutdown_telling(|_| ()).await;
    }

    /// Stops taking requests, lets running answers end, waits for refreshes and saves in flight, and
    /// writes the last records. In this order: each step may still cause work for the next.
    ///
    /// Answers and edits have [`Config::end_timeouts`]. Refreshes, also one that begins in that time, and the exchange of
    /// sign-in codes are waited for as long as they may take by themselves; `tell` is told of those, at the beginning and
    /// when nothing else is waited for.
    pub async fn shutdown_telling(mut self, tell: impl Fn(&RenewalsUnderWay)) {
        self.stop.send_replace(true);
        let core = Arc::clone(self.handle.core());
        let (for_answers, for_renewals) =
            (core.config.end_timeouts.answers, longest_refresh(core.config.issuer_timeouts));
        let told = tell_of_renewals(&core, for_answers + for_renewals, &tell);
        let answers = tokio::time::timeout(for_answers, async {
            if let Some(serving) = self.serving.take() {
                drop(serving.await);
            }
            self.plane.sessions.finished().await;
            self.handle.changes().finished().await;
        });
        if answers.await.is_err() {
            tracing::warn!("stopped while an answer or an edit was still under way");
        }
        tell_of_renewals(&core, for_renewals, |now| {
            if told.as_ref().is_none_or(|before| before.accounts != now.accounts) {
                tell(now);
            }
        });
        let renewals = tokio::time::timeout(for_renewals, async {
            tokio::join!(self.handle.sign_ins_of().drain(), core.keeper.drain());
            // What a sign-in brought.
            core.keeper.drain().await;
        });
        if renewals.await.is_err() {
            tracing::warn!("stopped while a refresh or a save was still under way");
        }
        self.tasks.shutdown().await;
        if let Err(error) = core.ledger.write(&core.store).await {
            tracing::warn!(%error, "the last records could not be written");
        }
        // The system does so too, but a host may start another engine before its process ends.
        drop(tokio::time::timeout(VAULT_CLOSES, core.vault.close()).await);
        drop(self.data_dir);
    }
}

/// What is waited for now, if anything is.
fn tell_of_renewals(
    core: &Core,
    up_to: Duration,
    tell: impl Fn(&RenewalsUnderWay),
) -> Option<RenewalsUnderWay> {
    let accounts = accounts_of(core, &core.keeper.at_stake());
    let under_way = (!accounts.is_empty()).then_some(RenewalsUnderWay { accounts, up_to });
    under_way.as_ref().inspect(|now| tell(now));
    under_way
}

/// The names of the accounts behind these logins; of a login that none has yet, its id.
fn accounts_of(core: &Core, logins: &[LoginId]) -> Vec<String> {
    let registry = core.registry.get();
    let names = |login: &LoginId| {
        let rows = registry.accounts.iter().filter(|row| row.login == *login);
        let named: Vec<_> = rows.map(|row| row.name.clone()).collect();
        if named.is_empty() { vec![login.to_string()] } else { named }
    };
    let mut accounts: Vec<_> = logins.iter().flat_map(names).collect();
    accounts.sort();
    accounts
}

async fn core(
    config: Config,
    (vault, vault_opener): (Box<dyn VaultBackend>, Arc<dyn VaultOpener>),
    clock: Clock,
    store: Store,
    settings: Arc<LiveSettings>,
    stopped: watch::Receiver<bool>,
) -> Result<Arc<Core>, StartError> {
    store.ensure_personal(system_scope(), clock.wall()).await?;
    let installation = store.installation(system_scope()).await?;
    let vault = Vault::start(vault, DEFAULT_TIMEOUT);
    let upstream = upstream(&config, &settings.get())?;
    let event_bus = EventBus::new();
    let registry = Arc::new(RegistryCell::default());
    registry.set(Registry::load(&store).await?);
    let routing = Arc::new(Routing::new(Arc::clone(&registry), clock.clone(), event_bus.clone()));
    let ledger = Arc::new(Ledger::new(event_bus.clone()));
    remember(&store, &registry, &routing, &ledger).await?;
    let outbound = Outbound::new(upstream, Arc::clone(&settings), Arc::clone(&registry));
    let oauth = issuer(&config, &outbound);
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
        vault_opener,
        keeper,
        outbound,
        registry,
        routing,
        ledger,
        forecasts: Forecasts::default(),
        event_bus,
        settings,
        stopped,
    }))
}

/// The vault that a person moved to, else the one that the host was configured with. One that cannot be used can be put
/// right later; one that another process uses cannot be shared.
fn chosen_vault(
    config: &Config,
    settings: &Settings,
    configured: Box<dyn VaultBackend>,
    opener: &LockingOpener,
) -> Result<Box<dyn VaultBackend>, StartError> {
    let choice = config.vault_of(settings.vault.value);
    let is_it = match config.vault {
        VaultChoice::KeychainOrFile { .. } => configured.kind() == settings.vault.value,
        VaultChoice::Keychain | VaultChoice::File { .. } | VaultChoice::Memory => choice == config.vault,
    };
    let opened = if is_it { opener.hold(configured) } else { opener.open(&choice) };
    opened.or_else(|error| match error {
        VaultError::Taken { .. } => Err(StartError::Vault(error)),
        VaultError::Missing(_)
        | VaultError::Locked
        | VaultError::Stuck
        | VaultError::File(_)
        | VaultError::Failed(_) => {
            tracing::warn!(%error, "the vault of the settings cannot be opened");
            Ok(unusable(&choice, error))
        }
    })
}

/// With the extra authority that was given or chosen. One that was chosen and cannot be used any more does not keep
/// the engine from starting: it can be put right in the settings.
fn upstream(config: &Config, settings: &Settings) -> Result<Upstream, UpstreamError> {
    let chosen = settings.ca_file.value.as_deref();
    Upstream::new(config, chosen).or_else(|error| match settings.ca_file.source {
        SettingSource::Stored => {
            tracing::warn!(%error, "going on without the certificate file of the settings");
            Upstream::new(config, None)
        }
        SettingSource::Default | SettingSource::Environment => Err(error),
    })
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

fn issuer(config: &Config, outbound: &Outbound) -> OAuthClient {
    OAuthClient::new(config.auth_url.clone(), outbound.clone()).within(config.issuer_timeouts)
}

fn sign_in_parts(core: &Arc<Core>, browser: Arc<dyn Browser>, poller: &SharedPoller) -> SignInParts {
    let event_bus = core.event_bus.clone();
    SignInParts {
        oauth: issuer(&core.config, &core.outbound),
        browser,
        clock: core.clock.clone(),
        vault: core.vault.clone(),
        callback_ports: core.config.callback_ports.clone(),
        timeout: core.config.sign_in_timeout,
        sink: Arc::new(crate::jobs::enroll::Enroller::new(Arc::clone(core), Arc::clone(poller))),
        announce: Arc::new(move |id| event_bus.publish(crate::snapshot::event::EngineEvent::SignIn { id })),
    }
}

/// Writes `control.json` anew for another address, as long as the engine holds the data folder.
fn announce(data_dir: &Arc<DataDir>, control: &Control) -> Announce {
    let (data_dir, control) = (Arc::downgrade(data_dir), control.clone());
    Box::new(move |address| match data_dir.upgrade() {
        Some(data_dir) => data_dir.publish(&Control { address, ..control.clone() }),
        None => Ok(()),
    })
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
    dashboard: DashboardFiles,
}

fn dispatch(plane: &Arc<DataPlane>, handle: &EngineHandle, gate: Gate) -> Arc<Dispatch> {
    let Gate { control, dashboard } = gate;
    Arc::new(Dispatch {
        plane: Arc::clone(plane),
        management: router(handle.clone()),
        sessions: Arc::clone(handle.dashboard()),
        control,
        dashboard,
    })
}
