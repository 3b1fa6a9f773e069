//! The accepted TCP stream, with a switch that turns its end into a reset.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Orders the connection that a request came on to end with a TCP reset.
#[derive(Clone, Debug, Default)]
pub(crate) struct ResetSwitch {
    reset: Arc<AtomicBool>,
}

impl ResetSwitch {
    /// Takes effect when the connection is dropped.
    pub(crate) fn reset_at_end(&self) {
        self.reset.store(true, Ordering::SeqCst);
    }
}

#[derive(Debug)]
pub(crate) struct ByteStream {
    stream: TcpStream,
    switch: ResetSwitch,
}

impl ByteStream {
    pub(crate) fn new(stream: TcpStream, switch: ResetSwitch) -> Self {
        Self { stream, switch }
    }

    fn is_cut(&self) -> bool {
        self.switch.reset.load(Ordering::SeqCst)
    }
}

impl Drop for ByteStream {
    fn drop(&mut self) {
        if self.is_cut() {
            // Without lingering the kernel sends RST instead of FIN. If it will not, a plain close is the next best.
            self.stream.set_zero_linger().ok();
        }
    }
}

impl AsyncRead for ByteStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for ByteStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.is_cut() {
            // A polite shutdown would send FIN before the reset.
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
