//! The kinds of load, and how much of each makes a block: enough for about a second of CPU, because the system counts
//! CPU time in hundredths of a second.

use clap::ValueEnum;
use rockpool_tests::tools::{Key, request};
use serde::Serialize;
use serde_json::json;

use crate::answer::Answer;
use crate::http_load::Question;
use crate::load_error::LoadError;
use crate::wire::Wire;
use crate::{history, http_load, socket_load};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Workload {
    OneConnection,
    SixteenConnections,
    LongStreams,
    WebSocket,
    /// Translated.
    Chat,
    /// Passed through.
    History,
    /// Translated.
    ChatHistory,
    /// Translated.
    MessagesHistory,
}

const REQUESTS: usize = 8_000;
const CONNECTIONS: usize = 16;
const REQUESTS_PER_CONNECTION: usize = 600;
const LONG_STREAMS: usize = 180;
/// Each word is an event of its own.
const WORDS: usize = 2_000;
const TURNS: usize = 6_000;
const CHATS: usize = 4_000;
const HISTORIES: usize = 200;
/// The simulator answers with a dozen events.
const SHORT: &str = "[[say: Good day.]]";

impl Workload {
    pub(crate) const ALL: [Self; 8] = [
        Self::OneConnection,
        Self::SixteenConnections,
        Self::LongStreams,
        Self::WebSocket,
        Self::Chat,
        Self::History,
        Self::ChatHistory,
        Self::MessagesHistory,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::OneConnection => "HTTP, 1 connection",
            Self::SixteenConnections => "HTTP, 16 connections",
            Self::LongStreams => "HTTP, streams of 2,000 events",
            Self::WebSocket => "WebSocket, 1 connection",
            Self::Chat => "Chat Completions, 1 connection",
            Self::History => "HTTP, history of 1.8 MB",
            Self::ChatHistory => "Chat Completions, history of 1.8 MB",
            Self::MessagesHistory => "Messages, history of 1.8 MB",
        }
    }

    /// Of a load that is translated, the same that is passed through.
    pub(crate) const fn passed_through(self) -> Option<Self> {
        match self {
            Self::Chat => Some(Self::OneConnection),
            Self::ChatHistory | Self::MessagesHistory => Some(Self::History),
            Self::OneConnection
            | Self::SixteenConnections
            | Self::LongStreams
            | Self::WebSocket
            | Self::History => None,
        }
    }

    /// What its cost is divided by.
    pub(crate) const fn unit(self) -> &'static str {
        match self {
            Self::OneConnection
            | Self::SixteenConnections
            | Self::Chat
            | Self::History
            | Self::ChatHistory
            | Self::MessagesHistory => "request",
            Self::LongStreams => "event",
            Self::WebSocket => "turn",
        }
    }

    pub(crate) fn units(self, answers: &[Answer]) -> u64 {
        match self {
            Self::OneConnection
            | Self::SixteenConnections
            | Self::WebSocket
            | Self::Chat
            | Self::History
            | Self::ChatHistory
            | Self::MessagesHistory => answers.len() as u64,
            Self::LongStreams => answers.iter().map(|answer| answer.events).sum(),
        }
    }

    pub(crate) async fn run(self, key: Key) -> Result<Vec<Answer>, LoadError> {
        match self {
            Self::OneConnection => http_load::ask(&key, 1, REQUESTS, &question(SHORT)).await,
            Self::SixteenConnections => {
                http_load::ask(&key, CONNECTIONS, REQUESTS_PER_CONNECTION, &question(SHORT)).await
            }
            Self::LongStreams => http_load::ask(&key, 1, LONG_STREAMS, &question(&long_order())).await,
            Self::WebSocket => socket_load::ask(&key, TURNS, SHORT).await,
            Self::Chat => http_load::ask(&key, 1, CHATS, &chat()).await,
            Self::History => http_load::ask(&key, 1, HISTORIES, &after_history(Wire::Backend)).await,
            Self::ChatHistory => {
                http_load::ask(&key, 1, HISTORIES, &after_history(Wire::ChatCompletions)).await
            }
            Self::MessagesHistory => http_load::ask(&key, 1, HISTORIES, &after_history(Wire::Messages)).await,
        }
    }
}

fn question(prompt: &str) -> Question {
    Question { wire: Wire::Backend, body: request::question(prompt).to_string().into() }
}

fn chat() -> Question {
    let messages = json!([{"role": "system", "content": "Be brief."}, {"role": "user", "content": SHORT}]);
    let body = json!({"model": "gpt-5.5", "stream": true, "reasoning_effort": "low", "messages": messages});
    Question { wire: Wire::ChatCompletions, body: body.to_string().into() }
}

fn after_history(wire: Wire) -> Question {
    Question { wire, body: history::request(wire, SHORT) }
}

fn long_order() -> String {
    format!("[[say: {}]]", vec!["word"; WORDS].join(" "))
}
