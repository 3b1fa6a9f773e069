//! The simulator's own API under `/_sim/`, for rehearsals and shell scripts: the powers of [`crate::Sim`] in JSON.
//!
//! | call | body |
//! |---|---|
//! | `GET state`, `journal?after=ID`, `violations`, `secrets`, `script`, `ca.pem`; `DELETE journal`, `script` | |
//! | `POST people` | a [`Person`] |
//! | `POST next-sign-in` | `{"as": SEAT}` or `{"denied": "missing_codex_entitlement"}` |
//! | `POST device` | `{"user_code": "…", "seat": SEAT}`; without a seat: denied |
//! | `POST script` | a [`Fault`]: `{"on": "turn", "seat": SEAT, "times": 1, "action": {"do": "usage_limit_reached"}}` |
//! | `POST windows` | `{"seat": SEAT, "windows": {"primary": {"length_seconds", "used_percent", "resets_in_seconds"}}}` |
//! | `POST cost` | `{"seat": SEAT, "cost": {"primary": 1.0, "secondary": 0.2}}`, percent for each turn |
//! | `POST models` | `{"seat": SEAT, "models": ["gpt-5.5"]}`: those of the plan; `null` for the whole catalogue |
//! | `POST expire-access-tokens` | `{"user_id": "…"}` |
//! | `POST kill-login` | `{"user_id": "…", "death": "revoked"}` |
//! | `POST mint-login` | SEAT; answers `{"auth_json": {…}}` |
//! | `POST advance` | `{"seconds": 3600}` |
//!
//! SEAT is `{"user_id": "…", "account_id": "…"}`.

use std::time::Duration;

use http::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::backend::usage::QuotaStatus;
use crate::call::{Call, value_of};
use crate::reply::Reply;
use crate::shared::Shared;
use crate::world::SignIn;
use crate::world::UnknownPerson;
use crate::world::faults::Fault;
use crate::world::journal::EntryId;
use crate::world::logins::Death;
use crate::world::minted::Minted;
use crate::world::people::{Cost, Person, SeatId, Windows};
use crate::world::quota::Quota;

pub(crate) fn control(shared: &Shared, call: &Call) -> Reply {
    if call.header("origin").is_some() {
        return problem(403, "a web page must not steer the simulator");
    }
    let name = call.path.trim_start_matches("/_sim/");
    let done = match (&call.method, name) {
        (&Method::GET, "state") => Ok(state(shared)),
        (&Method::GET, "journal") => Ok(journal(shared, call)),
        (&Method::DELETE, "journal") => {
            shared.world().journal.clear();
            Ok(json!({}))
        }
        (&Method::GET, "violations") => Ok(violations(shared)),
        (&Method::GET, "secrets") => Ok(json!({"secrets": shared.world().logins.secrets()})),
        (&Method::GET, "ca.pem") => return Reply::text(200, shared.ca_pem.clone()),
        (&Method::GET, "script") => Ok(json!({"pending": shared.world().script.pending()})),
        (&Method::DELETE, "script") => {
            shared.world().script.clear();
            Ok(json!({}))
        }
        (&Method::POST, "script") => body(call).and_then(|fault| add_fault(shared, fault)),
        (&Method::POST, "people") => body(call).and_then(|person: Person| add_person(shared, person)),
        (&Method::POST, "next-sign-in") => body(call).map(|sign_in: SignIn| {
            shared.world().sign_ins.push_back(sign_in);
            json!({})
        }),
        (&Method::POST, "device") => body(call).and_then(|order| decide_device(shared, order)),
        (&Method::POST, "windows") => body(call).and_then(|order| set_windows(shared, order)),
        (&Method::POST, "cost") => body(call).and_then(|order| set_cost(shared, order)),
        (&Method::POST, "models") => body(call).and_then(|order| set_models(shared, order)),
        (&Method::POST, "expire-access-tokens") => body(call).and_then(|order| expire(shared, &order)),
        (&Method::POST, "kill-login") => body(call).and_then(|order| kill(shared, &order)),
        (&Method::POST, "mint-login") => body(call).and_then(|seat| mint(shared, call, &seat)),
        (&Method::POST, "advance") => body(call).map(|order: Advance| {
            shared.clock.advance(Duration::from_secs(order.seconds));
            json!({"now": shared.clock.now_seconds()})
        }),
        _ => {
            return problem(
                404,
                "no such control; see /_sim/state, journal, violations, secrets, ca.pem, script, people, next-sign-in, device, windows, cost, models, expire-access-tokens, kill-login, mint-login, advance",
            );
        }
    };
    match done {
        Ok(answer) => Reply::json(200, &answer),
        Err(Wrong(why)) => problem(400, &why),
    }
}

/// Why an order cannot be followed.
struct Wrong(String);

