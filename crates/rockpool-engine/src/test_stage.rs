//! An engine for tests on a real store, with accounts, a pool and a record of what was seen and asked.

use jiff::{SignedDuration, Timestamp};
use rockpool_routing::account::Activation;
use rockpool_routing::{AccountId, LoginId, Reading, RequestId, Source, Strategy, TenantId, Window};
use uuid::Uuid;

use crate::config::Config;
use crate::engine::Engine;
use crate::host::clock::Clock;
use crate::model::activity::{OutcomeClass, RequestRecord, ServingAccount, Transport, Why};
use crate::model::principal::Principal;
use crate::operations::handle::EngineHandle;
use crate::operations::pools;
use crate::operations::requests::PoolChange;
use crate::snapshot::{AccountView, PoolView};
use crate::store::{AccountRow, LoginRow, Obtained, RefreshPhase};
use crate::test_serving::ports;

/// The engine, which asks no provider.
pub(crate) struct EngineStage {
    engine: Engine,
    pub(crate) clock: Clock,
    config: Config,
    folder: tempfile::TempDir,
}

/// So many seconds after the beginning.
pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

/// It resets at second `resets` after the beginning.
pub(crate) fn five_hour(used_percent: f64, resets: i64) -> Window {
    Window::reported(used_percent, Some(18_000), Some(at(resets))).unwrap()
}

/// A request of nobody's, of which nothing is known but that it succeeded over HTTP.
pub(crate) fn request() -> RequestRecord {
    RequestRecord {
        id: RequestId(Uuid::now_v7()),
        tenant: TenantId(Uuid::nil()),
        at: at(0),
        client_id: None,
        client: "tool".to_owned(),
        tool: None,
        account: None,
        first_account: None,
        model: None,
        transport: Transport::Http,
        outcome: OutcomeClass::Success,
        status: 200,
        placement: None,
        attempts: Vec::new(),
        skipped: Vec::new(),
        first_byte_ms: None,
        duration_ms: 1,
        input_tokens: None,
        cached_tokens: None,
        cache_write_tokens: None,
        output_tokens: None,
        reasoning_tokens: None,
        why: Why::default(),
    }
}

impl EngineStage {
    /// With these accounts, of which the first one owns a pool of all.
    pub(crate) async fn with(names: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let nowhere = url::Url::parse("http://127.0.0.1:9/").unwrap();
        let config = Config::rehearsal(folder.path().join("data"), nowhere.clone(), nowhere);
        let clock = Clock::manual(at(0));
        let engine = start(&config, &clock).await;
        let stage = Self { engine, clock, config, folder };
        for name in names {
            stage.add(name).await;
        }
        let change = PoolChange {
            strategy: Strategy::PrimaryFirst,
            extra_provider_names: names[1..].iter().map(|name| (*name).to_owned()).collect(),
            conversations: None,
        };
        pools::set(&stage.handle(), stage.tenant(), names[0], change).await.unwrap();
        stage
    }

    /// Adds an account that is in no pool.
    pub(crate) async fn add(&self, name: &str) {
        let (tenant, handle) = (self.tenant(), self.handle());
        let core = handle.core();
        let mut fingerprint = [0; 32];
        fingerprint[..name.len()].copy_from_slice(name.as_bytes());
        let login = LoginRow {
            id: LoginId(Uuid::now_v7()),
            tenant,
            issuer: "https://issuer.test".to_owned(),
            user_id: name.to_owned(),
            email: None,
            obtained: Obtained::SignIn,
            phase: RefreshPhase::Idle,
            phase_code: None,
            generation: 1,
            access_expires_at: None,
            access_issued_at: None,
            fingerprint,
            created_at: at(0),
            updated_at: at(0),
        };
        let account = AccountRow {
            id: AccountId(Uuid::now_v7()),
            tenant,
            login: login.id,
            name: name.to_owned(),
            display_name: name.to_owned(),
            email: None,
            user_id: name.to_owned(),
            workspace_id: format!("of-{name}"),
            plan: None,
            activation: Activation::Active,
            position: 0,
            created_at: at(0),
            updated_at: at(0),
        };
        let id = account.id;
        core.store.insert_login(login).await.unwrap();
        core.store.insert_account(account).await.unwrap();
        core.routing.learn(|router, _| router.add_account(id));
        core.reload().await.unwrap();
    }

    pub(crate) fn handle(&self) -> EngineHandle {
        self.engine.handle()
    }

    pub(crate) fn tenant(&self) -> TenantId {
        self.handle().viewer(Principal::Owner).home
    }

    pub(crate) fn id(&self, name: &str) -> AccountId {
        self.handle().account(self.tenant(), name).unwrap().id
    }

    /// Lets time pass until so many seconds after the beginning.
    pub(crate) fn wait_until(&self, second: i64) {
        let wait = at(second).duration_since(self.clock.wall());
        self.clock.advance(wait.max(SignedDuration::ZERO).unsigned_abs());
    }

    /// Lets the provider say this now.
    pub(crate) fn sees(&self, name: &str, windows: Vec<Window>) {
        let reading = Reading::new(self.clock.wall(), Source::Headers, windows);
        self.handle().core().record_quota(self.id(name), reading);
    }

    /// Records a request that `account` answered; `edit` says what else is known of it.
    pub(crate) fn asked(&self, account: &str, edit: impl FnOnce(&mut RequestRecord)) {
        let mut record = RequestRecord { account: Some(self.serving(account)), ..self.request() };
        edit(&mut record);
        self.records(record);
    }

    pub(crate) fn serving(&self, name: &str) -> ServingAccount {
        ServingAccount { id: self.id(name), name: name.to_owned() }
    }

    pub(crate) fn request(&self) -> RequestRecord {
        let why = Why { strategy: Some(Strategy::PrimaryFirst), ..Why::default() };
        RequestRecord { tenant: self.tenant(), at: self.clock.wall(), why, ..request() }
    }

    pub(crate) fn records(&self, record: RequestRecord) {
        self.handle().core().ledger.request(record);
    }

    /// What is shown of an account.
    pub(crate) fn account(&self, name: &str) -> AccountView {
        let mut accounts = self.handle().snapshot().accounts;
        accounts.retain(|account| account.name == name);
        accounts.remove(0)
    }

    /// What is shown of the pool.
    pub(crate) fn pool(&self) -> PoolView {
        self.handle().snapshot().pools.remove(0)
    }

    /// The same machine after the engine was stopped and started again.
    pub(crate) async fn restarted(self) -> Self {
        let Self { engine, clock, config, folder } = self;
        engine.shutdown().await;
        let engine = start(&config, &clock).await;
        Self { engine, clock, config, folder }
    }
}

async fn start(config: &Config, clock: &Clock) -> Engine {
    let ports = ports(clock);
    Engine::start_offline(config.clone(), ports).await.unwrap()
}
