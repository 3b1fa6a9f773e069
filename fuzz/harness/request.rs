//! Requests on their way to the backend.

use rockpool_dialects::{Dialect, Refusal, Translated, counted, json, translate, translate_frame};
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::world::{ROOMY, surroundings};

/// Bytes: what a request of some lines comes close to.
const NARROW: usize = 700;

/// Members of a request that is made anew.
const KNOWN: [&str; 13] = [
    "model",
    "stream",
    "store",
    "include",
    "instructions",
    "input",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "reasoning",
    "text",
    "service_tier",
    "prompt_cache_key",
];

/// The first byte says what is beside the request: bit 0 a name of the conversation, bit 1 a narrow bound, bit 2 a
/// WebSocket. All others are the request.
pub fn check(dialect: Dialect, data: &[u8]) {
    let Some((flags, request)) = data.split_first() else { return };
    let is_set = |bit: u8| flags & (1 << bit) != 0;
    let most_bytes = if is_set(1) { NARROW } else { ROOMY };
    let beside = surroundings(is_set(0).then_some("named"), most_bytes);
    if dialect == Dialect::Messages {
        let _ = counted(request);
    }
    let is_frame = is_set(2) && dialect == Dialect::Responses;
    let translated =
        if is_frame { translate_frame(request, &beside) } else { translate(dialect, request, &beside) };
    match translated {
        Ok(translated) => {
            assert!(translated.body.len() <= most_bytes, "larger than what is allowed");
            sent(dialect, &translated);
            if is_json(request) {
                assert!(is_json(&translated.body), "JSON stays JSON");
                if dialect == Dialect::Responses {
                    stays(&translated);
                }
            }
        }
        Err(refusal) => told(dialect, &refusal),
    }
}

/// What the backend insists on.
fn sent(dialect: Dialect, translated: &Translated) {
    let body = &translated.body;
    let members = json::members(body).expect("a request is an object");
    let values = |name: &str| -> Vec<&[u8]> {
        let named = members.iter().filter(|member| member.is_named(body, name));
        named.map(|member| &body[member.value.clone()]).collect()
    };
    assert_eq!(values("stream"), [b"true"], "the answer is streamed");
    assert_eq!(values("store"), [b"false"], "nothing is stored");
    assert_eq!(values("input").len(), 1, "there is one input");
    match dialect {
        // Most members stay as they are.
        Dialect::Responses => {
            for name in &translated.form.dropped {
                assert!(values(name).is_empty(), "`{name}` was dropped");
            }
        }
        // A member of theirs may be called as another one of the backend's.
        Dialect::ChatCompletions | Dialect::Messages => {
            let known = members.iter().filter(|member| KNOWN.iter().any(|name| member.is_named(body, name)));
            assert_eq!(known.count(), members.len(), "the backend knows all of it");
            assert!(KNOWN.iter().all(|name| values(name).len() <= 1), "each once");
        }
    }
    if let Some(input) = translated.input() {
        let items = [b"[", &body[input], b"]"].concat();
        json::elements_of(&items, &(0..items.len())).expect("an input is a list");
    }
    let mut names = translated.ties.given.iter().chain(&translated.ties.conversation);
    assert!(names.all(|name| !name.is_empty()), "a tie has a name");
}

/// What was translated to the backend's form is in it.
fn stays(translated: &Translated) {
    let again = translate(Dialect::Responses, &translated.body, &surroundings(None, usize::MAX));
    let again = again.expect("a request for the backend is one");
    // Not by bytes: what is filled in goes to the end.
    let value = |body: &[u8]| serde_json::from_slice::<Value>(body).ok();
    assert_eq!(value(&again.body), value(&translated.body), "translated twice");
    assert_eq!(again.form.dropped, [""; 0], "nothing more is dropped");
}

fn told(dialect: Dialect, refusal: &Refusal) {
    let fault = refusal.fault();
    assert!((400..500).contains(&fault.status), "the request is to blame");
    assert!(!fault.message.is_empty(), "a refusal says why");
    assert!(is_json(&fault.body(dialect)) && is_json(&fault.frame()), "a refusal is JSON");
}

/// To any depth, and UTF-8.
fn is_json(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok())
}
