//! What holds for any input.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::assembled::{assembled, events};
use super::{Kept, asked, body, said, with};
use crate::answer::{Delivery, End};
use crate::translation::AnswerForm;

fn item() -> impl Strategy<Value = Value> {
    let id = "[a-z]{1,3}";
    prop_oneof![
        ("[a-z\u{e9}\"\\\\\n]{0,8}", prop_oneof![Just("user"), Just("system"), Just("developer")])
            .prop_map(|(text, role)| json!({ "role": role, "content": text })),
        (id, proptest::option::of(id)).prop_map(
            |(id, sealed)| json!({ "type": "reasoning", "id": id, "summary": [], "encrypted_content": sealed })
        ),
        id.prop_map(|id| json!({ "type": "function_call", "call_id": id, "name": "f", "arguments": "{}" })),
        id.prop_map(|id| json!({ "type": "function_call_output", "call_id": id, "output": "o" })),
    ]
}

fn joined(items: &[Value]) -> String {
    items.iter().map(Value::to_string).collect::<Vec<_>>().join(",")
}

/// JSON of any kind, with the names that requests have.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        prop_oneof![Just("plain"), Just("lite"), Just("auto"), Just("item_reference"), Just("reasoning")]
            .prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        let name = prop_oneof![
            Just("model"),
            Just("input"),
            Just("type"),
            Just("role"),
            Just("content"),
            Just("tools"),
            Just("tool_choice"),
            Just("text"),
            Just("reasoning"),
            Just("id"),
            Just("file_id"),
            Just("prompt_cache_breakpoint"),
            Just("response"),
            Just("output"),
            Just("usage"),
        ];
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((name, inner), 0..5).prop_map(|members| {
                Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
            }),
        ]
    })
}

#[derive(Clone, Debug)]
enum Sent {
    Created,
    Private,
    Added(u32, String),
    Delta(u32, String),
    Done(u32, String),
    Completed,
    Incomplete,
    Failed,
    Error,
}

impl Sent {
    fn json(&self, number: Option<u32>) -> String {
        let item = |text: &str| json!({ "type": "message", "id": "m", "content": [{ "text": text }] });
        let mut value = match self {
            Self::Created => json!({ "type": "response.created", "response": { "id": "resp_1" } }),
            Self::Private => json!({ "type": "codex.rate_limits" }),
            Self::Added(at, text) => {
                json!({ "type": "response.output_item.added", "output_index": at, "item": item(text) })
            }
            Self::Delta(at, text) => {
                json!({ "type": "response.output_text.delta", "output_index": at, "delta": text })
            }
            Self::Done(at, text) => {
                json!({ "type": "response.output_item.done", "output_index": at, "item": item(text) })
            }
            Self::Completed => {
                json!({ "type": "response.completed", "response": { "id": "resp_1", "output": [] } })
            }
            Self::Incomplete => json!({ "type": "response.incomplete", "response": {} }),
            Self::Failed => {
                json!({ "type": "response.failed", "response": { "error": { "message": "failed" } } })
            }
            Self::Error => json!({ "type": "error", "error": { "message": "failed" } }),
        };
        if let Some(number) = number {
            value["sequence_number"] = json!(number);
        }
        value.to_string()
    }
}

fn sent() -> impl Strategy<Value = Vec<(Sent, Option<u32>)>> {
    let text = "[a-z\u{e9}\n\"]{0,4}";
    let one = prop_oneof![
        2 => Just(Sent::Created),
        2 => Just(Sent::Private),
        3 => (0..4_u32, text).prop_map(|(at, text)| Sent::Added(at, text)),
        4 => (0..4_u32, text).prop_map(|(at, text)| Sent::Delta(at, text)),
        6 => (0..4_u32, text).prop_map(|(at, text)| Sent::Done(at, text)),
        2 => Just(Sent::Completed),
        1 => Just(Sent::Incomplete),
        1 => Just(Sent::Failed),
        1 => Just(Sent::Error),
    ];
    vec((one, proptest::option::of(0..9_u32)), 0..14)
}

