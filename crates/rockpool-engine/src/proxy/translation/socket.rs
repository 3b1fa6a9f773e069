//! A WebSocket of a tool that does not know the backend: each of its messages is a request, served over HTTP like any
//! other, and its answer goes back in messages. So a turn may go to another account whatever came before it: answers that
//! it continues are kept here.

use std::collections::VecDeque;
use std::ops::ControlFlow::{self, Break, Continue};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use http::{HeaderMap, Request, Response, header};
use http_body_util::BodyExt;
use hyper_util::rt::TokioIo;
use rockpool_dialects::{End, Fault, Surroundings, translate_frame};
use rockpool_routing::AccountId;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;
use uuid::Uuid;

use super::answered::WhenAnswered;
use super::exchange::{Arrived, Understood, continuable, over_accounts, refused, understand};
use crate::host::tasks::stopped;
use crate::provider::sse::is_event_stream;
use crate::proxy::authenticate::Caller;
use crate::proxy::record::Transport;
use crate::proxy::request::upload::Upload;
use crate::proxy::response::body::ProxyBody;
use crate::proxy::response::error_response::ProxyError;
use crate::proxy::response::stopping::LongWait;
use crate::proxy::state::DataPlane;
use crate::proxy::websocket::byte_stream::{self, Socket};
use crate::proxy::websocket::switching;

/// Messages that a tool may send before the answer under way has ended.
const EARLY: usize = 16;
/// And as many bytes of them, together.
const EARLY_BYTES: usize = 64 << 20;

/// Answers a tool's handshake.
pub(crate) fn serve(
    plane: &Arc<DataPlane>,
    caller: Caller,
    mut request: Request<Upload>,
) -> Result<Response<ProxyBody>, ProxyError> {
    let key = request.headers().get(header::SEC_WEBSOCKET_KEY).cloned().ok_or(ProxyError::NoWebSocketKey)?;
    let upgrade = hyper::upgrade::on(&mut request);
    let headers = std::mem::take(request.headers_mut());
    let session_plane = Arc::clone(plane);
    plane.sessions.spawn(async move {
        let upgraded = match upgrade.await {
            Ok(upgraded) => TokioIo::new(upgraded),
            Err(error) => return tracing::debug!(%error, "the tool left during the handshake"),
        };
        let tool = byte_stream::socket(upgraded, Role::Server).await;
        let early = VecDeque::new();
        ToolSocket { plane: session_plane, caller, headers, tool, early }.run().await;
    });
    Ok(switching(&key, &HeaderMap::new()))
}

struct ToolSocket {
    plane: Arc<DataPlane>,
    caller: Caller,
    /// Of the handshake.
    headers: HeaderMap,
    tool: Socket,
    early: VecDeque<Bytes>,
}

impl ToolSocket {
    /// Answers message by message until the tool is gone or the engine stops.
    async fn run(mut self) {
        let mut stop = self.plane.core.stopped.clone();
        loop {
            let asked = match self.early.pop_front() {
                Some(early) => early,
                None => {
                    tokio::select! {
                        message = self.tool.next() => match self.heard(message) {
                            Continue(()) => continue,
                            Break(()) => return,
                        },
                        () = stopped(&mut stop) => return,
                    }
                }
            };
            let answered = tokio::select! {
                answered = self.answer(asked) => answered,
                () = stopped(&mut stop) => return,
            };
            if answered.is_break() {
                return;
            }
        }
    }

