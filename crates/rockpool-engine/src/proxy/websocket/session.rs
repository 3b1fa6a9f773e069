//! One WebSocket of a tool: turns go up, answers come down, and a turn whose answer has not begun may
//! move to another account.
//!
//! # Rules
//!
//! A frame without `previous_response_id` carries the whole input and may be sent again elsewhere until
//! its first output went downstream. A frame with one continues an answer of this very connection:
//! where its account cannot go on, the tool is told `previous_response_not_found`, and comes back with
//! its full input on a new connection, which is placed anew (Codex CLI 0.169.0).
//!
//! While a turn is open, a tool that was told nothing for a minute gets a keep-alive event, as long as the
//! provider's side is alive. That is no output: the turn may still move. The provider is pinged when it
//! is quiet; what answers nothing is lost. The times are those of `Pace`.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::{FutureExt, SinkExt, StreamExt};
use rockpool_routing::failover::Remedy;
use rockpool_routing::{
    Candidate, Class, Delivery, Evidence, Home, Placement, Readiness, Selection, Skipped,
};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{self, Bytes, Message, Utf8Bytes};

use super::byte_stream::Socket;
use super::deadlines::{Due, Waiting, Watch};
use super::dial::Dialed;
use super::error_frame::for_tool;
use super::turn::{Asked, Mobility, Progress, Turn};
use super::{FailedDial, Handshake};
use crate::host::tasks::stopped;
use crate::provider::event::Kind;
use crate::proxy::failover::attempt::{Credentials, Lease};
use crate::proxy::failover::candidates::{Next, Walk};
use crate::proxy::record::{Record, Transport};
use crate::proxy::request::body::Encoding;
use crate::proxy::request::facts;
use crate::proxy::request::facts::{Facts, ToolFrame};
use crate::proxy::request::payload::{Belief, Payload};
use crate::proxy::response::first_event::{Observer, Stage};

/// Frames that are ready are merged into one write, up to this many.
const MERGE: usize = 64;
/// Turns that a tool may start before the one under way has ended.
const EARLY_TURNS: usize = 16;
/// Longest wait for the other side while saying goodbye.
const FAREWELL: Duration = Duration::from_secs(1);
/// Resets the tool's idle timer and means nothing else.
const KEEP_ALIVE: &str = r#"{"type":"keepalive"}"#;

type Incoming = Option<Result<Message, tungstenite::Error>>;

/// The present session.
pub(crate) struct Session {
    pub(super) handshake: Handshake,
    pub(super) tool: Socket,
    pub(super) provider: Dialed,
    pub(super) lifetime: Lifetime,
    pub(super) watch: Watch,
    /// Where the conversation lives.
    pub(super) home: Option<Home>,
    /// What the handshake chose and tried; told with the first turn.
    opening: Option<(Selection, Vec<FailedDial>)>,
    /// The accounts that the handshake passed over.
    passed_over: Vec<Skipped>,
    pub(super) turn: Option<Box<Turn>>,
    /// Turns that came before the one under way ended.
    early: VecDeque<(Utf8Bytes, Facts)>,
}

