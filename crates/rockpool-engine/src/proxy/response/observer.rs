//! Watches an answer go by, over SSE and WebSocket alike: learns from its events, takes out what is not for the tool,
//! and remembers how it ends.

use std::sync::Arc;

use bytes::BytesMut;
use rockpool_routing::{AccountId, Class, Delivery, LimitFamily, PinKind};

use crate::core::Core;
use crate::provider::error::ProviderFault;
use crate::provider::event;
use crate::provider::event::{Audience, Event, EventKind, ForTool, TokenUsage};
use crate::provider::sse;
use crate::provider::sse::{Part, Piece};
use crate::provider::usage::LimitReadings;

/// How far an answer has come.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum AnswerStage {
    /// It has begun and not ended.
    Open,
    /// It ended as it should.
    Completed(TokenUsage),
    /// An error event came.
    Failed(ProviderFault),
}

/// Reads the pieces of a stream: takes out what is not for the tool, and remembers how it ends.
pub(crate) struct Observer {
    core: Arc<Core>,
    account: AccountId,
    audience: Audience,
    /// The limits of single models that the answer is counted against, as its head has said.
    family: Option<LimitFamily>,
    /// Of the event that passes by in parts.
    long: EventKind,
    pub(crate) stage: AnswerStage,
}

/// What a piece was, once it was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// Nothing that the tool acts on.
    Lifecycle,
    /// Output, or the regular end.
    Output,
    /// An error event.
    Failure,
}

impl Observer {
    pub(crate) fn new(core: &Arc<Core>, account: AccountId, audience: Audience) -> Self {
        Self {
            core: Arc::clone(core),
            account,
            audience,
            family: None,
            long: EventKind::Output,
            stage: AnswerStage::Open,
        }
    }

    /// The same for an answer that is counted against limits of single models.
    pub(crate) fn counted_against(self, family: Option<LimitFamily>) -> Self {
        Self { family, ..self }
    }

    /// Sees one piece; what remains of it for the tool goes to `out`.
    pub(crate) fn see(&mut self, piece: Piece, out: &mut BytesMut) -> Seen {
        let event = match piece {
            Piece::Event(event) => event,
            Piece::Part(part, bytes) => {
                out.extend_from_slice(&bytes);
                self.see_part(part, &bytes);
                return Seen::Output;
            }
            Piece::Rest(bytes) => {
                out.extend_from_slice(&bytes);
                return Seen::Output;
            }
        };
        let Some(json) = sse::data(&event) else {
            out.extend_from_slice(&event);
            return Seen::Lifecycle;
        };
        let kind = self.note(&json);
        match event::for_tool(kind, &json, self.audience) {
            ForTool::Nothing => {}
            ForTool::AsItCame => out.extend_from_slice(&event),
            ForTool::Changed(json) => out.extend_from_slice(&sse::with_data(&event, &json)),
        }
        match kind {
            EventKind::Lifecycle | EventKind::Metadata | EventKind::Limits | EventKind::Private => {
                Seen::Lifecycle
            }
            EventKind::Failed => Seen::Failure,
            EventKind::Completed | EventKind::Incomplete | EventKind::Output => Seen::Output,
        }
    }

    /// Of an event that is too long to be kept no more than its type is known; it counts once it has come to its end.
    fn see_part(&mut self, part: Part, bytes: &[u8]) {
        match part {
            Part::Beginning => self.long = EventKind::of_beginning(bytes),
            Part::Middle => {}
            Part::End => match self.long {
                EventKind::Completed | EventKind::Incomplete => {
                    self.stage = AnswerStage::Completed(TokenUsage::default());
                }
                EventKind::Failed => self.stage = AnswerStage::Failed(ProviderFault::default()),
                EventKind::Lifecycle
                | EventKind::Limits
                | EventKind::Metadata
                | EventKind::Private
                | EventKind::Output => {}
            },
        }
    }

    /// Learns from the JSON of an event, over SSE or WebSocket.
    pub(crate) fn note(&mut self, json: &[u8]) -> EventKind {
        let event = Event::read(json, || self.core.clock.wall());
        let kind = event.kind();
        match event {
            Event::Lifecycle | Event::Output | Event::Private => {}
            Event::Limits(readings) => self.record_quota(readings.map(|readings| *readings)),
            Event::Metadata { turn_state } => self.pin(PinKind::Turn, turn_state),
            Event::Failed(failure) => {
                self.record_quota(failure.reading);
                self.stage = AnswerStage::Failed(failure.fault.counted_against(self.family));
            }
            Event::Completed(end) | Event::Incomplete(end) => {
                self.pin(PinKind::Response, end.id);
                self.stage = AnswerStage::Completed(end.tokens);
            }
        }
        kind
    }

    fn record_quota(&self, reading: Option<LimitReadings>) {
        if let Some(reading) = reading {
            self.core.record_quota(self.account, reading);
        }
    }

    /// What carries this name later goes to the account that gave it.
    fn pin(&self, kind: PinKind, name: Option<String>) {
        if let Some(name) = name {
            self.core.pin(self.account, kind, &name);
        }
    }

    /// The class of the answer if it ended now.
    pub(crate) fn class_at_end(&self) -> Class {
        match &self.stage {
            AnswerStage::Open => Class::FAILURE,
            AnswerStage::Completed(_) => Class::Success,
            AnswerStage::Failed(fault) => fault.class(),
        }
    }

    /// How far the request had come if the answer ended now.
    pub(crate) fn delivery_at_end(&self) -> Delivery {
        match &self.stage {
            AnswerStage::Open => Delivery::Begun,
            AnswerStage::Completed(_) | AnswerStage::Failed(_) => Delivery::Answered,
        }
    }

    /// Token counts, where the answer came to its end.
    pub(crate) fn tokens(&self) -> TokenUsage {
        match &self.stage {
            AnswerStage::Completed(tokens) => *tokens,
            AnswerStage::Open | AnswerStage::Failed(_) => TokenUsage::default(),
        }
    }
}
