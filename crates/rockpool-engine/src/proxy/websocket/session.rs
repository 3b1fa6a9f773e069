//! One WebSocket of a tool: turns go up, answers come down, and a turn whose answer has not begun may
//! move to another account.
//!
//! # Rules
//!
//! A frame without `previous_response_id` carries the whole input and may be sent again elsewhere until
//! its first output went downstream. A frame with one continues an answer of this very connection:
//! where its account cannot go on, the tool is told `previous_response_not_found`, and comes back with
//! its full input on a new connection, which is placed anew (Codex CLI 0.169.0).

use std::time::Duration;

use futures_util::{FutureExt, SinkExt, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use rockpool_routing::{AccountId, Candidate, Class, Placement, Readiness, Selection, classify};
use tokio::time::Instant;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{self, Message, Utf8Bytes};

use super::dial::Dialed;
use super::turn::{Asked, Mobility, Progress, Turn};
use super::{FailedDial, Handshake};
use crate::proxy::attempt::{Credentials, Lease};
use crate::proxy::body::Encoding;
use crate::proxy::facts;
use crate::proxy::frame::{self, Fault, Kind, Tokens};
use crate::proxy::payload::{Payload, Relation};
use crate::proxy::peek::{Observer, Stage};
use crate::proxy::record::{Record, Transport};
use crate::proxy::rescue::ProxyError;
use crate::proxy::server::stopped;
use crate::proxy::unservable;
use crate::proxy::walk::{Next, Walk};

/// Lifecycle frames of a turn are held this long at most.
const HOLD: Duration = Duration::from_secs(2);
/// Frames that are ready are merged into one write, up to this many.
const MERGE: usize = 64;

type ToolSocket = WebSocketStream<TokioIo<Upgraded>>;
type Incoming = Option<Result<Message, tungstenite::Error>>;

/// The present session.
pub(crate) struct Session {
    handshake: Handshake,
    tool: ToolSocket,
    provider: Dialed,
    /// The account that the conversation's history was made on.
    home: Option<AccountId>,
    /// What the handshake chose and tried; told with the first turn.
    opening: Option<(Selection, Vec<FailedDial>)>,
    turn: Option<Box<Turn>>,
}

/// Whether the session goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    GoOn,
    Stop,
}

/// A side of the session is gone.
struct Gone;

impl From<tungstenite::Error> for Gone {
    fn from(error: tungstenite::Error) -> Self {
        tracing::debug!(%error, "a websocket ended early");
        Self
    }
}

impl Session {
    pub(crate) fn new(
        handshake: Handshake,
        selection: Selection,
        failed: Vec<FailedDial>,
        provider: Dialed,
        tool: ToolSocket,
    ) -> Self {
        let home = selection.home;
        Self { handshake, tool, provider, home, opening: Some((selection, failed)), turn: None }
    }

    /// Relays until one side is gone.
    pub(crate) async fn run(mut self) {
        let mut stop = self.handshake.core.stopped.clone();
        loop {
            let deadline = self.turn.as_ref().and_then(|turn| turn.deadline());
            let step = tokio::select! {
                message = self.tool.next() => self.tool_says(message).await,
                message = self.provider.socket.next() => self.provider_says(message).await,
                () = stopped(&mut stop) => return,
                () = until(deadline) => self.commit().await.map(|()| Flow::GoOn),
            };
            match step {
                Ok(Flow::GoOn) => {}
                Ok(Flow::Stop) | Err(Gone) => return,
            }
        }
    }

    async fn tool_says(&mut self, message: Incoming) -> Result<Flow, Gone> {
        match message {
            Some(Ok(Message::Text(text))) => self.tool_text(text).await.map(|()| Flow::GoOn),
            Some(Ok(message @ Message::Binary(_))) => {
                self.provider.socket.send(message).await?;
                Ok(Flow::GoOn)
            }
            // Pings are answered on each side by the library.
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => Ok(Flow::GoOn),
            Some(Ok(Message::Close(frame))) => {
                self.provider.socket.close(frame).await?;
                Ok(Flow::Stop)
            }
            Some(Err(error)) => Err(error.into()),
            None => Ok(Flow::Stop),
        }
    }

    async fn tool_text(&mut self, text: Utf8Bytes) -> Result<(), Gone> {
        if self.turn.is_some() {
            self.provider.socket.send(Message::Text(text)).await?;
            return Ok(());
        }
        match facts::learn_frame(&text) {
            Ok(facts) => self.start(text, facts).await,
            Err(error) => {
                let record =
                    Record::open(&self.handshake.core, &self.handshake.caller, Transport::WebSocket, None);
                record.finish(&crate::proxy::record::Ending {
                    class: Class::Rejected,
                    status: error.status_code(),
                    account: None,
                    tokens: Tokens::default(),
                });
                self.say(error.frame()).await
            }
        }
    }

