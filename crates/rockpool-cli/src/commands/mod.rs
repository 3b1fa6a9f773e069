//! One function per command: ask the engine, tell the person.

mod account;
mod client;
mod dashboard;
mod import;
mod pool;
mod session;
mod settings;
mod sign_in;
mod status;
mod tools;
mod usage;
mod workspaces;

#[cfg(test)]
mod fake;
#[cfg(test)]
mod tests;

pub(crate) use dashboard::{present as present_dashboard, show as show_dashboard};
pub(crate) use session::Session;

use crate::args::AskCommand;
use crate::failure::Failure;

pub(crate) async fn run(session: &Session<'_>, command: AskCommand) -> Result<(), Failure> {
    match command {
        AskCommand::Status => status::show(session).await,
        AskCommand::Dashboard(args) => dashboard::open(session, &args).await,
        AskCommand::Account(command) => account::run(session, command).await,
        AskCommand::Pool(command) => pool::run(session, command).await,
        AskCommand::Client(command) => client::run(session, command).await,
        AskCommand::Connect(args) => tools::connect(session, args).await,
        AskCommand::Disconnect(args) => tools::disconnect(session, &args).await,
        AskCommand::Usage(args) => usage::show(session, &args).await,
        AskCommand::Settings { command } => settings::run(session, command).await,
    }
}
