//! What the tool saw of one request, in the words of the failure table.

use http::StatusCode;
use rockpool_tests::tools::request::{answer, events};
use serde_json::Value;

use super::super::post::Posted;

/// The connection ended before the answer did.
pub(super) const BROKEN: &str = "broken";

/// `account`'s answer is `itself`, any other account's is `another`.
pub(super) fn over_http(posted: &Posted, account: &str) -> String {
    if posted.status != StatusCode::OK {
        let body = serde_json::from_slice(&posted.body).unwrap_or_default();
        return format!("{} {}", posted.status, code(&body));
    }
    let events = events(&posted.body);
    match (last(&events, account), posted.whole) {
        (Some(end), true) => end,
        (Some(end), false) => format!("{end}, then broken"),
        (None, true) => "ended".to_owned(),
        (None, false) => BROKEN.to_owned(),
    }
}

/// As [`over_http`], from the frames up to the last of the answer or of the connection.
pub(super) fn over_websocket(frames: &[Value], account: &str) -> String {
    match frames.last() {
        Some(frame) if frame["type"] == "error" => error_frame(frame),
        Some(_) | None => last(frames, account).unwrap_or_else(|| BROKEN.to_owned()),
    }
}

/// A refused handshake.
pub(super) fn refusal(status: StatusCode, body: Option<&[u8]>) -> String {
    let body = body.and_then(|body| serde_json::from_slice(body).ok()).unwrap_or_default();
    format!("{} {}", status.as_u16(), code(&body))
}

/// The CLI 0.169.0 does not parse a frame with both names of a status, and waits five minutes for one with neither.
fn error_frame(frame: &Value) -> String {
    let statuses: Vec<_> =
        ["status", "status_code"].iter().filter_map(|name| frame[*name].as_u64()).collect();
    match statuses[..] {
        [status] => format!("{status} {}", code(frame)),
        _ => format!("an error frame with {} statuses: {frame}", statuses.len()),
    }
}

fn last(events: &[Value], account: &str) -> Option<String> {
    let event = events.last()?;
    match event["type"].as_str()? {
        "response.completed" => Some(whose(&answer(events), account)),
        "response.failed" => Some(format!("200, failed {}", code(&event["response"]))),
        "response.incomplete" => {
            let reason = event["response"]["incomplete_details"]["reason"].as_str().unwrap_or("-");
            Some(format!("200, incomplete {reason}"))
        }
        "error" => Some(format!("200, error {}", code(event))),
        _ => None,
    }
}

fn whose(answer: &str, account: &str) -> String {
    match answer.strip_prefix("A simulated answer from acct-").and_then(|rest| rest.strip_suffix('.')) {
        Some(name) if name == account => "itself".to_owned(),
        Some(_) => "another".to_owned(),
        None => format!("{answer:?}"),
    }
}

/// The code of an error, else its type, else `-`. Every request is invalid in some way: that type says nothing.
fn code(body: &Value) -> &str {
    let error = if body["error"].is_object() { &body["error"] } else { &body["detail"] };
    let kind = error["type"].as_str().filter(|kind| *kind != "invalid_request_error");
    error["code"].as_str().or(kind).unwrap_or("-")
}
