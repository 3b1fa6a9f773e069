//! An HTTP proxy that records every request and forwards none, for a program that must not leave this machine.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Listens until it is dropped.
#[derive(Debug)]
pub struct RefusingProxy {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl RefusingProxy {
    /// Listens on a free port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::default();
        let task = tokio::spawn(refuse_all(listener, Arc::clone(&requests)));
        Self { address, requests, task }
    }

    /// The value for a proxy variable.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The first line of every request that came, such as `CONNECT example.test:443 HTTP/1.1`.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for RefusingProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn refuse_all(listener: TcpListener, requests: Arc<Mutex<Vec<String>>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let line = first_line(stream).await;
        requests.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }
}

async fn first_line(mut stream: TcpStream) -> String {
    let mut head = [0; 512];
    let length = stream.read(&mut head).await.unwrap_or_default();
    // Whoever asked may be gone already; that it asked is what counts.
    stream.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await.ok();
    String::from_utf8_lossy(&head[..length]).lines().next().unwrap_or_default().to_owned()
}
