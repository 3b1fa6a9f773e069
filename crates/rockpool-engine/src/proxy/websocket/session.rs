//! One WebSocket of a tool: turns go up, answers come down, and a turn whose answer has not begun may
//! move to another account.
//!
//! # Rules
//!
//! A frame without `previous_response_id` carries the whole input and may be sent again elsewhere until
//! its first output went downstream. A frame with one continues an answer of this very connection:
//! where its account cannot go on, the tool gets `previous_response_not_found`, and comes back with
//! its full input on a new connection, which is placed anew (Codex CLI 0.169.0).
//!
//! While a turn is open, a tool that was sent nothing for a minute gets a keep-alive event, as long as the
//! provider's side is alive. That is no output: the turn may still move. The provider is pinged when it
//! is quiet; what answers nothing is lost. The times are those of the configuration.

use std::collections::VecDeque;
use std::ops::ControlFlow::{self, Break, Continue};
use std::sync::Arc;
use std::time::Duration;

use futures_util::{FutureExt, SinkExt, StreamExt};
use rockpool_routing::{AccountId, Class, ConversationPin, Delivery, Evidence, History, Selection, Skipped};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{self, Bytes, Message, Utf8Bytes};

use super::byte_stream::Socket;
use super::deadlines::{Deadlines, Due, Silence, Waiting};
use super::dial::Dialed;
use super::error_frame::for_tool;
use super::turn::{AnswerProgress, Turn};
use crate::host::tasks::stopped;
use crate::provider::event::{Audience, EventKind};
use crate::proxy::failover::context::RequestContext;
use crate::proxy::record::{OpenRecord, Transport, Try};
use crate::proxy::request::facts::{self, Facts, ToolFrame};
use crate::proxy::response::observer::AnswerStage;

/// Frames that are ready are merged into one write, up to this many: a provider that never pauses must not keep
/// the session from its tool and its deadlines.
const MERGE: usize = 64;
/// Turns that a tool may start before the one under way has ended. Each may be as large as a conversation, and
/// no budget counts them.
const EARLY_TURNS: usize = 16;
/// Longest wait for the other side while saying goodbye.
const FAREWELL: Duration = Duration::from_secs(1);
/// The Codex CLI 0.169.0 skips types that it does not know, yet any event resets its idle timer; a ping does not.
const KEEP_ALIVE: &str = r#"{"type":"keepalive"}"#;

type Incoming = Option<Result<Message, tungstenite::Error>>;

/// What the handshake chose, and the accounts whose provider took no connection.
pub(super) struct Opening {
    pub(super) selection: Selection,
    pub(super) failed: Vec<(AccountId, Try)>,
}

/// A tool's connection beside the one to the provider, which may change under it.
pub(crate) struct Session {
    pub(super) context: Arc<RequestContext>,
    pub(super) tool: Socket,
    pub(super) provider: Dialed,
    pub(super) lifetime: Lifetime,
    pub(super) served: Served,
    pub(super) deadlines: Deadlines,
    /// The conversation's pin, as this connection knows it.
    pub(super) pin: Option<ConversationPin>,
    /// Told with the first turn.
    pub(super) opening: Option<Opening>,
    /// The accounts that the handshake passed over.
    pub(super) passed_over: Vec<Skipped>,
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

/// What the connection to the provider has been good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Served {
    Nothing,
    /// A turn came to its end on it.
    Turns,
}

/// The result of a write to the tool; one that fails ends the session.
pub(super) fn kept<T>(result: Result<T, tungstenite::Error>) -> ControlFlow<(), T> {
    result.map_or_else(
        |error| {
            tracing::debug!(%error, "a websocket ended early");
            Break(())
        },
        Continue,
    )
}

/// Why the provider took no frame.
pub(super) enum NotSent {
    /// Its connection has ended.
    Ended,
    /// It took longer than the size of the frame asks for.
    InTime,
}

impl Session {
    pub(super) fn new(
        context: Arc<RequestContext>,
        opening: Opening,
        provider: Dialed,
        tool: Socket,
    ) -> Self {
        let deadlines = Deadlines::new(context.core().config.websocket_timeouts, Instant::now());
        Self {
            context,
            tool,
            provider,
            lifetime: Lifetime::Running,
            served: Served::Nothing,
            deadlines,
            pin: opening.selection.pin,
            passed_over: opening.selection.skipped.clone(),
            opening: Some(opening),
            turn: None,
            early: VecDeque::new(),
        }
    }

