//! One WebSocket of a tool: turns go up, answers come down, and a turn whose answer has not begun may
//! move to another account.
//!
//! # Rules
//!
//! A frame without `previous_response_id` carries the whole input and may be sent again elsewhere until
//! its first output went downstream. A frame with one continues an answer of this very connection:
//! where its account cannot go on, the tool is told `previous_response_not_found`, and comes back with
//! its full input on a new connection, which is placed anew (Codex CLI 0.169.0).

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::{FutureExt, SinkExt, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use rockpool_routing::{Candidate, Class, Home, Placement, Readiness, Selection};
use tokio::time::Instant;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{self, Message, Utf8Bytes};

use super::dial::Dialed;
use super::turn::{Asked, Mobility, Progress, Turn};
use super::{FailedDial, Handshake};
use crate::proxy::attempt::{Credentials, Lease};
use crate::proxy::body::Encoding;
use crate::proxy::facts::{self, Facts, ToolFrame};
use crate::proxy::frame::{self, ForTool, Kind};
use crate::proxy::payload::{Belief, Payload};
use crate::proxy::peek::Observer;
use crate::proxy::record::{Record, Transport};
use crate::proxy::server::stopped;
use crate::proxy::walk::Walk;

/// Lifecycle frames of a turn are held this long at most, counted from the first of them.
const HOLD: Duration = Duration::from_secs(2);
/// Frames that are ready are merged into one write, up to this many.
const MERGE: usize = 64;
/// Turns that a tool may start before the one under way has ended.
const EARLY_TURNS: usize = 16;

type ToolSocket = WebSocketStream<TokioIo<Upgraded>>;
type Incoming = Option<Result<Message, tungstenite::Error>>;

/// The present session.
pub(crate) struct Session {
    pub(super) handshake: Handshake,
    pub(super) tool: ToolSocket,
    pub(super) provider: Dialed,
    /// Where the conversation lives.
    pub(super) home: Option<Home>,
    /// What the handshake chose and tried; told with the first turn.
    opening: Option<(Selection, Vec<FailedDial>)>,
    pub(super) turn: Option<Box<Turn>>,
    /// Turns that came before the one under way ended.
    early: VecDeque<(Utf8Bytes, Facts)>,
}

/// Whether the session goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    GoOn,
    Stop,
}

