//! Accepts connections of local tools and serves them until told to stop.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::dispatch::{ConnectionEnds, Dispatch};
use super::request::upload::{ReadSoFar, Upload};
use super::soft_close::SoftClose;
use crate::host::tasks::{Tasks, stopped};

/// A tool that sends no complete head within this time is hung up on.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// Room for a head of more than a megabyte, so that one too large is answered and not just cut.
const READ_BUFFER: usize = (1 << 20) + (256 << 10);
/// Headers taken before the connection is refused; the check of their size comes first in practice.
const MOST_HEADERS: usize = 256;
/// How long running answers may go on once the server is told to stop.
const DRAIN: Duration = Duration::from_secs(10);
/// Pause after the system refused a connection, such as for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop` turns true, then lets running answers end.
pub(crate) async fn serve(listener: TcpListener, dispatch: Arc<Dispatch>, mut stop: watch::Receiver<bool>) {
    let connections = Tasks::default();
    let until = stop.clone();
    loop {
        tokio::select! {
            accepted = listener.accept() => take(accepted, &dispatch, &connections, &until).await,
            () = stopped(&mut stop) => break,
        }
    }
    drop(listener);
    if tokio::time::timeout(DRAIN, connections.finished()).await.is_err() {
        tracing::info!("answers that were still running after ten seconds were cut off");
    }
}

async fn take(
    accepted: io::Result<(TcpStream, SocketAddr)>,
    dispatch: &Arc<Dispatch>,
    connections: &Tasks,
    stop: &watch::Receiver<bool>,
) {
    match accepted {
        Ok((stream, peer)) => {
            connections.spawn(connect(stream, peer, Arc::clone(dispatch), stop.clone()));
        }
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(ACCEPT_PAUSE).await;
        }
    }
}

/// Serves one connection. Once the server is told to stop, the answer that is running is the last.
async fn connect(
    stream: TcpStream,
    peer: SocketAddr,
    dispatch: Arc<Dispatch>,
    mut stop: watch::Receiver<bool>,
) {
    // Without it each event of a stream may wait for the acknowledgement of the one before.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "the connection keeps Nagle's algorithm");
    }
    let ends = ConnectionEnds { peer, local: stream.local_addr().unwrap_or(dispatch.address) };
    let so_far = ReadSoFar::nothing_asked();
    let stream = SoftClose::new(stream, Arc::clone(&so_far));
    let pace = dispatch.plane.core.config.upload_timeouts.pace;
    let service = service_fn(move |request: Request<Incoming>| {
        let dispatch = Arc::clone(&dispatch);
        let request = request.map(|incoming| Upload::new(incoming, &so_far, pace));
        async move { Ok::<_, Infallible>(dispatch.answer(request, ends).await) }
    });
    let mut connection = pin!(protocol().serve_connection(TokioIo::new(stream), service).with_upgrades());
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopped(&mut stop) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// HTTP/1.1 only. Were HTTP/2 looked for as well, as hyper-util's `auto` does, a connection that says
/// nothing would be waited for without end, before any time-out begins.
fn protocol() -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(READ_BUFFER)
        .max_headers(MOST_HEADERS);
    builder
}

#[cfg(test)]
mod tests {
    use http::Response;
    use tokio::io::AsyncReadExt as _;

    use super::*;
    use crate::proxy::response::body;

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_says_nothing_is_hung_up_on() {
        let (ours, mut theirs) = tokio::io::duplex(1024);
        let service = service_fn(|_| async { Ok::<_, Infallible>(Response::new(body::whole(""))) });
        let serving = tokio::spawn(async move {
            drop(protocol().serve_connection(TokioIo::new(ours), service).with_upgrades().await);
        });
        let mut said = Vec::new();
        let patience = HEAD_TIMEOUT + Duration::from_secs(1);
        tokio::time::timeout(patience, theirs.read_to_end(&mut said)).await.unwrap().unwrap();
        assert!(said.is_empty(), "{}", String::from_utf8_lossy(&said));
        serving.await.unwrap();
    }
}
