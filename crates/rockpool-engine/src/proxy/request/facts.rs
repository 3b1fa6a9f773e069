//! What routing has to know of a request, learned without building its body as a tree.

use std::io::Read;

use http::HeaderMap;

use super::body::{Encoding, MAX_BODY};
use super::form;
use crate::proxy::response::error_response::ProxyError;
use rockpool_dialects::json::{self, Member};

/// As much of a compressed body as is decoded into memory to look at its head.
const HEAD: usize = 4 << 10;
/// Longest model name taken from a body; longer ones are not recorded.
const MAX_MODEL: usize = 128;

/// What a request says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// At most [`MAX_MODEL`] bytes long.
    pub(crate) model: Option<String>,
    /// Conversation as the tool names it.
    pub(crate) conversation: Option<String>,
    /// The answer that this turn continues, on a WebSocket.
    pub(crate) previous_response: Option<String>,
    /// `false` for a turn that only warms the connection up.
    pub(crate) generate: Option<bool>,
}

impl Facts {
    /// Whether this is a turn of the conversation. Warming a connection up moves no history anywhere.
    pub(crate) fn asks_for_an_answer(&self) -> bool {
        self.generate != Some(false)
    }
}

/// What a frame of the tool is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ToolFrame {
    /// It starts a turn.
    Turn(Facts),
    /// Anything else; the provider knows what it means.
    Other,
}

/// Headers that name a conversation, most telling first: the Codex CLI's session, which its sub-agents
/// share, and its spelling before 0.150, which is pi's too; opencode's two; Claude Code's; the oldest CLIs' own; the
/// CLI's single thread.
const CONVERSATION_HEADERS: [&str; 7] = [
    "session-id",
    "session_id",
    "x-session-id",
    "x-session-affinity",
    "x-claude-code-session-id",
    "conversation_id",
    "thread-id",
];

/// The conversation that the headers name.
pub(crate) fn conversation_of(headers: &HeaderMap) -> Option<String> {
    CONVERSATION_HEADERS
        .iter()
        .find_map(|name| headers.get(*name)?.to_str().ok())
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
}

/// Learns from the headers and, as far as they do not suffice, from the body.
///
/// The Codex CLI names its session in a header and writes `model` first: for its requests only the
/// head of the body is looked at.
pub(crate) fn learn(headers: &HeaderMap, encoding: Encoding, body: &[u8]) -> Result<Facts, ProxyError> {
    if form::is_form(headers) {
        return Ok(Facts { conversation: conversation_of(headers), ..Facts::default() });
    }
    match encoding {
        Encoding::Plain => learn_plain(headers, body),
        Encoding::Zstd => learn_zstd(headers, body),
    }
}

fn learn_plain(headers: &HeaderMap, body: &[u8]) -> Result<Facts, ProxyError> {
    let conversation = conversation_of(headers);
    if conversation.is_some()
        && let Some(model) = leading_model(body)
    {
        return Ok(Facts { model: Some(model), conversation, ..Facts::default() });
    }
    let mut facts = shallow(body)?;
    facts.conversation = conversation.or(facts.conversation);
    Ok(facts)
}

fn learn_zstd(headers: &HeaderMap, body: &[u8]) -> Result<Facts, ProxyError> {
    let conversation = conversation_of(headers);
    let head = decoded_head(body)?;
    if conversation.is_some()
        && let Some(model) = leading_model(&head)
    {
        return Ok(Facts { model: Some(model), conversation, ..Facts::default() });
    }
    let mut facts = shallow(&decode(body)?)?;
    facts.conversation = conversation.or(facts.conversation);
    Ok(facts)
}

/// Facts of a WebSocket frame, whose conversation was named in the handshake.
pub(crate) fn learn_turn(frame: &str) -> Result<ToolFrame, ProxyError> {
    let text = frame.as_bytes();
    let members = members(text)?;
    match json::last(text, &members, "type").and_then(json::string).as_deref() {
        Some("response.create") => Ok(ToolFrame::Turn(facts(text, &members))),
        Some(_) | None => Ok(ToolFrame::Other),
    }
}

fn shallow(body: &[u8]) -> Result<Facts, ProxyError> {
    Ok(facts(body, &members(body)?))
}

fn members(body: &[u8]) -> Result<Vec<Member>, ProxyError> {
    json::members(body).map_err(|malformed| ProxyError::BadJson(malformed.to_string()))
}

