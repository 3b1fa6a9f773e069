//! `rockpool serve`: the engine until it is told to stop.

use rockpool_engine::Engine;
use rockpool_engine::config::{Config, log_in_colour};
use serde_json::json;
use tracing_subscriber::EnvFilter;

use crate::console::{Console, Style};
use crate::failure::Failure;
use crate::{host, vault};

pub(crate) async fn run(config: Config, console: &dyn Console) -> Result<(), Failure> {
    log_to_stderr();
    vault::require(&config.vault).await?;
    let mut stop = Stop::listen()?;
    let engine = host::serve(config).await?;
    announce(&engine, console)?;
    stop.asked().await;
    console.hint("Stopping; what is under way may finish. Ask again to stop at once.");
    tokio::select! {
        // The engine has the deadline: it knows that a refresh in flight is worth more than a request.
        () = engine.shutdown() => Ok(()),
        () = stop.asked() => Err(Failure::Interrupted),
    }
}

fn announce(engine: &Engine, console: &dyn Console) -> Result<(), Failure> {
    let endpoint = engine.handle().endpoint();
    console.result(&match console.style() {
        Style::Text => format!("Rockpool serves {endpoint}"),
        Style::Json => json!({ "endpoint": endpoint, "pid": std::process::id() }).to_string(),
    })
}

fn log_to_stderr() {
    let filter = EnvFilter::try_from_env("ROCKPOOL_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let colour = log_in_colour(&std::io::stderr(), &|name| std::env::var(name).ok());
    let logging =
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colour).with_writer(std::io::stderr);
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
