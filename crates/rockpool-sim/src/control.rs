//! The simulator's own API under `/_sim/`, for rehearsals and shell scripts: the powers of [`crate::Sim`] in JSON.
//!
//! | call | body |
//! |---|---|
//! | `GET state`, `journal?after=ID`, `secrets`, `script`, `ca.pem`; `DELETE journal`, `script` | |
//! | `POST people` | a [`Person`] |
//! | `POST next-sign-in` | `{"as": SEAT}` or `{"denied": "missing_codex_entitlement"}` |
//! | `POST device` | `{"user_code": "…", "seat": SEAT}`; without a seat: denied |
//! | `POST script` | a [`Fault`]: `{"on": "turn", "seat": SEAT, "times": 1, "action": {"do": "usage_limit_reached"}}` |
//! | `POST windows` | `{"seat": SEAT, "windows": {"primary": {"length_seconds", "used_percent", "resets_in_seconds"}}}` |
//! | `POST cost` | `{"seat": SEAT, "cost": {"primary": 1.0, "secondary": 0.2}}`, percent for each turn |
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

use crate::call::{Call, value_of};
use crate::faults::Fault;
use crate::journal::EntryId;
use crate::logins::Death;
use crate::minted::Minted;
use crate::oauth::SignIn;
use crate::oauth::device::{Consent, settle};
use crate::people::{Cost, Person, SeatId, Windows};
use crate::quota::Quota;
use crate::reply::Reply;
use crate::usage::Standing;
use crate::world::{Shared, UnknownPerson};

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
                "no such control; see /_sim/state, journal, secrets, ca.pem, script, people, next-sign-in, device, windows, cost, expire-access-tokens, kill-login, mint-login, advance",
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
        .seats()
        .iter()
        .map(|seat| {
            let email = world.seat(seat).map(|(person, _)| person.email.clone()).unwrap_or_default();
            Standing::of(&mut world, seat, now).usage_json(seat, &email)
        })
        .collect();
    json!({"now": now, "people": world.people, "seats": seats, "queued_sign_ins": world.sign_ins, "script": world.script.pending()})
}

/// `?after=ID` leaves out what was seen before.
fn journal(shared: &Shared, call: &Call) -> Value {
    let after = value_of(&call.query_pairs(), "after").parse().unwrap_or_default();
    json!({"entries": shared.world().journal.since(EntryId(after))})
}

fn add_fault(shared: &Shared, fault: Fault) -> Result<Value, Wrong> {
    if fault.times == 0 {
        return Err(Wrong("times must be at least 1".to_owned()));
    }
    let mut world = shared.world();
    if let Some(seat) = &fault.seat {
        world.seat(seat)?;
    }
    world.script.add(fault);
    Ok(json!({}))
}

fn add_person(shared: &Shared, person: Person) -> Result<Value, Wrong> {
    shared.world().add_person(person, shared.clock.now_seconds())?;
    Ok(json!({}))
}

fn decide_device(shared: &Shared, order: DecideDevice) -> Result<Value, Wrong> {
    let consent = order.seat.map_or(Consent::Denied, Consent::As);
    settle(&mut shared.world(), &order.user_code, consent, shared.clock.now_ms())?;
    Ok(json!({}))
}

fn set_windows(shared: &Shared, order: SetWindows) -> Result<Value, Wrong> {
    let quota = Quota::starting(&order.windows, shared.clock.now_seconds());
    shared.world().set_quota(&order.seat, quota)?;
    Ok(json!({}))
}

fn set_cost(shared: &Shared, order: SetCost) -> Result<Value, Wrong> {
    shared.world().workspace_mut(&order.seat)?.cost = order.cost;
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
    world.seat(seat)?;
    let login = world.logins.sign_in(seat.clone());
    let issued = world.issue(login, &call.base, now_ms);
    let minted = Minted::new(issued, seat, &call.base, now_ms);
    let file: Value = serde_json::from_str(&minted.auth_json).unwrap_or_default();
    Ok(json!({"auth_json": file}))
}
