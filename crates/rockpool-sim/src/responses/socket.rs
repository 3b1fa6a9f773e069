//! `GET …/codex/responses` as a WebSocket: handshake, frames, and what belongs to one connection only.

use std::sync::Arc;
use std::time::Duration;

use futures_util::SinkExt as _;
use http::{Request, Response};
use serde_json::{Map, Value, json};
use yawc::close::CloseCode;
use yawc::{Frame, HttpWebSocket, OpCode, Options, UpgradeFut, WebSocket};

use crate::call::Call;
use crate::faults::{Action, Cut, On};
use crate::gate;
use crate::journal::{EntryId, EntryKind, Received};
use crate::logins::AccessRefusal;
use crate::models;
use crate::people::SeatId;
use crate::plain::{answer_of, with_action};
use crate::reply::{Outcome, Reply};
use crate::responses::check::{self, Asked, LITE_HEADER, LiteMark};
use crate::responses::events;
use crate::responses::script::Step;
use crate::responses::turn::{self, Streams, Turn};
use crate::usage::Standing;
use crate::wire::WireSwitch;
use crate::world::{Shared, World};

/// Larger than what any client sends; the provider's own limit is not known.
const MAX_MESSAGE_BYTES: usize = 128 << 20;

/// How long a connection may be used (reported, and said in the provider's error text).
const LIFETIME_MS: i64 = 60 * 60 * 1000;

/// The client's metadata that carries request headers over a WebSocket.
const LITE_METADATA: &str = "ws_request_header_x_openai_internal_codex_responses_lite";
const TURN_STATE: &str = "x-codex-turn-state";

/// Answers the handshake; on success the connection lives on in a task of its own.
pub(crate) fn handshake(shared: &Arc<Shared>, call: &mut Call) -> Outcome {
    let mut guard = shared.world();
    let world = &mut *guard;
    let now = shared.clock.now_seconds();
    let seat = match gate::admit(world, call, now) {
        Ok(admitted) => admitted.seat,
        Err(reply) => return reply.into(),
    };
    let Some(request) = call.upgrade.take() else {
        return Reply::detail(426, "Upgrade Required").with("upgrade", "websocket").into();
    };
    let action = world.script.take(On::Handshake, Some(&seat));
    if action == Some(Action::UsageLimitReached) {
        return Standing::of(world, &seat, now).limit_reached().into();
    }
    with_action(world, call, action, |world| {
        let (_, workspace) = world.seat(&seat).expect("a seat that was admitted exists");
        let models_etag = models::etag(workspace);
        match accept(request) {
            Ok((response, upgraded)) => {
                let connection = Connection {
                    shared: Arc::clone(shared),
                    seat: seat.clone(),
                    bearer: call
                        .header("authorization")
                        .unwrap_or_default()
                        .trim_start_matches("Bearer ")
                        .to_owned(),
                    handshake: call.entry,
                    path: call.path.clone(),
                    base: call.base.clone(),
                    wire: call.wire.clone(),
                    opened_at_ms: shared.clock.now_ms(),
                    responses: Vec::new(),
                };
                tokio::spawn(connection.run(upgraded));
                switching(&response).with("x-models-etag", models_etag).with("x-reasoning-included", "true")
            }
            Err(error) => Reply::detail(400, format!("This is no WebSocket handshake: {error}")),
        }
    })
}

fn accept(
    mut request: Request<()>,
) -> yawc::Result<(Response<http_body_util::Empty<bytes::Bytes>>, UpgradeFut)> {
    let options =
        Options::default().with_limits(MAX_MESSAGE_BYTES, MAX_MESSAGE_BYTES).with_balanced_compression();
    WebSocket::upgrade_with_options(&mut request, options)
}

fn switching(response: &Response<http_body_util::Empty<bytes::Bytes>>) -> Reply {
    let mut reply = Reply::text(101, String::new());
    reply.headers = response
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
        .collect();
    reply
}

/// A response that later frames of this connection may build on.
struct Known {
    id: String,
    history: Vec<Value>,
}