/// The few members that are looked at; one of another type than expected says nothing.
fn facts(text: &[u8], members: &[Member]) -> Facts {
    let value = |name| json::last(text, members, name);
    // The public API's `conversation` is an id, or an object with one.
    let conversation =
        value("conversation").and_then(|value| some_text(value).or_else(|| inner(value, "id")));
    let session = value("client_metadata").and_then(|value| inner(value, "session_id"));
    Facts {
        model: value("model").and_then(some_text).filter(|model| model.len() <= MAX_MODEL),
        conversation: value("prompt_cache_key").and_then(text_or_number).or(conversation).or(session),
        previous_response: value("previous_response_id").and_then(some_text),
        generate: value("generate").and_then(|value| match value {
            b"true" => Some(true),
            b"false" => Some(false),
            _ => None,
        }),
    }
}

fn some_text(value: &[u8]) -> Option<String> {
    json::string(value).filter(|text| !text.is_empty())
}

/// A text, or a number that a tool wrote in place of one.
fn text_or_number(value: &[u8]) -> Option<String> {
    let number = || {
        let is_number = value.first().is_some_and(|first| *first == b'-' || first.is_ascii_digit());
        is_number.then(|| String::from_utf8_lossy(value).into_owned())
    };
    some_text(value).or_else(number)
}

/// The text of a member of an object.
fn inner(object: &[u8], member: &str) -> Option<String> {
    json::last(object, &json::members(object).ok()?, member).and_then(some_text)
}

/// The model, where it is the first key of the object and plainly spelled.
fn leading_model(body: &[u8]) -> Option<String> {
    let rest = expect(body.strip_prefix(json::BYTE_ORDER_MARK).unwrap_or(body), b"{")?;
    let rest = expect(rest, b"\"model\"")?;
    let rest = expect(rest, b":")?;
    let rest = expect(rest, b"\"")?;
    let window = &rest[..rest.len().min(MAX_MODEL + 1)];
    let end = memchr::memchr2(b'"', b'\\', window)?;
    (rest[end] == b'"').then(|| std::str::from_utf8(&rest[..end]).ok().map(str::to_owned))?
}

fn expect<'a>(text: &'a [u8], token: &[u8]) -> Option<&'a [u8]> {
    text.trim_ascii_start().strip_prefix(token)
}

/// Checks that the whole body decodes within the limit, keeping only its head.
fn decoded_head(body: &[u8]) -> Result<Vec<u8>, ProxyError> {
    let mut decoder = zstd::stream::read::Decoder::with_buffer(body).map_err(|_| ProxyError::BadZstd)?;
    let mut head = Vec::with_capacity(HEAD);
    decoder.by_ref().take(HEAD as u64).read_to_end(&mut head).map_err(|_| ProxyError::BadZstd)?;
    let mut rest = decoder.take((MAX_BODY - head.len() + 1) as u64);
    let counted = std::io::copy(&mut rest, &mut std::io::sink()).map_err(|_| ProxyError::BadZstd)?;
    if head.len() as u64 + counted > MAX_BODY as u64 {
        return Err(ProxyError::BodyTooLarge);
    }
    Ok(head)
}

