//! The management API of a server that runs in another process of this user, over loopback.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{HeaderValue, Method, Request, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpStream;

use super::transport::{ApiReply, ApiTransport, Unreachable};

/// The slowest call asks the provider, which the engine itself cuts off earlier.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);
/// Largest answer, in bytes: a status of thousands of requests stays far below.
const ANSWER_LIMIT: usize = 16 * 1024 * 1024;

/// Plain HTTP/1.1 to one address, one connection per call; no proxy can come in between.
pub struct Remote {
    address: SocketAddr,
    token: SecretString,
}

type AnyError = Box<dyn std::error::Error + Send + Sync>;

impl Remote {
    /// The server that listens on `address` and takes `token` as bearer; one that listens on all interfaces is
    /// asked over loopback.
    pub fn new(address: SocketAddr, token: SecretString) -> Self {
        Self { address: reachable(address), token }
    }

    async fn exchange(&self, method: Method, path: &str, body: Option<Bytes>) -> Result<ApiReply, AnyError> {
        let mut bearer = HeaderValue::try_from(format!("Bearer {}", self.token.expose_secret()))?;
        bearer.set_sensitive(true);
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, self.address.to_string())
            .header(header::AUTHORIZATION, bearer)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(body.unwrap_or_default()))?;
        let stream = TcpStream::connect(self.address).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let talk = async {
            let response = sender.send_request(request).await?;
            let status = response.status();
            let body = Limited::new(response.into_body(), ANSWER_LIMIT).collect().await?;
            Ok(ApiReply { status, body: body.to_bytes() })
        };
        tokio::pin!(connection);
        tokio::pin!(talk);
        tokio::select! {
            biased;
            answer = &mut talk => answer,
            _ = &mut connection => talk.await,
        }
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
            match tokio::time::timeout(ANSWER_TIMEOUT, self.exchange(method, path, json)).await {
                Ok(answer) => answer.map_err(|error| unreachable(error.to_string())),
                Err(_) => Err(unreachable("no answer within a minute".to_owned())),
            }
        })
    }
}

fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip @ (IpAddr::V4(_) | IpAddr::V6(_)) => ip,
    };
    SocketAddr::new(ip, address.port())
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
