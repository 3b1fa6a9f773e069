//! One turn of a session: its frame, its record, its lease, and how far its answer has come.

use rockpool_routing::{AccountId, Class};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::proxy::attempt::{Credentials, Lease};
use crate::proxy::facts::Facts;
use crate::proxy::frame::Tokens;
use crate::proxy::payload::Belief;
use crate::proxy::peek::Observer;
use crate::proxy::record::{Ending, Record};
use crate::proxy::walk::Walk;

/// A turn that the tool started and whose answer has not ended.
pub(crate) struct Turn {
    pub(crate) frame: Utf8Bytes,
    pub(crate) facts: Facts,
    pub(crate) walk: Walk,
    pub(crate) record: Record,
    pub(crate) credentials: Credentials,
    pub(crate) belief: Belief,
    pub(crate) since: std::time::Instant,
    pub(crate) asked: Option<Asked>,
    pub(crate) progress: Progress,
}

/// The account that is asked now.
pub(crate) struct Asked {
    pub(crate) lease: Lease,
    pub(crate) observer: Observer,
}

/// How far the answer has come downstream.
pub(crate) enum Progress {
    /// Lifecycle frames are held, from the first of them on until the deadline.
    Held { frames: Vec<Utf8Bytes>, deadline: Option<Instant> },
    /// The first output went downstream.
    Committed,
}

impl Default for Progress {
    fn default() -> Self {
        Self::Held { frames: Vec::new(), deadline: None }
    }
}

/// Whether another account may take the turn over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mobility {
    /// The frame carries the whole input.
    Free,
    /// It continues an answer of this very connection.
    Bound,
}

impl Turn {
    pub(crate) fn mobility(&self) -> Mobility {
        if self.facts.previous_response.is_some() { Mobility::Bound } else { Mobility::Free }
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        match &self.progress {
            Progress::Held { deadline, .. } => *deadline,
            Progress::Committed => None,
        }
    }

    /// Lets go of the account that was asked, noting what became of it.
    pub(crate) fn settle(&mut self, class: Class, status: Option<u16>) -> Tokens {
        let Some(asked) = self.asked.take() else { return Tokens::default() };
        self.record.tried(asked.lease.account(), class, status, self.since);
        let tokens = asked.observer.tokens();
        asked.lease.settle(class);
        tokens
    }

    /// Ends the turn.
    pub(crate) fn finish(self, class: Class, status: u16, account: Option<AccountId>, tokens: Tokens) {
        self.record.finish(&Ending { class, status, account, tokens });
    }
}
