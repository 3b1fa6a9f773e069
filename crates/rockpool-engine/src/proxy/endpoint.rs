//! Where the endpoint listens, and the way to ask it to listen elsewhere.

use std::net::SocketAddr;

use thiserror::Error;
use tokio::sync::{mpsc, oneshot, watch};

use crate::host::data_dir::DataDirError;
use crate::host::port_holder::ListenError;

/// Why the endpoint stayed where it was.
#[derive(Debug, Error)]
pub(crate) enum MoveError {
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// Others could not have been told of the new address.
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    #[error("Rockpool is stopping")]
    Stopping,
}

/// The wish to listen on `to`, and who waits for the outcome.
pub(super) struct MoveRequest {
    pub(super) to: SocketAddr,
    pub(super) done: oneshot::Sender<Result<SocketAddr, MoveError>>,
}

/// Tells other processes where the endpoint is.
pub(crate) type Announce = Box<dyn Fn(SocketAddr) -> Result<(), DataDirError> + Send + Sync>;

/// The server's side: wishes, and what it tells of its address.
pub(crate) struct Moves {
    pub(super) requests: mpsc::Receiver<MoveRequest>,
    pub(super) address: watch::Sender<SocketAddr>,
    pub(super) announce: Announce,
}

/// The handle of everyone else.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    requests: mpsc::Sender<MoveRequest>,
    address: watch::Receiver<SocketAddr>,
}

impl Endpoint {
    /// An endpoint that listens on `address` once the server runs with the other half.
    pub(crate) fn new(address: SocketAddr, announce: Announce) -> (Self, Moves) {
        let (wishes, requests) = mpsc::channel(1);
        let (told, known) = watch::channel(address);
        (Self { requests: wishes, address: known }, Moves { requests, address: told, announce })
    }

    /// As bound.
    pub(crate) fn address(&self) -> SocketAddr {
        *self.address.borrow()
    }

    /// Listens on `to` from now on. Connections of the address before end after their running answers.
    ///
    /// # Errors
    /// See [`MoveError`]; the address before is still listened on.
    pub(crate) async fn move_to(&self, to: SocketAddr) -> Result<SocketAddr, MoveError> {
        let (done, outcome) = oneshot::channel();
        self.requests.send(MoveRequest { to, done }).await.map_err(|_| MoveError::Stopping)?;
        outcome.await.unwrap_or(Err(MoveError::Stopping))
    }
}
