//! What a harness is made of, and its start: people signed in through the real sign-in flow, a pool of them.

use std::time::Duration;

use rockpool_engine::Clock;
use rockpool_engine::api::requests::PoolChange;
use rockpool_engine::config::{Config, EndTimeouts, UploadTimeouts, WebSocketTimeouts};
use rockpool_routing::Strategy;
use rockpool_sim::{Person, ReusedConnections, Share, Sim, SimClock, SimConfig, Windows};
use url::Url;

use super::running::{ClockMode, Harness, launch, owner};
use super::surviving_vault::SurvivingVault;
use crate::proxies::RecordingProxy;

/// How the engine reaches the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderLink {
    /// Plain HTTP on loopback.
    Plain,
    /// TLS under the simulator's own authority.
    Tls,
    /// Plain HTTP through a [`RecordingProxy`] in front of the backend.
    Recorded,
}

/// Where manual clocks begin.
const BEGINNING: &str = "2026-11-22T15:00:00Z";

/// What a harness is made of.
#[derive(Clone, Debug)]
pub struct Setup {
    people: Vec<Person>,
    strategy: Strategy,
    link: ProviderLink,
    clock: ClockMode,
    websocket_timeouts: WebSocketTimeouts,
    without_content_type: Share,
    private_events: Share,
    upload_timeouts: UploadTimeouts,
    end_timeouts: EndTimeouts,
    reused_connections: ReusedConnections,
    largest_frame: usize,
}

impl Setup {
    /// People with a Plus plan, signed in in this order; the first owns a pool with the others, under
    /// `primary_first`. One person is an account without a pool.
    #[must_use]
    pub fn of<const N: usize>(names: [&str; N]) -> Self {
        let windows = Windows::five_hours_and_weekly();
        let people = names.iter().map(|name| Person::named(name, "plus", windows.clone())).collect();
        Self {
            people,
            strategy: Strategy::PrimaryFirst,
            link: ProviderLink::Plain,
            clock: ClockMode::System,
            websocket_timeouts: WebSocketTimeouts::default(),
            without_content_type: SimConfig::default().without_content_type,
            private_events: SimConfig::default().private_events,
            upload_timeouts: UploadTimeouts::default(),
            end_timeouts: EndTimeouts::default(),
            reused_connections: ReusedConnections::CutOneIn(3),
            largest_frame: SimConfig::default().largest_frame,
        }
    }

    #[must_use]
    pub fn strategy(mut self, strategy: Strategy) -> Self {
        self.strategy = strategy;
        self
    }

    /// Another link to the provider.
    #[must_use]
    pub fn over(mut self, link: ProviderLink) -> Self {
        self.link = link;
        self
    }

    /// Clocks of engine and provider that stand still but for [`Harness::advance`].
    #[must_use]
    pub fn with_manual_clock(mut self) -> Self {
        self.clock = ClockMode::Manual;
        self
    }

    /// Shorter times on WebSockets.
    #[must_use]
    pub fn websocket_timeouts(mut self, change: impl FnOnce(&mut WebSocketTimeouts)) -> Self {
        change(&mut self.websocket_timeouts);
        self
    }

    /// Another share of streams over HTTP without a content type.
    #[must_use]
    pub fn without_content_type(mut self, share: Share) -> Self {
        self.without_content_type = share;
        self
    }

    /// Another share of streams over HTTP that begin with events of the backend's own.
    #[must_use]
    pub fn private_events(mut self, share: Share) -> Self {
        self.private_events = share;
        self
    }

    /// Shorter times for uploads.
    #[must_use]
    pub fn upload_timeouts(mut self, change: impl FnOnce(&mut UploadTimeouts)) -> Self {
        change(&mut self.upload_timeouts);
        self
    }

    /// Another time for answers when the engine ends.
    #[must_use]
    pub fn answers_at_the_end(mut self, answers: Duration) -> Self {
        self.end_timeouts = EndTimeouts { answers };
        self
    }

    /// What the provider does with connections that it has kept; by default it cuts one in three of those that a turn
    /// comes on, which no tool should notice.
    #[must_use]
    pub fn reused_connections(mut self, reused: ReusedConnections) -> Self {
        self.reused_connections = reused;
        self
    }

    /// A provider that takes no larger frames on a WebSocket, in bytes.
    #[must_use]
    pub fn largest_frame(mut self, bytes: usize) -> Self {
        self.largest_frame = bytes;
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
    pub async fn start(self) -> Harness {
        let dir = tempfile::tempdir().unwrap();
        let ca = dir.path().join("ca.pem");
        let (clock, sim_clock) = match self.clock {
            ClockMode::System => (Clock::system(), SimClock::system()),
            ClockMode::Manual => {
                let clock = Clock::manual(BEGINNING.parse().unwrap());
                let sim_clock = SimClock::still_at(clock.wall().as_second());
                (clock, sim_clock)
            }
        };
        let sim_config = SimConfig {
            ca_out: Some(ca.clone()),
            clock: sim_clock,
            without_content_type: self.without_content_type,
            private_events: self.private_events,
            reused_connections: self.reused_connections,
            largest_frame: self.largest_frame,
            ..SimConfig::default()
        };
        let sim = Sim::start(sim_config).await.unwrap();
        let recording_proxy = match self.link {
            ProviderLink::Recorded => Some(RecordingProxy::start(&sim.backend_url()).await),
            ProviderLink::Plain | ProviderLink::Tls => None,
        };
        let (auth, backend) = match self.link {
            ProviderLink::Plain => (sim.auth_url(), sim.backend_url()),
            ProviderLink::Tls => (sim.tls_auth_url().unwrap(), sim.tls_backend_url().unwrap()),
            ProviderLink::Recorded => {
                (sim.auth_url(), format!("{}/backend-api", recording_proxy.as_ref().unwrap().url()))
            }
        };
        let data_dir = dir.path().join("data");
        let mut config =
            Config::rehearsal(data_dir, Url::parse(&auth).unwrap(), Url::parse(&backend).unwrap());
        config.ca_file = (self.link == ProviderLink::Tls).then_some(ca);
        config.websocket_timeouts = self.websocket_timeouts;
        config.upload_timeouts = self.upload_timeouts;
        config.end_timeouts = self.end_timeouts;
        let vault = SurvivingVault::default();
        let engine = launch(&config, &vault, &clock, sim.ca_pem()).await;
        let api = owner(&engine);
        let clock_mode = self.clock;
        let mut harness = Harness {
            sim,
            recording_proxy,
            config,
            vault,
            clock,
            clock_mode,
            api,
            engine: Some(engine),
            _dir: dir,
        };
        let names: Vec<String> =
            self.people.iter().map(|person| person.user_id.trim_start_matches("user-").to_owned()).collect();
        for (person, name) in self.people.into_iter().zip(&names) {
            harness.sign_in(person, name).await;
        }
        if let Some((owner, members)) = names.split_first().filter(|(_, members)| !members.is_empty()) {
            let pool = PoolChange {
                strategy: self.strategy,
                extra_provider_names: members.to_vec(),
                conversations: None,
            };
            harness.api.client().set_pool(owner, &pool).await.unwrap();
        }
        harness.quota_known().await;
        harness.sim.clear_journal();
        harness
    }
}
