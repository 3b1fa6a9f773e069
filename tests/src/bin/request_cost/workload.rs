//! The kinds of load, and how much of each makes a block: enough for about a second of CPU, because the system counts
//! CPU time in hundredths of a second.

use rockpool_tests::tools::Key;
use serde::Serialize;

use crate::answer::Answer;
use crate::load_error::LoadError;
use crate::{http_load, socket_load};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Workload {
    OneConnection,
    SixteenConnections,
    LongStreams,
    WebSocket,
}

const REQUESTS: usize = 8_000;
const CONNECTIONS: usize = 16;
const REQUESTS_PER_CONNECTION: usize = 600;
const LONG_STREAMS: usize = 180;
/// Each word is an event of its own.
const WORDS: usize = 2_000;
const TURNS: usize = 6_000;
/// The simulator answers with a dozen events.
const SHORT: &str = "[[say: Good day.]]";

impl Workload {
    pub(crate) const ALL: [Self; 4] =
        [Self::OneConnection, Self::SixteenConnections, Self::LongStreams, Self::WebSocket];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::OneConnection => "HTTP, 1 connection",
            Self::SixteenConnections => "HTTP, 16 connections",
            Self::LongStreams => "HTTP, streams of 2,000 events",
            Self::WebSocket => "WebSocket, 1 connection",
        }
    }

    /// What its cost is divided by.
    pub(crate) const fn unit(self) -> &'static str {
        match self {
            Self::OneConnection | Self::SixteenConnections => "request",
            Self::LongStreams => "event",
            Self::WebSocket => "turn",
        }
    }

    pub(crate) fn units(self, answers: &[Answer]) -> u64 {
        match self {
            Self::OneConnection | Self::SixteenConnections | Self::WebSocket => answers.len() as u64,
            Self::LongStreams => answers.iter().map(|answer| answer.events).sum(),
        }
    }

    pub(crate) async fn run(self, key: Key) -> Result<Vec<Answer>, LoadError> {
        match self {
            Self::OneConnection => http_load::ask(&key, 1, REQUESTS, SHORT).await,
            Self::SixteenConnections => {
                http_load::ask(&key, CONNECTIONS, REQUESTS_PER_CONNECTION, SHORT).await
            }
            Self::LongStreams => http_load::ask(&key, 1, LONG_STREAMS, &long_order()).await,
            Self::WebSocket => socket_load::ask(&key, TURNS, SHORT).await,
        }
    }
}

fn long_order() -> String {
    format!("[[say: {}]]", vec!["word"; WORDS].join(" "))
}
