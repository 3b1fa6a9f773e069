//! The one reader of the provider's errors, and connection errors in words.
//!
//! # Forms
//!
//! | who | form |
//! |---|---|
//! | backend | `{"error": {"code", "type", "message", "resets_at", "resets_in_seconds"}}`, some with a `status` beside `error` |
//! | backend, about a workspace | `{"detail": {"code"}}` |
//! | backend, before it looks at the account | `{"detail": "sentence"}` |
//! | a stream | `{"type": "response.failed", "response": {"error": {…}}}` |
//! | a stream or WebSocket | `{"type": "error", "status_code" or "status", "error": {…}, "headers": {…}}`, or the members of `error` without it |
//! | issuer | `{"error": {"code", "message"}}`, or `{"error": "code"}` (RFC 6749 §5.2) |
//! | a gateway | HTML, or nothing |
//!
//! Of these `code` may be null, and then only `type` or the sentence tells what is wrong: see [`SENTENCES`]. Bodies recorded by
//! users of the Codex CLI in 2026, and its reactions to them (0.169.0).

use std::time::Duration;

use http::{HeaderMap, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use rockpool_routing::classify::{self, Origin};
use rockpool_routing::{Class, LimitFamily, Signals};
use serde_json::Value;

use super::headers;
use super::headers::LimitHeaders;

/// Longest code that is kept, in characters: codes end up in the database and in the log.
const LONGEST_CODE: usize = 80;

/// What an error said, wherever it was found; whatever it does not say is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ProviderFault {
    /// The status that stands inside the error, as in a WebSocket's error frame.
    pub(crate) status: Option<u16>,
    /// The type as it stands, such as `invalid_request_error`: a kind of error more often than a cause.
    pub(crate) kind: Option<String>,
    /// The cause, for programs: the code, else a type that names a cause.
    pub(crate) code: Option<String>,
    /// The cause, for people.
    pub(crate) sentence: Option<String>,
    pub(crate) resets_at: Option<Timestamp>,
    pub(crate) retry_after: Option<Duration>,
    /// The limits of single models that it was counted against; `None` for the account's own.
    pub(crate) family: Option<LimitFamily>,
}

impl ProviderFault {
    /// Reads an error that came at `now`; one in no known form says nothing.
    pub(crate) fn read(json: &[u8], now: Timestamp) -> Self {
        serde_json::from_slice(json).map_or_else(|_| Self::default(), |value| Self::within(&value, now))
    }

    pub(super) fn within(value: &Value, now: Timestamp) -> Self {
        let error = located(value);
        let sentence = text(error, "message").or_else(|| error.as_str()).map(str::to_owned);
        Self {
            status: ["status_code", "status"]
                .iter()
                .find_map(|key| value.get(*key)?.as_u64())
                .and_then(|status| u16::try_from(status).ok()),
            kind: text(error, "type").map(bounded),
            code: code(error, sentence.as_deref()),
            sentence,
            resets_at: resets_at(error, now),
            retry_after: headers::in_event(value, "retry-after").and_then(|wait| retry_after(&wait)),
            family: LimitHeaders::in_event(value).active(),
        }
    }

    /// Whether it says that a WebSocket was open for as long as the provider lets one be.
    pub(crate) fn is_about_the_connections_age(&self) -> bool {
        self.code.as_deref() == Some("websocket_connection_limit_reached")
    }

    /// Whether its type says that the request is at fault. A code is believed before that.
    pub(crate) fn blames_the_request(&self) -> bool {
        self.kind.as_deref() == Some(INVALID_REQUEST)
    }

    /// The same error inside an answer that was counted against these limits, unless it names others.
    pub(crate) fn counted_against(self, family: Option<LimitFamily>) -> Self {
        Self { family: self.family.or(family), ..self }
    }

    /// The signals for an error inside an answer; a status inside it outranks the moment it came.
    fn signals(&self) -> Signals<'_> {
        let origin = self.status.map_or(Origin::Event, Origin::Status);
        Signals {
            origin,
            code: self.code.as_deref(),
            retry_after: self.retry_after,
            resets_at: self.resets_at,
            family: self.family,
        }
    }

    /// The class of an answer that ended in this error.
    pub(crate) fn class(&self) -> Class {
        classify::classify(&self.signals())
    }
}

/// The class of a whole answer that came at `now`. Its own status and `Retry-After` outrank those that
/// stand in its body.
pub(crate) fn class_of_answer(status: StatusCode, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Class {
    class_by(Origin::Status, status, headers, body, now)
}

/// The same of an answer to something that only some accounts have.
pub(crate) fn class_of_aside(status: StatusCode, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Class {
    class_by(Origin::Aside, status, headers, body, now)
}

fn class_by(
    origin: fn(u16) -> Origin,
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
) -> Class {
    if status.is_success() {
        return Class::Success;
    }
    let fault = ProviderFault::read(body, now).counted_against(LimitHeaders::of(headers).active());
    let named = headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()).and_then(retry_after);
    let retry_after = named.or(fault.retry_after);
    let fault = ProviderFault { retry_after, ..fault };
    classify::classify(&Signals { origin: origin(status.as_u16()), ..fault.signals() })
}

/// The issuer's code in the body of a refusal. Unlike the backend's, its plain text at `error` is a code
/// and no sentence (RFC 6749 §5.2), and any type is better than nothing: it is shown, and classes nothing.
pub(super) fn issuer_code(body: &[u8]) -> Option<String> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let error = located(&value);
    let code = text(error, "code").or_else(|| text(&value, "code"));
    code.or_else(|| text(&value, "error")).or_else(|| text(error, "type")).map(bounded)
}

