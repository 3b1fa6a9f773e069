//! Streams an answer on: chunks that are ready go out in one write, and the attempt is ended once.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use super::body::BodyError;
use super::first_event::{Started, UpstreamBody};
use super::observer::{AnswerStage, Observer};
use crate::provider::content_coding::Decoder;
use crate::provider::reuse::Sent;
use crate::provider::sse::Splitter;
use crate::proxy::failover::lease::Lease;
use crate::proxy::record::{Ending, OpenRecord, Try};
use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame};
use rockpool_routing::{Class, Delivery};

/// Ready chunks are merged up to this size; more waits for the next write.
const MERGE: usize = 64 << 10;

/// The attempt whose answer this is, until it has ended.
struct OpenAttempt {
    lease: Lease,
    record: OpenRecord,
    status: u16,
    since: Instant,
    sent: Sent,
}

impl OpenAttempt {
    /// Notes how it ended.
    fn note(&mut self, class: Class, delivery: Delivery) {
        let attempt = Try { class, status: Some(self.status), delivery, since: self.since, sent: self.sent };
        self.record.tried(self.lease.account(), attempt);
    }
}

/// A stream on its way downstream. Dropped before its end, the tool went away: lease and record say so.
pub(crate) struct Relay {
    upstream: UpstreamBody,
    decoder: Decoder,
    splitter: Splitter,
    observer: Observer,
    ready: BytesMut,
    open: Option<OpenAttempt>,
    /// Bytes handed on so far.
    written: usize,
    end: StreamEnd,
}

enum StreamEnd {
    NotYet,
    Reached,
    /// The tool has yet to see it: what came before is still on its way.
    Breaking(BodyError),
    Broken(BodyError),
}

impl Relay {
    /// The answer of an attempt that began and was sent so.
    pub(crate) fn new(
        started: Started,
        lease: Lease,
        record: OpenRecord,
        status: u16,
        (since, sent): (Instant, Sent),
    ) -> Self {
        let mut relay = Self {
            upstream: started.body,
            decoder: started.decoder,
            splitter: started.splitter,
            observer: started.observer,
            ready: started.held.into(),
            open: Some(OpenAttempt { lease, record, status, since, sent }),
            written: 0,
            end: StreamEnd::NotYet,
        };
        // A short answer may have come whole while its beginning was looked at.
        relay.close_at_last_event();
        relay
    }

    /// Whether all that came is an error: nothing was said before it.
    pub(crate) fn failed_before_output(&self) -> bool {
        matches!(self.observer.stage, AnswerStage::Failed(_)) && self.written == 0
    }

    /// Reads whatever is ready without waiting, and only when hyper asks for more: a slow tool slows the provider,
    /// rather than filling the memory.
    fn fill(&mut self, cx: &mut Context<'_>) {
        while self.ready.len() < MERGE {
            match self.upstream.as_mut().poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => {
                    let chunk = match self.decoder.push(frame.into_data().unwrap_or_default()) {
                        Ok(chunk) => chunk,
                        Err(error) => return self.finish(StreamEnd::Breaking(error.into())),
                    };
                    for piece in self.splitter.push(chunk) {
                        self.observer.see(piece, &mut self.ready);
                    }
                    self.close_at_last_event();
                }
                Poll::Ready(Some(Err(error))) => return self.finish(StreamEnd::Breaking(error.into())),
                Poll::Ready(None) => return self.finish(StreamEnd::Reached),
                Poll::Pending => return,
            }
        }
    }

    /// A tool may hang up as soon as it has seen the last event, so that event ends the attempt and
    /// not the end of the connection.
    fn close_at_last_event(&mut self) {
        match self.observer.stage {
            AnswerStage::Open => {}
            AnswerStage::Completed(_) | AnswerStage::Failed(_) => self.close(),
        }
    }

    fn finish(&mut self, end: StreamEnd) {
        if let Some(rest) = self.splitter.finish() {
            self.observer.see(rest, &mut self.ready);
        }
        self.end = end;
        self.close();
    }

    fn close(&mut self) {
        let Some(mut open) = self.open.take() else { return };
        open.record.wrote(self.written + self.ready.len());
        let class = self.observer.class_at_end();
        open.note(class, self.observer.delivery_at_end());
        let account = Some(open.lease.account());
        open.record.finish(&Ending { class, status: open.status, account, tokens: self.observer.tokens() });
        open.lease.prompt_cached(self.observer.tokens().input);
        open.lease.finish(class);
    }
}

impl Body for Relay {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if matches!(self.end, StreamEnd::NotYet) {
            self.fill(cx);
        }
        if !self.ready.is_empty() {
            let ready = self.ready.split().freeze();
            self.written += ready.len();
            return Poll::Ready(Some(Ok(Frame::data(ready))));
        }
        match std::mem::replace(&mut self.end, StreamEnd::Reached) {
            StreamEnd::NotYet => {
                self.end = StreamEnd::NotYet;
                Poll::Pending
            }
            StreamEnd::Reached => Poll::Ready(None),
            StreamEnd::Breaking(error) => {
                // hyper drops what it has not written when the body fails, and writes when it has to wait.
                self.end = StreamEnd::Broken(error);
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            StreamEnd::Broken(error) => Poll::Ready(Some(Err(error))),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.end, StreamEnd::Reached) && self.ready.is_empty()
    }
}

impl Drop for Relay {
    /// The tool went away: what it got until then belongs into the record.
    fn drop(&mut self) {
        if let Some(open) = &mut self.open {
            open.note(Class::Abandoned, Delivery::Answered);
            open.record.wrote(self.written);
        }
    }
}

#[cfg(test)]
mod tests;