    /// Relays until one side is gone or the engine stops.
    pub(super) async fn run(mut self) {
        let mut stop = self.context.core().stopped.clone();
        loop {
            let waiting = self.turn.as_ref().map_or(Waiting::Tool, |turn| turn.waiting());
            let (at, due) = self.deadlines.next(waiting);
            // What loses may be dropped at any point: a frame half read stays in its socket, and a deadline is
            // worked out anew. The work of the branch that wins is not: it runs to its end.
            let step = tokio::select! {
                message = self.tool.next() => self.on_tool(message).await,
                message = self.provider.socket.next() => self.on_provider(message).await,
                () = stopped(&mut stop) => return,
                () = tokio::time::sleep_until(at) => self.on_due(due).await,
            };
            if step.is_break() || self.start_early_turns().await.is_break() {
                return;
            }
            if self.lifetime == Lifetime::Over && self.turn.is_none() && self.early.is_empty() {
                return self.end().await;
            }
        }
    }

    async fn on_due(&mut self, due: Due) -> ControlFlow<()> {
        match due {
            Due::Commit => self.commit().await,
            Due::KeepAlive => self.keep_alive().await,
            Due::Silence(silence) => self.on_silence(silence).await,
        }
    }

    async fn keep_alive(&mut self) -> ControlFlow<()> {
        match self.context.audience {
            Audience::Codex => self.send_down(KEEP_ALIVE.to_owned()).await,
            // That event is none of the public API's; a ping keeps what is between us awake.
            Audience::PublicApi => {
                self.deadlines.sent(Instant::now());
                kept(self.tool.send(Message::Ping(Bytes::new())).await)
            }
        }
    }

    /// The provider seems quiet. While the tool was slow to take what it got, nobody looked.
    async fn on_silence(&mut self, silence: Silence) -> ControlFlow<()> {
        if let Some(message) = self.provider.socket.next().now_or_never() {
            return self.on_provider(message).await;
        }
        let bytes_came = self.provider.activity.take();
        match silence {
            Silence::Ping | Silence::Dead if bytes_came => {
                self.deadlines.received(Instant::now());
                Continue(())
            }
            Silence::Ping => {
                self.deadlines.pinged(Instant::now());
                self.forward_up(Message::Ping(Bytes::new())).await
            }
            Silence::Dead | Silence::Stalled => self.provider_gone().await,
        }
    }

    /// Sends to the provider, which may take as long as the size of the frame asks for.
    pub(super) async fn send_up(&mut self, message: Message) -> Result<(), NotSent> {
        let patience = self.context.core().config.websocket_timeouts.sending(message.len());
        match tokio::time::timeout(patience, self.provider.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(NotSent::Ended),
            Err(_) => Err(NotSent::InTime),
        }
    }

    /// Goes on over another connection.
    pub(super) fn connect(&mut self, dialed: Dialed) {
        self.provider = dialed;
        self.lifetime = Lifetime::Running;
        self.served = Served::Nothing;
        self.deadlines.connected(Instant::now());
    }

    /// Tells the provider that its connection is not needed any more.
    pub(super) async fn hang_up(&mut self) {
        self.lifetime = Lifetime::Over;
        if tokio::time::timeout(FAREWELL, self.provider.socket.close(None)).await.is_err() {
            tracing::debug!("the provider took no close frame");
        }
    }

    /// The provider's connection has ended, or its time is up: the tool opens another one for its next turn.
    async fn end(&mut self) {
        self.hang_up().await;
        let reason = "the provider's connection has ended".into();
        self.farewell(CloseFrame { code: CloseCode::Normal, reason }).await;
    }

    /// Closes the tool's side with this frame.
    pub(super) async fn farewell(&mut self, frame: CloseFrame) {
        let farewell = async {
            // A tool that left by itself is no news.
            if self.tool.close(Some(frame)).await.is_ok() {
                while let Some(Ok(_)) = self.tool.next().await {}
            }
        };
        drop(tokio::time::timeout(FAREWELL, farewell).await);
    }

    async fn on_tool(&mut self, message: Incoming) -> ControlFlow<()> {
        match message {
            Some(Ok(Message::Text(text))) => self.on_tool_text(text).await,
            Some(Ok(message @ Message::Binary(_))) => self.forward_up(message).await,
            // Pings are answered on each side by the library.
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => Continue(()),
            Some(Ok(Message::Close(frame))) => {
                // The library has queued the answer to the tool's close.
                kept(self.tool.flush().await)?;
                kept(self.provider.socket.close(frame).await)?;
                Break(())
            }
            Some(Err(error @ tungstenite::Error::Capacity(_))) => {
                self.refuse_size().await;
                kept(Err(error))
            }
            Some(Err(error)) => kept(Err(error)),
            None => Break(()),
        }
    }

