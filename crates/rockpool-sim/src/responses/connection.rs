//! One WebSocket after its handshake: frames in, answers out, and what lives only as long as the connection.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use futures_util::SinkExt as _;
use serde_json::{Map, Value, json};
use yawc::close::CloseCode;
use yawc::{Frame, HttpWebSocket, OpCode, UpgradeFut};

use crate::backend::catalogue::Version;
use crate::backend::usage::QuotaStatus;
use crate::byte_stream::ResetSwitch;
use crate::call::Call;
use crate::lenient_json;
use crate::reply::Reply;
use crate::responses::check::{self, AcceptedRequest, Refusal};
use crate::responses::error_frame::error_frame;
use crate::responses::events;
use crate::responses::rules::{Announced, LITE_HEADER, LiteMark};
use crate::responses::steps::Step;
use crate::responses::turn::{Streams, Turn, TurnOutcome};
use crate::scripted::answer_of;
use crate::shared::Shared;
use crate::world::faults::{Action, Cut, On};
use crate::world::journal::{EntryId, EntryKind, Received};
use crate::world::logins::AccessRefusal;
use crate::world::{Seat, World};

/// How long a connection may be used (reported, and said in the provider's error text).
const LIFETIME_MS: i64 = 60 * 60 * 1000;

/// The client's metadata that carries request headers over a WebSocket.
const LITE_METADATA: &str = "ws_request_header_x_openai_internal_codex_responses_lite";
const TURN_STATE: &str = "x-codex-turn-state";

/// A response that later frames of this connection may build on.
struct EarlierResponse {
    id: String,
    history: Vec<Value>,
}

pub(crate) struct Connection {
    shared: Arc<Shared>,
    seat: Seat,
    bearer: String,
    handshake: EntryId,
    path: String,
    base: String,
    /// The client's, as its handshake named it.
    version: Option<Version>,
    reset: ResetSwitch,
    opened_at_ms: i64,
    responses: Vec<EarlierResponse>,
}

/// What a frame comes to.
enum FrameOutcome {
    Refused(Reply),
    Streams { before: Vec<Value>, streams: Box<Streams> },
    Events(Vec<Value>),
    Nothing,
    Sever,
}

/// Whether the connection goes on with the next frame.
type Flow = ControlFlow<()>;

impl Connection {
    /// Of a handshake that was accepted.
    pub(crate) fn opened(shared: &Arc<Shared>, call: &Call, seat: Seat) -> Self {
        let authorization = call.header("authorization").unwrap_or_default();
        Self {
            shared: Arc::clone(shared),
            seat,
            bearer: authorization.trim_start_matches("Bearer ").to_owned(),
            handshake: call.entry,
            path: call.path.clone(),
            base: call.base.clone(),
            version: call.header("version").and_then(Version::read),
            reset: call.reset.clone(),
            opened_at_ms: shared.clock.now_ms(),
            responses: Vec::new(),
        }
    }