    fn heard(
        &mut self,
        message: Option<Result<Message, tokio_tungstenite::tungstenite::Error>>,
    ) -> ControlFlow<()> {
        match message {
            Some(Ok(Message::Text(text))) => {
                self.early.push_back(text.into());
                let bytes: usize = self.early.iter().map(Bytes::len).sum();
                if self.early.len() > EARLY || bytes > EARLY_BYTES { Break(()) } else { Continue(()) }
            }
            // Pings are answered by the library.
            Some(Ok(Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {
                Continue(())
            }
            Some(Ok(Message::Close(_)) | Err(_)) | None => Break(()),
        }
    }

    /// The client as it is now: a key that was removed since ends the connection, and a pool that was changed holds.
    fn look_again(&mut self) -> Result<(), ProxyError> {
        let registry = self.plane.core.registry.get();
        let client = registry.client_by_key(&self.caller.client.key_hash).cloned();
        let client = client.ok_or(ProxyError::UnknownKey)?;
        self.caller = Caller { client, registry, ..self.caller.clone() };
        Ok(())
    }

    async fn answer(&mut self, frame: Bytes) -> ControlFlow<()> {
        if let Err(gone) = self.look_again() {
            self.pass_on(gone.response()).await?;
            return Break(());
        }
        let mut share = self.plane.budget.share(self.caller.client.id);
        let patience = self.plane.core.config.upload_timeouts.memory;
        if tokio::time::timeout(patience, share.grow(frame.len())).await.is_err() {
            let full = refused(&self.plane, &self.caller, Transport::WebSocket, &ProxyError::NoMemoryForBody)
                .response();
            return self.pass_on(full).await;
        }
        let made = |surroundings: &Surroundings<'_>| translate_frame(&frame, surroundings);
        let understood = match understand(&self.plane, &self.caller, &self.headers, made).await {
            Ok(understood) => understood,
            Err(error) => {
                let told = refused(&self.plane, &self.caller, Transport::WebSocket, &error).response();
                return self.pass_on(told).await;
            }
        };
        if !understood.translated.generates() {
            let told = self.prepared(&understood);
            return self.send_lines(&told).await;
        }
        let arrived = Arrived { transport: Transport::WebSocket, bytes: frame.len() };
        let caller = self.caller.clone();
        let plane = Arc::clone(&self.plane);
        let asked = over_accounts(&plane, caller, understood, arrived, move || drop(share));
        tokio::pin!(asked);
        let response = loop {
            tokio::select! {
                response = &mut asked => break response,
                message = self.tool.next() => self.heard(message)?,
            }
        };
        self.pass_on(response).await
    }

    /// Nothing is answered yet: what was sent is kept, for the message that goes on from it.
    fn prepared(&self, understood: &Understood) -> Vec<u8> {
        let mut translator =
            understood.translated.form.translator(self.plane.core.clock.wall().as_second(), &unique());
        let mut told = Vec::new();
        let id = format!("resp_{}", unique());
        for kind in ["response.created", "response.completed"] {
            let event = serde_json::json!({
                "type": kind,
                "response": { "id": id, "object": "response", "status": "completed", "output": [] },
            });
            translator.event(event.to_string().as_bytes(), &mut told);
        }
        translator.end(End::Regular, &mut told);
        if let Some(answered) = translator.answered() {
            let when_answered = WhenAnswered {
                plane: Arc::clone(&self.plane),
                tenant: self.caller.client.tenant,
                client: self.caller.client.id,
                // No account gave it, and it pins nothing: its names are known to this client only.
                account: AccountId(Uuid::nil()),
                conversation: understood.conversation.clone(),
                continuable: continuable(&understood.translated),
            };
            when_answered.keep(&answered);
        }
        told
    }

    async fn pass_on(&mut self, response: Response<ProxyBody>) -> ControlFlow<()> {
        let status = response.status().as_u16();
        if !is_event_stream(response.headers()) {
            let stops = response.extensions().get::<LongWait>().is_some();
            let whole = response.into_body().collect().await.map(|whole| whole.to_bytes());
            let fault = Fault::of_backend(status, &whole.unwrap_or_default());
            return self.send(if stops { event(&fault) } else { fault.frame() }).await;
        }
        let mut body = response.into_body();
        loop {
            let frame = tokio::select! {
                frame = body.frame() => frame,
                message = self.tool.next() => {
                    self.heard(message)?;
                    continue;
                }
            };
            match frame {
                Some(Ok(frame)) => self.send_lines(&frame.into_data().unwrap_or_default()).await?,
                Some(Err(_)) | None => return Continue(()),
            }
        }
    }

    /// Each line is a message; a translation hands out whole ones.
    async fn send_lines(&mut self, lines: &[u8]) -> ControlFlow<()> {
        for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            self.send(line.to_vec()).await?;
        }
        Continue(())
    }

    async fn send(&mut self, json: Vec<u8>) -> ControlFlow<()> {
        let text = String::from_utf8_lossy(&json).into_owned();
        self.tool.send(Message::text(text)).await.map_or(Break(()), Continue)
    }
}

/// The error as an event of the answer. As the message that the API documents for a failed request, the Copilot CLI
/// 1.0.102 repeats it five times within 18 seconds, whatever its status is; as an event, it asks once more over HTTP, and
/// stops at what it hears there.
fn event(fault: &Fault) -> Vec<u8> {
    let event = serde_json::json!({
        "type": "error", "code": fault.code, "message": fault.message, "param": fault.param, "sequence_number": 0,
    });
    event.to_string().into_bytes()
}

fn unique() -> String {
    Uuid::now_v7().simple().to_string()
}
