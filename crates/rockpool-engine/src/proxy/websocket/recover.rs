//! What a session does when its account fails a turn: another account, or an answer that the tool
//! knows how to recover from.

use futures_util::SinkExt;
use rockpool_routing::failover::Remedy;
use rockpool_routing::{Class, Delivery, Evidence, classify};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::Handshake;
use super::error_frame;
use super::session::{Flow, Gone, Session};
use super::turn::{Mobility, Progress, Turn};
use crate::provider::event::{Fault, Tokens};
use crate::proxy::failover::attempt::Credentials;
use crate::proxy::failover::candidates::{BearerShown, Next};
use crate::proxy::failover::no_account;
use crate::proxy::request::payload::Belief;
use crate::proxy::response::error_response::ProxyError;
use crate::proxy::response::first_event::Stage;

/// The error that the provider sent, as it is for the tool.
pub(super) type LastError = Option<(Fault, Utf8Bytes)>;

impl Session {
    /// An error before any output.
    pub(super) async fn failed(
        &mut self,
        mut turn: Box<Turn>,
        text: Utf8Bytes,
        stage: Stage,
    ) -> Result<(), Gone> {
        let fault = match stage {
            Stage::Failed(fault) => fault,
            Stage::Open | Stage::Completed(_) => Fault::default(),
        };
        let class = classify::classify(&fault.signals());
        if fault.is_about_the_connections_age() {
            return self.outlived(turn, class, fault, text).await;
        }
        let bearer = BearerShown::Generation(self.provider.generation);
        let next = turn.walk.after(class, Delivery::Answered, bearer);
        turn.settle(class, fault.status, Delivery::Answered);
        if next.leaves_refused(class, bearer) {
            self.handshake.core.distrust(self.provider.account);
        }
        turn.credentials = Credentials::after(next, bearer);
        match (next, turn.mobility()) {
            (Next::Return, _) => self.hand_on(turn, class, text).await,
            (_, Mobility::Bound) => self.disown(turn, class).await,
            (next, Mobility::Free) => self.go_on(turn, next, class, Some((fault, text))).await,
        }
    }

    /// The provider ends connections after an hour, which is no fault of the account. A turn that carries
    /// its whole input goes on over a new one; any other is told, and its tool comes back at once.
    async fn outlived(
        &mut self,
        mut turn: Box<Turn>,
        class: Class,
        fault: Fault,
        text: Utf8Bytes,
    ) -> Result<(), Gone> {
        turn.settle(class, fault.status, Delivery::Answered);
        self.hang_up().await;
        match (turn.mobility(), turn.renewal) {
            (Mobility::Free, Remedy::Untried) => {
                turn.renewal = Remedy::Spent;
                let again = Next::Account(self.provider.account);
                self.go_on(turn, again, class, Some((fault, text))).await
            }
            (Mobility::Free, Remedy::Spent) | (Mobility::Bound, _) => self.hand_on(turn, class, text).await,
        }
    }

    /// Goes where the walk says, dialing as often as it takes.
    pub(super) async fn go_on(
        &mut self,
        mut turn: Box<Turn>,
        mut next: Next,
        mut class: Class,
        last: LastError,
    ) -> Result<(), Gone> {
        loop {
            if next == Next::NoneLeft {
                next = self.next_account(&mut turn);
            }
            match next {
                Next::Strip => {
                    turn.belief = Belief::Stripped;
                    return Box::pin(self.ask(turn)).await;
                }
                Next::Account(_) if class == Class::ForeignCiphertext => turn.belief = Belief::MadeElsewhere,
                Next::Account(_) | Next::Refresh => {}
                Next::NoneLeft | Next::Return => return self.give_up(turn, class, last).await,
            }
            let Some(account) = turn.walk.current() else { return self.give_up(turn, class, last).await };
            match self.handshake.dial(account, turn.credentials, self.home, None).await {
                Ok(dialed) => {
                    self.connect(dialed);
                    return Box::pin(self.ask(turn)).await;
                }
                Err(refusal) => {
                    turn.record.tried(account, refusal.noted());
                    class = refusal.class;
                    next = match self.handshake.after_refusal(account, &refusal, &mut turn.walk) {
                        // A refused connection says nothing about the turn itself.
                        Next::Return | Next::Strip => turn.walk.advance(),
                        next @ (Next::Refresh | Next::Account(_) | Next::NoneLeft) => next,
                    };
                    turn.credentials = Credentials::after(next, refusal.bearer);
                }
            }
        }
    }

