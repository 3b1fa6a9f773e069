//! The device-code flow: a code for the person, polling by the device, fifteen minutes.

use serde_json::json;

use crate::call::{Call, Fields, value_of};
use crate::clock::rfc3339;
use crate::jwt::CLIENT_ID;
use crate::logins::SecretKind;
use crate::oauth::authorize::{PICK_ACCOUNT, PICK_DENY, PICK_USER};
use crate::oauth::codes::{Granted, challenge_of};
use crate::oauth::page;
use crate::people::SeatId;
use crate::random;
use crate::reply::Reply;
use crate::world::{Shared, UnknownPerson, World};

/// Lifetime in milliseconds (15 minutes, client 0.169.0).
const LIFETIME_MS: i64 = 15 * 60 * 1000;

#[derive(Clone, Debug)]
enum Stage {
    Pending,
    Approved(SeatId),
    Denied,
    Collected,
}

#[derive(Debug)]
struct Device {
    device_auth_id: String,
    user_code: String,
    started_at_ms: i64,
    stage: Stage,
}

#[derive(Debug, Default)]
pub(crate) struct Devices {
    devices: Vec<Device>,
}

/// What the person said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Consent {
    As(SeatId),
    Denied,
}

impl Devices {
    fn pending(&mut self, user_code: &str, now_ms: i64) -> Option<&mut Device> {
        self.devices.iter_mut().find(|device| {
            device.user_code.eq_ignore_ascii_case(user_code)
                && matches!(device.stage, Stage::Pending)
                && now_ms - device.started_at_ms <= LIFETIME_MS
        })
    }
}

/// Settles a pending device sign-in.
pub(crate) fn settle(
    world: &mut World,
    user_code: &str,
    consent: Consent,
    now_ms: i64,
) -> Result<(), UnknownPerson> {
    let stage = match consent {
        Consent::As(seat) => {
            world.seat(&seat)?;
            Stage::Approved(seat)
        }
        Consent::Denied => Stage::Denied,
    };
    let device = world
        .devices
        .pending(user_code, now_ms)
        .ok_or_else(|| UnknownPerson::DeviceCode(user_code.to_owned()))?;
    device.stage = stage;
    Ok(())
}

/// `POST /api/accounts/deviceauth/usercode`.
pub(crate) fn start(shared: &Shared, call: &Call) -> Reply {
    let client = call.fields().map(|fields| fields.get("client_id").to_owned()).unwrap_or_default();
    if client != CLIENT_ID {
        return Reply::error(400, "invalid_client", "unknown client_id");
    }
    let now_ms = shared.clock.now_ms();
    let device = Device {
        device_auth_id: random::id("deviceauth_"),
        user_code: random::user_code(),
        started_at_ms: now_ms,
        stage: Stage::Pending,
    };
    let answer = json!({
        "device_auth_id": device.device_auth_id, "user_code": device.user_code,
        "interval": "5", "expires_at": rfc3339(now_ms + LIFETIME_MS),
    });
    shared.world().devices.devices.push(device);
    Reply::json(200, &answer)
}

/// `POST /api/accounts/deviceauth/token`: 403 while the person has not decided.
pub(crate) fn poll(shared: &Shared, call: &Call) -> Reply {
    let Some(fields) = call.fields() else {
        return Reply::error(400, "invalid_request", "the body must be JSON");
    };
    let now_ms = shared.clock.now_ms();
    let mut guard = shared.world();
    let world = &mut *guard;
    match stage_of(world, &fields, now_ms) {
        None => Reply::error(400, "expired_token", "the device code is unknown or has expired"),
        Some(Stage::Pending) => Reply::error(403, "authorization_pending", "the person has not decided yet"),
        Some(Stage::Denied) => Reply::error(400, "access_denied", "the person denied the sign-in"),
        Some(Stage::Collected) => {
            Reply::error(400, "invalid_grant", "the authorization code was already handed out")
        }
        Some(Stage::Approved(seat)) => hand_out(world, &fields, seat, now_ms),
    }
}

fn stage_of(world: &World, fields: &Fields, now_ms: i64) -> Option<Stage> {
    let device = world.devices.devices.iter().find(|device| {
        device.device_auth_id == fields.get("device_auth_id") && device.user_code == fields.get("user_code")
    })?;
    (now_ms - device.started_at_ms <= LIFETIME_MS).then(|| device.stage.clone())
}

fn hand_out(world: &mut World, fields: &Fields, seat: SeatId, now_ms: i64) -> Reply {
    let verifier = random::token();
    let challenge = challenge_of(&verifier);
    let code = world.codes.grant(Granted {
        seat,
        redirect_uri: None,
        challenge: challenge.clone(),
        granted_at_ms: now_ms,
    });
    world.logins.remember(SecretKind::AuthorizationCode, &code);
    world.logins.remember(SecretKind::CodeVerifier, &verifier);
    for device in &mut world.devices.devices {
        if device.device_auth_id == fields.get("device_auth_id") {
            device.stage = Stage::Collected;
        }
    }
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
    if world.devices.pending(user_code, now_ms).is_none() {
        return Reply::html(
            404,
            page::message("Unknown code", "No sign-in waits for this code. Codes live 15 minutes."),
        );
    }
    let user = value_of(&query, PICK_USER);
    let consent = if !value_of(&query, PICK_DENY).is_empty() {
        Consent::Denied
    } else if user.is_empty() {
        return Reply::html(200, page::choose_for_device(&world.people, user_code));
    } else {
        Consent::As(SeatId::new(user, value_of(&query, PICK_ACCOUNT)))
    };
    match settle(world, user_code, consent, now_ms) {
        Ok(()) => Reply::html(200, page::message("Done", "You can go back to the other device.")),
        Err(unknown) => Reply::html(400, page::message("This did not work", &unknown.to_string())),
    }
}