struct Connection {
    shared: Arc<Shared>,
    seat: SeatId,
    bearer: String,
    handshake: EntryId,
    path: String,
    base: String,
    wire: WireSwitch,
    opened_at_ms: i64,
    responses: Vec<Known>,
}

/// What a frame comes to.
enum Said {
    Refused(Reply),
    Streams { before: Vec<Value>, streams: Box<Streams> },
    Events(Vec<Value>),
    Nothing,
    Sever,
}

/// Whether the connection goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Frame,
    End,
}

impl Connection {
    async fn run(mut self, upgraded: UpgradeFut) {
        let mut stopping = self.shared.stopping.clone();
        let serve = async {
            // A client that leaves between the handshake and the switch is nobody's error.
            if let Ok(socket) = upgraded.await {
                self.serve(socket).await;
            }
        };
        tokio::select! {
            () = serve => {}
            _ = stopping.wait_for(|stop| *stop) => {}
        }
    }

    async fn serve(&mut self, mut socket: HttpWebSocket) {
        loop {
            let Ok(frame) = socket.next_frame().await else {
                return;
            };
            let next = match frame.opcode() {
                OpCode::Text => self.on_text(&mut socket, frame.as_str()).await,
                OpCode::Binary => {
                    let refusal = Reply::error(400, "invalid_request_error", "Send text frames.");
                    send(&mut socket, &error_frame(&refusal)).await
                }
                OpCode::Close => Next::End,
                OpCode::Ping | OpCode::Pong | OpCode::Continuation => Next::Frame,
            };
            if next == Next::End {
                return;
            }
        }
    }

    async fn on_text(&mut self, socket: &mut HttpWebSocket, text: &str) -> Next {
        let parsed: Result<Value, _> = serde_json::from_str(text);
        let body = parsed.as_ref().map_or_else(|_| Value::from(text), Clone::clone);
        let entry = self.journal_frame(body);
        let said = match parsed {
            Ok(Value::Object(fields)) => self.answer(entry, fields),
            Ok(_) | Err(_) => {
                Said::Refused(Reply::error(400, "invalid_request_error", "The frame is not a JSON object."))
            }
        };
        let status = match &said {
            Said::Refused(reply) => Some(reply.status.as_u16()),
            Said::Streams { .. } | Said::Events(_) => Some(200),
            Said::Nothing | Said::Sever => None,
        };
        if let Some(status) = status {
            self.shared.world().journal.answered(entry, status);
        }
        match said {
            Said::Refused(reply) => send(socket, &error_frame(&reply)).await,
            Said::Events(events) => send_all(socket, &events).await,
            Said::Streams { before, streams } => {
                tokio::time::sleep(streams.hold).await;
                if send_all(socket, &before).await == Next::End {
                    return Next::End;
                }
                self.play(socket, streams.steps).await
            }
            Said::Nothing => Next::Frame,
            Said::Sever => {
                self.wire.reset_at_end();
                Next::End
            }
        }
    }

    fn journal_frame(&self, body: Value) -> EntryId {
        let mut world = self.shared.world();
        let entry = world.journal.receive(Received {
            at_ms: self.shared.clock.now_ms(),
            kind: EntryKind::Frame(self.handshake),
            method: "GET".to_owned(),
            path: self.path.clone(),
            base: self.base.clone(),
            version: "HTTP/1.1".to_owned(),
            headers: Vec::new(),
            body,
        });
        world.journal.served_as(entry, &self.seat);
        entry
    }