fn form(delivery: Delivery) -> AnswerForm {
    AnswerForm { delivery, ..asked(r#""stream":true"#).unwrap().form }
}

proptest! {
    #[test]
    fn a_string_is_the_same_as_one_message(text in any::<String>()) {
        let message = json!([{ "type": "message", "role": "user", "content": [{ "type": "input_text", "text": text }] }]);
        let string = body(&said(&Value::from(text).to_string()).unwrap());
        prop_assert_eq!(string, body(&said(&message.to_string()).unwrap()));
    }

    #[test]
    fn naming_an_answer_is_the_same_as_sending_it(earlier in vec(item(), 0..6), new in vec(item(), 0..4)) {
        let kept = Kept::answer("resp_1", &joined(&earlier));
        let named = format!(r#"{{"model":"plain","previous_response_id":"resp_1","input":[{}]}}"#, joined(&new));
        let named = with(&kept, named.as_bytes()).unwrap();
        let all = said(&format!("[{}]", joined(&[earlier, new].concat()))).unwrap();
        prop_assert_eq!(named.body, all.body);
    }

    #[test]
    fn what_was_kept_of_an_input_can_be_named_again(items in vec(item(), 0..6)) {
        let first = said(&format!("[{}]", joined(&items))).unwrap();
        let input = std::str::from_utf8(&first.body[first.input().unwrap()]).unwrap();
        let kept = Kept::answer("resp_1", input);
        let second = with(&kept, br#"{"model":"plain","previous_response_id":"resp_1"}"#).unwrap();
        prop_assert_eq!(&second.body[second.input().unwrap()], input.as_bytes());
    }

    #[test]
    fn translating_twice_changes_nothing_more(
        items in vec(item(), 0..6),
        model in prop_oneof![Just("plain"), Just("lite")],
        members in prop_oneof![
            Just(""),
            Just(r#","instructions":"i","temperature":0.5"#),
            Just(r#","tools":[{"type":"function","name":"f"},{"type":"web_search_preview"}],"service_tier":"priority""#),
            Just(r#","reasoning":{"effort":"none","summary":"auto"},"text":{"format":{"type":"text"}},"later":[1]"#),
        ],
    ) {
        let text = format!(r#"{{"model":"{model}","input":[{}]{members}}}"#, joined(&items));
        let once = with(&Kept::default(), text.as_bytes()).unwrap();
        let twice = with(&Kept::default(), &once.body).unwrap();
        prop_assert_eq!(body(&twice), body(&once));
        prop_assert_eq!(twice.form.dropped, [""; 0]);
    }

    #[test]
    fn no_request_makes_it_panic_and_every_translation_is_json(value in anything(), bytes in vec(any::<u8>(), 0..60)) {
        let request = json!({ "model": "plain", "input": "hi" });
        let mut merged = request.as_object().unwrap().clone();
        merged.extend(value.as_object().cloned().unwrap_or_default());
        for text in [value.to_string(), Value::Object(merged).to_string()] {
            if let Ok(translated) = with(&Kept::default(), text.as_bytes()) {
                prop_assert!(serde_json::from_slice::<Value>(&translated.body).is_ok());
            }
        }
        let _ = with(&Kept::default(), &bytes);
        let _ = with(&Kept::default(), &[br#"{"model":"plain","input":["#, bytes.as_slice(), b"]}"].concat());
    }

    #[test]
    fn a_stream_that_is_assembled_is_the_whole_answer(sent in sent()) {
        let mut stream = form(Delivery::Streamed).translator(7, "u");
        let mut collected = form(Delivery::Whole).translator(7, "u");
        let mut out = Vec::new();
        for (event, number) in &sent {
            let json = event.json(*number);
            stream.event(json.as_bytes(), &mut out);
            collected.event(json.as_bytes(), &mut Vec::new());
        }
        stream.end(End::Regular, &mut out);
        let answered = stream.answered().map(|answered| (answered.id.to_owned(), answered.joined()));
        let whole = collected.whole(End::Regular);
        let value: Value = serde_json::from_slice(&whole.body).unwrap();
        match assembled(&String::from_utf8(out).unwrap()) {
            Ok(response) => {
                prop_assert_eq!((whole.status, &value), (200, &response));
                let (id, items) = answered.unwrap();
                prop_assert_eq!(Some(id.as_str()), response["id"].as_str());
                prop_assert_eq!(format!("[{items}]").parse::<Value>().unwrap(), response["output"].clone());
            }
            Err(message) => {
                prop_assert_eq!((whole.status, value["error"]["message"].as_str()), (502, Some(message.as_str())));
                prop_assert_eq!(answered, None);
            }
        }
    }

    #[test]
    fn no_event_makes_it_panic_and_every_stream_can_be_read(
        values in vec((anything(), prop_oneof![
            Just("response.created"), Just("response.completed"), Just("response.failed"), Just("error"),
            Just("response.output_item.done"), Just("response.in_progress"), Just("response.x\ny"), Just("keepalive"),
        ]), 0..8),
        bytes in vec(any::<u8>(), 0..40),
    ) {
        let mut translator = form(Delivery::Streamed).translator(7, "u");
        let mut out = Vec::new();
        for (value, name) in values {
            let mut value = if value.is_object() { value } else { json!({ "response": value.clone(), "item": value }) };
            value["type"] = json!(name);
            translator.event(value.to_string().as_bytes(), &mut out);
            translator.event(&bytes, &mut out);
        }
        translator.end(End::Broken, &mut out);
        let read = events(&String::from_utf8(out).unwrap());
        prop_assert_eq!(&read[0]["type"], "response.created");
    }
}
