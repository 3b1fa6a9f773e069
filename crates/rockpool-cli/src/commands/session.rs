//! What every command has at hand.

use jiff::Timestamp;
use rockpool_engine::api::Client;
use serde::Serialize;
use serde_json::json;

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
    pub(super) fn tell(
        &self,
        answer: &impl Serialize,
        text: impl FnOnce() -> Vec<String>,
    ) -> Result<(), Failure> {
        match self.console.style() {
            Style::Json => {
                let json = serde_json::to_value(answer).map_err(|error| Failure::Output(error.into()))?;
                self.console.result(&json.to_string())
            }
            Style::Text => text().iter().try_for_each(|line| self.console.result(line)),
        }
    }

    pub(super) fn tell_removed(&self, name: &str, sentence: String) -> Result<(), Failure> {
        self.tell(&json!({ "removed": name }), || vec![sentence])
    }
}
