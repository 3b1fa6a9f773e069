//! What every connection shares. The world is behind one lock that is never held across an await.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::clock::SimClock;
use crate::config::SimConfig;
use crate::world::cipher::Sealer;
use crate::world::{UnknownPerson, World};

#[derive(Debug)]
pub(crate) struct Shared {
    pub config: SimConfig,
    pub clock: SimClock,
    pub sealer: Sealer,
    /// PEM of the test authority; empty without TLS.
    pub ca_pem: String,
    /// `https://host:port` of the TLS listener, if there is one.
    pub tls_origin: Option<String>,
    /// Becomes `true` when the simulator stops.
    pub stopping: watch::Receiver<bool>,
    world: Mutex<World>,
}

/// What the TLS listener turned out to be.
pub(crate) struct TlsListener {
    pub ca_pem: String,
    pub tls_origin: Option<String>,
}

impl Shared {
    pub(crate) fn new(
        config: SimConfig,
        tls: TlsListener,
        stopping: watch::Receiver<bool>,
    ) -> Result<Self, UnknownPerson> {
        let clock = config.clock.clone();
        let mut world = World::new(config.journal_limit);
        for person in &config.people {
            world.directory.add(person.clone(), clock.now_seconds())?;
        }
        Ok(Self {
            config,
            clock,
            sealer: Sealer::new(),
            ca_pem: tls.ca_pem,
            tls_origin: tls.tls_origin,
            stopping,
            world: Mutex::new(world),
        })
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