    /// Looks for accounts that this turn has not met yet.
    pub(super) fn next_account(&self, turn: &mut Turn) -> Next {
        let core = &self.handshake.core;
        let found = core.routing.choose(&self.handshake.ask());
        turn.record.chosen_again(&found);
        turn.walk.extend(&found.candidates);
        turn.credentials = Credentials::Present;
        turn.walk.advance()
    }

    /// The error is the answer.
    async fn hand_on(&mut self, mut turn: Box<Turn>, class: Class, text: Utf8Bytes) -> Result<(), Gone> {
        let held = std::mem::replace(&mut turn.progress, Progress::Committed);
        if let Progress::Held { frames, .. } = held {
            for frame in frames {
                turn.record.wrote(frame.len());
                self.feed(frame).await?;
            }
        }
        turn.record.wrote(text.len());
        let status = error_frame::read(&text).unwrap_or(200);
        self.feed(text).await?;
        self.tool.flush().await?;
        turn.finish(class, status, None, Tokens::default());
        Ok(())
    }

    /// No account served the turn. A refused bearer is no business of the tool's.
    async fn give_up(&mut self, turn: Box<Turn>, class: Class, last: LastError) -> Result<(), Gone> {
        let Handshake { core, caller, pool, .. } = &self.handshake;
        if let Some(error) = no_account::error(core, caller, pool) {
            return self.refuse(turn, class, &error).await;
        }
        match last {
            Some((fault, text)) if classify::classify(&fault.signals()) != Class::Unauthorized => {
                self.hand_on(turn, class, text).await
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
    pub(super) async fn stay(&mut self, mut turn: Box<Turn>) -> Result<(), Gone> {
        let Handshake { core, caller, pool, .. } = &self.handshake;
        let home = self.home.map_or(pool.owner, |home| home.account);
        turn.record.bound(home);
        match no_account::bound(core, caller, home, pool) {
            Some(error) => self.refuse(turn, Class::FAILURE, &error).await,
            // Its account serves again: a new connection will be placed there.
            None => self.disown(turn, Class::FAILURE).await,
        }
    }

    /// The turn cannot go on here: the tool comes back with its full input on a new connection.
    pub(super) async fn disown(&mut self, turn: Box<Turn>, class: Class) -> Result<(), Gone> {
        let id = turn.facts.previous_response.clone().unwrap_or_default();
        turn.finish(class, 400, None, Tokens::default());
        self.say(not_found(&id)).await
    }

    /// Another request is finding out whether this connection's account is back.
    pub(super) async fn give_way(&mut self, mut turn: Box<Turn>) -> Result<(), Gone> {
        match turn.mobility() {
            Mobility::Bound => self.disown(turn, Class::Rejected).await,
            Mobility::Free => {
                let next = turn.walk.advance();
                self.go_on(turn, next, Class::FAILURE, None).await
            }
        }
    }

    /// The provider's connection broke.
    pub(super) async fn lost(&mut self) -> Result<Flow, Gone> {
        let Some(mut turn) = self.turn.take() else { return Ok(Flow::Stop) };
        let account = turn.asked.as_ref().map(|asked| asked.lease.account());
        let class = Class::FAILURE;
        let delivery = turn.delivery_when_lost();
        let tokens = turn.settle(class, None, delivery);
        if matches!(turn.progress, Progress::Held { .. }) {
            self.handshake.core.gate.note(Evidence::TurnLost { dialed: self.provider.since });
        }
        match (&turn.progress, turn.mobility()) {
            // The tool sees its own connection break, and asks again on a new one.
            (Progress::Committed, _) => {
                turn.finish(class, 200, account, tokens);
                self.tool.flush().await?;
                Ok(Flow::Stop)
            }
            (Progress::Held { .. }, Mobility::Bound) => {
                self.disown(turn, class).await?;
                Ok(Flow::Stop)
            }
            (Progress::Held { .. }, Mobility::Free) => {
                let bearer = BearerShown::Generation(self.provider.generation);
                let next = turn.walk.after(class, delivery, bearer);
                self.go_on(turn, next, class, None).await?;
                Ok(Flow::GoOn)
            }
        }
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