    pub(crate) async fn run(mut self, upgraded: UpgradeFut) {
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
                OpCode::Close => Flow::Break(()),
                OpCode::Ping | OpCode::Pong | OpCode::Continuation => Flow::Continue(()),
            };
            if next.is_break() {
                return;
            }
        }
    }

    /// Nothing is read while an answer is sent: frames that come meanwhile wait in the socket, so turns are answered
    /// one after the other.
    async fn on_text(&mut self, socket: &mut HttpWebSocket, text: &str) -> Flow {
        if text.len() > self.shared.config.largest_frame {
            socket.send(Frame::close(CloseCode::Size, "")).await.ok();
            return Flow::Break(());
        }
        let parsed = lenient_json::read(text.as_bytes());
        let body = parsed.as_ref().map_or_else(|_| Value::from(text), Clone::clone);
        let entry = self.journal_frame(body);
        let outcome = match parsed {
            Ok(Value::Object(fields)) => self.answer(entry, fields),
            Ok(_) | Err(_) => FrameOutcome::Refused(Reply::error(
                400,
                "invalid_request_error",
                "The frame is not a JSON object.",
            )),
        };
        let status = match &outcome {
            FrameOutcome::Refused(reply) => Some(reply.status.as_u16()),
            FrameOutcome::Streams { .. } | FrameOutcome::Events(_) => Some(200),
            // The journal shows that nobody was answered.
            FrameOutcome::Nothing | FrameOutcome::Sever => None,
        };
        if let Some(status) = status {
            self.shared.world().journal.answered(entry, status);
        }
        match outcome {
            FrameOutcome::Refused(reply) => send(socket, &error_frame(&reply)).await,
            FrameOutcome::Events(events) => send_all(socket, &events).await,
            FrameOutcome::Streams { before, streams } => {
                tokio::time::sleep(streams.hold).await;
                if send_all(socket, &before).await.is_break() {
                    return Flow::Break(());
                }
                self.send_steps(socket, streams.steps).await
            }
            FrameOutcome::Nothing => Flow::Continue(()),
            FrameOutcome::Sever => {
                self.reset.reset_at_end();
                Flow::Break(())
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
        world.journal.served_as(entry, self.seat.id());
        entry
    }

    fn answer(&mut self, entry: EntryId, mut fields: Map<String, Value>) -> FrameOutcome {
        let shared = Arc::clone(&self.shared);
        let mut guard = shared.world();
        let world = &mut *guard;
        if let Err(reply) = self.check_age_and_login(world) {
            return FrameOutcome::Refused(reply);
        }
        if fields.remove("type") != Some(Value::from("response.create")) {
            let message = "The only frame that is understood is response.create.";
            let refusal = Refusal::from(Reply::error(400, "invalid_request_error", message));
            return FrameOutcome::Refused(refusal.noted(&mut world.journal, entry));
        }
        let earlier = match self.earlier(fields.remove("previous_response_id")) {
            Ok(earlier) => earlier,
            Err(reply) => {
                return FrameOutcome::Refused(Refusal::from(reply).noted(&mut world.journal, entry));
            }
        };
        let generate = fields.remove("generate");
        let metadata = fields.get("client_metadata").cloned().unwrap_or_default();
        let request = match self.accept(world, fields, earlier, &metadata) {
            Ok(request) => request,
            Err(refusal) => return FrameOutcome::Refused(refusal.noted(&mut world.journal, entry)),
        };
        let sent_state = metadata[TURN_STATE].as_str();
        let seat = self.seat.clone();
        let mut turn = Turn { shared: &shared, world, seat: &seat, entry };
        let state = match turn.turn_state(sent_state) {
            Ok(state) => state,
            Err(reply) => return FrameOutcome::Refused(reply),
        };
        if generate == Some(Value::Bool(false)) {
            return self.prewarm(turn, request);
        }
        let action = turn.world.script.take(On::Frame, Some(seat.id()));
        match turn.answer(request, action) {
            TurnOutcome::Refused(reply) => FrameOutcome::Refused(reply),
            TurnOutcome::Never => FrameOutcome::Nothing,
            TurnOutcome::Sever => FrameOutcome::Sever,
            TurnOutcome::Streams(mut streams) => {
                self.remember(&streams.response_id, std::mem::take(&mut streams.history));
                let mut before = vec![streams.quota.event()];
                if sent_state.is_none() {
                    before.push(json!({"type": "response.metadata", "headers": {TURN_STATE: state, "openai-model": streams.model}}));
                }
                FrameOutcome::Streams { before, streams }
            }
        }
    }

    fn prewarm(&mut self, turn: Turn<'_>, request: AcceptedRequest) -> FrameOutcome {
        match turn.world.script.take(On::Prewarm, Some(turn.seat.id())) {
            None => self.prewarmed(turn, request),
            Some(Action::Answer { status, headers, body }) => {
                FrameOutcome::Refused(answer_of(status, &headers, &body))
            }
            Some(Action::UsageLimitReached) => {
                let now = turn.shared.clock.now_seconds();
                let status = QuotaStatus::of(&mut turn.world.directory, turn.seat, now);
                let status = status.for_model(request.model.slug);
                FrameOutcome::Refused(status.limit_reached())
            }
            Some(Action::CutBefore) => FrameOutcome::Sever,
            Some(Action::NeverAnswer) => FrameOutcome::Nothing,
            Some(
                unusable @ (Action::Say { .. }
                | Action::HoldHeaders { .. }
                | Action::Patch { .. }
                | Action::InStream(_)
                | Action::Token(_)),
            ) => {
                let note = format!("the script's {unusable:?} means nothing for a prewarm frame");
                turn.world.journal.note(turn.entry, note);
                self.prewarmed(turn, request)
            }
        }
    }

    fn prewarmed(&mut self, mut turn: Turn<'_>, request: AcceptedRequest) -> FrameOutcome {
        let now = turn.shared.clock.now_seconds();
        let response = turn.response(&request, now);
        let prewarmed = events::prewarmed(&response);
        self.remember(&response.id, request.input);
        FrameOutcome::Events(prewarmed.events)
    }

    /// A dead login ends an open connection's turns; a bearer that merely expired was checked at the handshake.
    fn check_age_and_login(&self, world: &World) -> Result<(), Reply> {
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

    /// The conversation up to a response of this connection. Requests are sent with `store: false`, so the provider
    /// knows a response on the connection that it was given on and nowhere else.
    fn earlier(&self, previous: Option<Value>) -> Result<Vec<Value>, Reply> {
        let Some(previous) = previous.filter(|value| !value.is_null()) else {
            return Ok(Vec::new());
        };
        let found = self.responses.iter().find(|earlier| previous == earlier.id.as_str());
        found.map(|earlier| earlier.history.clone()).ok_or_else(|| {
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
    ) -> Result<AcceptedRequest, Refusal> {
        let workspace = world.directory.workspace(&self.seat);
        let lite = match (metadata[LITE_METADATA].as_str(), metadata[LITE_HEADER].as_str()) {
            (Some("true"), _) | (_, Some("true")) => LiteMark::Present,
            (_, _) => LiteMark::Absent,
        };
        let announced = Announced { lite, version: self.version };
        check::check(&self.shared.sealer, workspace, fields, earlier, &announced)
    }

    /// Keeps the last few responses; a client builds on the newest.
    fn remember(&mut self, id: &str, history: Vec<Value>) {
        const KEPT: usize = 4;
        if self.responses.len() == KEPT {
            self.responses.remove(0);
        }
        self.responses.push(EarlierResponse { id: id.to_owned(), history });
    }

    async fn send_steps(&self, socket: &mut HttpWebSocket, steps: Vec<Step>) -> Flow {
        for step in steps {
            let next = match step {
                Step::Event(event) => send(socket, &event).await,
                Step::Malformed(data) => send_text(socket, data.to_owned()).await,
                Step::Wait(time) => {
                    tokio::time::sleep(time).await;
                    Flow::Continue(())
                }
                Step::Stall => return stall(socket).await,
                Step::End(cut) => return self.end(socket, cut).await,
            };
            if next.is_break() {
                return next;
            }
        }
        Flow::Continue(())
    }

    async fn end(&self, socket: &mut HttpWebSocket, cut: Cut) -> Flow {
        match cut {
            Cut::Reset => self.reset.reset_at_end(),
            Cut::Abrupt => {}
            Cut::CleanEnd => {
                // The client may be gone already; then there is nobody to say goodbye to.
                socket.send(Frame::close(CloseCode::Normal, "")).await.ok();
                let farewell = async { while socket.next_frame().await.is_ok() {} };
                tokio::time::timeout(Duration::from_secs(1), farewell).await.ok();
            }
        }
        Flow::Break(())
    }
}

/// Says nothing until the client leaves; pings are answered.
async fn stall(socket: &mut HttpWebSocket) -> Flow {
    while let Ok(frame) = socket.next_frame().await {
        if frame.opcode() == OpCode::Close {
            break;
        }
    }
    Flow::Break(())
}

async fn send_all(socket: &mut HttpWebSocket, events: &[Value]) -> Flow {
    for event in events {
        if send(socket, event).await.is_break() {
            return Flow::Break(());
        }
    }
    Flow::Continue(())
}

async fn send(socket: &mut HttpWebSocket, event: &Value) -> Flow {
    send_text(socket, event.to_string()).await
}

async fn send_text(socket: &mut HttpWebSocket, text: String) -> Flow {
    match socket.send(Frame::text(text)).await {
        Ok(()) => Flow::Continue(()),
        Err(_) => Flow::Break(()),
    }
}
