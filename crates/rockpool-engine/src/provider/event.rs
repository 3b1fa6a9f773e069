//! What one event of an answer means, the same over SSE and over WebSocket.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::error::ProviderFault;
use super::headers;
use super::headers::{TURN_STATE, speaks_of_one_account};
use super::sse;
use super::usage;
use super::usage::LimitReadings;
pub(crate) use crate::model::activity::TokenUsage;

/// Whose language a tool speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// The backend's: the Codex CLI, and tools that show any sign of knowing the backend.
    Codex,
    /// That of the public Responses API, and no other.
    PublicApi,
}

/// How an event is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventKind {
    /// Says only that work has begun; held back before the first output.
    Lifecycle,
    /// The account's limits: read and not handed on.
    Limits,
    /// Headers inside the stream, some of which contradict the pool.
    Metadata,
    /// No output, and no event of the public API: timings, signs of life.
    Private,
    Failed,
    /// The regular end, with token counts.
    Completed,
    /// The end of an answer that was cut short by a limit of the model.
    Incomplete,
    /// Everything else is output.
    Output,
}

impl EventKind {
    /// The kind of an event by the `type` of its JSON.
    fn of(json: &[u8]) -> Self {
        Self::named(&type_name(json))
    }

    /// The same of an event of which no more than its beginning is known; output where that tells no type.
    pub(crate) fn of_beginning(event: &[u8]) -> Self {
        let event = &event[..event.len().min(BEGINNING)];
        let data = sse::data(event).unwrap_or_default();
        Self::named(leading_type(&data).or_else(|| sse::name(event)).unwrap_or_default())
    }

    fn named(name: &str) -> Self {
        match name {
            "response.created" | "response.in_progress" | "response.queued" => Self::Lifecycle,
            "codex.rate_limits" => Self::Limits,
            "response.metadata" | "codex.response.metadata" => Self::Metadata,
            "response.failed" | "error" => Self::Failed,
            "response.completed" | "response.done" => Self::Completed,
            "response.incomplete" => Self::Incomplete,
            // All events of the public API but `error` begin so; what has no type is none of the backend's own.
            name if name.is_empty() || name.starts_with("response.") => Self::Output,
            _ => Self::Private,
        }
    }

    /// Whether nothing follows in this answer.
    pub(crate) fn is_terminal(self) -> bool {
        match self {
            Self::Failed | Self::Completed | Self::Incomplete => true,
            Self::Lifecycle | Self::Limits | Self::Metadata | Self::Private | Self::Output => false,
        }
    }
}

/// As much of a long event as is looked at for its type.
const BEGINNING: usize = 4 << 10;

/// The type of JSON that begins with it.
fn leading_type(json: &[u8]) -> Option<&str> {
    let mut rest = json;
    for token in [&b"{"[..], b"\"type\"", b":", b"\""] {
        rest = rest.trim_ascii_start().strip_prefix(token)?;
    }
    let end = memchr::memchr2(b'"', b'\\', rest)?;
    if rest[end] != b'"' {
        return None;
    }
    std::str::from_utf8(&rest[..end]).ok()
}

/// The provider writes `type` first, so the beginning is mostly enough; any other order is parsed.
fn type_name(json: &[u8]) -> Cow<'_, str> {
    if let Some(name) = leading_type(json) {
        return Cow::Borrowed(name);
    }
    #[derive(Deserialize)]
    struct Typed<'a> {
        #[serde(borrow, rename = "type")]
        name: Option<Cow<'a, str>>,
    }
    serde_json::from_slice::<Typed<'_>>(json).ok().and_then(|typed| typed.name).unwrap_or_default()
}

/// An event, with all that Rockpool wants to know of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Event {
    Lifecycle,
    Output,
    /// `None` where it says nothing.
    Limits(Option<Box<LimitReadings>>),
    Private,
    Metadata {
        turn_state: Option<String>,
    },
    Failed(Box<Failure>),
    Completed(ResponseEnd),
    Incomplete(ResponseEnd),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Failure {
    pub(crate) fault: ProviderFault,
    /// The limits in the headers that it carries.
    pub(crate) reading: Option<LimitReadings>,
}

/// What the last event of an answer tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ResponseEnd {
    /// The provider's name for the answer.
    pub(crate) id: Option<String>,
    pub(crate) tokens: TokenUsage,
}

impl Event {
    /// Reads an event, once. Nearly all are output, so for those nothing is parsed and no clock is read; a
    /// tree is built of the rare and small ones only.
    pub(crate) fn read(json: &[u8], now: impl FnOnce() -> Timestamp) -> Self {
        let tree = || serde_json::from_slice::<Value>(json).unwrap_or_default();
        match EventKind::of(json) {
            EventKind::Lifecycle => Self::Lifecycle,
            EventKind::Output => Self::Output,
            EventKind::Private => Self::Private,
            EventKind::Limits => Self::Limits(usage::events::reading(&tree(), now()).map(Box::new)),
            EventKind::Metadata => Self::Metadata { turn_state: headers::in_event(&tree(), TURN_STATE) },
            EventKind::Failed => Self::Failed(Box::new(failure(&tree(), now()))),
            EventKind::Completed => Self::Completed(end(json)),
            EventKind::Incomplete => Self::Incomplete(end(json)),
        }
    }

