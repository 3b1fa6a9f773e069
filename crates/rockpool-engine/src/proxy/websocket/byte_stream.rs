//! The bytes under a WebSocket, whatever carries them.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use crate::proxy::request::body::MAX_BODY;

/// What carries the bytes of one side.
pub(crate) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// One side of a session.
pub(crate) type Socket = WebSocketStream<Box<dyn Wire>>;

/// Puts WebSocket frames on bytes that were upgraded already. A turn may be as large as a request body.
pub(crate) async fn socket(wire: impl Wire + 'static, role: Role) -> Socket {
    let config = WebSocketConfig::default().max_message_size(Some(MAX_BODY)).max_frame_size(Some(MAX_BODY));
    WebSocketStream::from_raw_socket(Box::new(wire) as Box<dyn Wire>, role, Some(config)).await
}

/// Tells whether bytes came lately. A large frame on a slow line takes its time, and is no silence.
#[derive(Clone, Debug, Default)]
pub(crate) struct ActivityProbe(Arc<AtomicBool>);

impl ActivityProbe {
    /// Whether bytes came since this was asked last.
    pub(crate) fn take(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }

    /// The same bytes, watched.
    pub(crate) fn of<W: Wire>(&self, wire: W) -> Watched<W> {
        Watched { wire, activity: self.clone() }
    }
}

/// Bytes that tell the probe when some are read.
pub(crate) struct Watched<W> {
    wire: W,
    activity: ActivityProbe,
}

impl<W: Wire> AsyncRead for Watched<W> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.wire).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.activity.0.store(true, Ordering::Relaxed);
        }
        read
    }
}

impl<W: Wire> AsyncWrite for Watched<W> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.wire).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_shutdown(cx)
    }
}
