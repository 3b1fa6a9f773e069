//! `rockpool serve`: the engine until it is told to stop.

use rockpool_engine::config::Config;
use rockpool_engine::{Engine, log_to_stderr};
use serde_json::json;

use crate::console::{Console, Style};
use crate::failure::Failure;
use crate::{host, vault};

pub(crate) async fn run(config: Config, console: &dyn Console) -> Result<(), Failure> {
    let _logging = log_to_stderr("info", &|name| std::env::var(name).ok());
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
    })?;
    console.hint("`rockpool dashboard` opens the dashboard in a browser.");
    Ok(())
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
