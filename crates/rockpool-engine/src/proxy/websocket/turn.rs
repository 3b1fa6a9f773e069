//! One turn of a session: its frame, its way over the accounts, and how far its answer has come.

use rockpool_routing::failover::Remedy;
use rockpool_routing::{AccountId, Class, Delivery};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::{Bytes, Utf8Bytes};

use super::deadlines::Waiting;
use crate::provider::error::ProviderFault;
use crate::provider::event::TokenUsage;
use crate::provider::reuse::Sent;
use crate::proxy::failover::attempt::AttemptOutcome;
use crate::proxy::failover::bearer_choice::BearerShown;
use crate::proxy::failover::drive::{After, Decision, Drive};
use crate::proxy::failover::lease::Lease;
use crate::proxy::record::Ending;
use crate::proxy::request::body::Encoding;
use crate::proxy::request::facts::Facts;
use crate::proxy::request::payload::Payload;
use crate::proxy::response::observer::Observer;

/// A turn that the tool started and whose answer has not ended.
pub(crate) struct Turn {
    pub(crate) payload: Payload,
    pub(crate) facts: Facts,
    pub(crate) drive: Drive,
    /// Whether the connection may be opened anew for this turn.
    pub(crate) renewal: Remedy,
    /// When the attempt under way began.
    pub(crate) since: std::time::Instant,
    pub(crate) asked: Option<Asked>,
    pub(crate) progress: AnswerProgress,
    /// Bytes of its frame.
    pub(crate) size: usize,
    /// How the last attempt ended.
    pub(crate) last_class: Class,
    /// The error that the provider sent last, as it is for the tool.
    pub(crate) last_error: Option<(ProviderFault, Utf8Bytes)>,
}

/// The account that is asked now.
pub(crate) struct Asked {
    pub(crate) lease: Lease,
    pub(crate) observer: Observer,
}

/// How far the answer has come downstream.
pub(crate) enum AnswerProgress {
    /// Lifecycle frames are held, from the first of them on until the deadline.
    Held { frames: Vec<Utf8Bytes>, deadline: Option<Instant> },
    /// The first output went downstream.
    Committed,
}

impl Default for AnswerProgress {
    fn default() -> Self {
        Self::Held { frames: Vec::new(), deadline: None }
    }
}

/// Whether another connection, and with it another account, may take the turn over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mobility {
    /// The frame carries the whole input.
    Free,
    /// It continues an answer of this very connection, and carries only what is new.
    ConnectionOnly,
}

impl Turn {
    pub(crate) fn new(frame: Utf8Bytes, facts: Facts, drive: Drive, since: std::time::Instant) -> Self {
        Self {
            size: frame.len(),
            payload: Payload::new(frame.into(), Encoding::Plain),
            facts,
            drive,
            renewal: Remedy::Untried,
            since,
            asked: None,
            progress: AnswerProgress::default(),
            last_class: Class::FAILURE,
            last_error: None,
        }
    }

    /// Whether not even a lifecycle event came of its answer.
    pub(crate) fn is_unanswered(&self) -> bool {
        match &self.progress {
            AnswerProgress::Held { frames, .. } => frames.is_empty(),
            AnswerProgress::Committed => false,
        }
    }

    pub(crate) fn mobility(&self) -> Mobility {
        if self.facts.previous_response.is_some() { Mobility::ConnectionOnly } else { Mobility::Free }
    }

    /// What the session waits for while the turn is open.
    pub(super) fn waiting(&self) -> Waiting {
        let hold = match &self.progress {
            AnswerProgress::Held { deadline, .. } => *deadline,
            AnswerProgress::Committed => None,
        };
        Waiting::Answer { hold }
    }

    /// From here on nothing is sent again: the frame may be as large as a whole conversation.
    pub(crate) fn forget_payload(&mut self) {
        self.payload = Payload::new(Bytes::new(), Encoding::Plain);
    }

    /// The outcome of the attempt under way.
    pub(crate) fn outcome(
        &self,
        class: Class,
        status: Option<u16>,
        delivery: Delivery,
        bearer: BearerShown,
    ) -> AttemptOutcome {
        AttemptOutcome { class, status, delivery, bearer, since: self.since, sent: Sent::Once }
    }

    /// Ends the attempt under way without another one.
    pub(crate) fn close(&mut self, outcome: &AttemptOutcome) -> TokenUsage {
        let Some(asked) = self.asked.take() else { return TokenUsage::default() };
        let tokens = asked.observer.tokens();
        self.drive.close(asked.lease, outcome);
        tokens
    }

    /// Ends the attempt under way, and says what follows.
    pub(crate) fn decide(&mut self, outcome: &AttemptOutcome) -> Decision {
        self.last_class = outcome.class;
        let Some(asked) = self.asked.take() else { return Decision::Stands };
        match self.drive.after(asked.lease, outcome) {
            After::Answer(lease) => {
                self.drive.close(lease, outcome);
                Decision::Stands
            }
            After::GoOn => Decision::GoOn,
        }
    }

    /// How far the turn had come when its connection broke.
    pub(crate) fn delivery_when_lost(&self) -> Delivery {
        if self.is_unanswered() { Delivery::Unknown } else { Delivery::Begun }
    }

    pub(crate) fn finish(self, class: Class, status: u16, account: Option<AccountId>, tokens: TokenUsage) {
        self.drive.into_record().finish(&Ending { class, status, account, tokens });
    }
}