    pub(crate) fn kind(&self) -> EventKind {
        match self {
            Self::Lifecycle => EventKind::Lifecycle,
            Self::Output => EventKind::Output,
            Self::Private => EventKind::Private,
            Self::Limits(_) => EventKind::Limits,
            Self::Metadata { .. } => EventKind::Metadata,
            Self::Failed(_) => EventKind::Failed,
            Self::Completed(_) => EventKind::Completed,
            Self::Incomplete(_) => EventKind::Incomplete,
        }
    }
}

fn failure(event: &Value, now: Timestamp) -> Failure {
    Failure { fault: ProviderFault::within(event, now), reading: usage::events::error_reading(event, now) }
}

/// Reads a `response.completed`, which repeats the whole answer: the parser passes over that.
fn end(json: &[u8]) -> ResponseEnd {
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
        input_tokens_details: Option<InputDetails>,
        output_tokens_details: Option<OutputDetails>,
    }
    #[derive(Default, Deserialize)]
    struct InputDetails {
        cached_tokens: Option<u64>,
        cache_write_tokens: Option<u64>,
    }
    #[derive(Deserialize)]
    struct OutputDetails {
        reasoning_tokens: Option<u64>,
    }
    let Some(answer) = serde_json::from_slice::<Event>(json).ok().and_then(|event| event.response) else {
        return ResponseEnd::default();
    };
    let tokens = answer.usage.map_or_else(TokenUsage::default, |usage| {
        let input = usage.input_tokens_details.unwrap_or_default();
        TokenUsage {
            input: usage.input_tokens,
            cached: input.cached_tokens,
            cache_write: input.cache_write_tokens,
            output: usage.output_tokens,
            reasoning: usage.output_tokens_details.and_then(|details| details.reasoning_tokens),
        }
    });
    ResponseEnd { id: answer.id, tokens }
}

/// What of an event is for the tool.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ForTool {
    Nothing,
    AsItCame,
    /// The event with this JSON in place of its own.
    Changed(Vec<u8>),
}