    async fn on_tool_text(&mut self, text: Utf8Bytes) -> ControlFlow<()> {
        let facts = match facts::learn_turn(&text) {
            Ok(ToolFrame::Turn(facts)) => facts,
            Ok(ToolFrame::Other) => return self.forward_up(Message::Text(text)).await,
            Err(error) => {
                let record =
                    OpenRecord::open(self.context.core(), &self.context.caller, Transport::WebSocket, None);
                record.unserved(Class::Rejected, error.status_code());
                return self.send_down(error.frame()).await;
            }
        };
        if self.turn.is_none() {
            return self.start(text, facts).await;
        }
        if self.early.len() == EARLY_TURNS {
            return Break(());
        }
        // Most events do not name their answer, so those of two at a time could not be kept apart.
        self.early.push_back((text, facts));
        Continue(())
    }

    async fn forward_up(&mut self, message: Message) -> ControlFlow<()> {
        match self.send_up(message).await {
            Ok(()) => Continue(()),
            Err(NotSent::Ended) => self.provider_ended().await,
            Err(NotSent::InTime) => self.provider_gone().await,
        }
    }

    /// Starts the turns that came early, up to the first that has to be waited for.
    async fn start_early_turns(&mut self) -> ControlFlow<()> {
        while self.turn.is_none()
            && let Some((frame, facts)) = self.early.pop_front()
        {
            self.start(frame, facts).await?;
        }
        Continue(())
    }

