//! One function per command: ask the engine, tell the person.

mod account;
mod client;
mod import;
mod pool;
mod sign_in;
mod status;

#[cfg(test)]
mod fake;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use rockpool_engine::api::Client;
use serde::Serialize;
use serde_json::json;

use crate::args::AskCommand;
use crate::console::{Console, Style};
use crate::failure::Failure;

/// Whom to ask, whom to tell, and when it is.
pub(crate) struct Session<'a> {
    pub(crate) client: &'a Client,
    pub(crate) console: &'a dyn Console,
    pub(crate) now: Timestamp,
}

impl Session<'_> {
    /// Prints the answer as the JSON that the engine sent, or as the text that `text` makes of it.
    fn tell(&self, answer: &impl Serialize, text: impl FnOnce() -> Vec<String>) -> Result<(), Failure> {
        match self.console.style() {
            Style::Json => {
                let json = serde_json::to_value(answer).map_err(|error| Failure::Output(error.into()))?;
                self.console.result(&json.to_string())
            }
            Style::Text => text().iter().try_for_each(|line| self.console.result(line)),
        }
    }

    fn tell_removed(&self, name: &str, sentence: String) -> Result<(), Failure> {
        self.tell(&json!({ "removed": name }), || vec![sentence])
    }
}

/// Carries a command out.
pub(crate) async fn run(session: &Session<'_>, command: AskCommand) -> Result<(), Failure> {
    match command {
        AskCommand::Status => status::show(session).await,
        AskCommand::Account(command) => account::run(session, command).await,
        AskCommand::Pool(command) => pool::run(session, command).await,
        AskCommand::Client(command) => client::run(session, command).await,
    }
}
