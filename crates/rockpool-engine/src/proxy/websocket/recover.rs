//! What a session does when its account fails a turn: another account, or an answer that the tool
//! knows how to recover from.

use std::ops::ControlFlow::{self, Break, Continue};

use futures_util::SinkExt;
use rockpool_routing::failover::Remedy;
use rockpool_routing::{AccountId, Class, Delivery, Evidence};
use tokio_tungstenite::tungstenite::Utf8Bytes;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::error_frame;
use super::http_only;
use super::session::{Lifetime, Served, Session, kept};
use super::turn::{AnswerProgress, Mobility, Turn};
use crate::provider::error::ProviderFault;
use crate::provider::event::TokenUsage;
use crate::proxy::failover::bearer_choice::BearerShown;
use crate::proxy::failover::drive::Decision;
use crate::proxy::failover::no_account;
use crate::proxy::response::error_response::ProxyError;
use crate::proxy::response::observer::AnswerStage;

impl Session {
    /// The bearer that the present connection was opened with.
    pub(super) fn bearer(&self) -> BearerShown {
        BearerShown::Generation(self.provider.generation)
    }

    /// An error came before any output.
    pub(super) async fn turn_failed(
        &mut self,
        mut turn: Box<Turn>,
        text: Utf8Bytes,
        stage: AnswerStage,
    ) -> ControlFlow<()> {
        let fault = match stage {
            AnswerStage::Failed(fault) => fault,
            AnswerStage::Open | AnswerStage::Completed(_) => ProviderFault::default(),
        };
        let class = fault.class();
        let outcome = turn.outcome(class, fault.status, Delivery::Answered, self.bearer());
        // Closed and not decided: the rule would look for another account, and this one has done nothing wrong.
        if fault.is_about_the_connections_age() {
            turn.close(&outcome);
            turn.last_class = class;
            return self.connection_outlived(turn, fault, text).await;
        }
        match (turn.decide(&outcome), turn.mobility()) {
            (Decision::Stands, _) => self.answer_with(turn, class, text).await,
            (Decision::GoOn, Mobility::ConnectionOnly) => self.refuse_history(turn, class).await,
            (Decision::GoOn, Mobility::Free) => {
                turn.last_error = Some((fault, text));
                self.place(turn).await
            }
        }
    }

    /// The provider ends connections after an hour, which is no fault of the account. A turn that carries
    /// its whole input goes on over a new one; any other gets the error, and its tool comes back at once.
    async fn connection_outlived(
        &mut self,
        mut turn: Box<Turn>,
        fault: ProviderFault,
        text: Utf8Bytes,
    ) -> ControlFlow<()> {
        self.hang_up().await;
        match (turn.mobility(), turn.renewal) {
            // Once: a provider that says so of every new connection would be dialed for ever.
            (Mobility::Free, Remedy::Untried) => {
                turn.renewal = Remedy::Spent;
                turn.last_error = Some((fault, text));
                self.place(turn).await
            }
            (Mobility::Free, Remedy::Spent) | (Mobility::ConnectionOnly, _) => {
                let class = turn.last_class;
                self.answer_with(turn, class, text).await
            }
        }
    }

    /// The error is the tool's answer, behind what was held of it.
    async fn answer_with(&mut self, mut turn: Box<Turn>, class: Class, text: Utf8Bytes) -> ControlFlow<()> {
        let held = std::mem::replace(&mut turn.progress, AnswerProgress::Committed);
        if let AnswerProgress::Held { frames, .. } = held {
            for frame in frames {
                turn.drive.record().wrote(frame.len());
                self.forward_down(frame).await?;
            }
        }
        turn.drive.record().wrote(text.len());
        let status = error_frame::read(&text).unwrap_or(200);
        self.forward_down(text).await?;
        kept(self.tool.flush().await)?;
        turn.finish(class, status, None, TokenUsage::default());
        Continue(())
    }

    /// No account served the turn. A refused bearer is no business of the tool's: the Codex CLI would spend its own
    /// refresh token on a 401.
    pub(super) async fn none_left(&mut self, mut turn: Box<Turn>) -> ControlFlow<()> {
        let class = turn.last_class;
        let context = &self.context;
        if let Some(error) = no_account::error(context, turn.facts.model.as_deref()) {
            return self.refuse(turn, class, &error).await;
        }
        match turn.last_error.take() {
            Some((fault, text)) if fault.class() != Class::Unauthorized => {
                self.answer_with(turn, class, text).await
            }
            Some(_) | None => {
                let error = ProxyError::Unreachable("no account took the turn".to_owned());
                self.refuse(turn, class, &error).await
            }
        }
    }

    async fn refuse(&mut self, turn: Box<Turn>, class: Class, error: &ProxyError) -> ControlFlow<()> {
        turn.finish(class, error.status_code(), None, TokenUsage::default());
        self.send_down(error.frame()).await
    }

