//! What one event of an answer means, the same over SSE and over WebSocket.

use std::borrow::Cow;
use std::time::Duration;

use jiff::Timestamp;
use memchr::memmem;
use rockpool_routing::classify::Origin;
use rockpool_routing::{Reading, Signals};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::usage;
use crate::proxy::request::headers::{TURN_STATE, contradicts_pool};

/// How an event is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Says only that work has begun; held back before the first output.
    Lifecycle,
    /// The account's limits: read and not handed on.
    Limits,
    /// Headers inside the stream, some of which contradict the pool.
    Metadata,
    /// An error.
    Failed,
    /// The regular end, with token counts.
    Completed,
    /// The end of an answer that was cut short by a limit of the model.
    Incomplete,
    /// Everything else is output.
    Output,
}

impl Kind {
    /// Whether nothing follows in this answer.
    pub(crate) fn is_terminal(self) -> bool {
        match self {
            Self::Failed | Self::Completed | Self::Incomplete => true,
            Self::Lifecycle | Self::Limits | Self::Metadata | Self::Output => false,
        }
    }
}

/// The kind of an event by the `type` of its JSON.
pub(crate) fn kind(json: &[u8]) -> Kind {
    by_name(&type_name(json))
}

fn by_name(name: &str) -> Kind {
    match name {
        "response.created" | "response.in_progress" | "response.queued" | "keepalive" => Kind::Lifecycle,
        "codex.rate_limits" => Kind::Limits,
        "response.metadata" | "codex.response.metadata" => Kind::Metadata,
        "response.failed" | "error" => Kind::Failed,
        "response.completed" | "response.done" => Kind::Completed,
        "response.incomplete" => Kind::Incomplete,
        _ => Kind::Output,
    }
}

/// The provider writes `type` first, so a prefix settles it; any other order is parsed.
fn type_name(json: &[u8]) -> Cow<'_, str> {
    const PREFIX: &[u8] = b"{\"type\":\"";
    if let Some(rest) = json.trim_ascii_start().strip_prefix(PREFIX)
        && let Some(end) = memchr::memchr2(b'"', b'\\', rest)
        && rest[end] == b'"'
        && let Ok(name) = std::str::from_utf8(&rest[..end])
    {
        return Cow::Borrowed(name);
    }
    #[derive(Deserialize)]
    struct Typed<'a> {
        #[serde(borrow, rename = "type")]
        name: Option<Cow<'a, str>>,
    }
    serde_json::from_slice::<Typed<'_>>(json).ok().and_then(|typed| typed.name).unwrap_or_default()
}

/// Token counts of a completed answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tokens {
    pub(crate) input: Option<u64>,
    pub(crate) cached: Option<u64>,
    pub(crate) output: Option<u64>,
}

/// What the last event of an answer tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct End {
    /// The provider's name for the answer.
    pub(crate) id: Option<String>,
    pub(crate) tokens: Tokens,
}

/// Reads a `response.completed`.
pub(crate) fn end(json: &[u8]) -> End {
    #[derive(Deserialize)]
    struct Event {
        response: Option<Answer>,
    }
    #[derive(Deserialize)]
    struct Answer {
        id: Option<String>,
        usage: Option<Usage>,
    }
    #[derive(Deserialize)]
    struct Usage {
        input_tokens: Option<u64>,
        output_tokens: Option<u64>,
        input_tokens_details: Option<Details>,
    }
    #[derive(Deserialize)]
    struct Details {
        cached_tokens: Option<u64>,
    }
    let Some(answer) = serde_json::from_slice::<Event>(json).ok().and_then(|event| event.response) else {
        return End::default();
    };
    let tokens = answer.usage.map_or_else(Tokens::default, |usage| Tokens {
        input: usage.input_tokens,
        cached: usage.input_tokens_details.and_then(|details| details.cached_tokens),
        output: usage.output_tokens,
    });
    End { id: answer.id, tokens }
}

/// The turn state that a metadata event gives.
pub(crate) fn turn_state(json: &[u8]) -> Option<String> {
    let value: Value = serde_json::from_slice(json).ok()?;
    header_in(&value, TURN_STATE)
}

/// What an error said, wherever it was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Fault {
    /// Status inside an error frame.
    pub(crate) status: Option<u16>,
    /// Code, else type.
    pub(crate) code: Option<String>,
    /// The provider's words.
    pub(crate) message: Option<String>,
    pub(crate) resets_at: Option<Timestamp>,
    pub(crate) retry_after: Option<Duration>,
}

impl Fault {
    /// Whether it says that a WebSocket was open for as long as the provider lets one be.
    pub(crate) fn is_about_the_connections_age(&self) -> bool {
        self.code.as_deref() == Some("websocket_connection_limit_reached")
    }