    /// Starts a turn on the account that the connection is to, unless it cannot serve any more.
    async fn start(&mut self, frame: Utf8Bytes, facts: facts::Facts) -> Result<(), Gone> {
        let core = &self.handshake.core;
        let mut record =
            Record::open(core, &self.handshake.caller, Transport::WebSocket, facts.model.clone());
        let here = Candidate { account: self.provider.account, placement: Placement::Conversation };
        let (mut selection, failed) = self.opening.take().unwrap_or_else(|| {
            (Selection { home: self.home, candidates: Vec::new(), skipped: Vec::new() }, Vec::new())
        });
        for try_ in failed {
            record.tried(try_.account, try_.refusal.class, try_.refusal.status, try_.refusal.since);
        }
        if selection.candidates.is_empty() {
            selection.candidates.push(here);
        }
        record.chosen(&selection);
        let only_here = Selection { candidates: vec![here], ..selection };
        let mut turn = Box::new(Turn {
            frame,
            facts,
            walk: Walk::new(&only_here),
            record,
            credentials: Credentials::Present,
            stripped: Relation::Own,
            since: core.clock.now().mono,
            asked: None,
            progress: Progress::Held { frames: Vec::new(), deadline: Instant::now() + HOLD },
        });
        let readiness = core.routing.read(|router, now| router.readiness(here.account, now));
        match (readiness, turn.mobility()) {
            (Readiness::Blocked(_), Mobility::Bound) => self.disown(turn, Class::Rejected).await,
            (Readiness::Blocked(_), Mobility::Free) => {
                let next = self.next_account(&mut turn);
                self.go_on(turn, next, Class::Failure, None).await
            }
            (Readiness::Active | Readiness::FallbackOnly, _) => self.ask(turn).await,
        }
    }

    /// Sends the turn over the present connection.
    async fn ask(&mut self, mut turn: Box<Turn>) -> Result<(), Gone> {
        let account = self.provider.account;
        let relation = match self.home {
            Some(home) if home != account => Relation::Foreign,
            Some(_) | None => turn.stripped,
        };
        let mut payload = Payload::new(turn.frame.clone().into(), Encoding::Plain);
        let Ok(body) = payload.for_relation(relation) else {
            return self.stay(turn).await;
        };
        let core = &self.handshake.core;
        turn.since = core.clock.now().mono;
        let conversation = self.handshake.conversation.clone().filter(|_| turn.facts.asks_for_an_answer());
        let lease = Lease::begin(core, account, conversation);
        turn.asked = Some(Asked { lease, observer: Observer::new(core, account) });
        turn.progress = Progress::Held { frames: Vec::new(), deadline: Instant::now() + HOLD };
        let text = Utf8Bytes::try_from(body.bytes).map_err(|_| Gone)?;
        let sent = self.provider.socket.send(Message::Text(text)).await;
        self.turn = Some(turn);
        match sent {
            Ok(()) => Ok(()),
            Err(_) => self.lost().await.map(drop),
        }
    }