    async fn on_provider(&mut self, first: Incoming) -> ControlFlow<()> {
        let mut message = first;
        self.deadlines.received(Instant::now());
        for _ in 0..MERGE {
            match message {
                Some(Ok(Message::Text(text))) => self.on_provider_text(text).await?,
                Some(Ok(message @ Message::Binary(_))) => kept(self.tool.feed(message).await)?,
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Close(frame))) => return self.closed(frame).await,
                Some(Err(_)) | None => return self.provider_ended().await,
            }
            match self.provider.socket.next().now_or_never() {
                Some(next) => message = next,
                None => break,
            }
        }
        kept(self.tool.flush().await)?;
        Continue(())
    }

    async fn on_provider_text(&mut self, text: Utf8Bytes) -> ControlFlow<()> {
        let now = Instant::now();
        self.deadlines.event(now);
        let Some(mut turn) = self.turn.take() else {
            return self.stray(text).await;
        };
        let Some(asked) = &mut turn.asked else {
            self.turn = Some(turn);
            return Continue(());
        };
        let kind = asked.observer.note(text.as_bytes());
        let Some(text) = for_tool(kind, text, self.context.audience) else {
            self.turn = Some(turn);
            return Continue(());
        };
        match (&mut turn.progress, kind) {
            (
                AnswerProgress::Held { frames, deadline },
                EventKind::Lifecycle | EventKind::Metadata | EventKind::Private | EventKind::Limits,
            ) => {
                deadline.get_or_insert(now + self.context.core().config.websocket_timeouts.hold);
                frames.push(text);
                self.turn = Some(turn);
                Continue(())
            }
            (AnswerProgress::Held { .. }, EventKind::Failed) => {
                let stage = asked.observer.stage.clone();
                self.turn_failed(turn, text, stage).await
            }
            (
                AnswerProgress::Held { .. },
                EventKind::Output | EventKind::Completed | EventKind::Incomplete,
            ) => {
                self.context.plane.breaker.note(Evidence::Answered);
                self.turn = Some(turn);
                self.commit().await?;
                self.forward_event(kind, text).await
            }
            (AnswerProgress::Committed, _) => {
                self.turn = Some(turn);
                self.forward_event(kind, text).await
            }
        }
    }

    /// A frame outside any turn: limits are read, the rest is passed on.
    async fn stray(&mut self, text: Utf8Bytes) -> ControlFlow<()> {
        let mut observer = self.context.observer(self.provider.account);
        let kind = observer.note(text.as_bytes());
        self.notice_the_end(&observer.stage);
        match for_tool(kind, text, self.context.audience) {
            Some(text) if self.lifetime == Lifetime::Running => self.forward_down(text).await,
            // Read in the next turn, it would end that; a closed connection is just opened anew.
            Some(_) | None => Continue(()),
        }
    }

    /// Notices an error that speaks of the connection's age.
    fn notice_the_end(&mut self, stage: &AnswerStage) {
        if let AnswerStage::Failed(fault) = stage
            && fault.is_about_the_connections_age()
        {
            self.lifetime = Lifetime::Over;
        }
    }

    /// Sends what was held: from here on nothing is tried again.
    async fn commit(&mut self) -> ControlFlow<()> {
        let Some(turn) = &mut self.turn else { return Continue(()) };
        let AnswerProgress::Held { frames, .. } =
            std::mem::replace(&mut turn.progress, AnswerProgress::Committed)
        else {
            return Continue(());
        };
        turn.forget_payload();
        // Before anything goes down: a tool that has seen output may ask again at once, on another connection,
        // and has to find the conversation here.
        if let Some(asked) = &turn.asked {
            turn.drive.record().committed(asked.lease.account());
            if turn.facts.asks_for_an_answer() {
                asked.lease.place();
                self.pin = pin_after(&self.context, self.pin, asked.lease.account());
            }
        }
        for frame in frames {
            self.forward_down(frame).await?;
        }
        kept(self.tool.flush().await)?;
        Continue(())
    }

    async fn forward_event(&mut self, kind: EventKind, text: Utf8Bytes) -> ControlFlow<()> {
        self.forward_down(text).await?;
        if kind.is_terminal()
            && let Some(mut turn) = self.turn.take()
        {
            if let Some(asked) = &turn.asked {
                self.notice_the_end(&asked.observer.stage);
                let (conversation, tokens) = (self.context.conversation.as_ref(), asked.observer.tokens());
                // By the conversation and not by the lease: a warm-up places nothing, and fills the cache all the same.
                self.context.core().prompt_cached(conversation, asked.lease.account(), tokens.input);
            }
            self.served = Served::Turns;
            let class = turn.asked.as_ref().map_or(Class::FAILURE, |asked| asked.observer.class_at_end());
            let account = turn.asked.as_ref().map(|asked| asked.lease.account());
            let tokens = turn.close(&turn.outcome(class, None, Delivery::Answered, self.bearer()));
            turn.finish(class, 200, account, tokens);
        }
        Continue(())
    }

    /// Puts a frame on its way to the tool, to be flushed with the next.
    pub(super) async fn forward_down(&mut self, text: Utf8Bytes) -> ControlFlow<()> {
        if let Some(turn) = &mut self.turn {
            turn.drive.record().wrote(text.len());
        }
        self.deadlines.sent(Instant::now());
        kept(self.tool.feed(Message::Text(text)).await)
    }

    pub(super) async fn send_down(&mut self, frame: String) -> ControlFlow<()> {
        self.forward_down(frame.into()).await?;
        kept(self.tool.flush().await)
    }

    async fn closed(&mut self, frame: Option<CloseFrame>) -> ControlFlow<()> {
        let over_size = frame.as_ref().is_some_and(|frame| frame.code == CloseCode::Size);
        if let Some(turn) = self.turn.take_if(|turn| over_size && turn.is_unanswered()) {
            return self.too_large(turn).await;
        }
        if self.turn.is_some() {
            return self.provider_ended().await;
        }
        kept(self.tool.close(frame).await)?;
        Break(())
    }

    /// Reads what came while no turn was under way, before the next one is sent: where the provider has ended the
    /// connection meanwhile, that is no turn's end, and none is spent on it.
    pub(super) async fn catch_up(&mut self) -> ControlFlow<()> {
        for _ in 0..MERGE {
            let Some(message) = self.provider.socket.next().now_or_never() else { break };
            match message {
                Some(Ok(Message::Text(text))) => self.stray(text).await?,
                Some(Ok(message @ Message::Binary(_))) => kept(self.tool.feed(message).await)?,
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => {
                    self.lifetime = Lifetime::Over;
                    break;
                }
            }
        }
        kept(self.tool.flush().await)
    }
}

/// The conversation's pin once `account` has answered it. The router does not know every conversation: some
/// have no name, and its memory is limited. This connection still knows whether its own has moved.
fn pin_after(
    context: &RequestContext,
    before: Option<ConversationPin>,
    account: AccountId,
) -> Option<ConversationPin> {
    let known = context.conversation.as_ref();
    let remembered = known
        .and_then(|key| context.core().routing.read(|router, now| router.conversation_pin(key, now.wall)));
    remembered.or(match before {
        Some(pin) if pin.account != account => {
            Some(ConversationPin { history: History::Mixed, ..ConversationPin::new(account) })
        }
        Some(pin) => Some(pin),
        None => Some(ConversationPin::new(account)),
    })
}
