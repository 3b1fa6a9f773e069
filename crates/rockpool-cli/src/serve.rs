//! `rockpool serve`: the engine until it is told to stop.

use rockpool_engine::config::{Config, LOG, Outside};
use rockpool_engine::{EndRequests, Engine, EngineHandle, Logging};
use serde_json::json;

use crate::args::Dashboard;
use crate::commands;
use crate::console::{Console, Style};
use crate::failure::Failure;
use crate::{host, vault};

pub(crate) async fn run(
    config: Config,
    outside: Outside<'_>,
    dashboard: Dashboard,
    console: &dyn Console,
) -> Result<(), Failure> {
    let _logging = log_to_stderr(outside, dashboard.usual_log())?;
    let vault_choice = Engine::vault_choice(&config);
    vault::require(&vault_choice).await?;
    let mut ends = EndRequests::listen().map_err(Failure::Runtime)?;
    let left_behind = vault::left_behind(&config, &vault_choice);
    let engine = host::serve(config).await?;
    announce(&engine.handle(), console)?;
    vault::warning(&engine.handle().snapshot().vault).iter().for_each(|line| console.hint(line));
    left_behind.iter().for_each(|line| console.hint(line));
    match (dashboard, engine.handle().new_dashboard_link()) {
        (Dashboard::Open, Some(link)) => {
            commands::present_dashboard(&link, console)?;
        }
        (Dashboard::Open, None) | (Dashboard::OnDemand, _) => {
            console.hint("`rockpool dashboard` opens the dashboard in a browser.");
        }
    }
    ends.asked().await;
    end(engine, ends, console).await
}

/// The line that scripts wait for.
pub(crate) fn announce(engine: &EngineHandle, console: &dyn Console) -> Result<(), Failure> {
    let endpoint = engine.endpoint();
    console.result(&match console.style() {
        Style::Text => format!("Rockpool serves {endpoint}"),
        Style::Json => json!({ "endpoint": endpoint, "pid": std::process::id() }).to_string(),
    })
}

pub(crate) async fn end(engine: Engine, mut ends: EndRequests, console: &dyn Console) -> Result<(), Failure> {
    console.hint("Stopping; what is under way may finish. Ask again to stop at once.");
    tokio::select! {
        // The engine has the deadline: it knows that a refresh in flight is worth more than a request.
        () = engine.shutdown_telling(|waiting| console.hint(&waiting.to_string())) => Ok(()),
        () = ends.insisted() => Err(Failure::Interrupted),
    }
}

/// As flag or variable ask; as is `usual` where they do not.
pub(crate) fn log_to_stderr(outside: Outside<'_>, usual: &str) -> Result<Logging, Failure> {
    let lookup = |name: &str| std::env::var(name).ok();
    let given = outside.get(LOG);
    let (name, filter) = given.map_or((LOG.variable, usual.to_owned()), |given| (given.name, given.value));
    let refused = |error| Failure::Refused(format!("{name} is “{filter}”: {error}"));
    rockpool_engine::log_to_stderr(&filter, &lookup).map_err(refused)
}
