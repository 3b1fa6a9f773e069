//! `rockpool`: the command line and the headless server.

mod args;
mod browser;
mod commands;
mod connect;
mod console;
mod failure;
mod host;
mod rehearse;
mod serve;
mod settings;
mod show;
mod vault;

use std::process::ExitCode;

use clap::Parser as _;
use rockpool_engine::Clock;
use rockpool_engine::config::{Config, Flags, Outside};

use crate::args::{AskCommand, Cli, Command, Serving};
use crate::commands::Session;
use crate::connect::Connection;
use crate::console::{Console, Style, Terminal};
use crate::failure::Failure;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let console = Terminal::new(if cli.json { Style::Json } else { Style::Text });
    let done = tokio::runtime::Runtime::new().map_err(Failure::Runtime).and_then(|runtime| {
        let done = runtime.block_on(Box::pin(run(cli.command, &cli.settings.flags(), &console)));
        // A name lookup that nobody waits for any more must not hold up the exit.
        runtime.shutdown_background();
        done
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            console.hint(&format!("rockpool: {failure}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command, flags: &Flags, console: &dyn Console) -> Result<(), Failure> {
    let variable = |name: &str| std::env::var(name).ok();
    let outside = Outside::with_flags(flags, &variable);
    match command {
        Command::Serve(args) => match args.what() {
            Serving::Installation => {
                serve::run(Config::from_outside(outside)?, outside, args.dashboard(), console).await
            }
            Serving::Rehearsal => rehearse::run(flags, outside, args.dashboard(), console).await,
        },
        Command::Ask(command) => ask(Config::from_outside(outside)?, console, command).await,
    }
}

async fn ask(config: Config, console: &dyn Console, command: AskCommand) -> Result<(), Failure> {
    let connection = connect::connect(config).await?;
    if let (Connection::Local { .. }, AskCommand::Status) = (&connection, &command) {
        console.hint("Nobody serves this endpoint now; start the app or `rockpool serve`.");
    }
    let session = Session { client: connection.client(), console, now: Clock::system().wall() };
    let done = commands::run(&session, command).await;
    connection.close().await;
    done
}
