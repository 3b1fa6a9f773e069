//! A TCP proxy in front of a server: forwards every byte and keeps a copy, up to where it is told to cut.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use rockpool_sim::Cut;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use url::Url;

use crate::raw::{Message, text_frames};

type Recording = Arc<Mutex<Vec<u8>>>;

/// What went over one connection.
#[derive(Clone, Debug, Default)]
struct Connection {
    sent: Recording,
    received: Recording,
    cut: Arc<Notify>,
}

/// How much the backend may still say before the connection that it says it on is cut.
#[derive(Clone, Debug, Default)]
struct Allowance(Arc<Mutex<Option<(usize, Cut)>>>);

impl Allowance {
    /// How many of `length` bytes may pass; fewer than `length` only for the connection that is cut.
    fn take(&self, length: usize) -> usize {
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match left.as_mut() {
            None => length,
            Some((left, _)) if *left >= length => {
                *left -= length;
                length
            }
            Some((left, _)) => std::mem::take(left),
        }
    }

    /// How the connection that used it up ends. Others go on without a limit.
    fn spend(&self) -> Option<Cut> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take().map(|(_, how)| how)
    }
}

/// One request as the backend got it, and the answer as it was given.
#[derive(Clone, Debug)]
pub struct Exchange {
    pub request: Message,
    pub response: Message,
}

/// Listens until it is dropped.
#[derive(Debug)]
pub struct RecordingProxy {
    address: SocketAddr,
    connections: Arc<Mutex<Vec<Connection>>>,
    allowance: Allowance,
    task: JoinHandle<()>,
}

impl RecordingProxy {
    /// Listens on a free port, in front of the host of `backend`.
    pub async fn start(backend: &str) -> Self {
        let to = Url::parse(backend).unwrap().socket_addrs(|| None).unwrap()[0];
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::default();
        let allowance = Allowance::default();
        let task = tokio::spawn(listen(listener, to, Arc::clone(&connections), allowance.clone()));
        Self { address, connections, allowance, task }
    }

    /// Lets this many more bytes of the backend pass, over whichever connection they come, and cuts the one that
    /// would bring the next: with a reset, or by closing it where it stands.
    pub fn cut_after(&self, bytes: usize, how: Cut) {
        *self.allowance.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((bytes, how));
    }

    /// Refuses new connections from now on, and cuts those that are open.
    pub fn shut_down(&self) {
        self.task.abort();
        for connection in self.connections() {
            connection.cut.notify_one();
        }
    }

    /// `http://host:port`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Forgets what it has kept.
    pub fn clear(&self) {
        for connection in self.connections() {
            connection.sent.lock().unwrap_or_else(PoisonError::into_inner).clear();
            connection.received.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
    }

    /// Every whole exchange whose request line holds `path`, connection by connection.
    #[must_use]
    pub fn exchanges(&self, path: &str) -> Vec<Exchange> {
        let mut found = Vec::new();
        for connection in self.connections() {
            let sent = connection.sent.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let received = connection.received.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let exchanges = Message::all(&sent).into_iter().zip(Message::all(&received));
            found.extend(exchanges.map(|(request, response)| Exchange { request, response }));
        }
        found.retain(|exchange| exchange.request.start.contains(path));
        found
    }

    /// Whether, so far, a connection has brought `asked` to the backend and `told` back.
    #[must_use]
    pub fn has_carried(&self, asked: &str, told: &str) -> bool {
        let holds = |recording: &Recording, words: &str| {
            let bytes = recording.lock().unwrap_or_else(PoisonError::into_inner);
            bytes.windows(words.len()).any(|window| window == words.as_bytes())
        };
        self.connections().iter().any(|one| holds(&one.sent, asked) && holds(&one.received, told))
    }

    /// How many bytes the backend has sent.
    #[must_use]
    pub fn received(&self) -> usize {
        let received =
            |connection: Connection| connection.received.lock().unwrap_or_else(PoisonError::into_inner).len();
        self.connections().into_iter().map(received).sum()
    }

    /// The text frames that the backend sent over WebSockets, connection by connection, as far as they came.
    #[must_use]
    pub fn frames(&self) -> Vec<Vec<String>> {
        let received = |connection: Connection| {
            connection.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
        };
        self.connections().into_iter().filter_map(|connection| text_frames(&received(connection))).collect()
    }

    fn connections(&self) -> Vec<Connection> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for RecordingProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(
    listener: TcpListener,
    to: SocketAddr,
    connections: Arc<Mutex<Vec<Connection>>>,
    allowance: Allowance,
) {
    while let Ok((near, _)) = listener.accept().await {
        let connection = Connection::default();
        connections.lock().unwrap_or_else(PoisonError::into_inner).push(connection.clone());
        let far = TcpStream::connect(to).await.unwrap();
        tokio::spawn(forward(near, far, connection, allowance.clone()));
    }
}

async fn forward(mut near: TcpStream, mut far: TcpStream, connection: Connection, allowance: Allowance) {
    let (near_read, near_write) = near.split();
    let (far_read, far_write) = far.split();
    let up = pass(near_read, far_write, connection.sent, |length| length);
    let down = pass(far_read, near_write, connection.received, |length| allowance.take(length));
    let down = async {
        if down.await == Passed::Held {
            connection.cut.notify_one();
        }
    };
    let both = async { tokio::join!(up, down) };
    tokio::select! {
        _ = both => return,
        () = connection.cut.notified() => {}
    }
    if allowance.spend() == Some(Cut::Reset) {
        near.set_zero_linger().unwrap();
    }
}

/// Whether all that came was passed on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Passed {
    All,
    Held,
}

async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    copy: Recording,
    allowed: impl Fn(usize) -> usize,
) -> Passed {
    let mut buffer = vec![0; 64 << 10];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        let passes = allowed(length);
        copy.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&buffer[..passes]);
        if to.write_all(&buffer[..passes]).await.is_err() {
            return Passed::All;
        }
        if passes < length {
            return Passed::Held;
        }
    }
    // The other side may have closed first.
    to.shutdown().await.ok();
    Passed::All
}
