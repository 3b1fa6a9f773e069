//! The one local listener for callbacks, open only while somebody waits for one.
//!
//! It speaks just enough HTTP/1.1 for a browser's last redirect: a bounded request head in, one page
//! out, connection closed. Whatever else arrives gets a page and changes nothing.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tracing::debug;

use super::pages::Page;

/// Path of the callback; on the provider's allow-list with the ports.
pub(super) const CALLBACK_PATH: &str = "/auth/callback";
/// Largest request head; a callback with cookies of other local pages is a few kB.
const HEAD_LIMIT: usize = 32 << 10;
/// Longest wait for a request head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(5);
/// Connections at once.
const CONNECTIONS: usize = 32;

/// What a browser asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// The callback, with its query.
    Callback(String),
    /// Another program of this machine wants the port.
    Cancel,
}

/// Answers what the listener hears.
pub(super) type Answering = Arc<dyn Fn(Ask) -> BoxFuture<'static, Page> + Send + Sync>;

/// An open listener.
#[derive(Debug)]
pub(super) struct Listener {
    port: u16,
    accepting: JoinHandle<()>,
}

impl Listener {
    /// Takes the first free one of `ports` on 127.0.0.1; `None` where all are taken.
    pub(super) async fn open(ports: &[u16], answering: Answering) -> Option<Self> {
        for port in ports {
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, *port));
            match TcpListener::bind(address).await {
                Ok(listener) => {
                    let port = listener.local_addr().ok()?.port();
                    return Some(Self { port, accepting: tokio::spawn(accept(listener, answering)) });
                }
                Err(error) => debug!(port, %error, "a callback port is taken"),
            }
        }
        None
    }

    /// The port that was taken.
    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Gives the port up; it is free when this returns. Answers under way are still given.
    pub(super) async fn close(self) {
        self.accepting.abort();
        let _ = self.accepting.await;
    }
}

async fn accept(listener: TcpListener, answering: Answering) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(permit) = Arc::clone(&room).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((socket, _)) => {
                let answering = Arc::clone(&answering);
                tokio::spawn(async move {
                    serve(socket, &answering).await;
                    drop(permit);
                });
            }
            // Out of file descriptors, or a connection that was gone at once.
            Err(error) => {
                debug!(%error, "a callback connection was not accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn serve(mut socket: TcpStream, answering: &Answering) {
    let head = tokio::time::timeout(HEAD_TIMEOUT, head(&mut socket)).await;
    let page = match head.map_err(|_| 408).and_then(|head| head).and_then(|head| ask(&head)) {
        Ok(Some(ask)) => answering(ask).await,
        Ok(None) => Page::not_found(),
        Err(status) => Page::bad_request(status),
    };
    let _ = socket.write_all(page.response().as_bytes()).await;
    let _ = socket.shutdown().await;
}

/// The request head, or the status to refuse it with.
async fn head(socket: &mut TcpStream) -> Result<Vec<u8>, u16> {
    let mut head = Vec::new();
    let mut chunk = [0; 4096];
    while memchr::memmem::find(&head, b"\r\n\r\n").is_none() {
        if head.len() > HEAD_LIMIT {
            return Err(431);
        }
        match socket.read(&mut chunk).await {
            Ok(0) | Err(_) => return Err(400),
            Ok(count) => head.extend_from_slice(&chunk[..count]),
        }
    }
    Ok(head)
}

fn ask(head: &[u8]) -> Result<Option<Ask>, u16> {
    let line = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let fields = head.get(line.len()..).unwrap_or_default();
    let line = std::str::from_utf8(line).map_err(|_| 400_u16)?;
    let mut words = line.split(' ');
    let (Some(method), Some(target), Some(version), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(400);
    };
    if !version.starts_with("HTTP/1.") || !target.starts_with('/') {
        return Err(400);
    }
    if method != "GET" {
        return Err(405);
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Ok(match path {
        CALLBACK_PATH => Some(Ask::Callback(query.to_owned())),
        "/cancel" if is_from_a_program(fields) => Some(Ask::Cancel),
        "/cancel" => return Err(403),
        _ => None,
    })
}

/// Whether a program of this machine sent these header fields, and no page in a browser: any page may send a `GET`
/// here, and would take the port away from a sign-in. The provider's client sends `Host` and `Connection` alone.
fn is_from_a_program(fields: &[u8]) -> bool {
    let Ok(fields) = std::str::from_utf8(fields) else { return false };
    let mut hosts = 0;
    for (name, value) in fields.split("\r\n").filter_map(|line| line.split_once(':')) {
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
        match name.as_str() {
            "host" if is_local(value) => hosts += 1,
            "host" | "origin" | "referer" | "cookie" => return false,
            "user-agent" if value.starts_with("Mozilla/") => return false,
            fetch if fetch.starts_with("sec-") => return false,
            _ => {}
        }
    }
    hosts == 1
}

/// A name that a foreign site can be rebound to is not ours.
fn is_local(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.parse::<u16>().is_ok() => name,
        Some(_) | None => host,
    };
    name == "127.0.0.1" || name.eq_ignore_ascii_case("localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_line_is_read_or_refused() {
        let read = |line: &str| ask(format!("{line}\r\nhost: 127.0.0.1:1455\r\n\r\n").as_bytes());
        assert_eq!(
            read("GET /auth/callback?code=1&state=2 HTTP/1.1"),
            Ok(Some(Ask::Callback("code=1&state=2".into())))
        );
        assert_eq!(read("GET /cancel HTTP/1.1"), Ok(Some(Ask::Cancel)));
        assert_eq!(read("GET /favicon.ico HTTP/1.1"), Ok(None));
        assert_eq!(read("POST /cancel HTTP/1.1"), Err(405));
        for junk in
            ["", "GET", "GET /", "GET http://x/ HTTP/1.1", "GET / HTTP/2", "a b c d", "\u{16}\u{3}\u{1}"]
        {
            assert_eq!(read(junk), Err(400), "{junk}");
        }
    }

    #[test]
    fn only_a_program_of_this_machine_may_ask_for_the_port_and_no_page() {
        let read = |fields: &str| ask(format!("GET /cancel HTTP/1.1\r\n{fields}\r\n\r\n").as_bytes());
        for fields in [
            "Host: 127.0.0.1:1455\r\nConnection: close",
            "Host: 127.0.0.1\r\nConnection: close",
            "host: LOCALHOST:1457\r\nuser-agent: curl/8.5.0\r\naccept: */*",
        ] {
            assert_eq!(read(fields), Ok(Some(Ask::Cancel)), "{fields}");
        }
        for fields in [
            "Host: evil.example:1455",
            "Host: 127.0.0.1.nip.io:1455",
            "Host: 127.0.0.1:1455\r\nHost: evil.example",
            "Host: 127.0.0.1:1455\r\nHost: 127.0.0.1:1455",
            "Connection: close",
            "Host: 127.0.0.1:1455\r\nOrigin: https://evil.example",
            "Host: 127.0.0.1:1455\r\nReferer: https://evil.example/",
            "Host: 127.0.0.1:1455\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Site: cross-site",
            "Host: 127.0.0.1:1455\r\nUser-Agent: Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15",
        ] {
            assert_eq!(read(fields), Err(403), "{fields}");
        }
    }
}