    /// The signals for an error event; a status inside it outranks the moment it came.
    pub(crate) fn signals(&self) -> Signals<'_> {
        let origin = self.status.map_or(Origin::Event, Origin::Status);
        Signals {
            origin,
            code: self.code.as_deref(),
            retry_after: self.retry_after,
            resets_at: self.resets_at,
        }
    }
}

/// Reads an error out of an HTTP body, an `error` event or a `response.failed`.
///
/// The provider puts it at `error`, at `response.error` or at `detail`, with the code under `code` or
/// only a `type` (recorded bodies of 2026).
pub(crate) fn fault(json: &[u8], now: Timestamp) -> Fault {
    let Ok(value) = serde_json::from_slice::<Value>(json) else { return Fault::default() };
    let error = [value.get("error"), value.pointer("/response/error"), value.get("detail")]
        .into_iter()
        .flatten()
        .find(|error| !error.is_null())
        .unwrap_or(&value);
    let text =
        |key: &str| error.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
    let message = text("message").or_else(|| error.as_str().map(str::to_owned));
    let ciphertext = message.as_deref().is_some_and(is_about_ciphertext);
    let named = if ciphertext { Some("invalid_encrypted_content".to_owned()) } else { text("code") };
    let kind = text("type").filter(|kind| kind != "invalid_request_error" && kind != "error");
    let seconds = |key: &str| error.get(key).and_then(Value::as_i64).filter(|seconds| *seconds > 0);
    let resets_at = seconds("resets_at").and_then(|at| Timestamp::from_second(at).ok()).or_else(|| {
        seconds("resets_in_seconds")
            .and_then(|wait| now.checked_add(jiff::SignedDuration::from_secs(wait)).ok())
    });
    Fault {
        status: ["status_code", "status"]
            .iter()
            .find_map(|key| value.get(*key)?.as_u64())
            .and_then(|status| u16::try_from(status).ok()),
        code: named.or(kind),
        message,
        resets_at,
        retry_after: header_in(&value, "retry-after").and_then(|wait| retry_after(&wait)),
    }
}

/// The provider repeats these words with `code: null` and inside a 200 too.
fn is_about_ciphertext(message: &str) -> bool {
    memmem::find(message.as_bytes(), b"ncrypted").is_some()
        && ["could not be verified", "could not be decrypted", "could not be decoded"]
            .iter()
            .any(|words| message.contains(words))
}

fn header_in(frame: &Value, name: &str) -> Option<String> {
    let headers = frame.get("headers")?.as_object()?;
    let (_, value) = headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
    value.as_str().map(str::to_owned).or_else(|| value.as_u64().map(|number| number.to_string()))
}

/// `Retry-After` in whole or fractional seconds; the date form is not used by the provider.
pub(crate) fn retry_after(value: &str) -> Option<Duration> {
    let seconds: f64 = value.trim().parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// The quota reading in a `codex.rate_limits` event, or in the headers of an error frame.
pub(crate) fn reading(json: &[u8], now: Timestamp) -> Option<Reading> {
    let value: Value = serde_json::from_slice(json).ok()?;
    usage::events::reading(&value, now)
}

/// The quota reading in the headers that an error frame carries.
pub(crate) fn error_reading(json: &[u8], now: Timestamp) -> Option<Reading> {
    let value: Value = serde_json::from_slice(json).ok()?;
    usage::events::error_reading(&value, now)
}

/// What of an event is for the tool.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ForTool {
    /// Nothing.
    Nothing,
    /// The event as it came.
    AsItCame,
    /// The event with this JSON.
    Changed(Vec<u8>),
}

/// Limits are the pool's business; headers inside an event may contradict it.
pub(crate) fn for_tool(kind: Kind, json: &[u8]) -> ForTool {
    match kind {
        Kind::Limits => ForTool::Nothing,
        Kind::Metadata | Kind::Failed => {
            without_contradictions(json).map_or(ForTool::AsItCame, ForTool::Changed)
        }
        Kind::Lifecycle | Kind::Completed | Kind::Incomplete | Kind::Output => ForTool::AsItCame,
    }
}

