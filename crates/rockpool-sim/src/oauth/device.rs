//! The device-code flow: a code for the person, polling by the device.

use serde_json::json;

use crate::call::{Call, Fields, Form, value_of};
use crate::clock::rfc3339;
use crate::oauth::page::{self, PICK_ACCOUNT, PICK_DENY, PICK_USER};
use crate::random;
use crate::reply::{Outcome, Reply};
use crate::scripted::with_action;
use crate::shared::Shared;
use crate::world::authorization_codes::{Granted, challenge_of};
use crate::world::device_codes::{DeviceStage, INTERVAL_SECONDS};
use crate::world::faults::On;
use crate::world::jwt::CLIENT_ID;
use crate::world::logins::SecretKind;
use crate::world::people::SeatId;
use crate::world::{Seat, World};

/// `POST /api/accounts/deviceauth/usercode`.
pub(crate) fn start(shared: &Shared, call: &Call) -> Outcome {
    let Some(fields) = json_fields(call) else {
        return not_json().into();
    };
    if fields.get("client_id") != CLIENT_ID {
        return Reply::error(400, "invalid_client", "unknown client_id").into();
    }
    let mut guard = shared.world();
    let world = &mut *guard;
    let action = world.script.take(On::DeviceCode, None);
    with_action(world, call, action, |world| {
        let started = world.device_codes.start(shared.clock.now_ms());
        Reply::json(
            200,
            &json!({
                "device_auth_id": started.device_auth_id, "user_code": started.user_code,
                "interval": INTERVAL_SECONDS.to_string(), "expires_at": rfc3339(started.expires_at_ms),
            }),
        )
    })
}

/// `POST /api/accounts/deviceauth/token`: 403 while the person has not decided.
pub(crate) fn poll(shared: &Shared, call: &Call) -> Outcome {
    let Some(fields) = json_fields(call) else {
        return not_json().into();
    };
    let now_ms = shared.clock.now_ms();
    let mut guard = shared.world();
    let world = &mut *guard;
    let action = world.script.take(On::DevicePoll, None);
    with_action(world, call, action, |world| answer(world, call, &fields, now_ms))
}

fn answer(world: &mut World, call: &Call, fields: &Fields, now_ms: i64) -> Reply {
    match world.device_codes.ask(fields.get("device_auth_id"), fields.get("user_code"), now_ms) {
        None => Reply::error(400, "expired_token", "the device code is unknown or has expired"),
        Some(DeviceStage::Pending) => {
            Reply::error(403, "deviceauth_authorization_pending", "the person has not decided yet")
        }
        Some(DeviceStage::TooSoon) => {
            world.journal.note(call.entry, "asked sooner than the interval allows");
            Reply::error(400, "slow_down", "the device asks too often")
        }
        Some(DeviceStage::Denied) => Reply::error(400, "access_denied", "the person denied the sign-in"),
        Some(DeviceStage::Collected) => {
            Reply::error(400, "invalid_grant", "the authorization code was already handed out")
        }
        Some(DeviceStage::Approved(seat)) => hand_out(world, call, fields, seat, now_ms),
    }
}

fn json_fields(call: &Call) -> Option<Fields> {
    call.fields().filter(|fields| fields.form == Form::Json)
}

fn not_json() -> Reply {
    Reply::error(400, "invalid_request", "the body must be JSON")
}

fn hand_out(world: &mut World, call: &Call, fields: &Fields, seat: Seat, now_ms: i64) -> Reply {
    // Unlike in the browser's flow the device has no verifier of its own: the issuer makes it and sends it along.
    let verifier = random::token();
    let challenge = challenge_of(&verifier);
    let code = world.authorization_codes.grant(Granted {
        seat,
        redirect_uri: format!("{}/deviceauth/callback", call.base),
        challenge: challenge.clone(),
        granted_at_ms: now_ms,
    });
    world.logins.remember(SecretKind::AuthorizationCode, &code);
    world.logins.remember(SecretKind::CodeVerifier, &verifier);
    world.device_codes.collected(fields.get("device_auth_id"));
    Reply::json(
        200,
        &json!({"authorization_code": code, "code_challenge": challenge, "code_verifier": verifier}),
    )
}

/// `GET /codex/device`: where the person types the code.
pub(crate) fn show(shared: &Shared, call: &Call) -> Reply {
    let query = call.query_pairs();
    let user_code = value_of(&query, "user_code");
    if user_code.is_empty() {
        return Reply::html(200, page::ask_for_device_code());
    }
    let now_ms = shared.clock.now_ms();
    let mut guard = shared.world();
    let world = &mut *guard;
    if !world.device_codes.is_pending(user_code, now_ms) {
        return Reply::html(
            404,
            page::message("Unknown code", "No sign-in waits for this code. Codes live 15 minutes."),
        );
    }
    let user = value_of(&query, PICK_USER);
    let seat = if !value_of(&query, PICK_DENY).is_empty() {
        None
    } else if user.is_empty() {
        return Reply::html(200, page::choose_for_device(world.directory.people(), user_code));
    } else {
        Some(SeatId::new(user, value_of(&query, PICK_ACCOUNT)))
    };
    match world.decide_device(user_code, seat.as_ref(), now_ms) {
        Ok(()) => Reply::html(200, page::message("Done", "You can go back to the other device.")),
        Err(unknown) => Reply::html(400, page::message("This did not work", &unknown.to_string())),
    }
}
