//! What carries one request to an engine and brings its answer back.

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Method, StatusCode};
use thiserror::Error;

/// What the engine answered, whatever its status.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiReply {
    /// HTTP status of the answer.
    pub status: StatusCode,
    /// JSON; empty for 204.
    pub body: Bytes,
}

/// No answer came. The text names the server and holds no token.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("the Rockpool at {address} does not answer: {reason}")]
pub struct Unreachable {
    /// Who was asked.
    pub address: String,
    /// What the system, or the missing answer, says.
    pub reason: String,
}

/// A way to an engine: within the process, over a socket, or into a test's record.
pub trait ApiTransport: Send + Sync {
    /// `path` is absolute and percent-encoded, starts with [`super::PREFIX`] and may have a query. Not for
    /// `/events`, whose answer does not end.
    fn send<'a>(
        &'a self,
        method: Method,
        path: &'a str,
        json: Option<Bytes>,
    ) -> BoxFuture<'a, Result<ApiReply, Unreachable>>;
}