/// Decodes a whole zstd body within the limit.
pub(crate) fn decode(body: &[u8]) -> Result<Vec<u8>, ProxyError> {
    let decoder = zstd::stream::read::Decoder::with_buffer(body).map_err(|_| ProxyError::BadZstd)?;
    let mut decoded = Vec::new();
    decoder.take(MAX_BODY as u64 + 1).read_to_end(&mut decoded).map_err(|_| ProxyError::BadZstd)?;
    if decoded.len() > MAX_BODY {
        return Err(ProxyError::BodyTooLarge);
    }
    Ok(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_session() -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("session-id", http::HeaderValue::from_static("s-1"));
        headers
    }

    #[test]
    fn the_codex_clis_request_is_known_by_its_head_alone() {
        let body = br#"{"model":"gpt-5.5","stream":true,"input":[ this is never parsed"#;
        let facts = learn(&with_session(), Encoding::Plain, body).unwrap();
        assert_eq!((facts.model.as_deref(), facts.conversation.as_deref()), (Some("gpt-5.5"), Some("s-1")));
    }

    #[test]
    fn without_a_session_header_the_prompt_cache_key_names_the_conversation() {
        let body = br#"{"input":[{"type":"message"}],"prompt_cache_key":"k","model":"m"}"#;
        let facts = learn(&HeaderMap::new(), Encoding::Plain, body).unwrap();
        assert_eq!((facts.model.as_deref(), facts.conversation.as_deref()), (Some("m"), Some("k")));
    }

    #[test]
    fn the_ids_of_other_tools_name_a_conversation_too() {
        let named = |name: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, http::HeaderValue::from_static("c"));
            conversation_of(&headers)
        };
        for name in CONVERSATION_HEADERS {
            assert_eq!(named(name).as_deref(), Some("c"), "{name}");
        }
        assert_eq!(named("x-client-request-id"), None);
        let in_body =
            |body: &str| learn(&HeaderMap::new(), Encoding::Plain, body.as_bytes()).unwrap().conversation;
        assert_eq!(in_body(r#"{"conversation":"conv_1"}"#).as_deref(), Some("conv_1"));
        assert_eq!(in_body(r#"{"conversation":{"id":"conv_2"}}"#).as_deref(), Some("conv_2"));
        assert_eq!(
            in_body(r#"{"client_metadata":{"session_id":"s"},"conversation":7}"#).as_deref(),
            Some("s")
        );
        assert_eq!(in_body(r#"{"client_metadata":[],"conversation":null}"#), None);
    }

    #[test]
    fn the_header_outranks_the_body() {
        let body = br#"{"stream":true,"prompt_cache_key":"k","model":"m"}"#;
        assert_eq!(
            learn(&with_session(), Encoding::Plain, body).unwrap().conversation.as_deref(),
            Some("s-1")
        );
    }

    #[test]
    fn a_compressed_body_is_looked_into() {
        let body = zstd::encode_all(&br#"{"model":"gpt-5.5","input":[]}"#[..], 3).unwrap();
        let facts = learn(&with_session(), Encoding::Zstd, &body).unwrap();
        assert_eq!(facts.model.as_deref(), Some("gpt-5.5"));
        assert!(matches!(learn(&with_session(), Encoding::Zstd, b"junk"), Err(ProxyError::BadZstd)));
    }

    #[test]
    fn a_small_body_that_decodes_beyond_the_limit_is_refused() {
        let bomb = zstd::encode_all(std::io::repeat(b' ').take(MAX_BODY as u64 + 1), 1).unwrap();
        assert!(bomb.len() < 1 << 20);
        assert!(matches!(learn(&with_session(), Encoding::Zstd, &bomb), Err(ProxyError::BodyTooLarge)));
    }

    #[test]
    fn what_is_no_json_object_is_refused_with_the_place() {
        for junk in [&b"[1]"[..], b"", b"{\"model\":", b"\xff"] {
            assert!(matches!(learn(&HeaderMap::new(), Encoding::Plain, junk), Err(ProxyError::BadJson(_))));
        }
    }

    #[test]
    fn what_the_provider_may_take_is_never_refused() {
        let conversation = |body: &str| {
            learn(&HeaderMap::new(), Encoding::Plain, body.as_bytes())
                .map(|facts| facts.conversation)
                .unwrap()
        };
        assert_eq!(conversation(r#"{"prompt_cache_key":17}"#).as_deref(), Some("17"));
        assert_eq!(conversation(r#"{"prompt_cache_key":"a","prompt_cache_key":"b"}"#).as_deref(), Some("b"));
        assert_eq!(conversation("\u{feff}{\"prompt_cache_key\":\"k\"}").as_deref(), Some("k"));
        assert_eq!(conversation(r#"{"input":"\ud83d","prompt_cache_key":"k"}"#).as_deref(), Some("k"));
        assert!(conversation(r#"{"prompt_cache_key":"\ud83d"}"#).is_some());
        assert_eq!(conversation(r#"{"model":1,"prompt_cache_key":true,"generate":"no"}"#), None);
        let marked = "\u{feff}{\"model\":\"m\", never parsed";
        let facts = learn(&with_session(), Encoding::Plain, marked.as_bytes()).unwrap();
        assert_eq!(facts.model.as_deref(), Some("m"));
    }

    #[test]
    fn an_escaped_or_endless_model_name_is_read_the_slow_way_or_left_out() {
        let facts = learn(&with_session(), Encoding::Plain, br#"{"model":"a\"b"}"#).unwrap();
        assert_eq!(facts.model.as_deref(), Some("a\"b"));
        let long = format!(r#"{{"model":"{}"}}"#, "x".repeat(500));
        assert_eq!(learn(&with_session(), Encoding::Plain, long.as_bytes()).unwrap().model, None);
    }

    #[test]
    fn a_frame_tells_whether_it_continues_an_answer() {
        let frame =
            r#"{"type":"response.create","previous_response_id":"resp_1","generate":false,"model":"m"}"#;
        let ToolFrame::Turn(facts) = learn_turn(frame).unwrap() else { panic!() };
        assert_eq!(learn_turn(r#"{"type":"response.cancel"}"#).unwrap(), ToolFrame::Other);
        assert_eq!((facts.previous_response.as_deref(), facts.generate), (Some("resp_1"), Some(false)));
    }
}
