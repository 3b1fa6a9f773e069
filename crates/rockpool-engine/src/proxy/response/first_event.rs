//! Holds a stream back until its first output, so that a failure hidden in a 200 can still go elsewhere.
//!
//! Lifecycle events are no output: `response.created` and `response.in_progress` come before it is known whether
//! the request can be served. A limit, or reasoning that cannot be decrypted, may follow them as `response.failed`.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body::Body;
use http_body_util::BodyExt;
use rockpool_routing::{AccountId, Class, Delivery, LimitFamily, PinKind, Signals, classify};

use crate::core::Core;
use crate::provider::error::ProviderFault;
use crate::provider::event;
use crate::provider::event::{Event, EventKind, ForTool, TokenUsage};
use crate::provider::sse;
use crate::provider::sse::{Piece, Splitter};
use crate::provider::usage::LimitReadings;

/// Lifecycle events are held this long after the first of them, then the stream goes on as it is. A refusal
/// mostly comes close behind them, while a model may think for minutes before its first output: so much later, and no
/// more, does a tool see that its request was taken.
const HOLD: Duration = Duration::from_secs(2);
/// And no more bytes of them than this: no budget counts what is held, and each open request may hold it.
const HOLD_BYTES: usize = 64 << 10;
/// A stream that says nothing at all for this long is given up; the Codex CLI 0.169.0 waits as long.
const SILENCE: Duration = Duration::from_secs(300);

/// The provider's side of a stream.
pub(crate) type UpstreamBody = Pin<Box<dyn Body<Data = Bytes, Error = reqwest::Error> + Send>>;

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
    /// The limits of single models that the answer is counted against, as its head has said.
    family: Option<LimitFamily>,
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
    pub(crate) fn new(core: &Arc<Core>, account: AccountId) -> Self {
        Self { core: Arc::clone(core), account, family: None, stage: AnswerStage::Open }
    }

    /// The same for an answer that is counted against limits of single models.
    pub(crate) fn counted_against(self, family: Option<LimitFamily>) -> Self {
        Self { family, ..self }
    }

    /// Sees one piece; what remains of it for the tool goes to `out`.
    pub(crate) fn see(&mut self, piece: Piece, out: &mut BytesMut) -> Seen {
        let event = match piece {
            Piece::Event(event) => event,
            // Too long to be an error, or the rest of something that was.
            Piece::Unread(bytes) => {
                out.extend_from_slice(&bytes);
                return Seen::Output;
            }
        };
        let Some(json) = sse::data(&event) else {
            out.extend_from_slice(&event);
            return Seen::Lifecycle;
        };
        let kind = self.note(json);
        match event::for_tool(kind, json) {
            ForTool::Nothing => {}
            ForTool::AsItCame => out.extend_from_slice(&event),
            ForTool::Changed(json) => out.extend_from_slice(&sse::with_data(&event, &json).unwrap_or(event)),
        }
        match kind {
            EventKind::Lifecycle | EventKind::Metadata | EventKind::Limits => Seen::Lifecycle,
            EventKind::Failed => Seen::Failure,
            EventKind::Completed | EventKind::Incomplete | EventKind::Output => Seen::Output,
        }
    }

    /// Learns from the JSON of an event, over SSE or WebSocket.
    pub(crate) fn note(&mut self, json: &[u8]) -> EventKind {
        let event = Event::read(json, || self.core.clock.wall());
        let kind = event.kind();
        match event {
            Event::Lifecycle | Event::Output => {}
            Event::Limits(reading) => self.record_quota(reading),
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

/// A stream whose beginning was looked at.
pub(crate) struct Started {
    pub(crate) body: UpstreamBody,
    pub(crate) splitter: Splitter,
    pub(crate) observer: Observer,
    /// What was held back, ready for the tool.
    pub(crate) held: Bytes,
    pub(crate) found: Found,
}

/// What the beginning showed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Found {
    /// Output, or nothing that speaks against it within the time.
    Answer,
    /// An error before any output.
    Fault(ProviderFault),
    /// The stream ended or broke before any output.
    Cut,
}

impl Started {
    /// The class of the attempt, before anything went downstream.
    pub(crate) fn class(&self) -> Class {
        match &self.found {
            Found::Answer => Class::Success,
            Found::Fault(fault) => fault.class(),
            Found::Cut => classify::classify(&Signals::connection()),
        }
    }

    /// How far the request had come, before anything went downstream.
    pub(crate) fn delivery(&self) -> Delivery {
        match &self.found {
            Found::Answer | Found::Fault(_) => Delivery::Answered,
            Found::Cut => Delivery::Begun,
        }
    }
}

/// Reads until the first output, an error, the end, or until something was held too long.
pub(crate) async fn start(
    core: &Arc<Core>,
    account: AccountId,
    family: Option<LimitFamily>,
    body: reqwest::Body,
) -> Started {
    let mut started = Started {
        body: Box::pin(body),
        splitter: Splitter::default(),
        observer: Observer::new(core, account).counted_against(family),
        held: Bytes::new(),
        found: Found::Answer,
    };
    let mut held = BytesMut::new();
    let mut deadline = tokio::time::Instant::now() + SILENCE;
    while held.len() < HOLD_BYTES {
        let Ok(frame) = tokio::time::timeout_at(deadline, started.body.frame()).await else {
            // Silence from the start is a failure; after lifecycle events it is a model that thinks.
            if held.is_empty() {
                started.found = Found::Cut;
            }
            break;
        };
        let chunk = match frame {
            Some(Ok(frame)) => frame.into_data().unwrap_or_default(),
            Some(Err(_)) | None => {
                started.found = Found::Cut;
                break;
            }
        };
        let nothing_held = held.is_empty();
        if let Some(found) = take(&mut started, chunk, &mut held) {
            started.found = found;
            break;
        }
        if nothing_held && !held.is_empty() {
            deadline = tokio::time::Instant::now() + HOLD;
        }
    }
    started.held = held.freeze();
    started
}

/// The first piece of a chunk that is more than lifecycle decides. The others are seen all the same: they are as
/// much for the tool, and may hold the answer's end.
fn take(started: &mut Started, chunk: Bytes, held: &mut BytesMut) -> Option<Found> {
    let mut found = None;
    for piece in started.splitter.push(chunk) {
        let seen = started.observer.see(piece, held);
        found = found.or(match seen {
            Seen::Lifecycle => None,
            Seen::Output => Some(Found::Answer),
            Seen::Failure => match &started.observer.stage {
                AnswerStage::Failed(fault) => Some(Found::Fault(fault.clone())),
                AnswerStage::Open | AnswerStage::Completed(_) => Some(Found::Cut),
            },
        });
    }
    found
}