/// Limits are the pool's business; headers inside an event may contradict it. What only the backend's own client
/// understands makes strict libraries of the public API give up: the Python SDK's `responses.stream()` raises at any
/// event before `response.created`.
pub(crate) fn for_tool(kind: EventKind, json: &[u8], audience: Audience) -> ForTool {
    match (kind, audience) {
        (EventKind::Limits, _) | (EventKind::Metadata | EventKind::Private, Audience::PublicApi) => {
            ForTool::Nothing
        }
        (EventKind::Metadata, Audience::Codex) | (EventKind::Failed, _) => {
            without_contradictions(json).map_or(ForTool::AsItCame, ForTool::Changed)
        }
        (EventKind::Private, Audience::Codex)
        | (EventKind::Lifecycle | EventKind::Completed | EventKind::Incomplete | EventKind::Output, _) => {
            ForTool::AsItCame
        }
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
    headers.retain(|name, _| !speaks_of_one_account(&name.to_ascii_lowercase()));
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
        assert_eq!(EventKind::of(br#"{"type":"response.created","response":{}}"#), EventKind::Lifecycle);
        assert_eq!(
            EventKind::of(br#"{"item":{"type":"error"},"type":"response.output_item.done"}"#),
            EventKind::Output
        );
        assert_eq!(
            EventKind::of(br#"{"sequence_number":3,"type":"response.completed"}"#),
            EventKind::Completed
        );
        assert_eq!(EventKind::of(br#" {"type":"codex.rate_limits"}"#), EventKind::Limits);
        assert_eq!(EventKind::of(b"junk"), EventKind::Output);
        assert_eq!(EventKind::of(br#"{"type":"keepalive"}"#), EventKind::Private);
        assert_eq!(EventKind::of(br#"{"type":"responsesapi.websocket_timing"}"#), EventKind::Private);
    }

    #[test]
    fn the_kind_of_a_long_event_is_told_by_its_beginning_the_data_before_the_name() {
        let kind = |beginning: &[u8]| EventKind::of_beginning(beginning);
        assert_eq!(kind(b"data: {\"type\":\"response.completed\",\"a"), EventKind::Completed);
        assert_eq!(kind(b"\r\ndata:{ \"type\" : \"response.incomplete\", \"a"), EventKind::Incomplete);
        assert_eq!(kind(b"event: response.failed\ndata: {\"a\":\"aaaa"), EventKind::Failed);
        assert_eq!(kind(b"event: error\ndata: {\"type\":\"response.completed\",\"a"), EventKind::Completed);
        assert_eq!(kind(b"data: {\"item\":{\"type\":\"response.completed\"}"), EventKind::Output);
        assert_eq!(kind(b"xxxx"), EventKind::Output);
    }

    #[test]
    fn a_tool_of_the_public_api_gets_what_that_knows_and_the_codex_cli_gets_the_rest_too() {
        for (name, public, codex) in [
            ("codex.rate_limits", false, false),
            ("codex.response.metadata", false, true),
            ("response.metadata", false, true),
            ("responsesapi.websocket_timing", false, true),
            ("keepalive", false, true),
            ("response.created", true, true),
            ("response.output_text.delta", true, true),
            ("response.of_tomorrow", true, true),
            ("response.completed", true, true),
            ("response.failed", true, true),
            ("error", true, true),
        ] {
            let json = format!("{{\"type\": \"{name}\"}}");
            let gets = |audience| for_tool(EventKind::of(json.as_bytes()), json.as_bytes(), audience);
            let expected = |gets: bool| if gets { ForTool::AsItCame } else { ForTool::Nothing };
            assert_eq!(gets(Audience::PublicApi), expected(public), "{name}");
            assert_eq!(gets(Audience::Codex), expected(codex), "{name}");
        }
    }

    #[test]
    fn token_counts_are_read_where_they_are_given() {
        let json = br#"{"type":"response.completed","response":{"id":"r","usage":{"input_tokens":9,"input_tokens_details":{"cached_tokens":4},"output_tokens":2}}}"#;
        let counted =
            TokenUsage { input: Some(9), cached: Some(4), output: Some(2), ..TokenUsage::default() };
        assert_eq!(end(json), ResponseEnd { id: Some("r".to_owned()), tokens: counted });
        let json = br#"{"type":"response.completed","response":{"id":"r","usage":{"input_tokens":9,"input_tokens_details":{"cached_tokens":4,"cache_write_tokens":3},"output_tokens":2,"output_tokens_details":{"reasoning_tokens":1}}}}"#;
        let counted = TokenUsage { cache_write: Some(3), reasoning: Some(1), ..counted };
        assert_eq!(end(json).tokens, counted);
        assert_eq!(
            end(br#"{"type":"response.completed","response":{"id":"r","usage":null}}"#).tokens,
            TokenUsage::default()
        );
    }

    #[test]
    fn a_turn_state_is_read_from_metadata() {
        let json = br#"{"type":"response.metadata","headers":{"X-Codex-Turn-State":"t"}}"#;
        let turn_state = |state: Option<&str>| Event::Metadata { turn_state: state.map(str::to_owned) };
        assert_eq!(Event::read(json, now), turn_state(Some("t")));
        assert_eq!(Event::read(br#"{"type":"response.metadata"}"#, now), turn_state(None));
    }

    #[test]
    fn contradicting_headers_inside_an_event_are_taken_out_and_the_rest_stays() {
        let json = br#"{"type":"response.metadata","headers":{"x-models-etag":"e","X-Codex-Primary-Used-Percent":"3","x-codex-turn-state":"t"},"z":1}"#;
        let cleaned = without_contradictions(json).unwrap();
        assert_eq!(cleaned, br#"{"type":"response.metadata","headers":{"x-codex-turn-state":"t"},"z":1}"#);
        assert_eq!(without_contradictions(br#"{"type":"response.metadata","headers":{"a":"b"}}"#), None);
    }

    #[test]
    fn an_event_tells_what_its_kind_has_to_tell() {
        let end = ResponseEnd { id: Some("r".to_owned()), tokens: TokenUsage::default() };
        let completed = br#"{"type":"response.completed","response":{"id":"r"}}"#;
        assert_eq!(Event::read(completed, now), Event::Completed(end.clone()));
        let incomplete = br#"{"type":"response.incomplete","response":{"id":"r"}}"#;
        assert_eq!(Event::read(incomplete, now), Event::Incomplete(end));

        let limits = br#"{"type":"codex.rate_limits","rate_limits":{"allowed":true}}"#;
        let Event::Limits(Some(readings)) = Event::read(limits, now) else { panic!("no readings") };
        let reading = readings.main.unwrap();
        assert_eq!((reading.allowed, reading.seen_at), (Some(true), now()));

        let error = br#"{"type":"error","status_code":429,"error":{"code":"usage_limit_reached"},"headers":{"X-Codex-Primary-Used-Percent":"100","X-Codex-Primary-Window-Minutes":300}}"#;
        let Event::Failed(failure) = Event::read(error, now) else { panic!("no failure") };
        assert_eq!(failure.fault.code.as_deref(), Some("usage_limit_reached"));
        assert_eq!(failure.reading.unwrap().main.unwrap().windows[0].used_percent, 100.0);
    }

    #[test]
    fn output_needs_no_clock_and_no_valid_json() {
        let clock = || panic!("the clock was read");
        let delta = br#"{"type":"response.output_text.delta","delta":"a"#;
        assert_eq!(Event::read(delta, clock), Event::Output);
        assert_eq!(Event::read(br#"{"type":"response.created"}"#, clock), Event::Lifecycle);
    }
}
