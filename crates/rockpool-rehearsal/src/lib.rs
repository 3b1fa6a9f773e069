//! The product against the bundled simulator: people, browser and local tool play their parts by themselves.
//!
//! Nothing of the real installation can be reached from here: the folder is fresh and temporary, the vault
//! is memory, every port is a free one, the browser and the tool speak plain HTTP to loopback
//! addresses only, and the issuer that gets the tokens is the simulator that made them.

mod browser;
mod cast;
mod error;
mod home;
mod http;
mod play;
mod story;
mod timing;
mod tool;

use std::io;
use std::sync::Arc;

use rockpool_engine::api::{Client, InProcess};
use rockpool_engine::config::Config;
use rockpool_engine::{Browser, EngineHandle, Principal};
use rockpool_sim::{Sim, SimConfig};
use tokio::runtime::Handle;
use tokio::time::Instant;
use url::Url;

use self::browser::InProcessBrowser;
pub use self::error::RehearsalError;
pub use self::home::Home;
pub use self::timing::RehearsalTiming;

/// A simulator with its people, and a home for the engine; both go when this is dropped.
pub struct Rehearsal {
    sim: Sim,
    home: Home,
    timing: RehearsalTiming,
    /// When the quota of the account that runs dry comes back.
    reset_at: Instant,
    auth_url: Url,
    backend_url: Url,
    browser: Arc<InProcessBrowser>,
}

impl Rehearsal {
    /// Starts the simulator on a free port; everything that is written stays below `home`.
    ///
    /// # Errors
    /// If no port of the loopback interface can be had.
    pub async fn prepare(home: Home, timing: RehearsalTiming) -> Result<Self, RehearsalError> {
        let people = cast::people(timing.reset);
        let reset_at = Instant::now() + timing.reset;
        let sim = Sim::start(SimConfig { people, tls_listen: None, ..SimConfig::default() }).await?;
        let parsed = |text: String| Url::parse(&text).map_err(io::Error::other);
        Ok(Self {
            auth_url: parsed(sim.auth_url())?,
            backend_url: parsed(sim.backend_url())?,
            sim,
            home,
            timing,
            reset_at,
            browser: Arc::new(InProcessBrowser::new(Handle::current(), timing.reading)),
        })
    }

    pub fn config(&self) -> Config {
        Config::rehearsal(self.home.data(), self.auth_url.clone(), self.backend_url.clone())
    }

    /// The browser for the engine's ports: it follows addresses to the simulator by itself.
    pub fn browser(&self) -> Arc<dyn Browser> {
        self.browser.clone()
    }

    /// Signs three people in, pools them, and keeps a local tool working. Within a minute one account is exhausted
    /// and gets its quota back, and one loses its login, which stays lost until somebody asks for a sign-in. What
    /// happens is told in the snapshot of `engine`. Goes on until it is dropped or a step is refused.
    ///
    /// # Errors
    /// [`RehearsalError::NotRehearsing`] for an engine that was not started with [`Rehearsal::config`].
    pub async fn play(&self, engine: EngineHandle) -> Result<(), RehearsalError> {
        let client = Client::new(InProcess::new(engine.clone(), Principal::Owner));
        self.browser.connect(client.clone());
        let stage = play::Stage { sim: &self.sim, browser: &self.browser, reset_at: self.reset_at };
        play::play(stage, &engine, client, self.timing).await
    }
}

#[cfg(test)]
mod tests;