impl From<UnknownPerson> for Wrong {
    fn from(unknown: UnknownPerson) -> Self {
        Self(unknown.to_string())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetWindows {
    seat: SeatId,
    windows: Windows,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetCost {
    seat: SeatId,
    cost: Cost,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetModels {
    seat: SeatId,
    models: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfUser {
    user_id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kill {
    user_id: String,
    #[serde(default = "revoked")]
    death: Death,
}

const fn revoked() -> Death {
    Death::Revoked
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DecideDevice {
    user_code: String,
    /// Absent: denied.
    seat: Option<SeatId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: u64,
}

fn body<T: DeserializeOwned>(call: &Call) -> Result<T, Wrong> {
    let value = call.json().map_err(|why| Wrong(format!("the body is not JSON: {why}")))?;
    serde_json::from_value(value).map_err(|error| Wrong(format!("the body does not fit: {error}")))
}

fn problem(status: u16, why: &str) -> Reply {
    Reply::json(status, &json!({"error": why}))
}

fn state(shared: &Shared) -> Value {
    let now = shared.clock.now_seconds();
    let mut world = shared.world();
    let seats: Vec<Value> = world
        .directory
        .seats()
        .iter()
        .map(|seat| {
            let email = world.directory.person(seat).email.clone();
            QuotaStatus::of(&mut world.directory, seat, now).usage_json(seat.id(), &email)
        })
        .collect();
    json!({"now": now, "people": world.directory.people(), "seats": seats, "queued_sign_ins": world.sign_ins, "script": world.script.pending()})
}

/// `?after=ID` leaves out what was seen before.
fn journal(shared: &Shared, call: &Call) -> Value {
    let after = value_of(&call.query_pairs(), "after").parse().unwrap_or_default();
    json!({"entries": shared.world().journal.since(EntryId(after))})
}

fn violations(shared: &Shared) -> Value {
    let entries = shared.world().journal.since(EntryId(0));
    let violated: Vec<Value> = entries
        .iter()
        .filter(|entry| !entry.violations.is_empty())
        .map(|entry| json!({"entry": entry.id, "path": entry.path, "violations": entry.violations}))
        .collect();
    json!({"violations": violated})
}

fn add_fault(shared: &Shared, fault: Fault) -> Result<Value, Wrong> {
    if fault.times == 0 {
        return Err(Wrong("times must be at least 1".to_owned()));
    }
    let mut world = shared.world();
    if let Some(seat) = &fault.seat {
        world.directory.seat(seat)?;
    }
    world.script.add(fault);
    Ok(json!({}))
}

fn add_person(shared: &Shared, person: Person) -> Result<Value, Wrong> {
    shared.world().directory.add(person, shared.clock.now_seconds())?;
    Ok(json!({}))
}

fn decide_device(shared: &Shared, order: DecideDevice) -> Result<Value, Wrong> {
    shared.world().decide_device(&order.user_code, order.seat.as_ref(), shared.clock.now_ms())?;
    Ok(json!({}))
}

fn set_windows(shared: &Shared, order: SetWindows) -> Result<Value, Wrong> {
    let quota = Quota::starting(&order.windows, shared.clock.now_seconds());
    let mut world = shared.world();
    let seat = world.directory.seat(&order.seat)?;
    world.directory.set_quota(&seat, quota);
    Ok(json!({}))
}

fn set_cost(shared: &Shared, order: SetCost) -> Result<Value, Wrong> {
    let mut world = shared.world();
    let seat = world.directory.seat(&order.seat)?;
    world.directory.workspace_mut(&seat).cost = order.cost;
    Ok(json!({}))
}

fn set_models(shared: &Shared, order: SetModels) -> Result<Value, Wrong> {
    let mut world = shared.world();
    let seat = world.directory.seat(&order.seat)?;
    world.directory.workspace_mut(&seat).models = order.models;
    Ok(json!({}))
}

fn expire(shared: &Shared, order: &OfUser) -> Result<Value, Wrong> {
    let mut world = shared.world();
    let logins = world.logins.logins_of(&order.user_id);
    for login in &logins {
        world.logins.expire_access_of(*login);
    }
    Ok(json!({"logins": logins.len()}))
}

fn kill(shared: &Shared, order: &Kill) -> Result<Value, Wrong> {
    let mut world = shared.world();
    let logins = world.logins.logins_of(&order.user_id);
    for login in &logins {
        world.logins.kill(*login, order.death);
    }
    Ok(json!({"logins": logins.len()}))
}

fn mint(shared: &Shared, call: &Call, seat: &SeatId) -> Result<Value, Wrong> {
    let now_ms = shared.clock.now_ms();
    let mut world = shared.world();
    let known = world.directory.seat(seat)?;
    let login = world.logins.sign_in(known);
    let issued = world.issue(login, &call.base, now_ms);
    let minted = Minted::new(issued, seat, &call.base, now_ms);
    let file: Value = serde_json::from_str(&minted.auth_json).unwrap_or_default();
    Ok(json!({"auth_json": file}))
}
