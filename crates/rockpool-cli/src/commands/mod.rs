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

use http::Method;
use jiff::Timestamp;
use serde_json::Value;

use crate::api::{Api, ask};
use crate::args::AskCommand;
use crate::console::{Console, Style};
use crate::failure::Failure;

/// Whom to ask, whom to tell, and when it is.
pub(crate) struct Session<'a> {
    pub(crate) api: &'a dyn Api,
    pub(crate) console: &'a dyn Console,
    pub(crate) now: Timestamp,
}

impl Session<'_> {
    async fn ask(&self, method: Method, segments: &[&str], body: Option<Value>) -> Result<Value, Failure> {
        ask(self.api, method, segments, body).await
    }

    /// Prints the answer as it is, or as the text that `text` makes of it.
    fn tell(
        &self,
        answer: &Value,
        text: impl FnOnce() -> Result<Vec<String>, Failure>,
    ) -> Result<(), Failure> {
        match self.console.style() {
            Style::Json => self.console.result(&answer.to_string()),
            Style::Text => text()?.iter().try_for_each(|line| self.console.result(line)),
        }
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
