//! `cargo xtask run`: from a bare machine to the app in the tray.

use std::process::{Command, ExitCode};

use crate::app;
use crate::args::Face;
use crate::consent::Consent;
use crate::failure::Failure;
use crate::install;
use crate::needs::Purpose;
use crate::node;
use crate::say;
use crate::steps::Steps;
use crate::toolchain;
use crate::workspace::Workspace;

/// The app is built with the dev profile: on two cores the release profile (thin LTO, one code unit) takes about twice as long
/// for the first start and minutes for each later one, for a speed that a person at a tray menu does not see; and `cargo xtask test` uses the same build.
pub(crate) fn run(workspace: &Workspace, face: Face, consent: Consent) -> Result<ExitCode, Failure> {
    check_display()?;
    toolchain::check()?;
    install::ensure(workspace, Purpose::Run, consent)?;

    let mut steps = Steps::default();
    node::build_ui(&mut steps, workspace)?;
    steps.run("build of the app", app::build_app(workspace))?;

    let mut command = Command::new(workspace.binary("rockpool-desktop"));
    match face {
        Face::Real => say::line("\n== Rockpool starts; look for the pool in the tray"),
        Face::Rehearsal => {
            say::line("\n== Rockpool starts as a rehearsal, with simulated accounts");
            command.arg("--rehearsal");
        }
    }
    start(command)
}

fn check_display() -> Result<(), Failure> {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if !cfg!(target_os = "linux") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY") {
        return Ok(());
    }
    Err(Failure::Refused(
        "there is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set), so there is no tray to start in. \
         Without a desktop, use `rockpool serve`: cargo run -p rockpool-cli -- serve"
            .to_owned(),
    ))
}

/// The app takes this process's place, so that Ctrl-C and the exit code are its own.
#[cfg(unix)]
fn start(mut command: Command) -> Result<ExitCode, Failure> {
    use std::os::unix::process::CommandExt;
    let source = command.exec();
    Err(Failure::Io { doing: "starting the app".to_owned(), source })
}

#[cfg(not(unix))]
fn start(mut command: Command) -> Result<ExitCode, Failure> {
    let status = command.status().map_err(Failure::io("starting the app"))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
