//! A refusal in the form that it has on a WebSocket.

use serde_json::{Map, Value, json};

use crate::reply::Reply;

/// `status_code` and no `status`, header names in title case, as the live backend sends it.
pub(crate) fn error_frame(reply: &Reply) -> Value {
    let body = reply.json_body().unwrap_or_default();
    let error = match (&body["error"], &body["detail"]) {
        (Value::Object(error), _) => Value::Object(error.clone()),
        (_, Value::Null) => {
            json!({"type": "server_error", "code": null, "message": "The upstream answered with something else than JSON."})
        }
        (_, Value::String(detail)) => {
            json!({"type": "invalid_request_error", "code": null, "message": detail})
        }
        (_, detail) => {
            json!({"type": "invalid_request_error", "code": detail["code"], "message": detail.to_string()})
        }
    };
    let headers: Map<String, Value> = reply
        .headers
        .iter()
        .filter(|(name, _)| {
            name.to_ascii_lowercase().starts_with("x-codex-") || name.eq_ignore_ascii_case("retry-after")
        })
        .map(|(name, value)| (title_case(name), Value::from(value.as_str())))
        .collect();
    json!({"type": "error", "error": error, "status_code": reply.status.as_u16(), "headers": headers})
}

fn title_case(name: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
            .unwrap_or_default()
    };
    name.split('-').map(capital).collect::<Vec<_>>().join("-")
}
