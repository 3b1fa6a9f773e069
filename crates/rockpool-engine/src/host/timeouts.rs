//! How long a tool may take over its request, things on a WebSocket and the issuer may take, and the end of the engine.

use std::time::Duration;

use super::waking_time;

/// Smallest speed at which a provider has to take a large frame: half a megabit a second and less is as
/// good as a stall.
const BYTES_A_SECOND: usize = 32 << 10;

/// The time limits of a WebSocket. Tests shorten them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WebSocketTimeouts {
    /// One connection to the provider, a refresh included. Under the 15 seconds that the Codex CLI 0.169.0
    /// waits for its own handshake.
    pub dial: Duration,
    /// A tool's handshake over all accounts; a little under the same 15 seconds.
    pub handshake: Duration,
    /// Lifecycle frames of a turn are held this long at most, counted from the first of them.
    pub hold: Duration,
    /// Nothing went to the tool in a turn for this long: it gets a keep-alive event. Pings do not count
    /// for the Codex CLI 0.169.0, which gives up after 300 seconds without an event.
    pub keep_alive: Duration,
    /// Nothing came from the provider for this long, whether in a turn or not: it is pinged.
    pub ping: Duration,
    /// Nothing, not even a pong, came from the provider for this long: the connection is lost.
    pub silence: Duration,
    /// No event of a turn came for this long, though the provider answers pings: the turn is lost.
    pub turn: Duration,
}

impl Default for WebSocketTimeouts {
    fn default() -> Self {
        Self {
            dial: Duration::from_secs(12),
            handshake: Duration::from_secs(13),
            hold: Duration::from_secs(2),
            keep_alive: Duration::from_secs(60),
            ping: Duration::from_secs(25),
            silence: Duration::from_secs(75),
            turn: Duration::from_secs(15 * 60),
        }
    }
}

impl WebSocketTimeouts {
    /// How long the provider may take to accept a frame of so many bytes.
    pub(crate) fn sending(&self, bytes: usize) -> Duration {
        self.silence + Duration::from_secs((bytes / BYTES_A_SECOND) as u64)
    }
}

/// The time limits of a request body on its way from the tool. Tests shorten them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UploadTimeouts {
    /// In each stretch of this length some of a body has to come: as much as a line of half a megabit a second
    /// carries in 30 seconds, or its rest.
    pub pace: Duration,
    /// Longest wait for memory that other bodies take.
    pub memory: Duration,
}

impl Default for UploadTimeouts {
    fn default() -> Self {
        Self { pace: Duration::from_secs(30), memory: Duration::from_secs(60) }
    }
}

/// The time limits of requests to the issuer. Tests shorten them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuerTimeouts {
    /// One request with its answer, in time in which this process runs. Above the 15 seconds that connecting may take, so
    /// that a connection that never came about is told apart from an answer that never came.
    pub answer: Duration,
}

impl Default for IssuerTimeouts {
    fn default() -> Self {
        Self { answer: Duration::from_secs(30) }
    }
}

impl IssuerTimeouts {
    /// Longest time from a request to what came of it.
    pub(crate) fn longest(self) -> Duration {
        waking_time::longest(self.answer)
    }
}

/// How long an engine that ends waits for others; for refreshes as long as they may take by themselves. Tests shorten it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndTimeouts {
    /// Answers and WebSockets of tools, and edits under way, all together.
    pub answers: Duration,
}

impl Default for EndTimeouts {
    fn default() -> Self {
        Self { answers: Duration::from_secs(20) }
    }
}
