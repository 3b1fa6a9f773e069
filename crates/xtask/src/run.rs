//! `cargo xtask run`: from a bare machine to the app in the tray, or to the dashboard in a browser.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use crate::app;
use crate::args::{Face, Place};
use crate::consent::Consent;
use crate::failure::Failure;
use crate::install;
use crate::needs::Purpose;
use crate::node;
use crate::say;
use crate::steps::Steps;
use crate::toolchain;
use crate::workspace::Workspace;

/// The one variable that says where the secrets rest.
const VAULT: &str = "ROCKPOOL_VAULT";
/// The keychain, or an encrypted file of Rockpool's own where no keychain answers.
const ANY_VAULT: &str = "keychain-or-file";

type Lookup<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// What is built and started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Program {
    /// The tray app.
    App,
    /// The server with the dashboard.
    Server,
}

/// The dev profile is built: on two cores the release profile (thin LTO, one code unit) takes about twice as long
/// for the first start and minutes for each later one, for a speed that a person does not see; and `cargo xtask test` uses the same build.
pub(crate) fn run(
    workspace: &Workspace,
    face: Face,
    place: Place,
    consent: Consent,
) -> Result<ExitCode, Failure> {
    let lookup: Lookup<'_> = &|name| std::env::var_os(name);
    toolchain::check()?;
    let program = match program(place, has_display(lookup)) {
        Program::App => app_or_server(install::ensure(workspace, Purpose::Run, consent))?,
        Program::Server => Program::Server,
    };
    let mut steps = Steps::default();
    match program {
        Program::App => {
            node::build_ui(&mut steps, workspace)?;
            steps.run("build of the app", app::build_app(workspace))?;
        }
        Program::Server => {
            install::ensure(workspace, Purpose::Serve, consent)?;
            node::build_ui(&mut steps, workspace)?;
            steps.run("build of the server", app::build_server(workspace))?;
        }
    }
    say::line(&heading(program, face));
    start(command(workspace, program, face, lookup))
}

fn program(place: Place, display: Display) -> Program {
    match (place, display) {
        (Place::WhereverPossible, Display::There) => Program::App,
        (Place::WhereverPossible, Display::None) | (Place::Headless, _) => Program::Server,
    }
}

/// Where the desktop's libraries are missing and cannot be had, or are not wanted, the server does without them.
fn app_or_server(installed: Result<(), Failure>) -> Result<Program, Failure> {
    match installed {
        Ok(()) => Ok(Program::App),
        Err(Failure::Refused(reason)) => {
            say::line(&reason);
            say::line(
                "\nWithout that there is no tray. Rockpool starts as a server, with its dashboard in a browser.",
            );
            Ok(Program::Server)
        }
        Err(failure @ (Failure::Usage(_) | Failure::Io { .. } | Failure::Step { .. })) => Err(failure),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Display {
    There,
    None,
}

fn has_display(lookup: Lookup<'_>) -> Display {
    let is_set = |name| lookup(name).is_some_and(|value| !value.is_empty());
    if !cfg!(target_os = "linux") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY") {
        return Display::There;
    }
    Display::None
}

fn heading(program: Program, face: Face) -> String {
    let what = match face {
        Face::Real => "",
        Face::Rehearsal => " as a rehearsal, with simulated accounts",
    };
    let and_then = match program {
        Program::App => "; look for the pool in the tray",
        Program::Server => "; its dashboard opens in a browser. Ctrl-C ends it",
    };
    format!("\n== Rockpool starts{what}{and_then}")
}

fn command(workspace: &Workspace, program: Program, face: Face, lookup: Lookup<'_>) -> Command {
    let mut command = match program {
        Program::App => Command::new(workspace.binary("rockpool-desktop")),
        Program::Server => Command::new(workspace.binary("rockpool")),
    };
    command.args(arguments(program, face));
    if vault_is_open(face, lookup) {
        command.env(VAULT, ANY_VAULT);
    }
    command
}

fn arguments(program: Program, face: Face) -> Vec<&'static str> {
    let mut arguments = match program {
        Program::App => Vec::new(),
        Program::Server => vec!["serve", "--open"],
    };
    match face {
        Face::Real => {}
        Face::Rehearsal => arguments.push("--rehearsal"),
    }
    arguments
}

/// Whether nobody said where the secrets rest; a rehearsal has a place of its own.
fn vault_is_open(face: Face, lookup: Lookup<'_>) -> bool {
    match face {
        Face::Real => lookup(VAULT).is_none_or(|value| value.is_empty()),
        Face::Rehearsal => false,
    }
}

/// The program takes this process's place, so that Ctrl-C and the exit code are its own.
#[cfg(unix)]
fn start(mut command: Command) -> Result<ExitCode, Failure> {
    use std::os::unix::process::CommandExt;
    let source = command.exec();
    Err(Failure::Io { doing: "starting Rockpool".to_owned(), source })
}

#[cfg(not(unix))]
fn start(mut command: Command) -> Result<ExitCode, Failure> {
    let status = command.status().map_err(Failure::io("starting Rockpool"))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(pairs: &'static [(&str, &str)]) -> impl Fn(&str) -> Option<OsString> {
        move |name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).into())
    }

    #[test]
    fn with_a_display_it_is_the_app_and_without_one_the_server() {
        assert_eq!(program(Place::WhereverPossible, Display::There), Program::App);
        assert_eq!(program(Place::WhereverPossible, Display::None), Program::Server);
        assert_eq!(program(Place::Headless, Display::There), Program::Server);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_display_is_one_that_is_named_and_not_empty() {
        assert_eq!(has_display(&set(&[("DISPLAY", ":0")])), Display::There);
        assert_eq!(has_display(&set(&[("WAYLAND_DISPLAY", "wayland-0")])), Display::There);
        assert_eq!(has_display(&set(&[("DISPLAY", "")])), Display::None);
        assert_eq!(has_display(&set(&[])), Display::None);
    }

    #[test]
    fn desktop_libraries_that_cannot_be_had_lead_to_the_server_and_not_to_a_refusal() {
        assert_eq!(app_or_server(Ok(())).unwrap(), Program::App);
        let refused = Failure::Refused("installing needs root, and there is no sudo here".to_owned());
        assert_eq!(app_or_server(Err(refused)).unwrap(), Program::Server);
    }

    #[test]
    fn the_server_opens_its_dashboard_and_each_program_rehearses() {
        assert_eq!(arguments(Program::Server, Face::Real), ["serve", "--open"]);
        assert_eq!(arguments(Program::Server, Face::Rehearsal), ["serve", "--open", "--rehearsal"]);
        assert_eq!(arguments(Program::App, Face::Rehearsal), ["--rehearsal"]);
    }

    #[test]
    fn a_vault_is_chosen_only_where_nobody_chose_one() {
        assert!(vault_is_open(Face::Real, &set(&[])));
        assert!(vault_is_open(Face::Real, &set(&[(VAULT, "")])));
        assert!(!vault_is_open(Face::Real, &set(&[(VAULT, "keychain")])));
        assert!(!vault_is_open(Face::Rehearsal, &set(&[])));
    }
}