    async fn provider_says(&mut self, first: Incoming) -> Result<Flow, Gone> {
        let mut message = first;
        for _ in 0..MERGE {
            match message {
                Some(Ok(Message::Text(text))) => self.provider_text(text).await?,
                Some(Ok(message @ Message::Binary(_))) => self.tool.feed(message).await?,
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Close(frame))) => return self.closed(frame).await,
                Some(Err(_)) | None => return self.lost().await,
            }
            match self.provider.socket.next().now_or_never() {
                Some(next) => message = next,
                None => break,
            }
        }
        self.tool.flush().await?;
        Ok(Flow::GoOn)
    }

    async fn provider_text(&mut self, text: Utf8Bytes) -> Result<(), Gone> {
        let Some(mut turn) = self.turn.take() else {
            return self.stray(text).await;
        };
        let Some(asked) = &mut turn.asked else {
            self.turn = Some(turn);
            return Ok(());
        };
        let kind = asked.observer.note(text.as_bytes());
        let stage = asked.observer.stage.clone();
        let Some(text) = for_tool(kind, text) else {
            self.turn = Some(turn);
            return Ok(());
        };
        match (&mut turn.progress, kind) {
            (Progress::Held { frames, .. }, Kind::Lifecycle | Kind::Metadata | Kind::Limits) => {
                frames.push(text);
                self.turn = Some(turn);
                Ok(())
            }
            (Progress::Held { .. }, Kind::Failed) => self.failed(turn, text, stage).await,
            (Progress::Held { .. }, Kind::Output | Kind::Completed | Kind::Incomplete) => {
                self.turn = Some(turn);
                self.commit().await?;
                self.pass_on(kind, text).await
            }
            (Progress::Committed, _) => {
                self.turn = Some(turn);
                self.pass_on(kind, text).await
            }
        }
    }

    /// A frame outside any turn: limits are read, the rest is passed on.
    async fn stray(&mut self, text: Utf8Bytes) -> Result<(), Gone> {
        let mut observer = Observer::new(&self.handshake.core, self.provider.account);
        let kind = observer.note(text.as_bytes());
        match for_tool(kind, text) {
            Some(text) => Ok(self.tool.feed(Message::Text(text)).await?),
            None => Ok(()),
        }
    }

    /// Sends what was held: from here on nothing is tried again.
    async fn commit(&mut self) -> Result<(), Gone> {
        let Some(turn) = &mut self.turn else { return Ok(()) };
        let Progress::Held { frames, .. } = std::mem::replace(&mut turn.progress, Progress::Committed) else {
            return Ok(());
        };
        if let Some(asked) = &turn.asked {
            turn.record.committed(asked.lease.account());
            if turn.facts.asks_for_an_answer() {
                asked.lease.place();
                self.home = Some(asked.lease.account());
            }
        }
        for frame in frames {
            self.tool.feed(Message::Text(frame)).await?;
        }
        self.tool.flush().await?;
        Ok(())
    }

    async fn pass_on(&mut self, kind: Kind, text: Utf8Bytes) -> Result<(), Gone> {
        self.tool.feed(Message::Text(text)).await?;
        if kind.is_terminal()
            && let Some(mut turn) = self.turn.take()
        {
            let class = turn.asked.as_ref().map_or(Class::Failure, |asked| asked.observer.class_at_end());
            let account = turn.asked.as_ref().map(|asked| asked.lease.account());
            let tokens = turn.settle(class, None);
            turn.finish(class, 200, account, tokens);
        }
        Ok(())
    }

    /// An error before any output.
    async fn failed(&mut self, mut turn: Box<Turn>, text: Utf8Bytes, stage: Stage) -> Result<(), Gone> {
        let fault = match stage {
            Stage::Failed(fault) => fault,
            Stage::Open | Stage::Completed(_) => Fault::default(),
        };
        let class = classify::classify(&fault.signals());
        let next = turn.walk.after(class);
        turn.settle(class, fault.status);
        match (next, turn.mobility()) {
            (Next::Return, _) => self.hand_on(turn, class, &fault, text).await,
            (_, Mobility::Bound) => self.disown(turn, class).await,
            (next, Mobility::Free) => self.go_on(turn, next, class, Some((fault, text))).await,
        }
    }

    /// Goes where the walk says, dialing as often as it takes.
    async fn go_on(
        &mut self,
        mut turn: Box<Turn>,
        mut next: Next,
        mut class: Class,
        last: Option<(Fault, Utf8Bytes)>,
    ) -> Result<(), Gone> {
        loop {
            next = match next {
                Next::NoneLeft => self.next_account(&mut turn),
                Next::Return | Next::Refresh | Next::Strip | Next::Account(_) => next,
            };
            match next {
                Next::Strip => {
                    turn.stripped = Relation::Foreign;
                    return Box::pin(self.ask(turn)).await;
                }
                Next::Refresh => turn.credentials = Credentials::NewerThan(self.provider.generation),
                Next::Account(_) => {
                    turn.credentials = Credentials::Present;
                    turn.stripped = Relation::Own;
                }
                Next::NoneLeft | Next::Return => return self.give_up(turn, class, last).await,
            }
            let Some(account) = turn.walk.current() else { return self.give_up(turn, class, last).await };
            let since = self.handshake.core.clock.now().mono;
            let turn_state = self.handshake.turn_state(account, self.home);
            match self.handshake.dial(account, turn.credentials, turn_state).await {
                Ok(dialed) => {
                    self.provider = dialed;
                    return Box::pin(self.ask(turn)).await;
                }
                Err(refusal) => {
                    self.handshake.core.settle_refusal(account, refusal.class);
                    turn.record.tried(account, refusal.class, refusal.status, since);
                    class = refusal.class;
                    next = match turn.walk.after(class) {
                        // A refused connection says nothing about the turn itself.
                        Next::Return | Next::Strip => turn.walk.advance(),
                        next @ (Next::Refresh | Next::Account(_) | Next::NoneLeft) => next,
                    };
                }
            }
        }
    }

    /// Looks for accounts that this turn has not met yet.
    fn next_account(&self, turn: &mut Turn) -> Next {
        let core = &self.handshake.core;
        let found = core.routing.choose(&self.handshake.pool, self.handshake.conversation.as_ref());
        turn.walk.extend(&found.candidates);
        turn.walk.advance()
    }

    /// The error is the answer.
    async fn hand_on(
        &mut self,
        mut turn: Box<Turn>,
        class: Class,
        fault: &Fault,
        text: Utf8Bytes,
    ) -> Result<(), Gone> {
        let held = std::mem::replace(&mut turn.progress, Progress::Committed);
        if let Progress::Held { frames, .. } = held {
            for frame in frames {
                self.tool.feed(Message::Text(frame)).await?;
            }
        }
        self.tool.send(Message::Text(text)).await?;
        turn.finish(class, fault.status.unwrap_or(200), None, Tokens::default());
        Ok(())
    }

    /// No account served the turn.
    async fn give_up(
        &mut self,
        turn: Box<Turn>,
        class: Class,
        last: Option<(Fault, Utf8Bytes)>,
    ) -> Result<(), Gone> {
        let Handshake { core, caller, pool, .. } = &self.handshake;
        if let Some(error) = unservable::error(core, caller, pool) {
            return self.refuse(turn, class, &error).await;
        }
        match last {
            Some((fault, text)) if class != Class::Unauthorized => {
                self.hand_on(turn, class, &fault, text).await
            }
            Some(_) | None => {
                let error = ProxyError::Unreachable("no account took the turn".to_owned());
                self.refuse(turn, class, &error).await
            }
        }
    }

    async fn refuse(&mut self, turn: Box<Turn>, class: Class, error: &ProxyError) -> Result<(), Gone> {
        turn.finish(class, error.status_code(), None, Tokens::default());
        self.say(error.frame()).await
    }

    /// The conversation is bound to an account that this connection is not to.
    async fn stay(&mut self, turn: Box<Turn>) -> Result<(), Gone> {
        let Handshake { core, caller, pool, .. } = &self.handshake;
        let home = rockpool_routing::Pool::single(self.home.unwrap_or(pool.owner));
        let error = unservable::error(core, caller, &home).unwrap_or_else(|| {
            ProxyError::Unreachable("the conversation's account is busy elsewhere".to_owned())
        });
        self.refuse(turn, Class::Failure, &error).await
    }

    /// The answer that this turn continues cannot be continued: the tool comes back with its full input.
    async fn disown(&mut self, turn: Box<Turn>, class: Class) -> Result<(), Gone> {
        let id = turn.facts.previous_response.clone().unwrap_or_default();
        turn.finish(class, 400, None, Tokens::default());
        self.say(not_found(&id)).await
    }

    async fn say(&mut self, frame: String) -> Result<(), Gone> {
        self.tool.send(Message::Text(frame.into())).await?;
        Ok(())
    }

    async fn closed(&mut self, frame: Option<CloseFrame>) -> Result<Flow, Gone> {
        if self.turn.is_some() {
            return self.lost().await;
        }
        self.tool.close(frame).await?;
        Ok(Flow::Stop)
    }

    /// The provider's connection broke.
    async fn lost(&mut self) -> Result<Flow, Gone> {
        let Some(mut turn) = self.turn.take() else { return Ok(Flow::Stop) };
        let account = turn.asked.as_ref().map(|asked| asked.lease.account());
        let class = Class::Failure;
        match (&turn.progress, turn.mobility()) {
            // The tool sees its own connection break, and asks again on a new one.
            (Progress::Committed, _) => {
                let tokens = turn.settle(class, None);
                turn.finish(class, 200, account, tokens);
                self.tool.flush().await?;
                Ok(Flow::Stop)
            }
            (Progress::Held { .. }, Mobility::Bound) => {
                turn.settle(class, None);
                self.disown(turn, class).await?;
                Ok(Flow::Stop)
            }
            (Progress::Held { .. }, Mobility::Free) => {
                turn.settle(class, None);
                let next = turn.walk.after(class);
                self.go_on(turn, next, class, None).await?;
                Ok(Flow::GoOn)
            }
        }
    }
}

/// What of a frame is for the tool.
fn for_tool(kind: Kind, text: Utf8Bytes) -> Option<Utf8Bytes> {
    match kind {
        Kind::Limits => None,
        Kind::Metadata => {
            let changed = frame::without_contradictions(text.as_bytes());
            Some(changed.and_then(|json| String::from_utf8(json).ok()).map_or(text, Utf8Bytes::from))
        }
        Kind::Lifecycle | Kind::Failed | Kind::Completed | Kind::Incomplete | Kind::Output => Some(text),
    }
}

/// Exactly `status_code` and no `status`: the Codex CLI 0.169.0 does not parse both together.
fn not_found(id: &str) -> String {
    serde_json::json!({
        "type": "error",
        "status_code": 400,
        "error": {
            "type": "invalid_request_error",
            "code": "previous_response_not_found",
            "message": format!("Previous response with id '{id}' not found."),
            "param": "previous_response_id",
        },
    })
    .to_string()
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
