//! Reads streams as the SDKs do, by the readers of the dialects' own tests.

use rockpool_dialects::Dialect;
use serde_json::Value;

#[path = "../../crates/rockpool-dialects/src/chat/tests/assembler.rs"]
mod chat;
#[path = "../../crates/rockpool-dialects/src/messages/tests/assembler.rs"]
mod messages;
#[path = "../../crates/rockpool-dialects/src/responses/tests/assembled.rs"]
mod responses;

/// What a whole answer must say to be the one that was streamed.
pub(crate) enum Said {
    /// Of a Chat Completion its first choice, else all of it.
    Answer(Value),
    /// The body of an error; of Responses, whose stream has a form of its own for it, its message.
    Error(Value),
}

/// What a stream says. Panics unless it ends with the one piece that ends an answer in its dialect.
pub(crate) fn said(dialect: Dialect, stream: &str) -> Said {
    match dialect {
        Dialect::ChatCompletions => chat(stream),
        Dialect::Messages => {
            ends_once(stream, &["message_stop", "error"]);
            messages::assembled(stream).map_or_else(Said::Error, Said::Answer)
        }
        Dialect::Responses => {
            ends_once(stream, &["response.completed", "response.incomplete", "response.failed", "error"]);
            let said = responses::assembled(stream);
            said.map_or_else(|message| Said::Error(message.into()), Said::Answer)
        }
    }
}

fn chat(stream: &str) -> Said {
    let mut events = data(stream);
    let is_done = events.pop_if(|last| *last == "[DONE]").is_some();
    let chunks = events.iter().map(|event| serde_json::from_str(event).expect("a chunk is JSON"));
    let mut chunks: Vec<Value> = chunks.collect();
    if is_done {
        assert!(chunks.iter().all(|chunk| chunk.get("error").is_none()), "an error is the end");
        return Said::Answer(chat::assembled(&chunks));
    }
    let error = chunks.pop_if(|last| last.get("error").is_some()).expect("an answer has an end");
    assert!(chunks.iter().all(|chunk| chunk.get("error").is_none()), "an error is the end");
    Said::Error(error)
}

/// What the events of a stream without names hold.
fn data(stream: &str) -> Vec<&str> {
    let events = stream.split_terminator("\n\n");
    events.map(|event| event.strip_prefix("data: ").expect("an event is its data")).collect()
}

/// Panics unless the last event, and no other, is one of these.
pub(crate) fn ends_once(stream: &str, ends: &[&str]) {
    let names = stream.lines().filter_map(|line| line.strip_prefix("event: "));
    let places: Vec<bool> = names.map(|name| ends.contains(&name)).collect();
    assert_eq!(places.iter().position(|is_end| *is_end), places.len().checked_sub(1), "one end, the last");
}

/// What an event of Responses that ends an answer says it was.
pub(crate) fn last_response(stream: &str) -> Value {
    responses::events(stream).pop().map(|mut event| event["response"].take()).unwrap_or_default()
}
