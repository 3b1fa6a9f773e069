//! Conversations whose turns are too large for a WebSocket, and go over HTTP instead.
//!
//! The provider closes a WebSocket on which a frame of more than 16 MiB comes, with code 1009, and takes the same
//! turn over HTTP. A tool is told so by the same close; its next handshake in the conversation is answered by
//! 426, on which the Codex CLI 0.169.0 goes on over HTTP at once.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rockpool_routing::ConversationKey;

use crate::host::clock::Clock;

/// Largest frame that the provider takes, as far as is known.
const LARGEST_FRAME: usize = 16 << 20;
/// A conversation rarely becomes smaller. One that was compacted is served over HTTP as well.
const KEPT: Duration = Duration::from_secs(60 * 60);
/// Conversations that are remembered.
const MOST: usize = 1024;

/// Whether a connection that broke while a frame of so many bytes was on its way, without a word, broke over its
/// size: a provider that hangs up on the rest of a frame may reset the connection, and its close frame is lost.
pub(crate) fn is_beyond_the_largest(frame: usize) -> bool {
    frame > LARGEST_FRAME
}

#[derive(Debug)]
pub(crate) struct HttpOnly {
    clock: Clock,
    until: Mutex<HashMap<ConversationKey, Instant>>,
}

impl HttpOnly {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, until: Mutex::default() }
    }

    /// Whether a handshake in this conversation is sent to HTTP.
    pub(crate) fn contains(&self, conversation: &ConversationKey) -> bool {
        let now = self.clock.now().mono;
        self.until().get(conversation).is_some_and(|until| now < *until)
    }

    pub(crate) fn add(&self, conversation: &ConversationKey) {
        let now = self.clock.now().mono;
        let mut until = self.until();
        until.retain(|_, until| now < *until);
        if until.len() < MOST {
            until.insert(conversation.clone(), now + KEPT);
        }
    }

    fn until(&self) -> MutexGuard<'_, HashMap<ConversationKey, Instant>> {
        self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
