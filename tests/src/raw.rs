//! HTTP/1.1 as bytes on a socket, for what no client library would send or show.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::wait;

/// One HTTP/1.1 message with its body taken out of its transfer coding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The request or status line.
    pub start: String,
    /// Names in lower case, in the order as sent.
    pub headers: Vec<(String, String)>,
    /// As far as it came.
    pub body: Vec<u8>,
}

impl Message {
    /// All messages in `bytes` whose head is complete, one after the other.
    #[must_use]
    pub fn all(bytes: &[u8]) -> Vec<Self> {
        let mut messages = Vec::new();
        let mut rest = bytes;
        while let Some((message, length)) = Self::first(rest) {
            messages.push(message);
            rest = &rest[length..];
        }
        messages
    }

    fn first(bytes: &[u8]) -> Option<(Self, usize)> {
        let end = find(bytes, b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&bytes[..end]);
        let mut lines = head.split("\r\n");
        let start = lines.next()?.to_owned();
        let pair = |line: &str| {
            line.split_once(':').map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        };
        let mut message = Self { start, headers: lines.filter_map(pair).collect(), body: Vec::new() };
        let after = &bytes[end + 4..];
        let length = if message.header("transfer-encoding") == Some("chunked") {
            let (body, length) = dechunk(after);
            message.body = body;
            length
        } else {
            let announced = message.header("content-length").and_then(|value| value.parse().ok());
            let bodiless = message.start.starts_with("GET") || message.start.starts_with("HTTP/1.1 101");
            let length = announced.unwrap_or(if bodiless { 0 } else { after.len() }).min(after.len());
            message.body = after[..length].to_vec();
            length
        };
        Some((message, end + 4 + length))
    }

    /// The first header of that name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    #[must_use]
    pub fn status(&self) -> u16 {
        self.start.split(' ').nth(1).unwrap().parse().unwrap()
    }

    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// The body, and how many bytes it took on the wire.
fn dechunk(bytes: &[u8]) -> (Vec<u8>, usize) {
    let mut body = Vec::new();
    let mut at = 0;
    while let Some(line) = find(&bytes[at..], b"\r\n") {
        let size = std::str::from_utf8(&bytes[at..at + line]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        let start = at + line + 2;
        let end = (start + size).min(bytes.len());
        body.extend_from_slice(&bytes[start..end]);
        at = (end + 2).min(bytes.len());
        if size == 0 {
            break;
        }
    }
    (body, at)
}

/// The text frames of a server after its 101, as far as they came whole; `None` where there is no 101. The frames
/// have to be as a server sends them to a client that offered no extension: not masked, not compressed.
#[must_use]
pub fn text_frames(bytes: &[u8]) -> Option<Vec<String>> {
    const TEXT: u8 = 0x81;
    let head = find(bytes, b"\r\n\r\n").filter(|_| bytes.starts_with(b"HTTP/1.1 101"))?;
    let mut rest = &bytes[head + 4..];
    let mut frames = Vec::new();
    while let Some((kind, payload, length)) = first_frame(rest) {
        if kind == TEXT {
            frames.push(String::from_utf8(payload.to_vec()).unwrap());
        }
        rest = &rest[length..];
    }
    Some(frames)
}

/// The first byte of a frame, its payload, and how many bytes it takes (RFC 6455 §5.2).
fn first_frame(bytes: &[u8]) -> Option<(u8, &[u8], usize)> {
    let (kind, short) = (*bytes.first()?, *bytes.get(1)?);
    let (start, length) = match short {
        126 => (4, usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?))),
        127 => (10, usize::try_from(u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)).ok()?),
        length => (2, usize::from(length)),
    };
    Some((kind, bytes.get(start..start + length)?, start + length))
}

/// Sends `request` as it is and reads until the other side closes; the request has to ask for that with
/// `connection: close`, or be one after which the server closes anyway.
pub async fn exchange(address: SocketAddr, request: impl AsRef<[u8]>) -> Message {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // A server that has seen enough answers and closes while this still writes.
    stream.write_all(request.as_ref()).await.ok();
    read(stream).await
}

/// Reads an answer up to the end of the connection.
pub async fn read(mut stream: TcpStream) -> Message {
    let mut bytes = Vec::new();
    // A reset after the answer is the server's way not to read the rest of the request.
    wait::within("the server closes", stream.read_to_end(&mut bytes)).await.ok();
    let mut messages = Message::all(&bytes);
    assert!(!messages.is_empty(), "no answer, only {:?}", String::from_utf8_lossy(&bytes));
    messages.remove(0)
}
