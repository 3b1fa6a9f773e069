//! A tiny HTTP/1.1 server for tests: records requests as text, answers what the test scripts.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use crate::config::Config;
use crate::model::settings::proxy::ProxyChoice;
use crate::provider::upstream::{HttpClients, Upstream};

/// One scripted answer.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// A whole answer.
    Whole(u16, String),
    /// A 200 that is gzip-encoded, whatever was asked for.
    Gzip(Vec<u8>),
    /// A 200 that ends before its announced length.
    Half(String),
    /// The connection is closed without a byte.
    Cut,
}

impl Reply {
    pub(crate) fn json(status: u16, body: &str) -> Self {
        Self::Whole(status, body.to_owned())
    }

    pub(crate) fn gzip(body: &str) -> Self {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut encoder, body.as_bytes()).unwrap();
        Self::Gzip(encoder.finish().unwrap())
    }

    pub(crate) fn half(body: &str) -> Self {
        Self::Half(body.to_owned())
    }

    pub(crate) fn cut() -> Self {
        Self::Cut
    }
}

/// What the engine would ask with, by no way out of its own.
pub(crate) fn clients(config: &Config) -> HttpClients {
    Upstream::new(config, None).unwrap().through(&ProxyChoice::System).unwrap()
}

/// The server; it ends with the test's runtime.
pub(crate) struct Server {
    base: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Serves each request with what `script` makes of it (head and body as one text).
    pub(crate) async fn answering(script: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (script, seen) = (Arc::new(script), Arc::clone(&requests));
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, Arc::clone(&script), Arc::clone(&seen)));
            }
        });
        Self { base, requests }
    }

    /// `path` on this server.
    pub(crate) fn url(&self, path: &str) -> Url {
        Url::parse(&format!("{}{path}", self.base)).unwrap()
    }

    /// A configuration whose issuer and backend are this server.
    pub(crate) fn config(&self) -> Config {
        Config::rehearsal("/nowhere".into(), self.url(""), self.url("/backend-api"))
    }

    /// What a client of this server asks with.
    pub(crate) fn clients(&self) -> HttpClients {
        clients(&self.config())
    }

    /// What a client of this issuer asks with.
    pub(crate) fn fresh_client(&self) -> reqwest::Client {
        self.clients().fresh
    }

    /// The requests so far, head and body.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn serve(
    mut socket: TcpStream,
    script: Arc<impl Fn(&str) -> Reply + Send + Sync + 'static>,
    seen: Arc<Mutex<Vec<String>>>,
) {
    let Some(request) = read(&mut socket).await else { return };
    seen.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
    let answer = match script(&request) {
        Reply::Whole(status, body) => whole(status, "", body.as_bytes(), body.len()),
        Reply::Gzip(body) => whole(200, "content-encoding: gzip\r\n", &body, body.len()),
        Reply::Half(body) => whole(200, "", body.as_bytes(), body.len() + 10),
        Reply::Cut => return,
    };
    let _ = socket.write_all(&answer).await;
    let _ = socket.shutdown().await;
}

fn whole(status: u16, more: &str, body: &[u8], length: usize) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status} Scripted\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
         {more}connection: close\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

async fn read(socket: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok())
                .unwrap_or(0);
            if body.len() >= length {
                return Some(text);
            }
        }
        let mut chunk = [0; 4096];
        match socket.read(&mut chunk).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&chunk[..count]),
        }
    }
}
