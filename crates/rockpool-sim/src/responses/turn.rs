//! One answer, from the accepted request to its steps: script, quota, prompt cache, turn state.

use std::time::Duration;

use serde_json::Value;

use crate::backend::models;
use crate::backend::usage::QuotaStatus;
use crate::config::ForeignTurnState;
use crate::random;
use crate::reply::Reply;
use crate::responses::answer::{Answer, Namespace, Output, answer};
use crate::responses::check::AcceptedRequest;
use crate::responses::event_bytes::EventForm;
use crate::responses::events::{self, ModelResponse};
use crate::responses::steps::{Step, steps};
use crate::scripted::answer_of;
use crate::shared::Shared;
use crate::world::cipher::{Opened, Purpose};
use crate::world::faults::Action;
use crate::world::journal::EntryId;
use crate::world::{Seat, World};

/// What a turn comes to.
pub(crate) enum TurnOutcome {
    Refused(Reply),
    Streams(Box<Streams>),
    Never,
    Sever,
}

pub(crate) struct Streams {
    /// Passes before the headers, or before the first event.
    pub hold: Duration,
    pub steps: Vec<Step>,
    /// How they become bytes over HTTP.
    pub form: EventForm,
    pub response_id: String,
    /// The conversation with this answer, for requests that build on it.
    pub history: Vec<Value>,
    /// After what this turn has cost.
    pub quota: QuotaStatus,
    pub models_etag: String,
    pub model: &'static str,
}

/// One turn of an admitted seat, and the journal entry that tells of it.
pub(crate) struct Turn<'a> {
    pub shared: &'a Shared,
    pub world: &'a mut World,
    pub seat: &'a Seat,
    pub entry: EntryId,
}

impl Turn<'_> {
    /// Answers under a script's action. The quota is spent when the answer begins: a turn that a fault cuts short
    /// costs its account as much as a whole one, so that trying it again elsewhere shows as a double cost.
    pub(crate) fn answer(&mut self, request: AcceptedRequest, action: Option<Action>) -> TurnOutcome {
        let now = self.shared.clock.now_seconds();
        let slug = request.model.slug;
        let before = QuotaStatus::of(&mut self.world.directory, self.seat, now).for_model(slug);
        let mut hold = Duration::ZERO;
        let mut words = None;
        let mut fault = None;
        match action {
            None => {}
            Some(Action::Answer { status, headers, body }) => {
                return TurnOutcome::Refused(answer_of(status, &headers, &body));
            }
            Some(Action::UsageLimitReached) => return TurnOutcome::Refused(before.limit_reached()),
            Some(Action::NeverAnswer) => return TurnOutcome::Never,
            Some(Action::CutBefore) => return TurnOutcome::Sever,
            Some(Action::HoldHeaders { ms }) => hold = Duration::from_millis(ms),
            Some(Action::Say { text }) => words = Some(text),
            Some(Action::InStream(in_stream)) => fault = Some(in_stream),
            Some(unusable @ (Action::Patch { .. } | Action::Token(_))) => {
                let note = format!("the script's {unusable:?} means nothing for an answer");
                self.world.journal.note(self.entry, note);
            }
        }
        // After the script, whose ordered answers stand in front of the account's own limit too.
        if before.is_exhausted() {
            return TurnOutcome::Refused(before.limit_reached());
        }
        let workspace = self.world.directory.workspace(self.seat);
        let models_etag = models::etag(workspace);
        self.world.directory.spend(self.seat, slug, now);
        let quota = QuotaStatus::of(&mut self.world.directory, self.seat, now).for_model(slug);

        let response = self.response(&request, now);
        let otherwise = format!("A simulated answer from {}.", self.seat.id().account_id);
        let answer = match words {
            Some(words) => Answer::of(vec![Output::text(words)]),
            None => answer(&request, &otherwise, self.namespace()),
        };
        let answered = events::answered(&response, &answer);
        let response_id = response.id;
        let mut history = request.input;
        history.extend(answered.items);
        let steps = steps(answered.events, fault.as_ref());
        let form = EventForm::of(fault.as_ref());
        let model = request.model.slug;
        TurnOutcome::Streams(Box::new(Streams {
            hold,
            steps,
            form,
            response_id,
            history,
            quota,
            models_etag,
            model,
        }))
    }

    /// `now` in Unix seconds. Fills the prompt cache: the next turn of the conversation reads from it.
    pub(crate) fn response(&mut self, request: &AcceptedRequest, now: i64) -> ModelResponse<'static> {
        let account_id = &self.seat.id().account_id;
        let wants_cipher = request
            .fields
            .get("include")
            .and_then(Value::as_array)
            .is_some_and(|list| list.contains(&Value::from("reasoning.encrypted_content")));
        let input_bytes: usize = request.input.iter().map(|item| item.to_string().len()).sum();
        let input_tokens = events::tokens(input_bytes);
        let cache_key = request.fields.get("prompt_cache_key").and_then(Value::as_str).unwrap_or_default();
        let cached_tokens = self.world.prompt_caches.read_and_fill(self.seat.id(), cache_key, input_tokens);
        let seal = || self.shared.sealer.seal(Purpose::Content, account_id);
        ModelResponse {
            id: random::id("resp_"),
            model: request.model.slug,
            created_at: now,
            input_tokens,
            cached_tokens,
            reasoning_cipher: wants_cipher.then(seal),
            compaction_cipher: seal(),
            echo: events::echo(&request.fields),
        }
    }

    fn namespace(&mut self) -> Namespace {
        let number = self.world.next_answer();
        if self.shared.config.named_namespaces.holds(number) { Namespace::Named } else { Namespace::LeftOut }
    }

    /// The turn state to answer with: the one that was sent, or a new one.
    pub(crate) fn turn_state(&mut self, sent: Option<&str>) -> Result<String, Reply> {
        let account_id = &self.seat.id().account_id;
        let Some(sent) = sent else {
            return Ok(self.shared.sealer.seal(Purpose::TurnState, account_id));
        };
        let note = match self.shared.sealer.open(Purpose::TurnState, sent) {
            Opened::MadeFor(owner) if owner == *account_id => return Ok(sent.to_owned()),
            Opened::MadeFor(owner) => format!("the turn state was made for {owner}"),
            Opened::Garbage => "the turn state was never made here".to_owned(),
        };
        self.world.journal.note(self.entry, note);
        match self.shared.config.foreign_turn_state {
            ForeignTurnState::Refuse => {
                Err(Reply::error(400, "invalid_turn_state", "The turn state could not be verified."))
            }
            ForeignTurnState::Note => Ok(sent.to_owned()),
        }
    }
}
