//! The tray app: reads its arguments, starts the engine in this process and runs the desktop.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

mod app;
mod arguments;
mod autostart;
mod bridge;
mod browser;
mod failure;
mod host;
mod notify;
mod preferences;
mod process;
mod shell;
mod tray;
mod window;

use std::process::ExitCode;

use rockpool_engine::config::{LOG, Outside};
use rockpool_engine::log_to_stderr;

use crate::arguments::{Arguments, USAGE};
use crate::failure::Failure;

fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args_os().skip(1)) {
        Ok(arguments) => arguments,
        Err(unknown) => {
            failure::say(&format!("there is no argument “{unknown}”\n{USAGE}"));
            return ExitCode::from(2);
        }
    };
    let lookup = |name: &str| std::env::var(name).ok();
    let filter =
        Outside::environment(&lookup).get(LOG).map_or_else(|| "warn".to_owned(), |given| given.value);
    let _logging = match log_to_stderr(&filter, &lookup) {
        Ok(logging) => logging,
        Err(error) => return Failure::from(error).show(),
    };
    let outcome = match arguments {
        Arguments::Help => {
            failure::say(USAGE);
            return ExitCode::SUCCESS;
        }
        Arguments::Run => app::run(None),
        Arguments::Rehearse => process::rehearsal_home().and_then(|home| app::run(Some(home))),
    };
    outcome.unwrap_or_else(|failure| failure.show())
}
