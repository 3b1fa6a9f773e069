//! A simulated provider and an engine in front of it, with people signed in through the real sign-in flow.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rockpool_engine::api::InProcess;
use rockpool_engine::api::requests::{AccountChange, ClientNew, NewSignIn};
use rockpool_engine::config::Config;
use rockpool_engine::snapshot::{AccountView, ActivityView, Snapshot};
use rockpool_engine::{
    Clock, DashboardFiles, DataDirError, Engine, EngineHandle, KeyKind, OpenBrowser, OverrideMode, Ports,
    Principal, StartError,
};
use rockpool_routing::SignInId;
use rockpool_sim::{Person, SeatId, SignIn, Sim, Windows};
use secrecy::{ExposeSecret as _, SecretString};
use tempfile::TempDir;
use tokio::sync::broadcast::error::RecvError;

use super::api::Api;
use super::surviving_vault::SurvivingVault;
use crate::proxies::RecordingProxy;
use crate::tools::Key;
use crate::tools::browser::RedirectFollower;
use crate::wait;

/// The clock of engine and provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClockMode {
    System,
    /// Stands still but for [`Harness::advance`].
    Manual,
}

/// A running engine and its provider.
pub struct Harness {
    pub sim: Sim,
    /// The management API, as the owner.
    pub api: Api,
    pub(super) recording_proxy: Option<RecordingProxy>,
    pub(super) config: Config,
    pub(super) vault: SurvivingVault,
    pub(super) clock: Clock,
    pub(super) clock_mode: ClockMode,
    pub(super) engine: Option<Engine>,
    pub(super) _dir: TempDir,
}

pub(super) async fn launch(config: &Config, vault: &SurvivingVault, clock: &Clock, ca_pem: &str) -> Engine {
    let launched = async {
        loop {
            match try_launch(config, vault, clock, ca_pem).await {
                // A program that another test starts holds copies of this process's locks until it has begun.
                Err(StartError::DataDir(DataDirError::AlreadyServing { control: None })) => {
                    tokio::task::yield_now().await;
                }
                launched => return launched.unwrap(),
            }
        }
    };
    wait::within("the data folder is free", launched).await
}

async fn try_launch(
    config: &Config,
    vault: &SurvivingVault,
    clock: &Clock,
    ca_pem: &str,
) -> Result<Engine, StartError> {
    let ports = Ports {
        vault: Box::new(vault.clone()),
        vault_opener: Arc::new(rockpool_engine::vault::WithoutKeychain),
        browser: Arc::new(RedirectFollower::here(ca_pem)),
        clock: clock.clone(),
        dashboard: DashboardFiles::default(),
    };
    Engine::start(config.clone(), ports).await
}

pub(super) fn owner(engine: &Engine) -> Api {
    Api::in_process(InProcess::new(engine.handle(), Principal::Owner))
}

/// The seat of a person by the short name.
#[must_use]
pub fn seat(name: &str) -> SeatId {
    SeatId::new(&format!("user-{name}"), &format!("acct-{name}"))
}

impl Harness {
    #[must_use]
    pub fn handle(&self) -> EngineHandle {
        self.engine.as_ref().unwrap().handle()
    }