    /// Only the conversation's own account could go on with it, and it cannot take the turn now.
    pub(super) async fn refuse_pinned(&mut self, mut turn: Box<Turn>, pinned: AccountId) -> ControlFlow<()> {
        turn.drive.record().pinned_unavailable(pinned);
        let context = &self.context;
        match no_account::error_for_pinned(context, turn.facts.model.as_deref(), pinned) {
            Some(error) => self.refuse(turn, Class::FAILURE, &error).await,
            // Its account serves again: a new connection will be placed there.
            None => self.refuse_history(turn, Class::FAILURE).await,
        }
    }

    /// The turn cannot go on here. The Codex CLI 0.169.0 takes this code as a sign that its answer is not known to
    /// the connection any more, and comes back on a new one with its full input, which may go anywhere.
    pub(super) async fn refuse_history(&mut self, turn: Box<Turn>, class: Class) -> ControlFlow<()> {
        let id = turn.facts.previous_response.clone().unwrap_or_default();
        self.refuse(turn, class, &ProxyError::PreviousResponseNotFound(id)).await
    }

    /// The turn is larger than what the provider takes in a frame, whichever account asks: that is no fault of the
    /// account, nor of its WebSockets. The tool sees the provider's own close, and comes back over HTTP.
    pub(super) async fn too_large(&mut self, mut turn: Box<Turn>) -> ControlFlow<()> {
        let error = ProxyError::TooLargeForWebSocket;
        let status = error.status_code();
        let class = Class::Rejected;
        let outcome = turn.outcome(class, Some(status), Delivery::Answered, self.bearer());
        turn.close(&outcome);
        turn.finish(class, status, None, TokenUsage::default());
        self.refuse_size().await;
        Break(())
    }

    /// Sends the conversation to HTTP.
    pub(super) async fn refuse_size(&mut self) {
        self.context.plane.http_only.add(self.context.http_only_subject());
        let reason = ProxyError::TooLargeForWebSocket.to_string().into();
        self.farewell(CloseFrame { code: CloseCode::Size, reason }).await;
    }

    /// The provider has ended its connection. It does so with one that was idle at a time of its own, just when the
    /// next turn may be on its way: where turns were served on it and there is no word on this one, nobody is to
    /// blame. As over HTTP (`provider/reuse.rs`) it goes out once more, to the same account.
    pub(super) async fn provider_ended(&mut self) -> ControlFlow<()> {
        let idle_before = |turn: &mut Box<Turn>| {
            self.served == Served::Turns
                && turn.is_unanswered()
                && turn.renewal == Remedy::Untried
                && !http_only::is_beyond_the_largest(turn.size)
        };
        let Some(mut turn) = self.turn.take_if(idle_before) else { return self.provider_gone().await };
        self.lifetime = Lifetime::Over;
        turn.renewal = Remedy::Spent;
        turn.close(&turn.outcome(Class::Rejected, None, Delivery::Unknown, self.bearer()));
        turn.drive.repeated();
        match turn.mobility() {
            Mobility::Free => self.place(turn).await,
            Mobility::ConnectionOnly => self.refuse_history(turn, Class::Rejected).await,
        }
    }

    /// The provider's connection broke, or it stays silent.
    pub(super) async fn provider_gone(&mut self) -> ControlFlow<()> {
        let Some(mut turn) = self.turn.take() else { return Break(()) };
        if turn.is_unanswered() && http_only::is_beyond_the_largest(turn.size) {
            return self.too_large(turn).await;
        }
        let account = turn.asked.as_ref().map(|asked| asked.lease.account());
        let class = Class::FAILURE;
        let outcome = turn.outcome(class, None, turn.delivery_when_lost(), self.bearer());
        // After output a break is that of one connection: the provider's WebSockets have worked.
        if matches!(turn.progress, AnswerProgress::Held { .. }) {
            let dialed = self.provider.since;
            self.context.plane.breaker.note(Evidence::TurnLost { dialed });
        }
        match (&turn.progress, turn.mobility()) {
            // The tool sees its own connection break, and asks again on a new one.
            (AnswerProgress::Committed, _) => {
                let tokens = turn.close(&outcome);
                turn.finish(class, 200, account, tokens);
                kept(self.tool.flush().await)?;
                Break(())
            }
            (AnswerProgress::Held { .. }, Mobility::ConnectionOnly) => {
                turn.close(&outcome);
                self.refuse_history(turn, class).await?;
                Break(())
            }
            (AnswerProgress::Held { .. }, Mobility::Free) => {
                // A provider that only stalled would go on with the abandoned turn on this connection.
                self.lifetime = Lifetime::Over;
                let decision = turn.decide(&outcome);
                // What an earlier account said is no answer to what became of this one.
                turn.last_error = None;
                match decision {
                    Decision::Stands => self.none_left(turn).await,
                    Decision::GoOn => self.place(turn).await,
                }
            }
        }
    }
}
