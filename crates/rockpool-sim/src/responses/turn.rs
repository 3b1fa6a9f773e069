//! One answer, from the accepted request to its steps: script, quota, prompt cache, turn state.

use std::time::Duration;

use serde_json::Value;

use crate::cipher::{Opened, Purpose};
use crate::config::ForeignTurnState;
use crate::faults::Action;
use crate::journal::EntryId;
use crate::models;
use crate::people::SeatId;
use crate::plain::answer_of;
use crate::random;
use crate::reply::Reply;
use crate::responses::answer::{Answer, answer};
use crate::responses::check::Asked;
use crate::responses::events::{self, Response};
use crate::responses::script::{Step, steps};
use crate::usage::Standing;
use crate::world::{Shared, World};

/// What a turn comes to.
pub(crate) enum Turn {
    Refused(Reply),
    Streams(Box<Streams>),
    Never,
    Sever,
}

pub(crate) struct Streams {
    /// How long to wait before anything is said.
    pub hold: Duration,
    pub steps: Vec<Step>,
    pub response_id: String,
    /// The conversation with this answer, for requests that build on it.
    pub history: Vec<Value>,
    /// After what this turn has cost.
    pub standing: Standing,
    pub models_etag: String,
    pub model: &'static str,
}

pub(crate) fn take(
    shared: &Shared,
    world: &mut World,
    seat: &SeatId,
    entry: EntryId,
    asked: Asked,
    action: Option<Action>,
) -> Turn {
    let now = shared.clock.now_seconds();
    let before = Standing::of(world, seat, now);
    let mut hold = Duration::ZERO;
    let mut words = None;
    let mut fault = None;
    match action {
        None => {}
        Some(Action::Answer { status, headers, body }) => {
            return Turn::Refused(answer_of(status, &headers, &body));
        }
        Some(Action::UsageLimitReached) => return Turn::Refused(before.limit_reached()),
        Some(Action::NeverAnswer) => return Turn::Never,
        Some(Action::CutBefore) => return Turn::Sever,
        Some(Action::HoldHeaders { ms }) => hold = Duration::from_millis(ms),
        Some(Action::Say { text }) => words = Some(text),
        Some(Action::InStream(in_stream)) => fault = Some(in_stream),
        Some(unfit @ (Action::Patch { .. } | Action::Token(_))) => {
            world.journal.note(entry, format!("the script's {unfit:?} means nothing for an answer"));
        }
    }
    if before.is_dry() {
        return Turn::Refused(before.limit_reached());
    }
    let (_, workspace) = world.seat(seat).expect("a seat that was admitted exists");
    let (cost, models_etag) = (workspace.cost, models::etag(workspace));
    world.quota(seat, now).spend(cost);
    let standing = Standing::of(world, seat, now);

    let response = response(shared, world, seat, &asked, now);
    let otherwise = format!("A simulated answer from {}.", seat.account_id);
    let answer = words.map_or_else(|| answer(&asked, &otherwise), Answer::Text);
    let told = events::told(&response, &answer);
    let response_id = response.id;
    let mut history = asked.input;
    history.extend(told.items);
    let steps = steps(told.events, fault.as_ref());
    Turn::Streams(Box::new(Streams {
        hold,
        steps,
        response_id,
        history,
        standing,
        models_etag,
        model: asked.model.slug,
    }))
}

pub(crate) fn response(
    shared: &Shared,
    world: &mut World,
    seat: &SeatId,
    asked: &Asked,
    now: i64,
) -> Response<'static> {
    let wants_cipher = asked
        .fields
        .get("include")
        .and_then(Value::as_array)
        .is_some_and(|list| list.contains(&Value::from("reasoning.encrypted_content")));
    let input_bytes: usize = asked.input.iter().map(|item| item.to_string().len()).sum();
    let input_tokens = events::tokens(input_bytes);
    let cache_key = asked.fields.get("prompt_cache_key").and_then(Value::as_str).unwrap_or_default();
    let cached_tokens = world.prompt_caches.read_and_fill(seat, cache_key, input_tokens);
    let seal = || shared.sealer.seal(Purpose::Content, &seat.account_id);
    Response {
        id: random::id("resp_"),
        model: asked.model.slug,
        created_at: now,
        input_tokens,
        cached_tokens,
        reasoning_cipher: wants_cipher.then(seal),
        compaction_cipher: seal(),
    }
}

/// The turn state to answer with: the one that was sent, or a new one.
pub(crate) fn turn_state(
    shared: &Shared,
    world: &mut World,
    seat: &SeatId,
    entry: EntryId,
    sent: Option<&str>,
) -> Result<String, Reply> {
    let Some(sent) = sent else {
        return Ok(shared.sealer.seal(Purpose::TurnState, &seat.account_id));
    };
    let note = match shared.sealer.open(Purpose::TurnState, sent) {
        Opened::MadeFor(owner) if owner == seat.account_id => return Ok(sent.to_owned()),
        Opened::MadeFor(owner) => format!("the turn state was made for {owner}"),
        Opened::Garbage => "the turn state was never made here".to_owned(),
    };
    world.journal.note(entry, note);
    match shared.config.foreign_turn_state {
        ForeignTurnState::Refuse => {
            Err(Reply::error(400, "invalid_turn_state", "The turn state could not be verified."))
        }
        ForeignTurnState::Note => Ok(sent.to_owned()),
    }
}