    /// Where the endpoint listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.handle().address().unwrap()
    }

    /// Root of the endpoint, without `/v1`.
    #[must_use]
    pub fn root(&self) -> String {
        format!("http://{}", self.address())
    }

    /// Moves the clocks of engine and provider, which have to be manual.
    ///
    /// # Panics
    /// If they are the system's.
    pub fn advance(&self, by: Duration) {
        assert_eq!(self.clock_mode, ClockMode::Manual, "the system's clock cannot be moved");
        self.clock.advance(by);
        self.sim.advance(by);
    }

    /// The home whose tools the engine connects.
    #[must_use]
    pub fn tools_home(&self) -> PathBuf {
        self.config.data_dir.join("home")
    }

    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.config.data_dir.clone()
    }

    /// What went between engine and backend, over [`ProviderLink::Recorded`](super::ProviderLink::Recorded).
    ///
    /// # Panics
    /// Over any other link.
    #[must_use]
    pub fn recording_proxy(&self) -> &RecordingProxy {
        self.recording_proxy.as_ref().unwrap()
    }

    /// Signs a new person in through the browser and names the account after them.
    pub async fn sign_in(&mut self, person: Person, name: &str) {
        let seat = person.first_seat();
        self.sim.add_person(person).unwrap();
        self.sim.next_sign_in(SignIn::As(seat));
        let client = self.api.client();
        let new = NewSignIn { open_browser: OpenBrowser::Yes, ..NewSignIn::default() };
        let started = client.start_sign_in(&new).await.unwrap();
        let slug = self.signed_in(started.id).await;
        if slug != name {
            let change = AccountChange { name: Some(name.to_owned()), ..AccountChange::default() };
            client.update_account(&slug, &change).await.unwrap();
        }
    }

    /// Waits for the end of a sign-in and gives the account's slug.
    pub async fn signed_in(&self, id: SignInId) -> String {
        let ended = self
            .until("the sign-in ends", |snapshot| {
                let found = snapshot.sign_ins.iter().find(|sign_in| sign_in.id == id)?;
                found.result.clone().map(Ok).or_else(|| found.message.clone().map(Err))
            })
            .await;
        ended.unwrap_or_else(|message| panic!("the sign-in failed: {message}"))
    }

    /// Uses up what an account has, and has the engine see it.
    pub async fn exhaust(&self, name: &str) {
        let windows = Windows::five_hours_and_weekly().used(100.0, 0.0);
        self.sim.set_windows(&seat(name), &windows).unwrap();
        self.api.post(&format!("/accounts/{name}/quota"), serde_json::Value::Null).await;
    }

    /// Waits until the quota of every account was read.
    pub async fn quota_known(&self) {
        self.until("every quota is known", |snapshot| {
            snapshot.accounts.iter().all(|account| account.quota_seen_at.is_some()).then_some(())
        })
        .await;
    }

    /// Waits, by the engine's events, until the snapshot shows what `look` looks for.
    ///
    /// # Panics
    /// After [`wait::PATIENCE`], naming `what`.
    pub async fn until<T>(&self, what: &str, look: impl Fn(&Snapshot) -> Option<T>) -> T {
        let handle = self.handle();
        let mut events = handle.events();
        let found = async {
            loop {
                if let Some(found) = look(&handle.snapshot()) {
                    return found;
                }
                match events.recv().await {
                    Ok(_) | Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => panic!("the engine stopped before {what}"),
                }
            }
        };
        wait::within(what, found).await
    }

    /// A client of `account` that sends its key as bearer.
    pub async fn client(&self, name: &str, account: &str) -> Key {
        self.add_client(client_of(name, account)).await
    }

    /// A client of `account` whose key is part of the path.
    pub async fn path_client(&self, name: &str, account: &str) -> Key {
        self.add_client(ClientNew { key_kind: Some(KeyKind::Path), ..client_of(name, account) }).await
    }

    /// A client that uses `account` alone, whatever pool that has.
    pub async fn single_client(&self, name: &str, account: &str) -> Key {
        let new = ClientNew { override_mode: Some(OverrideMode::Single), ..client_of(name, account) };
        self.add_client(new).await
    }

    async fn add_client(&self, new: ClientNew) -> Key {
        let made = self.api.client().add_client(&new).await.unwrap();
        let text = |secret: &SecretString| secret.expose_secret().to_owned();
        Key { secret: text(&made.key), base_url: text(&made.base_url) }
    }

    #[must_use]
    pub fn account(&self, name: &str) -> AccountView {
        let accounts = self.handle().snapshot().accounts;
        accounts.into_iter().find(|account| account.name == name).unwrap()
    }

    /// Waits until `count` requests were recorded and gives them, oldest first.
    pub async fn activity(&self, count: usize) -> Vec<ActivityView> {
        let mut recent = self
            .until(&format!("{count} requests are recorded"), |snapshot| {
                (snapshot.recent.len() >= count).then(|| snapshot.recent.clone())
            })
            .await;
        recent.reverse();
        recent
    }

    /// Stops the engine in the orderly way.
    pub async fn stop(&mut self) {
        self.engine.take().unwrap().shutdown().await;
    }

    /// Tries to start another engine on the same data folder.
    ///
    /// # Errors
    /// With what it says; that it starts is for no test to wish.
    pub async fn start_a_second(&self) -> Result<(), String> {
        let started = try_launch(&self.config, &self.vault, &self.clock, self.sim.ca_pem()).await;
        started.map(drop).map_err(|error| error.to_string())
    }

    /// Starts it again on the same data folder and vault; its port is another.
    pub async fn start_again(&mut self) {
        let engine = launch(&self.config, &self.vault, &self.clock, self.sim.ca_pem()).await;
        self.api = owner(&engine);
        self.engine = Some(engine);
    }
}

fn client_of(name: &str, account: &str) -> ClientNew {
    ClientNew {
        name: name.to_owned(),
        account: account.to_owned(),
        key_kind: None,
        override_mode: None,
        strategy: None,
        extra_provider_names: None,
    }
}
