//! A tap on the line between engine and backend: passes every byte on and keeps a copy.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use url::Url;

use crate::raw::Message;

type Copy = Arc<Mutex<Vec<u8>>>;

/// What went over one connection.
#[derive(Clone, Debug, Default)]
struct Line {
    sent: Copy,
    received: Copy,
}

/// One request as the backend got it, and the answer as it was given.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// What the engine sent.
    pub request: Message,
    /// What the backend answered.
    pub response: Message,
}

/// Listens until it is dropped.
#[derive(Debug)]
pub struct Tap {
    address: SocketAddr,
    lines: Arc<Mutex<Vec<Line>>>,
    task: JoinHandle<()>,
}

impl Tap {
    /// Listens on a free port, in front of the host of `backend`.
    pub async fn open(backend: &str) -> Self {
        let to = Url::parse(backend).unwrap().socket_addrs(|| None).unwrap()[0];
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let lines = Arc::default();
        let task = tokio::spawn(listen(listener, to, Arc::clone(&lines)));
        Self { address, lines, task }
    }

    /// Its origin.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Forgets what it has kept.
    pub fn clear(&self) {
        for line in self.lines() {
            line.sent.lock().unwrap_or_else(PoisonError::into_inner).clear();
            line.received.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
    }

    /// Every whole exchange whose request line holds `path`, connection by connection.
    #[must_use]
    pub fn exchanges(&self, path: &str) -> Vec<Exchange> {
        let mut found = Vec::new();
        for line in self.lines() {
            let sent = line.sent.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let received = line.received.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let exchanges = Message::all(&sent).into_iter().zip(Message::all(&received));
            found.extend(exchanges.map(|(request, response)| Exchange { request, response }));
        }
        found.retain(|exchange| exchange.request.start.contains(path));
        found
    }

    fn lines(&self) -> Vec<Line> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(listener: TcpListener, to: SocketAddr, lines: Arc<Mutex<Vec<Line>>>) {
    while let Ok((near, _)) = listener.accept().await {
        let far = TcpStream::connect(to).await.unwrap();
        let line = Line::default();
        lines.lock().unwrap_or_else(PoisonError::into_inner).push(line.clone());
        let (near_read, near_write) = near.into_split();
        let (far_read, far_write) = far.into_split();
        tokio::spawn(pass(near_read, far_write, line.sent));
        tokio::spawn(pass(far_read, near_write, line.received));
    }
}

async fn pass(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, copy: Copy) {
    let mut buffer = vec![0; 64 << 10];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        copy.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&buffer[..length]);
        if to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
    // The other side may have closed first.
    to.shutdown().await.ok();
}