    fn answer(&mut self, entry: EntryId, mut fields: Map<String, Value>) -> Said {
        let shared = Arc::clone(&self.shared);
        let mut guard = shared.world();
        let world = &mut *guard;
        if let Err(reply) = self.may_go_on(world) {
            return Said::Refused(reply);
        }
        if fields.remove("type") != Some(Value::from("response.create")) {
            return Said::Refused(Reply::error(
                400,
                "invalid_request_error",
                "The only frame that is understood is response.create.",
            ));
        }
        let earlier = match self.earlier(fields.remove("previous_response_id")) {
            Ok(earlier) => earlier,
            Err(reply) => return Said::Refused(reply),
        };
        let generate = fields.remove("generate");
        let metadata = fields.get("client_metadata").cloned().unwrap_or_default();
        let asked = match self.accept(world, fields, earlier, &metadata) {
            Ok(asked) => asked,
            Err(reply) => return Said::Refused(reply),
        };
        let sent_state = metadata[TURN_STATE].as_str();
        let state = match turn::turn_state(&shared, world, &self.seat, entry, sent_state) {
            Ok(state) => state,
            Err(reply) => return Said::Refused(reply),
        };
        if generate == Some(Value::Bool(false)) {
            return self.prewarm(world, entry, asked);
        }
        let action = world.script.take(On::Frame, Some(&self.seat));
        match turn::take(&shared, world, &self.seat, entry, asked, action) {
            Turn::Refused(reply) => Said::Refused(reply),
            Turn::Never => Said::Nothing,
            Turn::Sever => Said::Sever,
            Turn::Streams(mut streams) => {
                self.remember(&streams.response_id, std::mem::take(&mut streams.history));
                let mut before = vec![streams.standing.event()];
                if sent_state.is_none() {
                    before.push(json!({"type": "response.metadata", "headers": {TURN_STATE: state, "openai-model": streams.model}}));
                }
                Said::Streams { before, streams }
            }
        }
    }

    fn prewarm(&mut self, world: &mut World, entry: EntryId, asked: Asked) -> Said {
        let now = self.shared.clock.now_seconds();
        if let Some(action) = world.script.take(On::Prewarm, Some(&self.seat)) {
            return match action {
                Action::Answer { status, headers, body } => Said::Refused(answer_of(status, &headers, &body)),
                Action::UsageLimitReached => {
                    Said::Refused(Standing::of(world, &self.seat, now).limit_reached())
                }
                Action::CutBefore => Said::Sever,
                Action::NeverAnswer => Said::Nothing,
                unfit @ (Action::Say { .. }
                | Action::HoldHeaders { .. }
                | Action::Patch { .. }
                | Action::InStream(_)
                | Action::Token(_)) => {
                    world
                        .journal
                        .note(entry, format!("the script's {unfit:?} means nothing for a prewarm frame"));
                    self.prewarmed(world, asked)
                }
            };
        }
        self.prewarmed(world, asked)
    }

    fn prewarmed(&mut self, world: &mut World, asked: Asked) -> Said {
        let now = self.shared.clock.now_seconds();
        let response = turn::response(&self.shared, world, &self.seat, &asked, now);
        let told = events::prewarmed(&response);
        self.remember(&response.id, asked.input);
        Said::Events(told.events)
    }

    /// A dead login ends an open connection's turns; a bearer that merely expired was checked at the handshake.
    fn may_go_on(&self, world: &World) -> Result<(), Reply> {
        if self.shared.clock.now_ms() - self.opened_at_ms > LIFETIME_MS {
            let message = "Responses websocket connection limit reached (60 minutes). Create a new websocket connection to continue.";
            return Err(Reply::error(400, "websocket_connection_limit_reached", message));
        }
        match world.logins.check_access(&self.bearer, self.shared.clock.now_seconds()) {
            Ok(_) | Err(AccessRefusal::Expired) => Ok(()),
            Err(AccessRefusal::Unknown | AccessRefusal::Invalidated) => {
                let message = "Your authentication token has been invalidated. Please try signing in again.";
                Err(Reply::error(401, "token_invalidated", message))
            }
        }
    }

    fn earlier(&self, previous: Option<Value>) -> Result<Vec<Value>, Reply> {
        let Some(previous) = previous.filter(|value| !value.is_null()) else {
            return Ok(Vec::new());
        };
        let known = self.responses.iter().find(|known| previous == known.id.as_str());
        known.map(|known| known.history.clone()).ok_or_else(|| {
            let id = previous.as_str().unwrap_or_default();
            Reply::error(
                400,
                "previous_response_not_found",
                &format!("Previous response with id '{id}' not found."),
            )
        })
    }