/// Whether the provider still takes turns on its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lifetime {
    Running,
    /// It said that the connection's time is up.
    Over,
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
        tool: Socket,
    ) -> Self {
        let home = selection.home;
        let passed_over = selection.skipped.clone();
        let opening = Some((selection, failed));
        let watch = Watch::new(handshake.core.config.pace, Instant::now());
        let lifetime = Lifetime::Running;
        let early = VecDeque::new();
        Self { handshake, tool, provider, lifetime, watch, home, opening, passed_over, turn: None, early }
    }

    /// Relays until one side is gone or the engine stops.
    pub(crate) async fn run(mut self) {
        let mut stop = self.handshake.core.stopped.clone();
        loop {
            let (at, due) = self.watch.next(self.turn.as_ref().map_or(Waiting::Tool, |turn| turn.waiting()));
            let step = tokio::select! {
                message = self.tool.next() => self.tool_says(message).await,
                message = self.provider.socket.next() => self.provider_says(message).await,
                () = stopped(&mut stop) => return,
                () = tokio::time::sleep_until(at) => self.is_due(due).await,
            };
            match step {
                Ok(Flow::GoOn) => {}
                Ok(Flow::Stop) | Err(Gone) => return,
            }
            if self.start_early_turns().await.is_err() {
                return;
            }
            if self.lifetime == Lifetime::Over && self.turn.is_none() && self.early.is_empty() {
                return self.end().await;
            }
        }
    }

    async fn is_due(&mut self, due: Due) -> Result<Flow, Gone> {
        match due {
            Due::Commit => self.commit().await.map(|()| Flow::GoOn),
            Due::KeepAlive => self.say(KEEP_ALIVE.to_owned()).await.map(|()| Flow::GoOn),
            Due::Ping | Due::Silence | Due::Stall => self.is_quiet(due).await,
        }
    }

    /// The provider seems quiet. While the tool was slow to take what it got, nobody looked.
    async fn is_quiet(&mut self, due: Due) -> Result<Flow, Gone> {
        if let Some(message) = self.provider.socket.next().now_or_never() {
            return self.provider_says(message).await;
        }
        let bytes_came = self.provider.noise.take();
        match due {
            Due::Ping | Due::Silence if bytes_came => {
                self.watch.heard(Instant::now());
                Ok(Flow::GoOn)
            }
            Due::Ping => {
                self.watch.pinged(Instant::now());
                self.pass_up(Message::Ping(Bytes::new())).await
            }
            Due::Silence | Due::Stall | Due::Commit | Due::KeepAlive => self.lost().await,
        }
    }

    /// Sends to the provider, which may take as long as the size of the frame asks for.
    async fn send_up(&mut self, message: Message) -> Result<(), Gone> {
        let patience = self.handshake.core.config.pace.sending(message.len());
        match tokio::time::timeout(patience, self.provider.socket.send(message)).await {
            Ok(sent) => Ok(sent?),
            Err(_) => Err(Gone),
        }
    }

    /// Goes on over another connection.
    pub(super) fn connect(&mut self, dialed: Dialed) {
        self.provider = dialed;
        self.lifetime = Lifetime::Running;
        self.watch.connected(Instant::now());
    }

    /// Tells the provider that its connection is not needed any more.
    pub(super) async fn hang_up(&mut self) {
        self.lifetime = Lifetime::Over;
        if tokio::time::timeout(FAREWELL, self.provider.socket.close(None)).await.is_err() {
            tracing::debug!("the provider took no close frame");
        }
    }

    /// The connection's time is up: the tool opens another one for its next turn.
    async fn end(&mut self) {
        self.hang_up().await;
        let reason = "the provider's limit of one connection is reached".into();
        let frame = CloseFrame { code: CloseCode::Normal, reason };
        let farewell = async {
            // A tool that left by itself is no news.
            if self.tool.close(Some(frame)).await.is_ok() {
                while let Some(Ok(_)) = self.tool.next().await {}
            }
        };
        drop(tokio::time::timeout(FAREWELL, farewell).await);
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
        match self.send_up(message).await {
            Ok(()) => Ok(Flow::GoOn),
            Err(Gone) => self.lost().await,
        }
    }

    /// Starts the turns that came early, up to the first that has to be waited for.
    async fn start_early_turns(&mut self) -> Result<(), Gone> {
        while self.turn.is_none()
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
        // Until the conversation has settled here, what was passed over says why it left its home.
        let settled = self.home.is_none_or(|home| home.account == here.account);
        let skipped = if settled { Vec::new() } else { self.passed_over.clone() };
        let stays = || Selection { home: self.home, candidates: vec![here], skipped };
        let (selection, failed) = self.opening.take().unwrap_or_else(|| (stays(), Vec::new()));
        for try_ in failed {
            record.tried(try_.account, try_.refusal.noted());
        }
        record.read(frame.len());
        record.chosen(&self.handshake.ask(), &selection);
        let mut turn = Box::new(Turn {
            frame,
            facts,
            walk: Walk::new(&Selection { candidates: vec![here], ..selection }),
            record,
            credentials: Credentials::Present,
            belief: Belief::ByHome,
            renewal: Remedy::Untried,
            since: core.clock.now().mono,
            asked: None,
            progress: Progress::default(),
        });
        self.watch.said(Instant::now());
        let readiness = core.routing.read(|router, now| router.readiness(here.account, now));
        match (readiness, turn.mobility()) {
            (Readiness::Blocked(_), Mobility::Bound) => self.disown(turn, Class::Rejected).await,
            (Readiness::Blocked(_), Mobility::Free) => {
                let next = self.next_account(&mut turn);
                self.go_on(turn, next, Class::FAILURE, None).await
            }
            (Readiness::Active | Readiness::FallbackOnly, mobility) => match (self.lifetime, mobility) {
                (Lifetime::Running, _) => self.ask(turn).await,
                // It came before the tool could know.
                (Lifetime::Over, Mobility::Bound) => self.disown(turn, Class::Rejected).await,
                (Lifetime::Over, Mobility::Free) => {
                    self.go_on(turn, Next::Account(here.account), Class::Rejected, None).await
                }
            },
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
        let Some(lease) = Lease::begin(core, account, conversation) else {
            return Box::pin(self.give_way(turn)).await;
        };
        turn.asked = Some(Asked { lease, observer: Observer::new(core, account) });
        turn.progress = Progress::default();
        let text = Utf8Bytes::try_from(body.bytes).map_err(|_| Gone)?;
        let sent = self.send_up(Message::Text(text)).await;
        self.watch.event(Instant::now());
        self.turn = Some(turn);
        match sent {
            Ok(()) => Ok(()),
            Err(Gone) => self.lost().await.map(drop),
        }
    }

    async fn provider_says(&mut self, first: Incoming) -> Result<Flow, Gone> {
        let mut message = first;
        self.watch.heard(Instant::now());
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
        let now = Instant::now();
        self.watch.event(now);
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
                deadline.get_or_insert(now + self.handshake.core.config.pace.hold);
                frames.push(text);
                self.turn = Some(turn);
                Ok(())
            }
            (Progress::Held { .. }, Kind::Failed) => self.failed(turn, text, stage).await,
            (Progress::Held { .. }, Kind::Output | Kind::Completed | Kind::Incomplete) => {
                self.handshake.core.gate.note(Evidence::Answered);
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
        self.notice_the_end(&observer.stage);
        match for_tool(kind, text) {
            Some(text) if self.lifetime == Lifetime::Running => self.feed(text).await,
            // Read in the next turn, it would end that; a closed connection is just opened anew.
            Some(_) | None => Ok(()),
        }
    }

    /// Notices an error that speaks of the connection's age.
    fn notice_the_end(&mut self, stage: &Stage) {
        if let Stage::Failed(fault) = stage
            && fault.is_about_the_connections_age()
        {
            self.lifetime = Lifetime::Over;
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
            self.feed(frame).await?;
        }
        self.tool.flush().await?;
        Ok(())
    }

    async fn pass_on(&mut self, kind: Kind, text: Utf8Bytes) -> Result<(), Gone> {
        self.feed(text).await?;
        if kind.is_terminal()
            && let Some(mut turn) = self.turn.take()
        {
            if let Some(asked) = &turn.asked {
                self.notice_the_end(&asked.observer.stage);
            }
            let class = turn.asked.as_ref().map_or(Class::FAILURE, |asked| asked.observer.class_at_end());
            let account = turn.asked.as_ref().map(|asked| asked.lease.account());
            let tokens = turn.settle(class, None, Delivery::Answered);
            turn.finish(class, 200, account, tokens);
        }
        Ok(())
    }

    /// Puts a frame on its way to the tool, to be flushed with the next.
    pub(super) async fn feed(&mut self, text: Utf8Bytes) -> Result<(), Gone> {
        if let Some(turn) = &mut self.turn {
            turn.record.wrote(text.len());
        }
        self.watch.said(Instant::now());
        Ok(self.tool.feed(Message::Text(text)).await?)
    }

    pub(super) async fn say(&mut self, frame: String) -> Result<(), Gone> {
        self.feed(frame.into()).await?;
        Ok(self.tool.flush().await?)
    }

    async fn closed(&mut self, frame: Option<CloseFrame>) -> Result<Flow, Gone> {
        if self.turn.is_some() {
            return self.lost().await;
        }
        self.tool.close(frame).await?;
        Ok(Flow::Stop)
    }
}