/// The same only where the body has the issuer's own form: an object with an error that has a code, or is one. Gateways
/// answer with JSON too, and with codes in other places.
pub(super) fn code_in_issuers_form(body: &[u8]) -> Option<String> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let error = value.get("error")?;
    text(error, "code").or_else(|| text(error, "type")).or_else(|| text(&value, "error")).map(bounded)
}

/// As [`issuer_code`], in words where there is none.
pub(super) fn issuer_code_in_words(body: &[u8]) -> String {
    issuer_code(body).unwrap_or_else(|| "no code".to_owned())
}

/// The type of most errors with a 4xx, whatever their cause: a refused token has it too.
const INVALID_REQUEST: &str = "invalid_request_error";

/// The object, or the sentence, that describes the error.
fn located(value: &Value) -> &Value {
    [value.get("error"), value.pointer("/response/error"), value.get("detail")]
        .into_iter()
        .flatten()
        .find(|error| !error.is_null())
        .unwrap_or(value)
}

fn text<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    object.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// `error` is the type of the event where that itself is the error.
fn code(error: &Value, sentence: Option<&str>) -> Option<String> {
    let names_a_cause = |kind: &&str| !matches!(*kind, INVALID_REQUEST | "error");
    let code = text(error, "code").or_else(|| text(error, "type").filter(names_a_cause));
    let told = sentence.and_then(|sentence| SENTENCES.iter().find(|row| row.is(sentence)));
    match (code, told) {
        (Some(code), Some(Sentence { outranks: Outranks::Nothing, .. }) | None) => Some(bounded(code)),
        (_, told) => told.map(|row| row.code.to_owned()),
    }
}

fn bounded(code: &str) -> String {
    code.chars().filter(|letter| !letter.is_control()).take(LONGEST_CODE).collect()
}

/// What a sentence says where the code is missing, or says too little.
struct Sentence {
    /// In lower case; the sentence holds all of them, in any case.
    words: &'static [&'static str],
    /// The code that it stands for.
    code: &'static str,
    outranks: Outranks,
}

/// What a sentence is believed before.
enum Outranks {
    Nothing,
    /// Even a code that stands beside it.
    Codes,
}

impl Sentence {
    fn is(&self, sentence: &str) -> bool {
        let sentence = sentence.to_lowercase();
        self.words.iter().all(|words| sentence.contains(words))
    }
}

/// The sentences that count, each with who has seen it.
const SENTENCES: &[Sentence] = &[
    // Recorded with `code: null`, with other codes and inside a 200, by users of the Codex CLI in 2026.
    ciphertext(&["encrypted", "could not be verified"]),
    ciphertext(&["encrypted", "could not be decrypted"]),
    ciphertext(&["encrypted", "could not be decoded"]),
    // openai/codex issues 6603 (as `detail`) and 19654 (as `error` without a code), 2025 and 2026.
    unsuitable(&["model is not supported when using codex with a chatgpt account"]),
    // openai/codex issue 12143, 2026: one workspace has the model, another does not.
    unsuitable(&["the model", "does not exist or you do not have access to it"]),
];

const fn ciphertext(words: &'static [&'static str]) -> Sentence {
    Sentence { words, code: "invalid_encrypted_content", outranks: Outranks::Codes }
}

const fn unsuitable(words: &'static [&'static str]) -> Sentence {
    Sentence { words, code: "model_not_supported_with_chatgpt_account", outranks: Outranks::Nothing }
}

/// A wait is added to our own clock, so it is asked last: the provider's point in time needs no addition.
fn resets_at(error: &Value, now: Timestamp) -> Option<Timestamp> {
    let seconds = |key: &str| error.get(key).and_then(Value::as_i64).filter(|seconds| *seconds > 0);
    let named = seconds("resets_at").and_then(|at| Timestamp::from_second(at).ok());
    named.or_else(|| now.checked_add(SignedDuration::from_secs(seconds("resets_in_seconds")?)).ok())
}

/// `Retry-After` in whole or fractional seconds; the date form is not used by the provider.
fn retry_after(value: &str) -> Option<Duration> {
    let seconds: f64 = value.trim().parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// A failed connection in words: how far it came and its innermost cause, without the address.
pub(crate) fn connection_in_words(error: &reqwest::Error) -> String {
    use std::error::Error as _;
    let mut text = if error.is_connect() { "no connection" } else { "the connection broke" }.to_owned();
    let mut source = error.source();
    while let Some(cause) = source {
        if cause.source().is_none() {
            text = format!("{text}: {cause}");
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests;
