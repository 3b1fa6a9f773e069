//! A simulated provider and an engine in front of it, with people signed in through the real sign-in flow.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use rockpool_engine::Clock;
use rockpool_engine::EngineHandle;
use rockpool_engine::Ports;
use rockpool_engine::Principal;
use rockpool_engine::api::{self, InProcess};
use rockpool_engine::config::{Config, Pace};
use rockpool_engine::snapshot::{AccountView, ActivityView, Snapshot};
use rockpool_engine::{Engine, StartError};
use rockpool_sim::{Person, SeatId, SignIn, Sim, SimClock, SimConfig, Windows};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::broadcast::error::RecvError;
use url::Url;

use crate::api::Api;
use crate::browser::StandIn;
use crate::keepsake::Keepsake;
use crate::tap::Tap;
use crate::wait;

/// How the engine reaches the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Road {
    /// Plain HTTP on loopback.
    Plain,
    /// TLS under the simulator's own authority.
    Tls,
    /// Plain HTTP through a tap that keeps every byte of the backend's connections.
    Tapped,
}

/// How time goes by for engine and provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Time {
    /// By itself.
    Runs,
    /// Only when it is moved.
    Stands,
}

/// Where clocks begin that are moved by hand.
const BEGINNING: &str = "2026-11-22T15:00:00Z";

/// What a rig is made of.
#[derive(Clone, Debug)]
pub struct Setup {
    people: Vec<Person>,
    strategy: &'static str,
    road: Road,
    time: Time,
    pace: Pace,
}

impl Setup {
    /// People with a Plus plan, signed in in this order; the first owns a pool with the others, under
    /// `primary_first`. One person is an account without a pool.
    #[must_use]
    pub fn of<const N: usize>(names: [&str; N]) -> Self {
        let windows = Windows::five_hours_and_weekly();
        let people = names.iter().map(|name| Person::named(name, "plus", windows.clone())).collect();
        Self { people, strategy: "primary_first", road: Road::Plain, time: Time::Runs, pace: Pace::default() }
    }

    /// Another strategy.
    #[must_use]
    pub fn strategy(mut self, strategy: &'static str) -> Self {
        self.strategy = strategy;
        self
    }

    /// Another road to the provider.
    #[must_use]
    pub fn over(mut self, road: Road) -> Self {
        self.road = road;
        self
    }

    /// Clocks of engine and provider that stand still but for [`Rig::advance`].
    #[must_use]
    pub fn with_time_standing(mut self) -> Self {
        self.time = Time::Stands;
        self
    }

    /// Shorter times on WebSockets.
    #[must_use]
    pub fn pace(mut self, change: impl FnOnce(&mut Pace)) -> Self {
        change(&mut self.pace);
        self
    }

    /// Changes a person before the start.
    #[must_use]
    pub fn change(mut self, name: &str, change: impl FnOnce(&mut Person)) -> Self {
        let user = format!("user-{name}");
        change(self.people.iter_mut().find(|person| person.user_id == user).unwrap());
        self
    }

    /// Starts everything and waits until each account's quota is known.
    pub async fn start(self) -> Rig {
        let dir = tempfile::tempdir().unwrap();
        let ca = dir.path().join("ca.pem");
        let (clock, sim_clock) = match self.time {
            Time::Runs => (Clock::system(), SimClock::system()),
            Time::Stands => {
                let clock = Clock::manual(BEGINNING.parse().unwrap());
                let sim_clock = SimClock::still_at(clock.wall().as_second());
                (clock, sim_clock)
            }
        };
        let sim_config = SimConfig { ca_out: Some(ca.clone()), clock: sim_clock, ..SimConfig::default() };
        let sim = Sim::start(sim_config).await.unwrap();
        let tap = match self.road {
            Road::Tapped => Some(Tap::open(&sim.backend_url()).await),
            Road::Plain | Road::Tls => None,
        };
        let (auth, backend) = match self.road {
            Road::Plain => (sim.auth_url(), sim.backend_url()),
            Road::Tls => (sim.tls_auth_url().unwrap(), sim.tls_backend_url().unwrap()),
            Road::Tapped => (sim.auth_url(), format!("{}/backend-api", tap.as_ref().unwrap().url())),
        };
        let data_dir = dir.path().join("data");
        let mut config =
            Config::rehearsal(data_dir, Url::parse(&auth).unwrap(), Url::parse(&backend).unwrap());
        config.ca_file = (self.road == Road::Tls).then_some(ca);
        config.pace = self.pace;
        let vault = Keepsake::default();
        let engine = launch(&config, &vault, &clock, sim.ca_pem()).await;
        let api = owner(&engine);
        let time = self.time;
        let mut rig = Rig { sim, tap, config, vault, clock, time, api, engine: Some(engine), _dir: dir };
        let names: Vec<String> =
            self.people.iter().map(|person| person.user_id.trim_start_matches("user-").to_owned()).collect();
        for (person, name) in self.people.into_iter().zip(&names) {
            rig.sign_in(person, name).await;
        }
        if let Some((owner, members)) = names.split_first().filter(|(_, members)| !members.is_empty()) {
            let pool = json!({"strategy": self.strategy, "extra_provider_names": members});
            rig.api.done(Method::PUT, &format!("/pools/{owner}"), Some(pool)).await;
        }
        rig.quota_known().await;
        rig.sim.clear_journal();
        rig
    }
}

