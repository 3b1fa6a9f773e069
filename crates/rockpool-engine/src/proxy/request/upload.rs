//! A request body on its way from the tool: it has to come at some pace, and what was not read of it is known
//! when its connection ends.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use thiserror::Error;
use tokio::time::Sleep;

/// What has to come in each stretch of the pace, unless it is the rest. A byte now and then would hold memory for
/// hours.
const STRETCH: u64 = 960 << 10;

/// Why a request body did not come whole.
#[derive(Debug, Error)]
pub(crate) enum UploadError {
    #[error("the request body came too slowly")]
    Stalled,
    #[error("the request body broke off")]
    Broken(#[source] hyper::Error),
}

/// How far the request under way on a connection was read. Each connection has one, for its requests in turn.
#[derive(Debug, Default)]
pub(crate) struct ReadSoFar {
    body: AtomicU64,
    whole: AtomicBool,
}

impl ReadSoFar {
    /// Bytes of the body.
    pub(crate) fn body(&self) -> u64 {
        self.body.load(Ordering::Relaxed)
    }

    /// Whether the tool may still be sending.
    pub(crate) fn is_unfinished(&self) -> bool {
        !self.whole.load(Ordering::Relaxed)
    }

    /// Nothing is read of a connection before its first request.
    pub(crate) fn nothing_asked() -> Arc<Self> {
        Arc::new(Self { body: AtomicU64::new(0), whole: AtomicBool::new(true) })
    }
}

/// The body of one request.
#[derive(Debug)]
pub(crate) struct Upload<B = Incoming> {
    incoming: B,
    so_far: Arc<ReadSoFar>,
    pace: Duration,
    /// The end of the present stretch; absent while nothing is waited for.
    stretch: Option<Pin<Box<Sleep>>>,
    in_stretch: u64,
}

impl<B: Body<Data = Bytes, Error = hyper::Error> + Unpin> Upload<B> {
    /// The body of the request that begins on a connection; `pace` is the length of a stretch.
    pub(crate) fn new(incoming: B, so_far: &Arc<ReadSoFar>, pace: Duration) -> Self {
        so_far.body.store(0, Ordering::Relaxed);
        so_far.whole.store(incoming.is_end_stream(), Ordering::Relaxed);
        Self { incoming, so_far: Arc::clone(so_far), pace, stretch: None, in_stretch: 0 }
    }

    /// Begins a new stretch: it was not the tool that was waited for.
    pub(crate) fn restart_pace(&mut self) {
        self.stretch = None;
        self.in_stretch = 0;
    }

    fn arrived(&mut self, bytes: u64) {
        self.so_far.body.fetch_add(bytes, Ordering::Relaxed);
        self.in_stretch += bytes;
        if self.in_stretch >= STRETCH {
            self.restart_pace();
        }
        if self.incoming.is_end_stream() {
            self.so_far.whole.store(true, Ordering::Relaxed);
        }
    }
}

impl<B: Body<Data = Bytes, Error = hyper::Error> + Unpin> Body for Upload<B> {
    type Data = Bytes;
    type Error = UploadError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, UploadError>>> {
        match Pin::new(&mut self.incoming).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                let bytes = frame.data_ref().map_or(0, Bytes::len);
                self.arrived(bytes as u64);
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(UploadError::Broken(error)))),
            Poll::Ready(None) => {
                self.so_far.whole.store(true, Ordering::Relaxed);
                Poll::Ready(None)
            }
            Poll::Pending => {
                let pace = self.pace;
                let stretch = self.stretch.get_or_insert_with(|| Box::pin(tokio::time::sleep(pace)));
                stretch.as_mut().poll(cx).map(|()| Some(Err(UploadError::Stalled)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}
