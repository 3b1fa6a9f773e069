//! An engine for tests that serves, in front of a scripted provider, asked as a host and as a tool asks it.

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use rockpool_routing::TenantId;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::config::Config;
use crate::dashboard::files::DashboardFiles;
use crate::engine::Engine;
use crate::host::browser::{Browser, NoBrowser};
use crate::host::clock::Clock;
use crate::model::principal::Principal;
use crate::operations::handle::EngineHandle;
use crate::operations::requests::{AccountImport, ClientNew};
use crate::operations::{accounts, clients};
use crate::ports::Ports;
use crate::provider::outbound::OnBehalfOf;
use crate::snapshot::AccountView;
use crate::test_http::{Reply, Server};
use crate::vault::MemoryVault;

/// The engine; its clock stands until it is advanced.
pub(crate) struct ServingEngine {
    pub(crate) engine: Engine,
    pub(crate) clock: Clock,
    pub(crate) provider: Server,
    pub(crate) browser: Arc<RecordingBrowser>,
    pub(crate) config: Config,
    pub(crate) _folder: tempfile::TempDir,
}

/// A browser that opens nothing and remembers what it was told to open.
#[derive(Default)]
pub(crate) struct RecordingBrowser(Mutex<Vec<String>>);

impl Browser for RecordingBrowser {
    fn open(&self, url: &str) -> Result<(), String> {
        self.0.lock().unwrap().push(url.to_owned());
        Ok(())
    }
}

impl RecordingBrowser {
    pub(crate) fn opened(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

/// In front of a provider that follows `script`.
pub(crate) async fn serving(script: impl Fn(&str) -> Reply + Send + Sync + 'static) -> ServingEngine {
    let folder = tempfile::tempdir().unwrap();
    let provider = Server::answering(script).await;
    let mut config = provider.config();
    config.data_dir = folder.path().join("data");
    let clock = Clock::manual(Timestamp::from_second(1_800_000_000).unwrap());
    let browser = Arc::new(RecordingBrowser::default());
    let ports = Ports { browser: Arc::clone(&browser) as Arc<dyn Browser>, ..ports(&clock) };
    let engine = Engine::start(config.clone(), ports).await.unwrap();
    ServingEngine { engine, clock, provider, browser, config, _folder: folder }
}

/// A host without keychain and browser.
pub(crate) fn ports(clock: &Clock) -> Ports {
    Ports {
        vault: Box::new(MemoryVault::default()),
        vault_opener: Arc::new(crate::vault::WithoutKeychain),
        browser: Arc::new(NoBrowser),
        clock: clock.clone(),
        dashboard: DashboardFiles::default(),
    }
}

/// The tenant that everything is in.
pub(crate) fn home(engine: &EngineHandle) -> TenantId {
    engine.viewer(Principal::Owner).home
}

/// A token that says this of itself.
pub(crate) fn token_of(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.sig", part(&json!({"alg": "none", "typ": "JWT"})), part(claims))
}

/// The tokens of `person`, made for the workspace `of-PERSON`.
pub(crate) fn tokens_of(person: &str) -> Value {
    let auth = json!({
        "chatgpt_user_id": format!("user-{person}"),
        "chatgpt_account_id": format!("of-{person}"),
        "chatgpt_plan_type": "plus",
    });
    let claims = json!({ "iat": 1_800_000_000, "exp": 1_900_000_000, "https://api.openai.com/auth": auth });
    // By which a scripted provider tells whose it is.
    let token = token_of(&claims).replace(".sig", &format!(".{person}"));
    json!({ "access_token": token, "id_token": token, "refresh_token": format!("rt-{person}") })
}

/// An `auth.json` of `person`.
pub(crate) fn import_of(person: &str) -> AccountImport {
    let file = json!({ "tokens": tokens_of(person) }).to_string();
    AccountImport::of_bytes(Some(person.to_owned()), file.into_bytes())
}

/// A usage answer that names a plan.
pub(crate) fn usage(plan: &str) -> Reply {
    Reply::json(200, &json!({ "plan_type": plan, "email": "a@b.test" }).to_string())
}

impl ServingEngine {
    pub(crate) fn handle(&self) -> EngineHandle {
        self.engine.handle()
    }

    /// The same machine after the engine was stopped and started again, by `config` as it is now.
    pub(crate) async fn restarted(self) -> Self {
        let Self { engine, clock, provider, browser, config, _folder } = self;
        engine.shutdown().await;
        let engine = Engine::start(config.clone(), ports(&clock)).await.unwrap();
        Self { engine, clock, provider, browser, config, _folder }
    }

    pub(crate) async fn import(&self, person: &str) -> AccountView {
        let engine = self.handle();
        accounts::import(&engine, home(&engine), import_of(person)).await.unwrap()
    }

    /// The key of a new client of `account`.
    pub(crate) async fn client(&self, account: &str) -> String {
        let engine = self.handle();
        let new = ClientNew::inheriting("tool", account);
        clients::add(&engine, home(&engine), new).await.unwrap().key.expose_secret().to_owned()
    }

    pub(crate) async fn get(&self, path: &str, key: &str) -> reqwest::Response {
        let engine = self.handle();
        let url = format!("http://{}{path}", engine.address().unwrap());
        engine
            .core()
            .outbound
            .clients(OnBehalfOf::Nobody)
            .unwrap()
            .http
            .get(url)
            .bearer_auth(key)
            .send()
            .await
            .unwrap()
    }
}
