//! How far a request came that has no whole answer: the one place that reads it off errors and statuses.

use std::error::Error as _;

use http::StatusCode;
use rockpool_routing::Delivery;

/// At which step a request failed that got no head of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SendFailure {
    /// It could not be put together.
    NotBuilt,
    /// There is no way to the provider: name, TCP, proxy or TLS failed.
    NoConnection,
    /// The connection closed before anything of the request was written on it.
    NotWritten,
    /// The provider said, over HTTP/2, that it did not begin with it (RFC 9113 §8.7).
    NotTaken,
    /// The connection broke, or the provider gave it up, or the time ran out, while it was on its way or being worked on.
    Lost,
}

impl SendFailure {
    pub(crate) fn of(error: &reqwest::Error) -> Self {
        if error.is_connect() {
            return Self::NoConnection;
        }
        if error.is_builder() {
            return Self::NotBuilt;
        }
        let mut source = error.source();
        while let Some(cause) = source {
            // hyper says "canceled" only of a request that it had not begun to write.
            if cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_canceled) {
                return Self::NotWritten;
            }
            if cause.downcast_ref::<h2::Error>().is_some_and(was_not_taken) {
                return Self::NotTaken;
            }
            source = cause.source();
        }
        Self::Lost
    }

    pub(crate) fn delivery(self) -> Delivery {
        match self {
            Self::NotBuilt | Self::NoConnection | Self::NotWritten | Self::NotTaken => Delivery::NotSent,
            Self::Lost => Delivery::Unknown,
        }
    }
}

/// A stream that was refused has not been begun, nor has one that a provider that goes away, for whatever reason, has
/// not looked at (RFC 9113 §6.8): the library reports `GOAWAY` for no others, since those that were looked at go on to
/// their end.
fn was_not_taken(error: &h2::Error) -> bool {
    let refused = error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
    error.is_remote() && (refused || error.is_go_away())
}

/// How far a request came whose answer has this status.
///
/// A gateway that waited in vain does not know what the provider behind it did: 504 is the standard's
/// status for that (RFC 9110 §15.6.5), 524 Cloudflare's.
pub(crate) fn of_answer(status: StatusCode) -> Delivery {
    match status.as_u16() {
        504 | 524 => Delivery::Unknown,
        _ => Delivery::Answered,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_http::{Reply, Server};

    async fn failure(address: &str) -> SendFailure {
        let server = Server::answering(|_| Reply::cut()).await;
        let http = server.fresh_client();
        let address = if address.is_empty() { server.url("/").to_string() } else { address.to_owned() };
        SendFailure::of(&http.get(address).send().await.unwrap_err())
    }

    #[tokio::test]
    async fn a_request_that_never_left_is_told_apart_from_one_that_was_on_its_way() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let nobody = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        assert_eq!(failure(&nobody).await, SendFailure::NoConnection);
        assert_eq!(failure("no address").await, SendFailure::NotBuilt);
        assert_eq!(failure("").await, SendFailure::Lost);
    }

    #[test]
    fn only_a_gateway_that_gave_up_waiting_leaves_open_what_the_provider_did() {
        for (status, delivery) in [
            (200, Delivery::Answered),
            (429, Delivery::Answered),
            (502, Delivery::Answered),
            (503, Delivery::Answered),
            (504, Delivery::Unknown),
            (524, Delivery::Unknown),
        ] {
            assert_eq!(of_answer(StatusCode::from_u16(status).unwrap()), delivery, "{status}");
        }
    }
}
