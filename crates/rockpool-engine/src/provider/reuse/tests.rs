//! Requests over HTTP/2 to a server that says frame by frame what it does with them (RFC 9113).

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use reqwest::retry;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::*;

const NO_ERROR: u32 = 0;
const INTERNAL_ERROR: u32 = 2;
const REFUSED_STREAM: u32 = 7;
const ENHANCE_YOUR_CALM: u32 = 11;

/// What the server does with a request.
#[derive(Clone, Copy, Debug)]
enum Does {
    Answers,
    /// RST_STREAM with this code.
    Resets(u32),
    /// GOAWAY with this code, which says that it has not looked at the request; then it closes.
    GoesAwayBefore(u32),
    /// The same, but it says that it may have worked on the request.
    GoesAwayAfter(u32),
}

struct Http2 {
    address: String,
    /// Requests so far, by the number of their connection.
    seen: Arc<Mutex<Vec<usize>>>,
    clients: HttpClients,
}

impl Http2 {
    /// Does one of `script` with each request, then answers.
    async fn that(script: &[Does]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/", listener.local_addr().unwrap());
        let script = Arc::new(Mutex::new(script.iter().copied().collect::<VecDeque<_>>()));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&seen);
        tokio::spawn(async move {
            for connection in 0.. {
                let Ok((socket, _)) = listener.accept().await else { return };
                let (script, noted) = (Arc::clone(&script), Arc::clone(&noted));
                tokio::spawn(async move {
                    let next = || {
                        noted.lock().unwrap().push(connection);
                        script.lock().unwrap().pop_front().unwrap_or(Does::Answers)
                    };
                    serve(socket, next).await
                });
            }
        });
        Self { address, seen, clients: clients() }
    }

    /// Sends one request; its status, and how often it went out.
    async fn ask(&self) -> (Result<u16, SendFailure>, Sent) {
        let (answer, sent) = self.clients.send(self.clients.http.get(&self.address)).await;
        (answer.map(|answer| answer.status().as_u16()).map_err(|error| SendFailure::of(&error)), sent)
    }

    /// The connection that each request came on.
    fn connections(&self) -> Vec<usize> {
        self.seen.lock().unwrap().clone()
    }
}

/// As the engine's own, without the handshake that agrees on HTTP/2.
fn clients() -> HttpClients {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let tls = tls.with_root_certificates(RootCertStore::empty()).with_no_client_auth();
    let http2 = || {
        let builder = reqwest::Client::builder().tls_backend_preconfigured(tls.clone()).no_proxy();
        builder.retry(retry::never()).http2_prior_knowledge()
    };
    HttpClients {
        http: http2().build().unwrap(),
        fresh: http2().pool_max_idle_per_host(0).build().unwrap(),
        websocket: http2().build().unwrap(),
        answered: AnsweredConnections::default(),
    }
}

/// A frame without padding or priority (RFC 9113 §4.1).
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

fn go_away(last: u32, code: u32) -> Vec<u8> {
    frame(7, 0, 0, &[last.to_be_bytes(), code.to_be_bytes()].concat())
}

async fn serve(mut socket: TcpStream, next: impl Fn() -> Does) -> Option<()> {
    socket.read_exact(&mut [0; 24]).await.ok()?;
    socket.write_all(&frame(4, 0, 0, &[])).await.ok()?;
    loop {
        let mut head = [0; 9];
        socket.read_exact(&mut head).await.ok()?;
        let length = usize::try_from(u32::from_be_bytes([0, head[0], head[1], head[2]])).unwrap();
        socket.read_exact(&mut vec![0; length]).await.ok()?;
        let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        let reply = match (head[3], head[4]) {
            // SETTINGS, which are acknowledged.
            (4, 0) => frame(4, 1, 0, &[]),
            // HEADERS. `:status: 200` is the 8th entry of the static table (RFC 7541 Appendix A).
            (1, _) => match next() {
                Does::Answers => frame(1, 5, stream, &[0x88]),
                Does::Resets(code) => frame(3, 0, stream, &code.to_be_bytes()),
                Does::GoesAwayBefore(code) => go_away(stream - 2, code),
                Does::GoesAwayAfter(code) => go_away(stream, code),
            },
            _ => continue,
        };
        let goes_away = reply[3] == 7;
        socket.write_all(&reply).await.ok()?;
        if goes_away {
            socket.shutdown().await.ok()?;
            return Some(());
        }
    }
}

#[tokio::test]
async fn what_the_provider_says_it_has_not_begun_goes_out_once_more_and_cannot_be_billed_twice() {
    for does in [
        Does::Resets(REFUSED_STREAM),
        Does::GoesAwayBefore(NO_ERROR),
        Does::GoesAwayBefore(ENHANCE_YOUR_CALM),
    ] {
        let server = Http2::that(&[Does::Answers, does]).await;
        assert_eq!(server.ask().await, (Ok(200), Sent::Once));
        let again = server.ask().await;
        assert_eq!(again, (Ok(200), Sent::Again(Delivery::NotSent)), "{does:?}");
        assert!(!again.1.may_be_billed_twice());
        assert_eq!(server.connections(), [0, 0, 1], "{does:?}: over a connection of its own");
    }
}

#[tokio::test]
async fn what_is_refused_both_times_is_given_up() {
    let refused = Does::Resets(REFUSED_STREAM);
    let server = Http2::that(&[Does::Answers, refused, refused, refused]).await;
    assert_eq!(server.ask().await.0, Ok(200));
    assert_eq!(server.ask().await, (Err(SendFailure::NotTaken), Sent::Again(Delivery::NotSent)));
    assert_eq!(server.connections(), [0, 0, 1]);
}

#[tokio::test]
async fn what_may_have_been_worked_on_counts_as_that_where_it_goes_out_again_and_stays_on_a_new_connection() {
    for does in
        [Does::Resets(INTERNAL_ERROR), Does::GoesAwayAfter(NO_ERROR), Does::GoesAwayAfter(INTERNAL_ERROR)]
    {
        let server = Http2::that(&[Does::Answers, does]).await;
        assert_eq!(server.ask().await.0, Ok(200));
        let again = server.ask().await;
        assert_eq!(again, (Ok(200), Sent::Again(Delivery::Unknown)), "{does:?}");
        assert!(again.1.may_be_billed_twice());

        let server = Http2::that(&[does]).await;
        assert_eq!(server.ask().await, (Err(SendFailure::Lost), Sent::Once), "{does:?}");
        assert_eq!(server.connections(), [0], "{does:?}");
    }
}
