//! What goes over HTTP because its turns are too large for a WebSocket.
//!
//! The provider closes a WebSocket on which a frame of more than 16 MiB comes, with code 1009, and takes the same
//! turn over HTTP. A tool is told so by the same close; its next handshake in the conversation is answered by
//! 426, on which the Codex CLI 0.169.0 goes on over HTTP at once, and stays there for the life of its process.
//!
//! A handshake without a name may belong to any conversation of its tool. Those of one client and one `user-agent`
//! are sent to HTTP together, for a few minutes: enough for a tool that comes back, and what else of it meets the 426
//! meanwhile is served as well.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::header::{HeaderMap, USER_AGENT};
use rockpool_routing::{ClientId, ConversationKey};

use crate::host::clock::Clock;

/// Largest frame that the provider takes, as far as is known.
const LARGEST_FRAME: usize = 16 << 20;
/// A conversation rarely becomes smaller. One that was compacted is served over HTTP as well.
const KEPT: Duration = Duration::from_secs(60 * 60);
/// The same for all that has no name.
const KEPT_UNNAMED: Duration = Duration::from_secs(5 * 60);
/// Conversations, or tools, that are remembered.
const MOST: usize = 1024;
/// Bytes of a `user-agent` that are looked at.
const AGENT: usize = 256;

/// Whether a connection that broke while a frame of so many bytes was on its way, without a word, broke over its
/// size: a provider that hangs up on the rest of a frame may reset the connection, and its close frame is lost.
pub(crate) fn is_beyond_the_largest(frame: usize) -> bool {
    frame > LARGEST_FRAME
}

/// What a handshake belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Subject {
    Conversation(ConversationKey),
    /// All of a tool that has no name.
    Unnamed {
        client: ClientId,
        agent: Vec<u8>,
    },
}

impl Subject {
    /// `headers` are those of the handshake.
    pub(crate) fn of(conversation: Option<&ConversationKey>, client: ClientId, headers: &HeaderMap) -> Self {
        if let Some(conversation) = conversation {
            return Self::Conversation(conversation.clone());
        }
        let agent = headers.get(USER_AGENT).map_or(&[][..], |value| value.as_bytes());
        Self::Unnamed { client, agent: agent[..agent.len().min(AGENT)].to_vec() }
    }

    fn kept(&self) -> Duration {
        match self {
            Self::Conversation(_) => KEPT,
            Self::Unnamed { .. } => KEPT_UNNAMED,
        }
    }
}

#[derive(Debug)]
pub(crate) struct HttpOnly {
    clock: Clock,
    until: Mutex<HashMap<Subject, Instant>>,
}

impl HttpOnly {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, until: Mutex::default() }
    }

    /// Whether this handshake is sent to HTTP.
    pub(crate) fn contains(&self, handshake: &Subject) -> bool {
        let now = self.clock.now().mono;
        self.until().get(handshake).is_some_and(|until| now < *until)
    }

    /// Sends the next handshakes like this one to HTTP.
    pub(crate) fn add(&self, handshake: Subject) {
        let now = self.clock.now().mono;
        let mut until = self.until();
        until.retain(|_, until| now < *until);
        if until.len() < MOST {
            let end = now + handshake.kept();
            until.insert(handshake, end);
        }
    }

    fn until(&self) -> MutexGuard<'_, HashMap<Subject, Instant>> {
        self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
