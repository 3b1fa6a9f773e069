//! Accepts connections of local tools and serves them until told to stop; listens elsewhere when asked to.

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

use super::admission::ConnectionEnds;
use super::dispatch::Dispatch;
use super::endpoint::{MoveError, MoveRequest, Moves};
use super::request::upload::{ReadSoFar, Upload};
use super::soft_close::SoftClose;
use crate::host::port_holder::{self, ListenError};
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

/// An address that is listened on.
struct Listening {
    listener: TcpListener,
    /// As bound.
    address: SocketAddr,
    /// Dropped, it lets the connections end that came in here, each after its running answer.
    connected: watch::Sender<bool>,
}

impl Listening {
    fn new(listener: TcpListener, asked: SocketAddr) -> Self {
        let address = listener.local_addr().unwrap_or(asked);
        Self { listener, address, connected: watch::Sender::new(false) }
    }
}

/// Serves until `stop` turns true, then lets running answers end.
pub(crate) async fn serve(
    listener: TcpListener,
    dispatch: Arc<Dispatch>,
    moves: Moves,
    mut stop: watch::Receiver<bool>,
) {
    let connections = Tasks::default();
    accept(listener, &dispatch, &connections, moves, &mut stop).await;
    if tokio::time::timeout(DRAIN, connections.finished()).await.is_err() {
        tracing::info!("answers that were still running after ten seconds were cut off");
    }
}

/// Until the engine stops. Whoever asks for another address after that is told at once that nobody listens.
async fn accept(
    listener: TcpListener,
    dispatch: &Arc<Dispatch>,
    connections: &Tasks,
    mut moves: Moves,
    stop: &mut watch::Receiver<bool>,
) {
    let asked = *moves.address.borrow();
    let mut listening = Listening::new(listener, asked);
    loop {
        tokio::select! {
            accepted = listening.listener.accept() => take(accepted, dispatch, connections, &listening).await,
            Some(request) = moves.requests.recv() => {
                let Some(now) = relocate(listening, request, &moves, stop).await else { return };
                listening = now;
            }
            () = stopped(stop) => return,
        }
    }
}

async fn take(
    accepted: io::Result<(TcpStream, SocketAddr)>,
    dispatch: &Arc<Dispatch>,
    connections: &Tasks,
    listening: &Listening,
) {
    match accepted {
        Ok((stream, peer)) => {
            let served = listening.address;
            let ends = ConnectionEnds { peer, local: stream.local_addr().unwrap_or(served), served };
            connections.spawn(connect(stream, ends, Arc::clone(dispatch), listening.connected.subscribe()));
        }
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(ACCEPT_PAUSE).await;
        }
    }
}

/// Listens where it is asked to, tells others so, and gives up the address before; where any of that fails, the
/// one before is listened on as before. `None` where the engine stops before that is possible again.
async fn relocate(
    before: Listening,
    request: MoveRequest,
    moves: &Moves,
    stop: &mut watch::Receiver<bool>,
) -> Option<Listening> {
    let Listening { listener, address, connected } = before;
    let mut held = Some(listener);
    let mut bound = port_holder::bind(request.to).await;
    if in_our_own_way(address, request.to, bound.as_ref().err()) {
        held = None;
        bound = port_holder::bind(request.to).await;
    }
    let moved = bound.map_err(MoveError::from).and_then(|listener| {
        let after = Listening::new(listener, request.to);
        (moves.announce)(after.address)?;
        Ok(after)
    });
    match moved {
        Ok(after) => {
            let address = after.address;
            tracing::info!(%address, "listening on another address");
            moves.address.send_replace(address);
            // Whoever asked may have left; what was done holds all the same.
            let _ = request.done.send(Ok(address));
            Some(after)
        }
        Err(error) => {
            // Told first: taking an address back may last, where it has gone or another program has it.
            let _ = request.done.send(Err(error));
            let listener = match held {
                Some(listener) => listener,
                None => tokio::select! {
                    listener = back_on(address) => listener,
                    () = stopped(stop) => return None,
                },
            };
            Some(Listening { listener, address, connected })
        }
    }
}

/// One port of two addresses, one of which contains the other, is listened on once only, also by one program.
fn in_our_own_way(ours: SocketAddr, to: SocketAddr, error: Option<&ListenError>) -> bool {
    let overlap = ours.ip().is_unspecified() || to.ip().is_unspecified();
    let busy = matches!(error, Some(ListenError::Busy { .. }));
    busy && overlap && ours.port() == to.port()
}

/// Takes back an address that was given up a moment ago.
async fn back_on(address: SocketAddr) -> TcpListener {
    loop {
        match port_holder::bind(address).await {
            Ok(listener) => return listener,
            Err(error) => tracing::warn!(%error, "trying again"),
        }
        tokio::time::sleep(ACCEPT_PAUSE).await;
    }
}

/// Serves one connection. Once the server is told to stop, the answer that is running is the last.
async fn connect(
    stream: TcpStream,
    ends: ConnectionEnds,
    dispatch: Arc<Dispatch>,
    mut stop: watch::Receiver<bool>,
) {
    // Without it each event of a stream may wait for the acknowledgement of the one before.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "the connection keeps Nagle's algorithm");
    }
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
