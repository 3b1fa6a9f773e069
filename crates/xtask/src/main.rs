//! `cargo xtask`: the project's own commands, from a bare machine to a running app and a full test run.

mod advisories;
mod app;
mod args;
mod consent;
mod cost;
mod dependencies;
mod failure;
mod figures;
mod fuzz;
mod install;
mod invocation;
mod mutants;
mod needs;
mod node;
mod packages;
mod prices;
mod probe;
mod python;
mod run;
mod say;
mod sbom;
mod stamp;
mod steps;
mod test;
mod toolchain;
mod tools;
mod tools_table;
mod workspace;

use std::process::ExitCode;

use crate::args::Task;
use crate::failure::Failure;
use crate::workspace::Workspace;

fn main() -> ExitCode {
    match carry_out() {
        Ok(code) => code,
        Err(failure) => {
            say::problem(&failure.to_string());
            failure.exit_code()
        }
    }
}

fn carry_out() -> Result<ExitCode, Failure> {
    let task = args::parse(std::env::args().skip(1))?;
    match task {
        Task::Help => {
            say::line(args::USAGE);
            Ok(ExitCode::SUCCESS)
        }
        Task::Run { face, place, consent } => run::run(&Workspace::locate()?, face, place, consent),
        Task::Cost { args } => cost::measure(&Workspace::locate()?, args),
        Task::Dependencies => dependencies::write(&Workspace::locate()?),
        Task::Sbom => sbom::run(&Workspace::locate()?),
        Task::Advisories { keep } => advisories::run(&Workspace::locate()?, keep),
        Task::Prices => prices::write(&Workspace::locate()?),
        Task::Figures { at } => figures::print(&Workspace::locate()?, at),
        Task::Fuzz { minutes, targets } => fuzz::run(&Workspace::locate()?, minutes, targets),
        Task::ToolsTable => tools_table::write(&Workspace::locate()?),
        Task::Test { depth, consent } => test::test(&Workspace::locate()?, depth, consent),
    }
}
