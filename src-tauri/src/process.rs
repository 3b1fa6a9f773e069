//! What concerns the process as a whole: signals, and the restart into a rehearsal's own home.

use std::process::Command;

use rockpool_desktop::controller::Input;
use rockpool_engine::{EndRequests, Engine};
use rockpool_rehearsal::Home;
use tokio::sync::mpsc;

use crate::failure::{self, Failure};

/// The home of this rehearsal. Toolkits take theirs from the environment, which cannot be changed safely
/// in a running process, so the first call starts the program anew and does not come back.
pub(crate) fn rehearsal_home() -> Result<Home, Failure> {
    let lookup = |name: &str| std::env::var_os(name);
    if let Some(home) = Home::take_over(&lookup) {
        return Ok(home);
    }
    let folder = Home::make()?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args(std::env::args_os().skip(1)).envs(Home::environment(&folder, &lookup));
    Err(replace_process(command).into())
}

/// Runs `command` in place of this process; comes back only with the reason why that failed.
#[cfg(unix)]
fn replace_process(mut command: Command) -> std::io::Error {
    std::os::unix::process::CommandExt::exec(&mut command)
}

#[cfg(not(unix))]
fn replace_process(mut command: Command) -> std::io::Error {
    match command.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => error,
    }
}

/// Turns what asks this process to end into [`Input::Quit`].
pub(crate) async fn watch_end_requests(mut ends: EndRequests, inputs: mpsc::Sender<Input>) {
    ends.asked().await;
    // A closed channel means that the app is ending already.
    inputs.send(Input::Quit).await.ok();
}

/// Ends the engine; at once where somebody insists.
pub(crate) async fn end(engine: Engine) {
    let insisted = async {
        match EndRequests::listen() {
            Ok(mut ends) => ends.insisted().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = engine.shutdown_telling(|waiting| failure::say(&waiting.to_string())) => {}
        () = insisted => {}
    }
}