/// The event without the headers that contradict the pool; `None` where nothing had to go. Only the
/// headers are written anew: everything around them stays byte for byte.
fn without_contradictions(json: &[u8]) -> Option<Vec<u8>> {
    #[derive(Deserialize)]
    struct Event<'a> {
        #[serde(borrow)]
        headers: Option<&'a RawValue>,
    }
    let text = std::str::from_utf8(json).ok()?;
    let raw = serde_json::from_str::<Event<'_>>(text).ok()?.headers?.get();
    let mut headers: Map<String, Value> = serde_json::from_str(raw).ok()?;
    let before = headers.len();
    headers.retain(|name, _| !contradicts_pool(&name.to_ascii_lowercase()));
    if headers.len() == before {
        return None;
    }
    let start = raw.as_ptr() as usize - text.as_ptr() as usize;
    let kept = serde_json::to_vec(&headers).ok()?;
    Some([&json[..start], &kept, &json[start + raw.len()..]].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_second(1_800_000_000).unwrap()
    }

    #[test]
    fn the_kind_is_the_outer_type_wherever_it_stands() {
        assert_eq!(kind(br#"{"type":"response.created","response":{}}"#), Kind::Lifecycle);
        assert_eq!(kind(br#"{"item":{"type":"error"},"type":"response.output_item.done"}"#), Kind::Output);
        assert_eq!(kind(br#"{"sequence_number":3,"type":"response.completed"}"#), Kind::Completed);
        assert_eq!(kind(br#" {"type":"codex.rate_limits"}"#), Kind::Limits);
        assert_eq!(kind(b"junk"), Kind::Output);
    }

    #[test]
    fn token_counts_are_read_where_they_are_given() {
        let json = br#"{"type":"response.completed","response":{"id":"r","usage":{"input_tokens":9,"input_tokens_details":{"cached_tokens":4},"output_tokens":2}}}"#;
        let counted = Tokens { input: Some(9), cached: Some(4), output: Some(2) };
        assert_eq!(end(json), End { id: Some("r".to_owned()), tokens: counted });
        assert_eq!(
            end(br#"{"type":"response.completed","response":{"id":"r","usage":null}}"#).tokens,
            Tokens::default()
        );
    }

    #[test]
    fn an_error_is_found_in_each_form_the_provider_uses() {
        let cases: [(&[u8], Option<u16>, &str); 6] = [
            (br#"{"error":{"type":"usage_limit_reached","message":"m","resets_at":1800000100}}"#, None, "usage_limit_reached"),
            (br#"{"type":"error","status_code":429,"error":{"code":"rate_limit_exceeded"}}"#, Some(429), "rate_limit_exceeded"),
            (br#"{"type":"response.failed","response":{"error":{"code":"server_is_overloaded"}}}"#, None, "server_is_overloaded"),
            (br#"{"detail":{"code":"deactivated_workspace"}}"#, None, "deactivated_workspace"),
            (br#"{"error":{"code":null,"type":"invalid_request_error","message":"The encrypted content gAAA could not be verified."}}"#, None, "invalid_encrypted_content"),
            (br#"{"error":{"message":"m","type":"invalid_request_error","code":"token_invalidated"},"status":401}"#, Some(401), "token_invalidated"),
        ];
        for (json, status, code) in cases {
            let fault = fault(json, now());
            assert_eq!((fault.status, fault.code.as_deref()), (status, Some(code)));
        }
        assert_eq!(fault(br#"{"detail":"Unauthorized"}"#, now()).code, None);
        assert_eq!(fault(b"<html>", now()), Fault::default());
    }

    #[test]
    fn a_reset_is_read_as_a_time_or_as_a_wait() {
        let at =
            fault(br#"{"error":{"type":"usage_limit_reached","resets_at":1800000100}}"#, now()).resets_at;
        let wait =
            fault(br#"{"error":{"type":"usage_limit_reached","resets_in_seconds":100}}"#, now()).resets_at;
        assert_eq!(at, wait);
        let hostile = fault(br#"{"error":{"type":"x","resets_in_seconds":9223372036854775807}}"#, now());
        assert_eq!(hostile.resets_at, None);
    }

    #[test]
    fn retry_after_is_read_from_frame_headers_of_any_case() {
        let json =
            br#"{"type":"error","status_code":429,"error":{"code":"x"},"headers":{"Retry-After":"7"}}"#;
        assert_eq!(fault(json, now()).retry_after, Some(Duration::from_secs(7)));
        assert_eq!(retry_after("-1"), None);
        assert_eq!(retry_after("1e400"), None);
    }

    #[test]
    fn a_turn_state_is_read_from_metadata() {
        let json = br#"{"type":"response.metadata","headers":{"X-Codex-Turn-State":"t"}}"#;
        assert_eq!(turn_state(json).as_deref(), Some("t"));
        assert_eq!(turn_state(br#"{"type":"response.metadata"}"#), None);
    }

    #[test]
    fn contradicting_headers_inside_an_event_are_taken_out_and_the_rest_stays() {
        let json = br#"{"type":"response.metadata","headers":{"x-models-etag":"e","X-Codex-Primary-Used-Percent":"3","x-codex-turn-state":"t"},"z":1}"#;
        let cleaned = without_contradictions(json).unwrap();
        assert_eq!(cleaned, br#"{"type":"response.metadata","headers":{"x-codex-turn-state":"t"},"z":1}"#);
        assert_eq!(without_contradictions(br#"{"type":"response.metadata","headers":{"a":"b"}}"#), None);
    }
}
