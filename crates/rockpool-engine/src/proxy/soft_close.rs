//! Ends a connection so that its last answer arrives.
//!
//! A socket that is closed with bytes unread answers what the other side still sends by a reset, which takes an
//! answer with it that was not read yet (RFC 9112 §9.6). A tool that was refused before its body was read is
//! usually still writing: it gets the end of the answer, and the rest of the body is read and thrown away, within
//! bounds of size and time.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

use super::request::upload::ReadSoFar;

/// Bytes of one body that are read in all, thrown away or not: more than the largest body that is taken.
const MOST_READ: u64 = 68 << 20;
/// Longest time in which the rest is thrown away.
const LONGEST: Duration = Duration::from_secs(30);
/// A tool that sends nothing for this long is not waited for.
const QUIET: Duration = Duration::from_secs(2);
const CHUNK: usize = 16 << 10;

/// The bytes of a tool's connection.
pub(crate) struct SoftClose<S> {
    stream: S,
    so_far: Arc<ReadSoFar>,
    closing: Closing,
}

enum Closing {
    Open,
    /// The answer has ended; what comes is thrown away until then.
    Discarding {
        left: u64,
        until: Instant,
        timer: Pin<Box<Sleep>>,
    },
    Done,
}

impl<S> SoftClose<S> {
    pub(crate) fn new(stream: S, so_far: Arc<ReadSoFar>) -> Self {
        Self { stream, so_far, closing: Closing::Open }
    }
}

impl<S: AsyncRead + Unpin> SoftClose<S> {
    fn poll_discard(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Closing::Discarding { left, until, timer } = &mut self.closing else { return Poll::Ready(()) };
        let mut chunk = [0; CHUNK];
        loop {
            let mut buffer = ReadBuf::new(&mut chunk);
            match Pin::new(&mut self.stream).poll_read(cx, &mut buffer) {
                Poll::Ready(Err(_)) => return Poll::Ready(()),
                Poll::Ready(Ok(())) => {
                    let read = buffer.filled().len() as u64;
                    *left = left.saturating_sub(read);
                    if read == 0 || *left == 0 || Instant::now() >= *until {
                        return Poll::Ready(());
                    }
                    timer.as_mut().reset((Instant::now() + QUIET).min(*until));
                }
                Poll::Pending => return timer.as_mut().poll(cx),
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for SoftClose<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for SoftClose<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if matches!(self.closing, Closing::Open) {
            ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
            self.closing = if self.so_far.is_unfinished() {
                let now = Instant::now();
                Closing::Discarding {
                    left: MOST_READ.saturating_sub(self.so_far.body()),
                    until: now + LONGEST,
                    timer: Box::pin(tokio::time::sleep_until(now + QUIET)),
                }
            } else {
                Closing::Done
            };
        }
        ready!(self.poll_discard(cx));
        self.closing = Closing::Done;
        Poll::Ready(Ok(()))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
