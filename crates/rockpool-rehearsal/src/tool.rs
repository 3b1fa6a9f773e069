//! A local tool as Rockpool sees one: a base address, a key, and a few conversations side by side.

use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

use super::http::post;

/// Conversations that are under way; as many as accounts, so that a rotation gives one to each.
const CONVERSATIONS: usize = 3;
/// Turns of a conversation before another takes its place, where they are to change at all.
const TURNS: u32 = 8;

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
    turns: usize,
    conversations: [Conversation; CONVERSATIONS],
    /// Conversations that were begun.
    begun: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct Conversation {
    number: u32,
    turns: u32,
}

impl Tool {
    /// A tool that was given `base_url` (ends in `/v1`) and `key`.
    pub(crate) fn new(base_url: &str, key: SecretString) -> Result<Self, String> {
        let address = format!("{}/responses", base_url.trim_end_matches('/'));
        let responses = Url::parse(&address).map_err(|error| error.to_string())?;
        let mut tool = Self { responses, key, turns: 0, conversations: Default::default(), begun: 0 };
        tool.begin_anew();
        Ok(tool)
    }

    /// New conversations in place of all that are under way.
    pub(crate) fn begin_anew(&mut self) {
        for place in 0..CONVERSATIONS {
            self.begin(place);
        }
    }

    /// A new conversation in place of the one whose turn it is, where that has lasted.
    pub(crate) fn begin_one_anew(&mut self) {
        let place = self.turns % CONVERSATIONS;
        if self.conversations[place].turns >= TURNS {
            self.begin(place);
        }
    }

    fn begin(&mut self, place: usize) {
        self.conversations[place] = Conversation { number: self.begun, turns: 0 };
        self.begun += 1;
    }

    /// Sends one request and reads its answer to the end.
    pub(crate) async fn turn(&mut self) {
        let body = self.request();
        self.conversations[self.turns % CONVERSATIONS].turns += 1;
        self.turns += 1;
        match post(&self.responses, &self.key, &body).await {
            Ok(reply) => tracing::debug!(status = reply.status.as_u16(), "the tool was answered"),
            Err(error) => tracing::warn!(%error, "the tool got no answer"),
        }
    }

    /// Such as the provider's client sends for a model with plain function tools (captured, 0.169.0), without tools.
    fn request(&self) -> Value {
        let (question, answer) = TALK[self.turns % TALK.len()];
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
            "prompt_cache_key": format!("rehearsal-{}", self.conversations[self.turns % CONVERSATIONS].number),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key_of(tool: &Tool) -> String {
        tool.request()["prompt_cache_key"].as_str().unwrap().to_owned()
    }

    #[test]
    fn conversations_take_turns_and_keep_their_keys_until_they_are_begun_anew() {
        let mut tool = Tool::new("http://127.0.0.1:1/v1/", SecretString::from("rp_x")).unwrap();
        assert_eq!(tool.responses.path(), "/v1/responses");
        let mut keys = Vec::new();
        for turns in 0..6 {
            tool.turns = turns;
            tool.begin_one_anew();
            keys.push(key_of(&tool));
        }
        assert_eq!(keys[..3], keys[3..], "none has lasted");
        assert_eq!(keys[..3], ["rehearsal-0", "rehearsal-1", "rehearsal-2"]);
        tool.conversations[2].turns = TURNS;
        tool.begin_one_anew();
        assert_eq!(key_of(&tool), "rehearsal-3");
    }
}
