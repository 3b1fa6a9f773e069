//! A local tool as Rockpool sees one: a base address, a key, and one conversation after the other.

use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

use super::http::post;

/// Turns of one conversation before the tool begins the next.
const TURNS: u32 = 2;

/// What the person at the tool is after; the simulator says the words in brackets.
const TALK: [(&str, &str); 4] = [
    ("What lives in a rock pool?", "Limpets, anemones and a shy crab."),
    ("When does the tide come back?", "In about six hours."),
    ("How deep is it at low water?", "Deep enough for a goby."),
    ("Who fills it again?", "The sea, twice a day."),
];

pub(crate) struct Tool {
    responses: Url,
    key: SecretString,
    turns: u32,
}

impl Tool {
    /// A tool that was given `base_url` (ends in `/v1`) and `key`.
    pub(crate) fn new(base_url: &str, key: SecretString) -> Result<Self, String> {
        let address = format!("{}/responses", base_url.trim_end_matches('/'));
        let responses = Url::parse(&address).map_err(|error| error.to_string())?;
        Ok(Self { responses, key, turns: 0 })
    }

    /// Sends one request and reads its answer to the end.
    pub(crate) async fn turn(&mut self) {
        let body = self.request();
        self.turns += 1;
        match post(&self.responses, &self.key, &body).await {
            Ok(reply) => tracing::debug!(status = reply.status.as_u16(), "the tool was answered"),
            Err(error) => tracing::warn!(%error, "the tool got no answer"),
        }
    }

    /// Such as the provider's client sends for a model with plain function tools (captured, 0.169.0), without tools.
    fn request(&self) -> Value {
        let (question, answer) = TALK[self.turns as usize % TALK.len()];
        let text = format!("{question} [[say: {answer}]]");
        json!({
            "model": "gpt-5.5",
            "instructions": "You are a tide table.",
            "input": [{
                "type": "message",
                "role": "user",
                "content": [{ "type": "input_text", "text": text }],
            }],
            "tools": [],
            "tool_choice": "auto",
            "parallel_tool_calls": false,
            "store": false,
            "stream": true,
            "include": [],
            "prompt_cache_key": format!("rehearsal-{}", self.turns / TURNS),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_keeps_its_key_for_its_turns() {
        let mut tool = Tool::new("http://127.0.0.1:1/v1/", SecretString::from("rp_x")).unwrap();
        let mut keys = Vec::new();
        for turns in 0..4 {
            tool.turns = turns;
            keys.push(tool.request()["prompt_cache_key"].as_str().unwrap().to_owned());
        }
        assert_eq!(keys, ["rehearsal-0", "rehearsal-0", "rehearsal-1", "rehearsal-1"]);
        assert_eq!(tool.responses.path(), "/v1/responses");
    }
}
