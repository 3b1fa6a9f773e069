//! How answers end.

use serde_json::{Value, json};

use super::assembler::assembled;
use super::events::{added, call, choice, completed, done, message, text};
use super::world::{chunks, given, request, streamed, translated, whole};
use crate::End;

#[test]
fn an_answer_that_was_cut_short_says_why() {
    for (reason, finish) in [("max_output_tokens", "length"), ("content_filter", "content_filter")] {
        let end = json!({ "type": "response.incomplete", "response": { "incomplete_details": { "reason": reason } } });
        assert_eq!(choice(json!({}), &[text(0, "a"), added(1, call("")), end])["finish_reason"], finish);
    }
}

#[test]
fn a_text_ends_before_a_stop_sequence_wherever_that_was_cut() {
    let more = json!({ "stop": ["</end>", "\n\n\n"] });
    let after = [message(0, "x"), done(1, call("{}")), message(2, "more")];
    for deltas in [&["Hi é</end> there"][..], &["Hi", " é<", "/end", ">", " there"], &["H", "i é</en", "d>"]]
    {
        let mut events: Vec<Value> = deltas.iter().map(|delta| text(0, delta)).collect();
        events.extend(after.clone());
        events.push(json!({ "type": "response.incomplete", "response": {} }));
        let choice = choice(more.clone(), &events);
        assert_eq!(
            (&choice["message"]["content"], &choice["finish_reason"]),
            (&json!("Hi é"), &json!("stop"))
        );
        assert_eq!(choice["message"].get("tool_calls"), None);
    }
    let whole = choice(json!({ "stop": "never" }), &[text(0, "now or nev"), completed()]);
    assert_eq!(whole["message"]["content"], "now or nev");
}

#[test]
fn an_answer_that_was_cut_is_known_again_by_what_the_tool_was_told_of_it() {
    let first = request(json!({ "stop": "." }));
    let given = given(&first, &[text(0, "One"), text(0, ". Two"), message(0, "One. Two"), completed()]);
    let next = request(json!({ "messages": [
        { "role": "user", "content": "hi" }, { "role": "assistant", "content": "One" }, { "role": "user", "content": "and?" },
    ] }));
    let name = translated(next.to_string().as_bytes()).unwrap().ties.given;
    assert!(name.len() == 1 && given.contains(&name[0]), "{name:?} {given:?}");
}

#[test]
fn what_fails_after_a_stop_sequence_fails_nothing() {
    let (chunks, is_done) = chunks(&streamed(json!({ "stop": "." }), &[text(0, "One. Two")], End::Broken));
    assert!(is_done);
    assert_eq!(assembled(&chunks)["message"]["content"], "One");
}

#[test]
fn a_failure_ends_a_stream_with_an_error_and_without_done() {
    let failed = json!({ "type": "response.failed", "response": { "error": { "code": "server_is_overloaded", "message": "busy" } } });
    for before in [vec![], vec![text(0, "a")]] {
        let mut events = before.clone();
        events.extend([failed.clone(), text(0, "b"), completed()]);
        let (chunks, is_done) = chunks(&streamed(json!({ "stop": "z" }), &events, End::Regular));
        assert!(!is_done);
        assert_eq!(chunks.last().unwrap()["error"]["message"], "busy");
        assert_eq!(chunks.len(), if before.is_empty() { 1 } else { 3 });
        let whole = whole(json!({}), &events, End::Regular);
        assert_eq!(whole.status, 503);
    }
}

#[test]
fn an_answer_that_breaks_off_is_an_error() {
    for end in [End::Regular, End::Broken] {
        let (chunks, is_done) = chunks(&streamed(json!({}), &[text(0, "a")], end));
        assert!(!is_done && chunks.last().unwrap()["error"]["type"] == "server_error");
        assert_eq!(whole(json!({}), &[text(0, "a")], end).status, 502);
    }
}

#[test]
fn nothing_is_told_after_the_end() {
    let ended = [text(0, "a"), completed()];
    let mut more = ended.to_vec();
    more.extend([text(0, "b"), completed(), json!({ "type": "error", "message": "late" })]);
    assert_eq!(streamed(json!({}), &ended, End::Regular), streamed(json!({}), &more, End::Broken));
    assert_eq!(whole(json!({}), &ended, End::Regular), whole(json!({}), &more, End::Broken));
}
