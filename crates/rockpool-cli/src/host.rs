//! An engine in this process: with the endpoint for `serve`, without for a single command.

use std::sync::Arc;
use std::time::Duration;

use rockpool_engine::Clock;
use rockpool_engine::DataDirError;
use rockpool_engine::config::Config;
use rockpool_engine::vault::VaultOpener as _;
use rockpool_engine::{Engine, StartError};
use rockpool_engine::{NoBrowser, Ports};
use rockpool_keychain::Vaults;

use crate::failure::Failure;

/// Between two tries to take a data folder that is held for a moment only.
const TRY_EVERY: Duration = Duration::from_millis(200);
/// Tries before giving up: a command or a start takes a second or two.
const MOST_TRIES: u32 = 25;

/// Waits for whoever holds the data folder without serving from it: a command, or a server at its start.
pub(crate) struct Patience {
    tries: u32,
}

impl Patience {
    pub(crate) fn new() -> Self {
        Self { tries: 0 }
    }

    /// Returns when it is worth another try, or the failure where it is not.
    pub(crate) async fn wait_after(&mut self, failure: Failure) -> Result<(), Failure> {
        self.tries += 1;
        let passing = matches!(
            failure,
            Failure::Start(StartError::DataDir(DataDirError::AlreadyServing { control: None }))
        );
        if !passing || self.tries == MOST_TRIES {
            return Err(failure);
        }
        tokio::time::sleep(TRY_EVERY).await;
        Ok(())
    }
}

/// The outside world of an engine without a display.
pub(crate) fn ports(config: &Config) -> Result<Ports, Failure> {
    let opener = Vaults;
    let vault = opener.open(&config.vault).map_err(|error| Failure::Refused(error.to_string()))?;
    Ok(Ports {
        vault,
        vault_opener: Arc::new(opener),
        browser: Arc::new(NoBrowser),
        clock: Clock::system(),
        dashboard: rockpool_dashboard::files(),
    })
}

pub(crate) async fn serve(config: Config) -> Result<Engine, Failure> {
    let mut patience = Patience::new();
    loop {
        match Engine::start(config.clone(), ports(&config)?).await {
            Ok(engine) => return Ok(engine),
            Err(error) => patience.wait_after(Failure::Start(error)).await?,
        }
    }
}

/// Takes the data folder for the time of a command: no endpoint, no polling.
pub(crate) async fn offline(config: Config) -> Result<Engine, Failure> {
    let ports = ports(&config)?;
    Engine::start_offline(config, ports).await.map_err(Failure::Start)
}