/// A side of the session is gone.
pub(super) struct Gone;

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
        let opening = Some((selection, failed));
        Self { handshake, tool, provider, home, opening, turn: None, early: VecDeque::new() }
    }

    /// Relays until one side is gone or the engine stops.
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
            if self.start_early_turn().await.is_err() {
                return;
            }
        }
    }

    async fn tool_says(&mut self, message: Incoming) -> Result<Flow, Gone> {
        match message {
            Some(Ok(Message::Text(text))) => self.tool_text(text).await,
            Some(Ok(message @ Message::Binary(_))) => self.pass_up(message).await,
            // Pings are answered on each side by the library.
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => Ok(Flow::GoOn),
            Some(Ok(Message::Close(frame))) => {
                // The library has queued the answer to the tool's close.
                self.tool.flush().await?;
                self.provider.socket.close(frame).await?;
                Ok(Flow::Stop)
            }
            Some(Err(error)) => Err(error.into()),
            None => Ok(Flow::Stop),
        }
    }

    async fn tool_text(&mut self, text: Utf8Bytes) -> Result<Flow, Gone> {
        let facts = match facts::learn_frame(&text) {
            Ok(ToolFrame::Turn(facts)) => facts,
            Ok(ToolFrame::Other) => return self.pass_up(Message::Text(text)).await,
            Err(error) => {
                let record =
                    Record::open(&self.handshake.core, &self.handshake.caller, Transport::WebSocket, None);
                record.unserved(Class::Rejected, error.status_code());
                return self.say(error.frame()).await.map(|()| Flow::GoOn);
            }
        };
        if self.turn.is_none() {
            return self.start(text, facts).await.map(|()| Flow::GoOn);
        }
        if self.early.len() == EARLY_TURNS {
            return Ok(Flow::Stop);
        }
        self.early.push_back((text, facts));
        Ok(Flow::GoOn)
    }

    async fn pass_up(&mut self, message: Message) -> Result<Flow, Gone> {
        match self.provider.socket.send(message).await {
            Ok(()) => Ok(Flow::GoOn),
            Err(_) => self.lost().await,
        }
    }

    async fn start_early_turn(&mut self) -> Result<(), Gone> {
        if self.turn.is_none()
            && let Some((frame, facts)) = self.early.pop_front()
        {
            self.start(frame, facts).await?;
        }
        Ok(())
    }

    /// Starts a turn on the account that the connection is to, unless it cannot serve any more.
    async fn start(&mut self, frame: Utf8Bytes, facts: Facts) -> Result<(), Gone> {
        let core = &self.handshake.core;
        let mut record =
            Record::open(core, &self.handshake.caller, Transport::WebSocket, facts.model.clone());
        let here = Candidate { account: self.provider.account, placement: Placement::Conversation };
        let stays = || Selection { home: self.home, candidates: vec![here], skipped: Vec::new() };
        let (selection, failed) = self.opening.take().unwrap_or_else(|| (stays(), Vec::new()));
        for try_ in failed {
            record.tried(try_.account, try_.refusal.class, try_.refusal.status, try_.refusal.since);
        }
        record.chosen(&selection);
        let mut turn = Box::new(Turn {
            frame,
            facts,
            walk: Walk::new(&Selection { candidates: vec![here], ..selection }),
            record,
            credentials: Credentials::Present,
            belief: Belief::ByHome,
            since: core.clock.now().mono,
            asked: None,
            progress: Progress::default(),
        });
        let readiness = core.routing.read(|router, now| router.readiness(here.account, now));
        match (readiness, turn.mobility()) {
            (Readiness::Blocked(_), Mobility::Bound) => self.disown(turn, Class::Rejected).await,
            (Readiness::Blocked(_), Mobility::Free) => {
                let next = self.next_account(&mut turn);
                self.go_on(turn, next, Class::FAILURE, None).await
            }
            (Readiness::Active | Readiness::FallbackOnly, _) => self.ask(turn).await,
        }
    }

    /// Sends the turn over the present connection.
    pub(super) async fn ask(&mut self, mut turn: Box<Turn>) -> Result<(), Gone> {
        let account = self.provider.account;
        let mut payload = Payload::new(turn.frame.clone().into(), Encoding::Plain);
        let Ok(body) = payload.for_relation(turn.belief.relation(self.home, account)) else {
            return self.stay(turn).await;
        };
        let core = &self.handshake.core;
        turn.since = core.clock.now().mono;
        let conversation = self.handshake.conversation.clone().filter(|_| turn.facts.asks_for_an_answer());
        let lease = Lease::begin(core, account, conversation);
        turn.asked = Some(Asked { lease, observer: Observer::new(core, account) });
        turn.progress = Progress::default();
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
            (Progress::Held { frames, deadline }, Kind::Lifecycle | Kind::Metadata | Kind::Limits) => {
                deadline.get_or_insert_with(|| Instant::now() + HOLD);
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
        turn.frame = Utf8Bytes::default();
        if let Some(asked) = &turn.asked {
            turn.record.committed(asked.lease.account());
            if turn.facts.asks_for_an_answer() {
                asked.lease.place();
                self.home = self.handshake.home_after(self.home, asked.lease.account());
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
            let class = turn.asked.as_ref().map_or(Class::FAILURE, |asked| asked.observer.class_at_end());
            let account = turn.asked.as_ref().map(|asked| asked.lease.account());
            let tokens = turn.settle(class, None);
            turn.finish(class, 200, account, tokens);
        }
        Ok(())
    }

    pub(super) async fn say(&mut self, frame: String) -> Result<(), Gone> {
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
}

/// What of a frame is for the tool.
fn for_tool(kind: Kind, text: Utf8Bytes) -> Option<Utf8Bytes> {
    match frame::for_tool(kind, text.as_bytes()) {
        ForTool::Nothing => None,
        ForTool::AsItCame => Some(text),
        ForTool::Changed(json) => Some(String::from_utf8(json).map_or(text, Utf8Bytes::from)),
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
