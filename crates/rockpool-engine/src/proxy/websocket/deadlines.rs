//! When something was last received and sent on the two sides of a session, and what is due next.

use tokio::time::Instant;

use crate::host::timeouts::WebSocketTimeouts;

/// What a session does when nothing comes from either side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// Send what is held of the answer.
    Commit,
    /// Tell the tool that its turn is still worked on.
    KeepAlive,
    /// The provider has been silent for too long.
    Silence(Silence),
}

/// How long the provider has been silent, by what is done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Silence {
    /// Ask whether it is still there.
    Ping,
    /// Give the connection up: nothing at all came.
    Dead,
    /// Give the connection up: nothing came of the turn.
    Stalled,
}

/// What a session waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waiting {
    /// For the tool's next turn.
    Tool,
    /// For the answer of a turn, whose held frames go downstream at `hold`.
    Answer { hold: Option<Instant> },
}

/// The moments that count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadlines {
    timeouts: WebSocketTimeouts,
    /// Anything came from the provider, a pong included.
    received: Instant,
    pinged: Instant,
    /// An event of the turn came, or the turn was sent.
    event: Instant,
    /// An event went to the tool, or its turn began.
    sent: Instant,
}

impl Deadlines {
    pub(super) fn new(timeouts: WebSocketTimeouts, now: Instant) -> Self {
        Self { timeouts, received: now, pinged: now, event: now, sent: now }
    }

    /// A new connection to the provider stands.
    pub(super) fn connected(&mut self, now: Instant) {
        self.received = now;
        self.pinged = now;
        self.event = now;
    }

    /// Something came from the provider.
    pub(super) fn received(&mut self, now: Instant) {
        self.received = now;
    }

    /// An event came from the provider, or the turn was sent to it.
    pub(super) fn event(&mut self, now: Instant) {
        self.event = now;
    }

    /// An event went to the tool, or its turn began.
    pub(super) fn sent(&mut self, now: Instant) {
        self.sent = now;
    }

    pub(super) fn pinged(&mut self, now: Instant) {
        self.pinged = now;
    }

    /// What is due next, and when.
    pub(super) fn next(&self, waiting: Waiting) -> (Instant, Due) {
        let silence = (self.received + self.timeouts.silence, Due::Silence(Silence::Dead));
        let ping = (self.received.max(self.pinged) + self.timeouts.ping, Due::Silence(Silence::Ping));
        let mut next = earlier(silence, ping);
        if let Waiting::Answer { hold } = waiting {
            next = earlier(next, (self.event + self.timeouts.turn, Due::Silence(Silence::Stalled)));
            next = earlier(next, (self.sent + self.timeouts.keep_alive, Due::KeepAlive));
            if let Some(at) = hold {
                next = earlier(next, (at, Due::Commit));
            }
        }
        next
    }
}

/// The earlier of two; the first where both are due.
fn earlier(first: (Instant, Due), second: (Instant, Due)) -> (Instant, Due) {
    if second.0 < first.0 { second } else { first }
}
