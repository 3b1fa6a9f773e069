//! Puts a turn on an account: on the connection that stands where that can serve, else on another one.

use std::ops::ControlFlow::{self, Break};

use rockpool_routing::{Candidate, Class, Placement, Selection};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use super::dial::Dial;
use super::session::{Lifetime, NotSent, Opening, Session};
use super::turn::{AnswerProgress, Asked, Mobility, Turn};
use crate::proxy::failover::attempt::Outgoing;
use crate::proxy::failover::bearer_choice::BearerChoice;
use crate::proxy::failover::drive::{Decision, Drive, Step, WhenNoneLeft};
use crate::proxy::failover::lease::Lease;
use crate::proxy::record::{OpenRecord, Transport};
use crate::proxy::request::facts::Facts;

impl Session {
    /// Starts a turn on the account that the connection is to, unless it cannot serve any more.
    pub(super) async fn start(&mut self, frame: Utf8Bytes, facts: Facts) -> ControlFlow<()> {
        let here = self.provider.account;
        self.catch_up().await?;
        let mut turn = Box::new(self.turn_of(frame, facts));
        self.deadlines.sent(Instant::now());
        let core = self.context.core();
        let ask = self.context.ask(turn.facts.model.as_deref());
        let obstacle = core.routing.read(|router, now| router.obstacle_in_pool(&ask, here, now));
        match (obstacle, self.lifetime, turn.mobility()) {
            (Some(_), _, Mobility::ConnectionOnly) => self.refuse_history(turn, Class::Rejected).await,
            (Some(_), _, Mobility::Free) => {
                turn.drive.advance();
                self.place(turn).await
            }
            (None, Lifetime::Running, _) => self.place(turn).await,
            // It came before the tool could know.
            (None, Lifetime::Over, Mobility::ConnectionOnly) => {
                self.refuse_history(turn, Class::Rejected).await
            }
            (None, Lifetime::Over, Mobility::Free) => {
                turn.last_class = Class::Rejected;
                self.place(turn).await
            }
        }
    }

    fn turn_of(&mut self, frame: Utf8Bytes, facts: Facts) -> Turn {
        let core = self.context.core();
        let here = Candidate { account: self.provider.account, placement: Placement::Conversation };
        // Until this account has answered, the conversation is pinned to another, and what the handshake passed
        // over is the reason for the move that the record will show.
        let pinned_here = self.pin.is_none_or(|pin| pin.account == here.account);
        let skipped = if pinned_here { Vec::new() } else { self.passed_over.clone() };
        let stays = || Opening {
            selection: Selection { pin: self.pin, candidates: vec![here], skipped },
            failed: Vec::new(),
        };
        let Opening { selection, failed } = self.opening.take().unwrap_or_else(stays);
        let model = facts.model.clone();
        let mut record = OpenRecord::open(core, &self.context.caller, Transport::WebSocket, model);
        for (account, refused) in failed {
            record.tried(account, refused);
        }
        record.read(frame.len());
        record.chosen(&self.context.ask(facts.model.as_deref()), &selection);
        // A turn that continues an answer of this connection can go nowhere else.
        let when_none_left = match &facts.previous_response {
            Some(_) => WhenNoneLeft::Stop,
            None => WhenNoneLeft::ChooseAgain,
        };
        let mut drive = Drive::new(&self.context, &[here], selection.pin, when_none_left, record);
        if !facts.asks_for_an_answer() {
            drive.leaves_conversation();
        }
        Turn::new(frame, facts, drive, core.clock.now().mono)
    }

    /// Asks the drive until an account has the turn, or none is left.
    pub(super) async fn place(&mut self, mut turn: Box<Turn>) -> ControlFlow<()> {
        loop {
            let (lease, outgoing) = match turn.drive.next(&mut turn.payload) {
                Step::Send(lease, outgoing) => (lease, outgoing),
                Step::PinnedUnavailable(pinned) => return self.refuse_pinned(turn, pinned).await,
                Step::NoneLeft => {
                    return match turn.mobility() {
                        Mobility::Free => self.none_left(turn).await,
                        Mobility::ConnectionOnly => self.refuse_history(turn, Class::Rejected).await,
                    };
                }
            };
            if self.can_carry(&outgoing) {
                return self.send_turn(turn, lease, *outgoing).await;
            }
            let Outgoing { account, bearer_choice, turn_state, .. } = *outgoing;
            let dial = Dial { account, bearer_choice, turn_state, patience: None };
            match dial.of(&self.context).await {
                Ok(dialed) => {
                    self.connect(dialed);
                    return self.send_turn(turn, lease, *outgoing).await;
                }
                Err(refusal) => {
                    turn.last_class = refusal.outcome.class;
                    match turn.drive.after_refusal(account, Some(lease), &refusal.outcome) {
                        // A refused connection says nothing about the turn itself.
                        Decision::Stands => turn.drive.advance(),
                        Decision::GoOn => {}
                    }
                }
            }
        }
    }

    /// Whether the present connection is the one that the turn needs. It keeps the bearer of its handshake, so a
    /// newer bearer takes a new connection.
    fn can_carry(&self, outgoing: &Outgoing) -> bool {
        outgoing.account == self.provider.account
            && outgoing.bearer_choice == BearerChoice::Present
            && self.lifetime == Lifetime::Running
    }

    /// Sends the turn over the present connection.
    async fn send_turn(&mut self, mut turn: Box<Turn>, lease: Lease, outgoing: Outgoing) -> ControlFlow<()> {
        let core = self.context.core();
        turn.since = core.clock.now().mono;
        turn.asked = Some(Asked { lease, observer: self.context.observer(outgoing.account) });
        turn.progress = AnswerProgress::default();
        let Ok(text) = Utf8Bytes::try_from(outgoing.body.bytes) else { return Break(()) };
        let sent = self.send_up(Message::Text(text)).await;
        self.deadlines.event(Instant::now());
        self.turn = Some(turn);
        match sent {
            Ok(()) => ControlFlow::Continue(()),
            // The way back here is through `place`: a future of this size has to end somewhere.
            Err(NotSent::Ended) => Box::pin(self.provider_ended()).await,
            Err(NotSent::InTime) => Box::pin(self.provider_gone()).await,
        }
    }
}
