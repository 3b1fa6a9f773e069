//! An engine in this process: with the endpoint for `serve`, without for a single command.

use std::sync::Arc;

use rockpool_engine::clock::Clock;
use rockpool_engine::config::Config;
use rockpool_engine::engine::Engine;
use rockpool_engine::ports::{NoBrowser, Ports};

use crate::failure::Failure;
use crate::vault;

/// The outside world of an engine without a display.
pub(crate) fn ports(config: &Config) -> Result<Ports, Failure> {
    Ok(Ports { vault: vault::open(&config.vault)?, browser: Arc::new(NoBrowser), clock: Clock::system() })
}

/// Starts the endpoint.
pub(crate) async fn serve(config: Config) -> Result<Engine, Failure> {
    let ports = ports(&config)?;
    Engine::start(config, ports).await.map_err(Failure::Start)
}

/// Takes the data folder for the time of a command: no endpoint, no polling.
pub(crate) async fn offline(config: Config) -> Result<Engine, Failure> {
    let ports = ports(&config)?;
    Engine::start_offline(config, ports).await.map_err(Failure::Start)
}
