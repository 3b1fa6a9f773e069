//! Accepts connections of local tools and serves them until told to stop.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::front::Front;

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
pub(crate) async fn serve(listener: TcpListener, front: Arc<Front>, mut stop: watch::Receiver<bool>) {
    let graceful = GracefulShutdown::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => take(accepted, &front, &graceful).await,
            () = stopped(&mut stop) => break,
        }
    }
    drop(listener);
    if tokio::time::timeout(DRAIN, graceful.shutdown()).await.is_err() {
        tracing::info!("answers that were still running after ten seconds were cut off");
    }
}

/// Ready once the server is told to stop, or nobody is left to tell it.
pub(crate) async fn stopped(stop: &mut watch::Receiver<bool>) {
    drop(stop.wait_for(|stop| *stop).await);
}

async fn take(
    accepted: io::Result<(TcpStream, SocketAddr)>,
    front: &Arc<Front>,
    graceful: &GracefulShutdown,
) {
    match accepted {
        Ok((stream, peer)) => connect(stream, peer, front, graceful),
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(ACCEPT_PAUSE).await;
        }
    }
}

fn connect(stream: TcpStream, peer: SocketAddr, front: &Arc<Front>, graceful: &GracefulShutdown) {
    // Without it each event of a stream may wait for the acknowledgement of the one before.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "the connection keeps Nagle's algorithm");
    }
    let front = Arc::clone(front);
    let service = service_fn(move |request| {
        let front = Arc::clone(&front);
        async move { Ok::<_, Infallible>(front.answer(request, peer).await) }
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(READ_BUFFER)
        .max_headers(MOST_HEADERS);
    let watcher = graceful.watcher();
    tokio::spawn(async move {
        let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
        if let Err(error) = watcher.watch(connection).await {
            tracing::debug!(%error, "a connection ended early");
        }
    });
}