    fn accept(
        &self,
        world: &World,
        fields: Map<String, Value>,
        earlier: Vec<Value>,
        metadata: &Value,
    ) -> Result<Asked, Reply> {
        let (_, workspace) = world.seat(&self.seat).expect("a seat that was admitted exists");
        let lite = match (metadata[LITE_METADATA].as_str(), metadata[LITE_HEADER].as_str()) {
            (Some("true"), _) | (_, Some("true")) => LiteMark::Present,
            (_, _) => LiteMark::Absent,
        };
        check::check(&self.shared.sealer, workspace, fields, earlier, lite)
    }

    /// Keeps the last few responses; a client builds on the newest.
    fn remember(&mut self, id: &str, history: Vec<Value>) {
        const KEPT: usize = 4;
        if self.responses.len() == KEPT {
            self.responses.remove(0);
        }
        self.responses.push(Known { id: id.to_owned(), history });
    }

    async fn play(&self, socket: &mut HttpWebSocket, steps: Vec<Step>) -> Next {
        for step in steps {
            let next = match step {
                Step::Event(event) => send(socket, &event).await,
                Step::Malformed(data) => send_text(socket, data.to_owned()).await,
                Step::Wait(time) => {
                    tokio::time::sleep(time).await;
                    Next::Frame
                }
                Step::Stall => return stall(socket).await,
                Step::End(cut) => return self.end(socket, cut).await,
            };
            if next == Next::End {
                return Next::End;
            }
        }
        Next::Frame
    }

    async fn end(&self, socket: &mut HttpWebSocket, cut: Cut) -> Next {
        match cut {
            Cut::Reset => self.wire.reset_at_end(),
            Cut::Abrupt => {}
            Cut::CleanEnd => {
                // The client may be gone already; then there is nobody to say goodbye to.
                socket.send(Frame::close(CloseCode::Normal, "")).await.ok();
                let farewell = async { while socket.next_frame().await.is_ok() {} };
                tokio::time::timeout(Duration::from_secs(1), farewell).await.ok();
            }
        }
        Next::End
    }
}

/// Says nothing until the client leaves; pings are answered.
async fn stall(socket: &mut HttpWebSocket) -> Next {
    while let Ok(frame) = socket.next_frame().await {
        if frame.opcode() == OpCode::Close {
            break;
        }
    }
    Next::End
}

async fn send_all(socket: &mut HttpWebSocket, events: &[Value]) -> Next {
    for event in events {
        if send(socket, event).await == Next::End {
            return Next::End;
        }
    }
    Next::Frame
}

async fn send(socket: &mut HttpWebSocket, event: &Value) -> Next {
    send_text(socket, event.to_string()).await
}

async fn send_text(socket: &mut HttpWebSocket, text: String) -> Next {
    match socket.send(Frame::text(text)).await {
        Ok(()) => Next::Frame,
        Err(_) => Next::End,
    }
}

/// A refusal as a frame: `status_code` and no `status`, header names in title case, as the live backend sends it.
fn error_frame(reply: &Reply) -> Value {
    let body = reply.json_body().unwrap_or_default();
    let error = match (&body["error"], &body["detail"]) {
        (Value::Object(error), _) => Value::Object(error.clone()),
        (_, Value::Null) => {
            json!({"type": "server_error", "code": null, "message": "The upstream answered with something else than JSON."})
        }
        (_, Value::String(detail)) => {
            json!({"type": "invalid_request_error", "code": null, "message": detail})
        }
        (_, detail) => {
            json!({"type": "invalid_request_error", "code": detail["code"], "message": detail.to_string()})
        }
    };
    let headers: Map<String, Value> = reply
        .headers
        .iter()
        .filter(|(name, _)| {
            name.to_ascii_lowercase().starts_with("x-codex-") || name.eq_ignore_ascii_case("retry-after")
        })
        .map(|(name, value)| (title_case(name), Value::from(value.as_str())))
        .collect();
    json!({"type": "error", "error": error, "status_code": reply.status.as_u16(), "headers": headers})
}

fn title_case(name: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
            .unwrap_or_default()
    };
    name.split('-').map(capital).collect::<Vec<_>>().join("-")
}
