//! One turn of a session: its frame, its record, its lease, and how far its answer has come.

use rockpool_routing::failover::Remedy;
use rockpool_routing::{AccountId, Class, Delivery};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::deadlines::Waiting;
use crate::provider::event::Tokens;
use crate::proxy::failover::attempt::{Credentials, Lease};
use crate::proxy::failover::candidates::Walk;
use crate::proxy::record::{Ending, Record, Try};
use crate::proxy::request::facts::Facts;
use crate::proxy::request::payload::Belief;
use crate::proxy::response::first_event::Observer;

/// A turn that the tool started and whose answer has not ended.
pub(crate) struct Turn {
    pub(crate) frame: Utf8Bytes,
    pub(crate) facts: Facts,
    pub(crate) walk: Walk,
    pub(crate) record: Record,
    pub(crate) credentials: Credentials,
    pub(crate) belief: Belief,
    /// Whether the connection may be opened anew for this turn.
    pub(crate) renewal: Remedy,
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

    /// What the session waits for while the turn is open.
    pub(super) fn waiting(&self) -> Waiting {
        let hold = match &self.progress {
            Progress::Held { deadline, .. } => *deadline,
            Progress::Committed => None,
        };
        Waiting::Answer { hold }
    }

    /// Lets go of the account that was asked, noting what became of it.
    pub(crate) fn settle(&mut self, class: Class, status: Option<u16>, delivery: Delivery) -> Tokens {
        let Some(asked) = self.asked.take() else { return Tokens::default() };
        let try_ = Try { class, status, delivery, since: self.since };
        self.record.tried(asked.lease.account(), try_);
        let tokens = asked.observer.tokens();
        asked.lease.settle(class);
        tokens
    }

    /// How far the turn had come when its connection broke.
    pub(crate) fn delivery_when_lost(&self) -> Delivery {
        match &self.progress {
            Progress::Held { frames, .. } if frames.is_empty() => Delivery::Unknown,
            Progress::Held { .. } | Progress::Committed => Delivery::Begun,
        }
    }

    /// Ends the turn.
    pub(crate) fn finish(self, class: Class, status: u16, account: Option<AccountId>, tokens: Tokens) {
        self.record.finish(&Ending { class, status, account, tokens });
    }
}
