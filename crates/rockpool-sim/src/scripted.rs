//! Scripted faults of requests whose answer is one piece.

use std::time::Duration;

use serde_json::Value;

use crate::call::Call;
use crate::coding::Coding;
use crate::reply::{Outcome, Reply};
use crate::world::World;
use crate::world::faults::Action;

/// Applies a script's action to a good answer.
pub(crate) fn with_action(
    world: &mut World,
    call: &Call,
    action: Option<Action>,
    serve: impl FnOnce(&mut World) -> Reply,
) -> Outcome {
    let Some(action) = action else {
        return serve(world).into();
    };
    match action {
        Action::Answer { status, headers, body } => answer_of(status, &headers, &body).into(),
        Action::HoldHeaders { ms } => Outcome::Hold(Duration::from_millis(ms), Box::new(serve(world).into())),
        Action::NeverAnswer => Outcome::Never,
        Action::CutBefore => Outcome::Sever,
        Action::Patch { with } => patched(serve(world), &with).into(),
        unusable @ (Action::UsageLimitReached
        | Action::Say { .. }
        | Action::InStream(_)
        | Action::Token(_)) => {
            ignored(world, call, &unusable);
            serve(world).into()
        }
    }
}

/// A scripted answer: text as HTML, anything else as JSON, nothing as nothing.
pub(crate) fn answer_of(status: u16, headers: &[(String, String)], body: &Value) -> Reply {
    let reply = match body {
        Value::String(page) => Reply::html(status, page.clone()),
        Value::Null => Reply::text(status, String::new()),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => Reply::json(status, body),
    };
    let named = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-encoding"));
    let reply = match named.and_then(|(_, value)| Coding::named(value)) {
        Some(coding) => reply.encoded(coding),
        None => reply,
    };
    headers.iter().fold(reply, |reply, (name, value)| reply.with(name, value.clone()))
}

pub(crate) fn ignored(world: &mut World, call: &Call, action: &Action) {
    world.journal.note(call.entry, format!("the script's {action:?} means nothing for this kind of request"));
}

fn patched(reply: Reply, with: &Value) -> Reply {
    let Some(mut body) = reply.json_body() else {
        return reply;
    };
    merge(&mut body, with);
    let patched = Reply::json(reply.status.as_u16(), &body);
    Reply { headers: reply.headers, ..patched }
}

fn merge(into: &mut Value, with: &Value) {
    match (into, with) {
        (Value::Object(into), Value::Object(with)) => {
            for (name, value) in with {
                merge(into.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (into, with) => *into = with.clone(),
    }
}
