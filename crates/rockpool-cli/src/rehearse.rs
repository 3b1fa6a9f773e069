//! `rockpool serve --rehearsal`: the engine against the simulator, until it is told to stop.

use std::sync::Arc;

use rockpool_engine::config::{Flags, LISTEN, LOG, Outside, listen_address};
use rockpool_engine::vault::{MemoryVault, WithoutKeychain};
use rockpool_engine::{Clock, EndRequests, Engine, EngineHandle, Ports};
use rockpool_rehearsal::{Home, Rehearsal, RehearsalTiming};

use crate::args::Dashboard;
use crate::commands;
use crate::console::Console;
use crate::failure::Failure;
use crate::serve;

pub(crate) async fn run(
    flags: &Flags,
    outside: Outside<'_>,
    dashboard: Dashboard,
    console: &dyn Console,
) -> Result<(), Failure> {
    refuse_what_is_its_own(flags)?;
    let _logging = serve::log_to_stderr(outside, Dashboard::Open.usual_log())?;
    let mut ends = EndRequests::listen().map_err(Failure::Runtime)?;
    let home = Home::temporary().map_err(|error| Failure::Refused(error.to_string()))?;
    let rehearsal = Rehearsal::prepare(home, RehearsalTiming::SHOW).await?;
    let engine = start(&rehearsal, flags, outside).await?;
    serve::announce(&engine.handle(), console)?;
    say_how_to_go_on(&engine.handle(), console);
    if let Some(link) = engine.handle().new_dashboard_link() {
        match dashboard {
            Dashboard::Open => commands::present_dashboard(&link, console)?,
            Dashboard::OnDemand => commands::show_dashboard(&link, console)?,
        }
    }

    let rehearsal = Arc::new(rehearsal);
    let (player, handle) = (Arc::clone(&rehearsal), engine.handle());
    let play = tokio::spawn(async move {
        if let Err(error) = player.play(handle).await {
            tracing::error!(%error, "the rehearsal ended");
        }
    });
    ends.asked().await;
    // The tool and its people leave first, so that the engine ends at once; their folder goes with `rehearsal`.
    play.abort();
    let _ = play.await;
    serve::end(engine, ends, console).await
}

/// A setting that would have no effect here is one that the person believes to have.
fn refuse_what_is_its_own(flags: &Flags) -> Result<(), Failure> {
    match flags.given().find(|setting| ![LISTEN, LOG].contains(setting)) {
        None => Ok(()),
        Some(setting) => Err(Failure::Refused(format!(
            "a rehearsal has folder, provider and vault of its own; leave {} out, or --rehearsal",
            setting.flag
        ))),
    }
}

async fn start(rehearsal: &Rehearsal, flags: &Flags, outside: Outside<'_>) -> Result<Engine, Failure> {
    let mut config = rehearsal.config();
    if flags.given().any(|setting| setting == LISTEN) {
        config.listen = listen_address(outside)?;
        config.given.push(LISTEN.flag);
    }
    let ports = Ports {
        vault: Box::new(MemoryVault::default()),
        vault_opener: Arc::new(WithoutKeychain),
        browser: rehearsal.browser(),
        clock: Clock::system(),
        dashboard: rockpool_dashboard::files(),
    };
    Engine::start(config, ports).await.map_err(Failure::Start)
}

fn say_how_to_go_on(engine: &EngineHandle, console: &dyn Console) {
    let program = std::env::current_exe().unwrap_or_else(|_| "rockpool".into());
    let folder = engine.config().data_dir.display();
    console.hint("This is a rehearsal: accounts and answers are simulated, and nothing real is touched.");
    console.hint(&format!("Another link: {} dashboard --data-dir {folder}", program.display()));
    console.hint("Stop it with Ctrl-C. For your own accounts: `cargo xtask run`, or `rockpool serve`.");
}
