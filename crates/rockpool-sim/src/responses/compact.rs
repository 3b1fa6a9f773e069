//! `POST …/codex/responses/compact`: the older, unary compaction (clients up to about 0.15x).

use serde_json::{Value, json};

use crate::backend::admission;
use crate::call::Call;
use crate::random;
use crate::reply::{Outcome, Reply};
use crate::responses::check::Refusal;
use crate::responses::items;
use crate::scripted::with_action;
use crate::shared::Shared;
use crate::world::cipher::{Opened, Purpose};
use crate::world::faults::On;

pub(crate) fn compact(shared: &Shared, call: &Call) -> Outcome {
    let mut guard = shared.world();
    let world = &mut *guard;
    let seat = match admission::admit(world, call, shared.clock.now_seconds()) {
        Ok(admitted) => admitted.seat,
        Err(reply) => return reply.into(),
    };
    let fields = match call.json_object() {
        Ok(fields) => fields,
        Err(reply) => return Refusal::from(reply).noted(&mut world.journal, call.entry).into(),
    };
    let Some(Value::Array(input)) = fields.get("input") else {
        let refusal = Refusal::from(Reply::detail(400, "Input must be a list"));
        return refusal.noted(&mut world.journal, call.entry).into();
    };
    let foreign = input.iter().flat_map(items::ciphertexts).any(|blob| {
        shared.sealer.open(Purpose::Content, blob) != Opened::MadeFor(seat.id().account_id.clone())
    });
    if foreign {
        let message = "The encrypted content could not be verified.";
        let refusal = Refusal::from(Reply::error(400, "invalid_encrypted_content", message));
        return refusal.noted(&mut world.journal, call.entry).into();
    }
    let action = world.script.take(On::Compact, Some(seat.id()));
    with_action(world, call, action, |_| {
        let blob = shared.sealer.seal(Purpose::Content, &seat.id().account_id);
        Reply::json(
            200,
            &json!({"output": [{"type": "compaction", "id": random::id("cmp_"), "encrypted_content": blob}]}),
        )
    })
}
