//! Answers on their way to the tool: streamed and whole they say the same.

use rockpool_dialects::{AnswerForm, Delivery, Dialect, End, Translator, translate};
use serde_json::Value;

use crate::event::event;
use crate::sdk::{self, Said};
use crate::world::{ROOMY, surroundings};

/// Requests whose answers differ in form.
fn requests(dialect: Dialect) -> [&'static str; 4] {
    match dialect {
        Dialect::ChatCompletions => [
            r#"{"model":"plain","messages":[{"role":"user","content":"hi"}]}"#,
            r#"{"model":"plain","messages":[{"role":"user","content":"hi"}],"stop":["a","end"],"stream_options":{"include_usage":true}}"#,
            r#"{"model":"plain","messages":[{"role":"user","content":"hi"}],"functions":[{"name":"f"}]}"#,
            r#"{"model":"lite","messages":[{"role":"user","content":"hi"}],"tools":[{"type":"function","function":{"name":"f"}},{"type":"custom","custom":{"name":"g"}}]}"#,
        ],
        Dialect::Messages => [
            r#"{"model":"plain","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}"#,
            r#"{"model":"plain","max_tokens":9,"messages":[{"role":"user","content":"hi"}],"thinking":{"type":"adaptive"},"stop_sequences":["a","end"]}"#,
            r#"{"model":"lite","max_tokens":9,"messages":[{"role":"user","content":"hi"}],"tools":[{"name":"f","input_schema":{}}]}"#,
            r#"{"model":"lite","max_tokens":9,"messages":[{"role":"user","content":"hi"}],"thinking":{"type":"enabled","budget_tokens":1024}}"#,
        ],
        Dialect::Responses => [
            r#"{"model":"plain","input":"hi"}"#,
            r#"{"model":"plain","input":"hi","store":true,"metadata":{"a":"b"},"temperature":0.5}"#,
            r#"{"model":"lite","input":"hi","tools":[{"type":"function","name":"f"}]}"#,
            r#"{"model":"lite","input":"hi","previous_response_id":"resp_1","reasoning":{"summary":"auto"}}"#,
        ],
    }
}

/// The first byte says to which request (its two lowest bits) and whether the stream breaks off (bit 2). All others
/// are events, one a line.
pub fn check(dialect: Dialect, data: &[u8]) {
    let Some((flags, lines)) = data.split_first() else { return };
    let request = requests(dialect)[usize::from(flags & 3)];
    let translated = translate(dialect, request.as_bytes(), &surroundings(None, ROOMY));
    let form = translated.expect("the requests here are right").form;
    let end = if flags & 4 == 0 { End::Regular } else { End::Broken };
    let events: Vec<Vec<u8>> = lines.split(|byte| *byte == b'\n').map(event).collect();

    let (mut streaming, mut stream) = run(&form, Delivery::Streamed, &events);
    streaming.end(end, &mut stream);
    let (collecting, nothing) = run(&form, Delivery::Whole, &events);
    assert!(nothing.is_empty(), "a whole answer is not streamed");
    let answered =
        |translator: &Translator| translator.answered().map(|answered| (answered.joined(), answered.given()));
    assert_eq!(answered(&streaming), answered(&collecting), "one answer is remembered");
    let is_remembered = answered(&streaming).is_some();
    let whole = collecting.whole(end);

    // What the backend sent goes on as it is, as JSON that not every reader reads.
    if !events.iter().all(|event| is_plain(event)) {
        return;
    }
    let stream = String::from_utf8(stream).expect("a stream is UTF-8");
    let body: Value = serde_json::from_slice(&whole.body).expect("a whole answer is JSON");
    match (dialect, sdk::said(dialect, &stream)) {
        (Dialect::ChatCompletions, Said::Answer(choice)) => {
            assert_eq!((whole.status, &body["choices"][0]), (200, &choice));
        }
        (Dialect::Messages, Said::Answer(answer)) => assert_eq!((whole.status, &body), (200, &answer)),
        (Dialect::Responses, Said::Answer(answer)) => {
            assert!(is_remembered, "an answer is remembered");
            assert_eq!((whole.status, &body), (200, &sdk::last_response(&stream)));
            if !events.iter().any(|event| lists_items(event)) {
                assert_eq!(body, answer);
            }
        }
        (Dialect::ChatCompletions | Dialect::Messages, Said::Error(error)) => {
            assert_eq!((whole.status >= 400, &body), (true, &error));
        }
        (Dialect::Responses, Said::Error(message)) => {
            assert_eq!((whole.status >= 400, &body["error"]["message"]), (true, &message));
            assert!(!is_remembered, "a failure is not remembered");
        }
    }
}

fn run(form: &AnswerForm, delivery: Delivery, events: &[Vec<u8>]) -> (Translator, Vec<u8>) {
    let mut form = form.clone();
    form.delivery = delivery;
    let (mut translator, mut out) = (form.translator(1_700_000_000, "u1"), Vec::new());
    for event in events {
        translator.event(event, &mut out);
    }
    (translator, out)
}

/// JSON as any reader reads it, so without halves of surrogate pairs, or no object at all.
fn is_plain(event: &[u8]) -> bool {
    !event.starts_with(b"{") || serde_json::from_slice::<Value>(event).is_ok()
}

/// The backend says once more which items there are, and here they may be others.
fn lists_items(event: &[u8]) -> bool {
    let event: Value = serde_json::from_slice(event).unwrap_or_default();
    event["response"]["output"].as_array().is_some_and(|items| !items.is_empty())
}
