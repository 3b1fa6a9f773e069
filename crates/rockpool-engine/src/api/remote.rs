//! The management API of a server that runs in another process of this user, over loopback.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::Method;
use secrecy::SecretString;

use super::transport::{ApiReply, ApiTransport, Unreachable};
use crate::host::loopback::{exchange, reachable};

/// The slowest call asks the provider, which the engine itself cuts off earlier.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// Plain HTTP/1.1 to one address, one connection per call; no proxy can come in between.
pub struct Remote {
    address: SocketAddr,
    token: SecretString,
}

impl Remote {
    /// The server that listens on `address` and takes `token` as bearer; one that listens on all interfaces is
    /// asked over loopback.
    pub fn new(address: SocketAddr, token: SecretString) -> Self {
        Self { address: reachable(address), token }
    }
}

impl ApiTransport for Remote {
    fn send<'a>(
        &'a self,
        method: Method,
        path: &'a str,
        json: Option<Bytes>,
    ) -> BoxFuture<'a, Result<ApiReply, Unreachable>> {
        let unreachable = |reason: String| Unreachable { address: self.address.to_string(), reason };
        Box::pin(async move {
            let asked = exchange(self.address, &self.token, method, path, json);
            match tokio::time::timeout(ANSWER_TIMEOUT, asked).await {
                Ok(Ok((status, body))) => Ok(ApiReply { status, body }),
                Ok(Err(error)) => Err(unreachable(error.to_string())),
                Err(_) => Err(unreachable("no answer within a minute".to_owned())),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    /// Answers one connection with `answer` and returns what was sent.
    async fn one_exchange(answer: &'static str) -> (Result<ApiReply, Unreachable>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let remote = Remote::new(listener.local_addr().unwrap(), SecretString::from("control-token"));
        let serve = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut seen = Vec::new();
            while !seen.ends_with(b"{\"a\":1}") {
                let mut chunk = [0; 1024];
                let read = stream.read(&mut chunk).await.unwrap();
                seen.extend_from_slice(&chunk[..read]);
            }
            stream.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8(seen).unwrap()
        };
        let body = Some(Bytes::from_static(b"{\"a\":1}"));
        tokio::join!(remote.send(Method::POST, "/api/v1/x", body), serve)
    }

    #[tokio::test]
    async fn a_call_carries_the_control_token_and_brings_the_answer_back() {
        let (answer, seen) = one_exchange("HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n{}").await;
        let ApiReply { status, body } = answer.unwrap();
        assert_eq!((status.as_u16(), body.as_ref()), (201, b"{}".as_slice()));
        let head = seen.to_ascii_lowercase();
        assert!(head.starts_with("post /api/v1/x http/1.1\r\n"), "{seen}");
        assert!(head.contains("authorization: bearer control-token\r\n"), "{seen}");
        assert!(head.contains("content-type: application/json\r\n"), "{seen}");
    }

    #[tokio::test]
    async fn an_answer_that_is_cut_off_is_a_failure_that_names_the_server() {
        let (answer, _) = one_exchange("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{}").await;
        let sentence = answer.err().unwrap().to_string();
        assert!(sentence.starts_with("the Rockpool at 127.0.0.1:"), "{sentence}");
    }

    #[tokio::test]
    async fn nobody_at_the_address_is_told_without_the_token() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let remote = Remote::new(listener.local_addr().unwrap(), SecretString::from("control-token"));
        drop(listener);
        let Err(unreachable) = remote.send(Method::GET, "/api/v1/status", None).await else { panic!() };
        assert!(unreachable.address.starts_with("127.0.0.1:"));
        assert!(!unreachable.to_string().contains("control-token"));
    }

    #[test]
    fn a_server_on_all_interfaces_is_asked_over_loopback() {
        let asked = |text: &str| reachable(text.parse().unwrap()).to_string();
        assert_eq!(asked("0.0.0.0:7625"), "127.0.0.1:7625");
        assert_eq!(asked("[::]:7625"), "[::1]:7625");
        assert_eq!(asked("127.0.0.1:7625"), "127.0.0.1:7625");
    }
}
