//! The backend's side paths: usage, models, account discovery, settings, analytics.

use serde_json::{Value, json};

use crate::backend::admission::{self, Admitted};
use crate::backend::catalogue::Version;
use crate::backend::models;
use crate::backend::usage::QuotaStatus;
use crate::call::{Call, value_of};
use crate::reply::{Outcome, Reply};
use crate::scripted::with_action;
use crate::shared::Shared;
use crate::world::World;
use crate::world::faults::On;

pub(crate) fn usage(shared: &Shared, call: &Call) -> Outcome {
    admitted(shared, call, Some(On::Usage), |world, who| {
        let status = QuotaStatus::of(&mut world.directory, &who.seat, shared.clock.now_seconds());
        let person = world.directory.person(&who.seat);
        Reply::json(200, &status.usage_json(who.seat.id(), &person.email))
    })
}

pub(crate) fn catalogue(shared: &Shared, call: &Call) -> Outcome {
    admitted(shared, call, Some(On::Models), |world, who| {
        let Some(version) = Version::read(value_of(&call.query_pairs(), "client_version")) else {
            let refused = models::version_missing();
            world.journal.violated(call.entry, refused.message());
            return refused;
        };
        let workspace = world.directory.workspace(&who.seat);
        Reply::json(200, &models::catalogue(workspace, version)).with("etag", models::etag(workspace))
    })
}

pub(crate) fn accounts_check(shared: &Shared, call: &Call) -> Outcome {
    admitted(shared, call, Some(On::AccountsCheck), |world, who| {
        let person = world.directory.person(&who.seat);
        let origin = backend_origin(shared, call);
        let accounts: Vec<Value> = person
            .workspaces
            .iter()
            .map(|workspace| {
                json!({
                    "id": workspace.account_id, "account_user_id": format!("{}__{}", person.user_id, workspace.account_id),
                    "account_user_role": "standard-user", "plan_type": workspace.plan, "structure": workspace.structure(),
                    "name": workspace.name, "profile_picture_url": null,
                    "workspace_backend_origin": origin, "account_routing_override": "NO_CONSTRAINT",
                })
            })
            .collect();
        let ordering: Vec<&str> =
            person.workspaces.iter().map(|workspace| workspace.account_id.as_str()).collect();
        let default = &world.logins.seat(who.login).id().account_id;
        Reply::json(
            200,
            &json!({"accounts": accounts, "account_ordering": ordering, "default_account_id": default}),
        )
    })
}

/// The client 0.169.0 insists on an https origin: over plain HTTP it is sent to the TLS listener, if there is one.
fn backend_origin<'a>(shared: &'a Shared, call: &Call) -> &'a str {
    match &shared.tls_origin {
        Some(origin) if call.base.starts_with("http:") => origin,
        Some(_) | None => "NO_CONSTRAINT",
    }
}

pub(crate) fn settings(shared: &Shared, call: &Call) -> Outcome {
    admitted(shared, call, None, |_, _| Reply::json(200, &json!({})))
}

pub(crate) fn reset_credits(shared: &Shared, call: &Call) -> Outcome {
    admitted(shared, call, None, |world, who| {
        let workspace = world.directory.workspace(&who.seat);
        let credits: Vec<Value> = (1..=workspace.reset_credits)
            .map(|number| {
                json!({
                    "id": format!("RateLimitResetCredit_{number}"), "reset_type": "codex_rate_limits", "status": "available",
                    "granted_at": "2026-11-01T00:00:00Z", "expires_at": "2027-11-01T00:00:00Z",
                    "title": "Rate limit reset", "description": "Simulated",
                })
            })
            .collect();
        Reply::json(200, &json!({"credits": credits, "available_count": workspace.reset_credits}))
    })
}

pub(crate) fn analytics(shared: &Shared, call: &Call) -> Outcome {
    admitted(shared, call, None, |_, _| match call.json() {
        Ok(Value::Object(body)) if body.get("events").is_some_and(Value::is_array) => {
            Reply::json(200, &json!({}))
        }
        Ok(_) | Err(_) => Reply::detail(422, "events must be a list"),
    })
}

pub(super) fn admitted(
    shared: &Shared,
    call: &Call,
    on: Option<On>,
    serve: impl FnOnce(&mut World, &Admitted) -> Reply,
) -> Outcome {
    let mut guard = shared.world();
    let world = &mut *guard;
    let who = match admission::admit(world, call, shared.clock.now_seconds()) {
        Ok(who) => who,
        Err(reply) => return reply.into(),
    };
    let action = on.and_then(|on| world.script.take(on, Some(who.seat.id())));
    with_action(world, call, action, |world| serve(world, &who))
}
