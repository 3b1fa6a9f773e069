//! Finds out what an answer is, and holds a stream back until its first output, so that a failure hidden in a 200 can
//! still go elsewhere.
//!
//! An answer is judged by its first bytes: the provider sends streams of events without a content type. Where those say
//! nothing, its content type decides, then what was asked for.
//!
//! Lifecycle events are no output: `response.created` and `response.in_progress` come before it is known whether
//! the request can be served. A limit, or reasoning that cannot be decrypted, may follow them as `response.failed`.

use std::pin::Pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body::Body;
use http_body_util::BodyExt;
use rockpool_routing::Class;
use tokio::time::{Instant, timeout, timeout_at};

use super::observer::{AnswerStage, Observer, Seen};
use crate::provider::content_coding::Decoder;
use crate::provider::error::ProviderFault;
use crate::provider::sse;
use crate::provider::sse::{Beginning, Splitter};

/// Lifecycle events are held this long after the first of them, then the stream goes on as it is. A refusal
/// mostly comes close behind them, while a model may think for minutes before its first output: so much later, and no
/// more, does a tool see that its request was taken.
const HOLD: Duration = Duration::from_secs(2);
/// And no more bytes of them than this: no budget counts what is held, and each open request may hold it.
const HOLD_BYTES: usize = 64 << 10;
/// A stream that says nothing at all for this long is given up; the Codex CLI 0.169.0 waits as long.
const SILENCE: Duration = Duration::from_secs(300);
/// Longest wait for more of an answer that is not a stream.
const REST: Duration = Duration::from_secs(60);
/// As much of an answer as is looked at to tell what it is.
const BEGINNING: usize = 256;

/// The provider's side of a stream.
pub(crate) type UpstreamBody = Pin<Box<dyn Body<Data = Bytes, Error = reqwest::Error> + Send>>;

/// What an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AnswerForm {
    Events,
    Whole,
}

/// An answer, once it is known what it is.
pub(crate) enum Opened {
    Events(Box<Started>),
    Whole(Unread),
    /// It ended, broke or stayed silent before there was anything in it to hand on.
    Broken,
}

/// A stream whose beginning was looked at.
pub(crate) struct Started {
    pub(crate) body: UpstreamBody,
    pub(crate) decoder: Decoder,
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
}

impl Started {
    /// The class of the attempt, before anything went downstream.
    pub(crate) fn class(&self) -> Class {
        match &self.found {
            Found::Answer => Class::Success,
            Found::Fault(fault) => fault.class(),
        }
    }
}

/// A whole answer of which nothing, or the beginning, was read.
pub(crate) struct Unread {
    came: BytesMut,
    body: UpstreamBody,
}

impl Unread {
    pub(crate) fn new(body: reqwest::Body) -> Self {
        Self { came: BytesMut::new(), body: Box::pin(body) }
    }

    /// All of it, as it came; `None` where it breaks off, or is longer than `most` bytes.
    pub(crate) async fn read(mut self, most: usize) -> Option<Bytes> {
        while let Some(frame) = timeout(REST, self.body.frame()).await.ok()? {
            self.came.extend_from_slice(&frame.ok()?.into_data().unwrap_or_default());
            if self.came.len() > most {
                return None;
            }
        }
        Some(self.came.freeze())
    }
}

/// Reads as much of an answer as is needed to know what it is, and of a stream until the first output, an error, the
/// end, or until something was held too long. `expected` is what it is where its bytes do not say.
pub(crate) async fn open(
    observer: Observer,
    decoder: Decoder,
    body: reqwest::Body,
    expected: AnswerForm,
) -> Opened {
    let mut opening =
        Opening { body: Box::pin(body), decoder, came: BytesMut::new(), shown: BytesMut::new() };
    match opening.form(expected).await {
        Some(AnswerForm::Events) => opening.start(observer).await,
        Some(AnswerForm::Whole) => Opened::Whole(Unread { came: opening.came, body: opening.body }),
        None => Opened::Broken,
    }
}

/// An answer of which it is not known yet what it is.
struct Opening {
    body: UpstreamBody,
    decoder: Decoder,
    /// As it came.
    came: BytesMut,
    /// The same, decoded.
    shown: BytesMut,
}

impl Opening {
    /// `None` where it broke off, or stayed silent.
    async fn form(&mut self, expected: AnswerForm) -> Option<AnswerForm> {
        let mut deadline = Instant::now() + SILENCE;
        while self.shown.len() < BEGINNING {
            let Ok(frame) = timeout_at(deadline, self.body.frame()).await else {
                return (!self.came.is_empty()).then_some(expected);
            };
            let Some(frame) = frame else { return Some(expected) };
            let chunk = frame.ok()?.into_data().unwrap_or_default();
            if self.came.is_empty() && !chunk.is_empty() {
                deadline = Instant::now() + HOLD;
            }
            self.came.extend_from_slice(&chunk);
            self.shown.extend_from_slice(&self.decoder.push(chunk).ok()?);
            match sse::beginning(&self.shown) {
                Beginning::Open => {}
                Beginning::Events => return Some(AnswerForm::Events),
                Beginning::Json => return Some(AnswerForm::Whole),
                Beginning::Other => return Some(expected),
            }
        }
        Some(expected)
    }

    async fn start(self, observer: Observer) -> Opened {
        let mut started = Started {
            body: self.body,
            decoder: self.decoder,
            splitter: Splitter::default(),
            observer,
            held: Bytes::new(),
            found: Found::Answer,
        };
        let mut held = BytesMut::new();
        let mut deadline = Instant::now() + SILENCE;
        let mut chunk = self.shown.freeze();
        loop {
            let nothing_held = held.is_empty();
            match take(&mut started, chunk, &mut held) {
                First::Lifecycle => {}
                First::Found(found) => {
                    started.found = found;
                    break;
                }
            }
            if held.len() >= HOLD_BYTES {
                break;
            }
            if nothing_held && !held.is_empty() {
                deadline = Instant::now() + HOLD;
            }
            let Ok(frame) = timeout_at(deadline, started.body.frame()).await else {
                // Silence from the start is a failure; after lifecycle events it is a model that thinks.
                if held.is_empty() {
                    return Opened::Broken;
                }
                break;
            };
            let Some(Ok(frame)) = frame else { return Opened::Broken };
            let Ok(decoded) = started.decoder.push(frame.into_data().unwrap_or_default()) else {
                return Opened::Broken;
            };
            chunk = decoded;
        }
        started.held = held.freeze();
        Opened::Events(Box::new(started))
    }
}

/// What a chunk at the beginning of a stream shows.
enum First {
    /// Nothing but lifecycle events, or part of one.
    Lifecycle,
    Found(Found),
}

/// The first piece of a chunk that is more than lifecycle decides. The others are seen all the same: they are as
/// much for the tool, and may hold the answer's end.
fn take(started: &mut Started, chunk: Bytes, held: &mut BytesMut) -> First {
    let mut first = First::Lifecycle;
    for piece in started.splitter.push(chunk) {
        let seen = started.observer.see(piece, held);
        if let First::Found(_) = first {
            continue;
        }
        first = match (seen, &started.observer.stage) {
            (Seen::Lifecycle, _) => First::Lifecycle,
            (Seen::Failure, AnswerStage::Failed(fault)) => First::Found(Found::Fault(fault.clone())),
            (Seen::Failure, AnswerStage::Open | AnswerStage::Completed(_)) | (Seen::Output, _) => {
                First::Found(Found::Answer)
            }
        };
    }
    first
}

#[cfg(test)]
mod tests;
