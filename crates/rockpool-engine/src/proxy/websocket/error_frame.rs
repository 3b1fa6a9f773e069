//! Error frames as tools can read them: exactly one of `status` and `status_code`.
//!
//! The Codex CLI 0.169.0 does not parse a frame with both, and ignores one with neither; either way it
//! waits five minutes for nothing. Over SSE an error event needs no status and passes as it came. A 401
//! is about a pooled account's login and never a tool's business: it becomes a 500, which is tried again
//! as well.

use rockpool_routing::Class;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::provider::error::ProviderFault;
use crate::provider::event;
use crate::provider::event::{Audience, EventKind, ForTool};

const UNAUTHORIZED: u16 = 401;
const INTERNAL: u16 = 500;

/// What of a frame is for the tool.
pub(super) fn for_tool(kind: EventKind, text: Utf8Bytes, audience: Audience) -> Option<Utf8Bytes> {
    let text = match event::for_tool(kind, text.as_bytes(), audience) {
        ForTool::Nothing => return None,
        ForTool::AsItCame => text,
        ForTool::Changed(json) => String::from_utf8(json).map_or(text, Utf8Bytes::from),
    };
    match kind {
        EventKind::Failed => Some(with_one_status(&text).map_or(text, Utf8Bytes::from)),
        EventKind::Lifecycle
        | EventKind::Limits
        | EventKind::Metadata
        | EventKind::Private
        | EventKind::Completed
        | EventKind::Incomplete
        | EventKind::Output => Some(text),
    }
}

/// The error frame with exactly one status; `None` where it has that, or is no error frame. The values
/// of all other members stay byte for byte, and in their order.
fn with_one_status(frame: &str) -> Option<String> {
    let Members(members) = serde_json::from_str(frame).ok()?;
    let is_error = members.iter().any(|(name, value)| name == "type" && value.get() == "\"error\"");
    if !is_error {
        return None;
    }
    let statuses: Vec<_> = members.iter().filter(|(name, _)| is_status(name)).collect();
    if let [(_, only)] = statuses[..]
        && status(only).is_some_and(|status| status != UNAUTHORIZED)
    {
        return None;
    }
    let first =
        |wanted: &str| statuses.iter().filter(|(name, _)| name == wanted).find_map(|(_, it)| status(it));
    let code = match first("status_code").or_else(|| first("status")) {
        Some(UNAUTHORIZED) => INTERNAL,
        Some(status) => status,
        None => derived(frame),
    };
    let kept = members.iter().filter(|(name, _)| !is_status(name));
    let mut parts: Vec<String> = kept.map(|(name, value)| format!("{}:{value}", quoted(name))).collect();
    parts.insert(1.min(parts.len()), format!("\"status_code\":{code}"));
    Some(format!("{{{}}}", parts.join(",")))
}

fn is_status(name: &str) -> bool {
    matches!(name, "status" | "status_code")
}

/// A status that says that something went wrong.
fn status(value: &RawValue) -> Option<u16> {
    value.get().parse().ok().filter(|status| (400..=599).contains(status))
}

fn quoted(name: &str) -> String {
    serde_json::Value::from(name).to_string()
}

/// The status that the tool reads in an error frame; `None` for any other frame.
pub(super) fn read(frame: &str) -> Option<u16> {
    #[derive(Deserialize)]
    struct Event {
        status: Option<u16>,
        status_code: Option<u16>,
    }
    let event: Event = serde_json::from_str(frame).ok()?;
    event.status_code.or(event.status)
}

/// The status that goes with what the error says: the one that its twin over HTTP has.
fn derived(frame: &str) -> u16 {
    let said = ProviderFault::read(frame.as_bytes(), jiff::Timestamp::UNIX_EPOCH);
    // The type decides where the code is unknown.
    let status = said.blames_the_request().then_some(400);
    let fault = ProviderFault { status, ..said };
    match fault.class() {
        Class::UsageLimit { .. } | Class::ModelLimit { .. } | Class::RateLimited { .. } | Class::Billing => {
            429
        }
        Class::MissingWorkspace | Class::Forbidden => 403,
        Class::Rejected | Class::Unsuitable | Class::ForeignCiphertext => 400,
        Class::Failure { .. } if fault.code.as_deref() == Some("server_is_overloaded") => 503,
        Class::Failure { .. } | Class::Unauthorized | Class::Success | Class::Abandoned => INTERNAL,
    }
}

/// The members of an object in their order, values as they were written.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn becomes(frame: &str, expected: &str) {
        assert_eq!(with_one_status(frame).as_deref(), Some(expected));
        assert_eq!(with_one_status(expected), None, "it is well then");
    }

    #[test]
    fn a_frame_with_one_status_passes_as_it_came() {
        for frame in [
            r#"{"type":"error","status":429,"error":{}}"#,
            r#"{"type":"error", "error":{"code":"x"}, "status_code" : 500}"#,
            r#"{"type":"response.failed","response":{"error":{"code":"x"}}}"#,
            r#"{"type":"response.failed","status":1,"status_code":2}"#,
            "no json",
        ] {
            assert_eq!(with_one_status(frame), None, "{frame}");
        }
    }

    #[test]
    fn of_two_statuses_status_code_stays() {
        becomes(
            r#"{"type":"error","status":503,"status_code":429,"error":{"code" : "a\u0062" },"z":1.50}"#,
            r#"{"type":"error","status_code":429,"error":{"code" : "a\u0062" },"z":1.50}"#,
        );
        becomes(
            r#"{"status_code":null,"type":"error","status":503}"#,
            r#"{"type":"error","status_code":503}"#,
        );
        becomes(
            r#"{"type":"error","status_code":500,"status_code":500}"#,
            r#"{"type":"error","status_code":500}"#,
        );
    }

    #[test]
    fn a_401_is_no_business_of_the_tools() {
        for stated in [r#""status":401"#, r#""status_code":401"#, r#""status":401,"status_code":401"#] {
            becomes(
                &format!(r#"{{"type":"error",{stated},"error":{{"type":"invalid_request_error"}}}}"#),
                r#"{"type":"error","status_code":500,"error":{"type":"invalid_request_error"}}"#,
            );
        }
    }

    #[test]
    fn a_status_that_is_missing_or_useless_is_made_up_from_what_the_error_says() {
        let cases = [
            (r#"{"code":"usage_limit_reached"}"#, 429),
            (r#"{"type":"usage_limit_reached"}"#, 429),
            (r#"{"code":"rate_limit_exceeded"}"#, 429),
            (r#"{"code":"usage_not_included"}"#, 429),
            (r#"{"code":"token_expired"}"#, 500),
            (r#"{"code":"deactivated_workspace"}"#, 403),
            (r#"{"code":"previous_response_not_found"}"#, 400),
            (r#"{"code":"websocket_connection_limit_reached"}"#, 400),
            (r#"{"type":"invalid_request_error","code":"made_up"}"#, 400),
            (r#"{"type":"invalid_request_error","code":"server_error"}"#, 500),
            (r#"{"code":"server_is_overloaded"}"#, 503),
            (r#"{"code":"made_up"}"#, 500),
            ("null", 500),
        ];
        for (error, status) in cases {
            for stated in ["", r#""status":null,"#, r#""status_code":"x","#, r#""status":200,"#] {
                becomes(
                    &format!(r#"{{"type":"error",{stated}"error":{error}}}"#),
                    &format!(r#"{{"type":"error","status_code":{status},"error":{error}}}"#),
                );
            }
        }
    }
}
