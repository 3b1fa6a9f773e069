//! `POST …/codex/responses`: one request, one stream of server-sent events.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;

use crate::backend::admission::{self, COOKIE};
use crate::backend::catalogue::Version;
use crate::call::Call;
use crate::reply::{Outcome, Reply, ReplyBody};
use crate::responses::check::{self, AcceptedRequest, Refusal};
use crate::responses::rules::{Announced, LITE_HEADER, LiteMark};
use crate::responses::steps::with_private;
use crate::responses::turn::{Streams, Turn, TurnOutcome};
use crate::shared::Shared;
use crate::world::faults::On;
use crate::world::people::SeatId;
use crate::world::{Seat, World};

pub(crate) fn respond(shared: &Shared, call: &Call) -> Outcome {
    let mut guard = shared.world();
    let world = &mut *guard;
    let seat = match admission::admit(world, call, shared.clock.now_seconds()) {
        Ok(admitted) => admitted.seat,
        Err(reply) => return reply.into(),
    };
    let request = match accept(shared, world, call, &seat) {
        Ok(request) => request,
        Err(refusal) => return refusal.noted(&mut world.journal, call.entry).into(),
    };
    let mut turn = Turn { shared, world, seat: &seat, entry: call.entry };
    let state = match turn.turn_state(call.header("x-codex-turn-state")) {
        Ok(state) => state,
        Err(reply) => return reply.into(),
    };
    let action = turn.world.script.take(On::Http, Some(seat.id()));
    match turn.answer(request, action) {
        TurnOutcome::Refused(reply) => reply.into(),
        TurnOutcome::Never => Outcome::Never,
        TurnOutcome::Sever => Outcome::Sever,
        TurnOutcome::Streams(streams) => {
            let number = turn.world.next_stream();
            stream(shared, number, seat.id(), &state, *streams)
        }
    }
}

fn accept(shared: &Shared, world: &World, call: &Call, seat: &Seat) -> Result<AcceptedRequest, Refusal> {
    let fields = call.json_object()?;
    let workspace = world.directory.workspace(seat);
    let lite = match call.header(LITE_HEADER) {
        Some("true") => LiteMark::Present,
        Some(_) | None => LiteMark::Absent,
    };
    let announced = Announced { lite, version: call.header("version").and_then(Version::read) };
    check::check(&shared.sealer, workspace, fields, Vec::new(), &announced)
}

/// `number` counts the streams, for what is so in a share of them.
fn stream(shared: &Shared, number: u64, seat: &SeatId, turn_state: &str, streams: Streams) -> Outcome {
    let Streams { hold, steps, form, quota, models_etag, model, .. } = streams;
    let steps =
        if shared.config.private_events.holds(number) { with_private(steps, quota.event()) } else { steps };
    let Ok(steps) = form.bytes(steps) else { return Reply::detail(500, "Encoding the answer failed").into() };
    let mut reply = Reply::bytes(200, "text/event-stream; charset=utf-8", Bytes::new());
    if shared.config.without_content_type.holds(number) {
        reply.headers.clear();
    }
    if let Some(coding) = form.coding {
        reply = reply.with("content-encoding", coding.name());
    }
    let mut reply = reply
        .with("cache-control", "no-cache")
        .with("x-codex-turn-state", turn_state)
        .with("x-models-etag", models_etag)
        .with("openai-model", model)
        .with("x-reasoning-included", "true")
        .with("set-cookie", format!("{COOKIE}={}; Path=/; HttpOnly", seat.account_id));
    reply.headers.extend(quota.headers());
    reply.body = ReplyBody::Stream(VecDeque::from(steps));
    if hold == Duration::ZERO {
        return reply.into();
    }
    Outcome::Hold(hold, Box::new(reply.into()))
}
