//! A streamed answer on its way into the tool's dialect: event by event, without waiting for more.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use rockpool_dialects::{End, Translator, Whole};

use super::answered::WhenAnswered;
use crate::provider::sse::{self, Piece, Splitter};
use crate::proxy::response::body::BodyError;
use crate::proxy::response::relay::Relay;

/// The provider's stream, and what makes the tool's of it.
pub(crate) struct TranslatedStream {
    relay: Box<Relay>,
    splitter: Splitter,
    translator: Translator,
    when_answered: Option<WhenAnswered>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    Ended,
}

impl TranslatedStream {
    pub(crate) fn new(relay: Box<Relay>, translator: Translator, when_answered: WhenAnswered) -> Self {
        Self {
            relay,
            splitter: Splitter::default(),
            translator,
            when_answered: Some(when_answered),
            state: State::Open,
        }
    }

    /// Waits for all of it. What breaks off comes out as an error.
    pub(crate) async fn whole(mut self) -> Whole {
        let mut unused = Vec::new();
        loop {
            match self.relay.frame().await {
                Some(Ok(frame)) => {
                    if self.take(frame.into_data().unwrap_or_default(), &mut unused).is_err() {
                        return self.into_whole(End::Broken);
                    }
                }
                Some(Err(_)) => return self.into_whole(End::Broken),
                None => return self.into_whole(End::Regular),
            }
        }
    }

    fn into_whole(mut self, end: End) -> Whole {
        self.remember();
        self.translator.whole(end)
    }

    /// Translates what has come. An event too long to be read ends the answer: nothing of it could be said.
    fn take(&mut self, chunk: Bytes, out: &mut Vec<u8>) -> Result<(), TooLong> {
        for piece in self.splitter.push(chunk) {
            match piece {
                Piece::Event(event) => {
                    if let Some(json) = sse::data(&event) {
                        self.translator.event(&json, out);
                        // A tool may go on, or hang up, as soon as it has seen the last event.
                        self.remember();
                    }
                }
                // What is left over at the end is no event.
                Piece::Rest(_) => {}
                Piece::Part(..) => return Err(TooLong),
            }
        }
        Ok(())
    }

    fn end(&mut self, end: End, out: &mut Vec<u8>) {
        self.state = State::Ended;
        self.remember();
        self.translator.end(end, out);
    }

    fn remember(&mut self) {
        if self.when_answered.is_some()
            && let Some(answered) = self.translator.answered()
            && let Some(when_answered) = self.when_answered.take()
        {
            when_answered.remember(&answered);
        }
    }
}

struct TooLong;

impl Body for TranslatedStream {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let mut out = Vec::new();
        while self.state == State::Open {
            match Pin::new(&mut *self.relay).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => {
                    if self.take(frame.into_data().unwrap_or_default(), &mut out).is_err() {
                        self.end(End::Broken, &mut out);
                    }
                }
                Poll::Ready(Some(Err(_))) => self.end(End::Broken, &mut out),
                Poll::Ready(None) => self.end(End::Regular, &mut out),
                Poll::Pending if out.is_empty() => return Poll::Pending,
                Poll::Pending => break,
            }
            if !out.is_empty() {
                break;
            }
        }
        match out.is_empty() {
            true => Poll::Ready(None),
            false => Poll::Ready(Some(Ok(Frame::data(out.into())))),
        }
    }
}