/// A key, and the base address that belongs to it.
#[derive(Clone, Debug)]
pub struct Key {
    /// `rp_…` or `rpu_…`.
    pub secret: String,
    /// Ends in `/v1`.
    pub base_url: String,
}

/// A running engine and its provider.
pub struct Rig {
    /// The provider.
    pub sim: Sim,
    /// The management API, as the owner.
    pub api: Api,
    tap: Option<Tap>,
    config: Config,
    vault: Keepsake,
    clock: Clock,
    time: Time,
    engine: Option<Engine>,
    _dir: TempDir,
}

async fn launch(config: &Config, vault: &Keepsake, clock: &Clock, ca_pem: &str) -> Engine {
    try_launch(config, vault, clock, ca_pem).await.unwrap()
}

async fn try_launch(
    config: &Config,
    vault: &Keepsake,
    clock: &Clock,
    ca_pem: &str,
) -> Result<Engine, StartError> {
    let ports = Ports {
        vault: Box::new(vault.clone()),
        browser: Arc::new(StandIn::here(ca_pem)),
        clock: clock.clone(),
    };
    Engine::start(config.clone(), ports).await
}

fn owner(engine: &Engine) -> Api {
    Api::inside(InProcess::new(api::router(Arc::new(engine.handle())), Principal::Owner))
}

/// The seat of a person by the short name.
#[must_use]
pub fn seat(name: &str) -> SeatId {
    SeatId::new(&format!("user-{name}"), &format!("acct-{name}"))
}

impl Rig {
    /// The engine's handle.
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

    /// Moves the clocks of engine and provider, which have to stand.
    ///
    /// # Panics
    /// If they run by themselves.
    pub fn advance(&self, by: Duration) {
        assert_eq!(self.time, Time::Stands, "only clocks that stand can be moved");
        self.clock.advance(by);
        self.sim.advance(by);
    }

    /// The data folder.
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.config.data_dir.clone()
    }

    /// The bytes between engine and backend.
    #[must_use]
    pub fn tap(&self) -> &Tap {
        self.tap.as_ref().unwrap()
    }

    /// Signs a new person in through the browser and names the account after them.
    pub async fn sign_in(&mut self, person: Person, name: &str) {
        let seat = person.first_seat();
        self.sim.add_person(person).unwrap();
        self.sim.next_sign_in(SignIn::As(seat));
        let started = self.api.post("/sign-ins", json!({"open_browser": "yes"})).await;
        let slug = self.signed_in(&started).await;
        if slug != name {
            self.api.done(Method::PATCH, &format!("/accounts/{slug}"), Some(json!({"name": name}))).await;
        }
    }

    /// Waits for the end of a sign-in and gives the account's slug.
    pub async fn signed_in(&self, started: &Value) -> String {
        let id = started["id"].as_str().unwrap().to_owned();
        let ended = self
            .until("the sign-in ends", |snapshot| {
                let found = snapshot.sign_ins.iter().find(|sign_in| sign_in.id.to_string() == id)?;
                found.result.clone().map(Ok).or_else(|| found.message.clone().map(Err))
            })
            .await;
        ended.unwrap_or_else(|message| panic!("the sign-in failed: {message}"))
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
        self.add_client(json!({"name": name, "account": account})).await
    }

    /// A client of `account` whose key is part of the path.
    pub async fn path_client(&self, name: &str, account: &str) -> Key {
        self.add_client(json!({"name": name, "account": account, "key_kind": "path"})).await
    }

    /// A client that uses `account` alone, whatever pool that has.
    pub async fn single_client(&self, name: &str, account: &str) -> Key {
        self.add_client(json!({"name": name, "account": account, "override_mode": "single"})).await
    }

    async fn add_client(&self, new: Value) -> Key {
        let made = self.api.post("/clients", new).await;
        let text = |field: &str| made[field].as_str().unwrap().to_owned();
        Key { secret: text("key"), base_url: text("base_url") }
    }

    /// One account as shown.
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
