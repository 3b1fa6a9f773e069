//! What stands beside conversations: images, web search, transcription. Forms as the client's sources have them
//! (`codex-api/src/images.rs`, `search.rs`, 2026) and as users of `/transcribe` report them; of what the backend does
//! with fields that the client never sends nothing is known, so those are noted and not refused.

use serde_json::{Map, Value, json};

use crate::backend::admission::{self, Admitted};
use crate::backend::side_paths::admitted;
use crate::backend::usage::QuotaStatus;
use crate::call::{Body, Call};
use crate::reply::{Outcome, Reply};
use crate::scripted::with_action;
use crate::shared::Shared;
use crate::world::World;
use crate::world::faults::{Action, On};

/// One pixel, as PNG in base64.
pub(crate) const PIXEL: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Picture {
    New,
    Changed,
}

/// A field of an image request, and what it may be.
type Field = (&'static str, fn(&Value) -> bool);

const IMAGE_FIELDS: [Field; 7] = [
    ("prompt", Value::is_string),
    ("model", Value::is_string),
    ("size", Value::is_string),
    ("quality", |value| ["low", "medium", "high", "auto"].iter().any(|known| value == known)),
    ("background", |value| ["transparent", "opaque", "auto"].iter().any(|known| value == known)),
    ("n", Value::is_u64),
    ("images", is_list_of_pictures),
];

/// Images count against the account's own limits; the plan `free` has none.
pub(crate) fn image(shared: &Shared, call: &Call, picture: Picture) -> Outcome {
    let mut guard = shared.world();
    let world = &mut *guard;
    let now = shared.clock.now_seconds();
    let who = match admission::admit(world, call, now) {
        Ok(who) => who,
        Err(reply) => return reply.into(),
    };
    if world.directory.workspace(&who.seat).plan == "free" {
        return Reply::detail(404, "Not Found").into();
    }
    if let Err(refused) = call.json_object().and_then(|fields| usable(world, call, &fields, picture)) {
        world.journal.violated(call.entry, refused.message());
        return refused.into();
    }
    let before = QuotaStatus::of(&mut world.directory, &who.seat, now);
    let action = match world.script.take(On::Images, Some(who.seat.id())) {
        Some(Action::UsageLimitReached) => return before.limit_reached().into(),
        action => action,
    };
    with_action(world, call, action, |world| {
        if before.is_exhausted() {
            return before.limit_reached();
        }
        world.directory.spend(&who.seat, "", now);
        let mut reply = Reply::json(200, &pictures(now));
        reply.headers.extend(QuotaStatus::of(&mut world.directory, &who.seat, now).headers());
        reply
    })
}

fn usable(
    world: &mut World,
    call: &Call,
    fields: &Map<String, Value>,
    picture: Picture,
) -> Result<(), Reply> {
    let needed: &[&str] = match picture {
        Picture::New => &["prompt", "model"],
        Picture::Changed => &["prompt", "images"],
    };
    if let Some(missing) = needed.iter().find(|name| !fields.contains_key(**name)) {
        let message = format!("Missing required parameter: '{missing}'.");
        return Err(Reply::error(400, "missing_required_parameter", &message));
    }
    for (name, value) in fields {
        match IMAGE_FIELDS.iter().find(|(known, _)| known == name) {
            Some((_, fits)) if !fits(value) => {
                return Err(Reply::error(400, "invalid_value", &format!("Invalid value: '{name}'.")));
            }
            Some(_) => {}
            None => world.journal.note(call.entry, format!("the client sends no “{name}” for an image")),
        }
    }
    Ok(())
}

fn is_list_of_pictures(value: &Value) -> bool {
    let is_picture = |picture: &Value| {
        let url = picture["image_url"].as_str().unwrap_or_default();
        (url.starts_with("data:image/") && url.contains(";base64,")) || url.starts_with("https://")
    };
    value.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(is_picture))
}

/// Whatever was asked for: the backend is reported to go by no size, quality or model.
fn pictures(now: i64) -> Value {
    json!({
        "created": now, "background": "opaque", "data": [{"b64_json": PIXEL}], "output_format": "png", "quality": "low",
        "size": "1254x1254",
        "usage": {
            "input_tokens": 17, "input_tokens_details": {"image_tokens": 0, "text_tokens": 17},
            "output_tokens": 515, "output_tokens_details": {"image_tokens": 515, "text_tokens": 0}, "total_tokens": 532,
        },
    })
}

pub(crate) fn search(shared: &Shared, call: &Call) -> Outcome {
    admitted(shared, call, Some(On::Search), |world, _| match call.json_object() {
        Ok(fields) if ["id", "model"].iter().all(|name| fields.get(*name).is_some_and(Value::is_string)) => {
            Reply::json(200, &json!({"encrypted_output": null, "output": "A simulated page."}))
        }
        Ok(_) => refused(world, call, Reply::detail(422, "id and model are texts")),
        Err(reply) => refused(world, call, reply),
    })
}

pub(crate) fn transcribe(shared: &Shared, call: &Call) -> Outcome {
    admitted(shared, call, Some(On::Transcribe), |world, _: &Admitted| match recording(call) {
        Ok(Recording { bytes, language }) => {
            let text = format!("A simulated transcript of {bytes} bytes in {language}.");
            Reply::json(200, &json!({ "text": text }))
        }
        Err(why) => refused(world, call, Reply::detail(400, why)),
    })
}

fn refused(world: &mut World, call: &Call, reply: Reply) -> Reply {
    world.journal.violated(call.entry, reply.message());
    reply
}

struct Recording {
    bytes: usize,
    language: String,
}

/// A form with one file, and with the language where it is known (RFC 7578).
fn recording(call: &Call) -> Result<Recording, String> {
    let Body::Decoded(body) = &call.body else { return Err("The body cannot be decoded".to_owned()) };
    let content_type = call.header("content-type").unwrap_or_default();
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=");
    let boundary = boundary.ok_or("Send multipart/form-data")?.trim_matches('"');
    let text = String::from_utf8_lossy(body);
    let inside = text.split_once(&format!("--{boundary}\r\n")).map(|(_, rest)| rest);
    let inside = inside.and_then(|rest| rest.split_once(&format!("\r\n--{boundary}--")));
    let (inside, _) = inside.ok_or("The form has no beginning or no end")?;
    let (mut bytes, mut language) = (None, "no language".to_owned());
    for part in inside.split(&format!("\r\n--{boundary}\r\n")) {
        let (head, value) = part.split_once("\r\n\r\n").ok_or("A part of the form has no header")?;
        let head = head.to_lowercase();
        if head.contains("name=\"file\"") && head.contains("filename=\"") && bytes.is_none() {
            bytes = Some(value.len());
        } else if head.contains("name=\"language\"") {
            language = value.to_owned();
        } else {
            return Err(format!("Unexpected part of the form: {head}"));
        }
    }
    let bytes = bytes.filter(|bytes| *bytes > 0).ok_or("Field required: file")?;
    Ok(Recording { bytes, language })
}
