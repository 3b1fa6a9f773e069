//! `rockpool serve`: the engine until it is told to stop.

use std::time::Duration;

use rockpool_engine::config::Config;
use rockpool_engine::engine::Engine;
use serde_json::json;
use tracing_subscriber::EnvFilter;

use crate::console::{Console, Style};
use crate::failure::Failure;
use crate::{host, vault};

/// What is under way may finish for this long; token saves are among it.
const DRAIN: Duration = Duration::from_secs(20);

pub(crate) async fn run(config: Config, console: &dyn Console) -> Result<(), Failure> {
    log_to_stderr();
    vault::require(&config.vault).await?;
    let mut stop = Stop::listen()?;
    let engine = host::serve(config).await?;
    announce(&engine, console)?;
    stop.asked().await;
    console.hint("Stopping; what is under way may finish. Ask again to stop at once.");
    tokio::select! {
        drained = tokio::time::timeout(DRAIN, engine.shutdown()) => {
            drained.map_err(|_| Failure::Refused("some requests did not finish in time and were cut off".to_owned()))
        }
        () = stop.asked() => Err(Failure::Interrupted),
    }
}

fn announce(engine: &Engine, console: &dyn Console) -> Result<(), Failure> {
    let endpoint = format!("http://{}", engine.handle().address());
    console.result(&match console.style() {
        Style::Text => format!("Rockpool serves {endpoint}/v1"),
        Style::Json => json!({ "endpoint": format!("{endpoint}/v1"), "address": endpoint,
            "pid": std::process::id() })
        .to_string(),
    })
}

fn log_to_stderr() {
    let filter = EnvFilter::try_from_env("ROCKPOOL_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let logging = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second subscriber in one process is a test's affair.
    let _ = logging.try_init();
}

/// Ctrl-C, or SIGTERM where there is one; listened to before anything starts, so that none is missed.
struct Stop {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Stop {
    fn listen() -> Result<Self, Failure> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            Ok(Self { terminate: signal(SignalKind::terminate()).map_err(Failure::Runtime)? })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    async fn asked(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    }
}
