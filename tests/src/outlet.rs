//! Stands where a way out of this machine would be: a proxy that records who wanted to leave, and lets nobody.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Listens until it is dropped.
#[derive(Debug)]
pub struct Outlet {
    address: SocketAddr,
    wanted: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Outlet {
    /// Listens on a free port.
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let wanted = Arc::default();
        let task = tokio::spawn(turn_away(listener, Arc::clone(&wanted)));
        Self { address, wanted, task }
    }

    /// The value for a proxy variable.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The first line of every request that came, such as `CONNECT example.test:443 HTTP/1.1`.
    #[must_use]
    pub fn wanted(&self) -> Vec<String> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Outlet {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn turn_away(listener: TcpListener, wanted: Arc<Mutex<Vec<String>>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let line = first_line(stream).await;
        wanted.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }
}

async fn first_line(mut stream: TcpStream) -> String {
    let mut head = [0; 512];
    let length = stream.read(&mut head).await.unwrap_or_default();
    // Whoever asked may be gone already; that it asked is what counts.
    stream.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await.ok();
    String::from_utf8_lossy(&head[..length]).lines().next().unwrap_or_default().to_owned()
}
