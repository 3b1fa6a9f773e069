//! A tool's side of a WebSocket.

use futures_util::{SinkExt as _, StreamExt as _};
use http::Response;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::tools::Key;
use crate::wait;

#[derive(Debug)]
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// The headers of the 101.
    pub headers: http::HeaderMap,
}

/// The answer that took the place of a 101.
pub type Refusal = Response<Option<Vec<u8>>>;

impl Socket {
    /// Opens a connection for a conversation, as the Codex CLI does.
    ///
    /// # Errors
    /// With the answer, if it is not 101.
    pub async fn open(key: &Key, session: &str) -> Result<Self, Box<Refusal>> {
        Self::open_with(key, &[("session-id", session), ("originator", "codex_exec")]).await
    }

    /// The same as a library of the public API.
    ///
    /// # Errors
    /// As [`Socket::open`].
    pub async fn of_the_public_api(key: &Key) -> Result<Self, Box<Refusal>> {
        Self::open_with(key, &[]).await
    }

    /// The same as a tool that calls itself `agent`.
    ///
    /// # Errors
    /// As [`Socket::open`].
    pub async fn of_agent(key: &Key, agent: &str) -> Result<Self, Box<Refusal>> {
        Self::open_with(key, &[("user-agent", agent)]).await
    }

    async fn open_with(key: &Key, more: &[(&'static str, &str)]) -> Result<Self, Box<Refusal>> {
        let url = format!("{}/responses", key.base_url.replacen("http", "ws", 1));
        let mut request = url.into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("authorization", format!("Bearer {}", key.secret).parse().unwrap());
        for (name, value) in more {
            headers.insert(*name, value.parse().unwrap());
        }
        match wait::within("the handshake is answered", tokio_tungstenite::connect_async(request)).await {
            Ok((stream, response)) => Ok(Self { stream, headers: response.headers().clone() }),
            Err(Error::Http(response)) => Err(response),
            Err(error) => panic!("no handshake: {error}"),
        }
    }

    pub async fn send(&mut self, frame: &Value) {
        self.send_text(frame.to_string()).await;
    }

    pub async fn send_text(&mut self, text: String) {
        self.stream.send(Message::text(text)).await.unwrap();
    }

    /// Sends as much of a frame as the other side takes.
    pub async fn send_what_is_taken(&mut self, text: String) {
        // A server that has seen enough may hang up meanwhile.
        self.stream.send(Message::text(text)).await.ok();
    }

    /// The code of the close frame that ends the connection; frames before it are skipped.
    pub async fn closed_with(&mut self) -> Option<u16> {
        loop {
            match wait::within("the connection is closed", self.stream.next()).await {
                Some(Ok(Message::Close(frame))) => return frame.map(|frame| frame.code.into()),
                Some(Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    /// The next frame as text; `None` at the end of the connection.
    pub async fn next_text(&mut self) -> Option<String> {
        loop {
            match wait::within("a frame comes", self.stream.next()).await {
                Some(Ok(Message::Text(text))) => return Some(text.to_string()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
            }
        }
    }

    /// The next frame; `None` at the end of the connection.
    pub async fn next(&mut self) -> Option<Value> {
        self.next_text().await.map(|text| serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// Frames up to the end of an answer or of the connection.
    pub async fn answer(&mut self) -> Vec<Value> {
        let mut frames = Vec::new();
        while let Some(frame) = self.next().await {
            let last = matches!(
                frame["type"].as_str(),
                Some("response.completed" | "response.failed" | "response.incomplete" | "error")
            );
            frames.push(frame);
            if last {
                break;
            }
        }
        frames
    }

    /// Sends a frame and reads its answer.
    pub async fn ask(&mut self, frame: &Value) -> Vec<Value> {
        self.send(frame).await;
        self.answer().await
    }

    /// Drops the connection without a close frame, as the Codex CLI does.
    pub fn drop_it(self) {
        drop(self.stream);
    }
}
