//! What routing has to know of a request, learned without building its body as a tree.

use std::borrow::Cow;
use std::io::Read;

use http::HeaderMap;
use serde::Deserialize;

use super::body::{Encoding, MAX_BODY};
use crate::proxy::response::error_response::ProxyError;

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

/// The few top-level keys that are looked at; everything else is skipped, not stored.
#[derive(Deserialize)]
struct Shallow<'a> {
    #[serde(borrow)]
    model: Option<Cow<'a, str>>,
    #[serde(borrow)]
    prompt_cache_key: Option<Cow<'a, str>>,
    #[serde(borrow)]
    previous_response_id: Option<Cow<'a, str>>,
    generate: Option<bool>,
    #[serde(borrow)]
    conversation: Option<ConversationParam<'a>>,
    #[serde(borrow)]
    client_metadata: Option<ClientMetadata<'a>>,
    #[serde(borrow, rename = "type")]
    kind: Option<Cow<'a, str>>,
}

/// The public API's `conversation`: an id, or an object with one.
#[derive(Deserialize)]
#[serde(untagged)]
enum ConversationParam<'a> {
    Id(#[serde(borrow)] Cow<'a, str>),
    Object {
        #[serde(borrow)]
        id: Option<Cow<'a, str>>,
    },
    Other(serde::de::IgnoredAny),
}

impl<'a> ConversationParam<'a> {
    fn name(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Id(id) => Some(id),
            Self::Object { id } => id,
            Self::Other(_) => None,
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ClientMetadata<'a> {
    Known {
        #[serde(borrow)]
        session_id: Option<Cow<'a, str>>,
    },
    Other(serde::de::IgnoredAny),
}

impl<'a> ClientMetadata<'a> {
    fn session(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Known { session_id } => session_id,
            Self::Other(_) => None,
        }
    }
}

/// Headers that name a conversation, most telling first: the Codex CLI's session, which its sub-agents
/// share, and its spelling before 0.150; opencode's two; the oldest CLIs' own; the CLI's single thread.
const CONVERSATION_HEADERS: [&str; 6] =
    ["session-id", "session_id", "x-session-id", "x-session-affinity", "conversation_id", "thread-id"];

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
    let found = parse(frame.as_bytes())?;
    match found.kind.as_deref() {
        Some("response.create") => Ok(ToolFrame::Turn(found.into())),
        Some(_) | None => Ok(ToolFrame::Other),
    }
}

fn shallow(body: &[u8]) -> Result<Facts, ProxyError> {
    parse(body).map(Facts::from)
}

fn parse(body: &[u8]) -> Result<Shallow<'_>, ProxyError> {
    serde_json::from_slice(body).map_err(|error| ProxyError::BadJson(error.to_string()))
}

impl From<Shallow<'_>> for Facts {
    fn from(found: Shallow<'_>) -> Self {
        let owned = |text: Option<Cow<'_, str>>| text.map(Cow::into_owned).filter(|text| !text.is_empty());
        Self {
            model: owned(found.model).filter(|model| model.len() <= MAX_MODEL),
            conversation: owned(found.prompt_cache_key)
                .or_else(|| owned(found.conversation.and_then(ConversationParam::name)))
                .or_else(|| owned(found.client_metadata.and_then(ClientMetadata::session))),
            previous_response: owned(found.previous_response_id),
            generate: found.generate,
        }
    }
}

/// The model, where it is the first key of the object and plainly spelled.
fn leading_model(body: &[u8]) -> Option<String> {
    let rest = expect(body, b"{")?;
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
