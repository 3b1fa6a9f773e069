//! Messages of a WebSocket.

use serde_json::{Value, json};

use super::{Kept, MOST, Models, blamed, body, frame};
use crate::answer::{Delivery, End};
use crate::dialect::Dialect;
use crate::surroundings::Surroundings;
use crate::translation::translate;

#[test]
fn a_message_becomes_a_request_and_may_want_no_answer_yet() {
    let translated = frame(
        br#"{"type":"response.create","model":"plain","input":[],"generate":false,"max_output_tokens":9,"store":false}"#,
    )
    .unwrap();
    let body = body(&translated);
    assert_eq!((&body["type"], &body["generate"]), (&Value::Null, &Value::Null));
    assert!(!translated.generates() && translated.wants_kept());
    assert_eq!(
        (translated.form.dropped, translated.form.delivery),
        (vec!["max_output_tokens".to_owned()], Delivery::Streamed)
    );
}

#[test]
fn other_messages_are_refused() {
    assert_eq!(blamed(frame(br#"{"type":"response.cancel","model":"plain","input":"hi"}"#)), "type");
    assert_eq!(blamed(frame(br#"{"model":"plain","input":"hi"}"#)), "type");
}

#[test]
fn each_message_to_the_tool_is_one_line_of_json() {
    let form = frame(br#"{"type":"response.create","model":"plain","input":"hi"}"#).unwrap().form;
    let mut translator = form.translator(7, "u");
    let mut out = Vec::new();
    translator.event(
        b"{\"type\":\"response.output_text.delta\",\n\"sequence_number\":1,\n\"delta\":\"a\\n\"}",
        &mut out,
    );
    translator.end(End::Broken, &mut out);
    let text = String::from_utf8(out).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let types: Vec<&str> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["response.created", "response.output_text.delta", "error"]);
    assert_eq!(lines[1]["delta"], "a\n");
    assert_eq!((&lines[2]["status"], &lines[2]["error"]["type"]), (&json!(502), &json!("server_error")));
}

#[test]
fn each_response_object_names_what_was_dropped_for_a_message_has_no_headers() {
    let named = |members: &str| -> Vec<Value> {
        let text = format!(r#"{{"type":"response.create","model":"plain","input":"hi"{members}}}"#);
        let mut translator = frame(text.as_bytes()).unwrap().form.translator(7, "u");
        let mut out = Vec::new();
        translator.event(br#"{"type":"response.output_text.delta","delta":"a"}"#, &mut out);
        translator.event(br#"{"type":"response.completed","response":{"id":"resp_1"}}"#, &mut out);
        let lines = std::str::from_utf8(&out).unwrap().lines();
        lines
            .map(|line| serde_json::from_str::<Value>(line).unwrap()["response"]["rockpool_dropped"].clone())
            .collect()
    };
    let both = json!(["max_output_tokens", "temperature"]);
    assert_eq!(named(r#","temperature":0.5,"max_output_tokens":9"#), [both.clone(), Value::Null, both]);
    assert_eq!(named(""), [Value::Null, Value::Null, Value::Null]);
}

#[test]
fn of_very_many_dropped_parameters_the_first_are_named() {
    let unknown: Vec<String> = (0..40).map(|number| format!(r#""unknown_{number:02}":1"#)).collect();
    let text =
        format!(r#"{{"model":"plain","messages":[{{"role":"user","content":"hi"}}],{}}}"#, unknown.join(","));
    let surroundings = Surroundings {
        catalogue: &Models,
        continuation: &Kept::default(),
        conversation: None,
        most_bytes: MOST,
    };
    let dropped = translate(Dialect::ChatCompletions, text.as_bytes(), &surroundings).unwrap().form.dropped;
    assert_eq!((dropped.len(), dropped[31].as_str(), dropped[32].as_str()), (33, "unknown_31", "..."));
}

#[test]
fn a_refusal_has_the_form_of_a_message() {
    let fault =
        frame(br#"{"type":"response.create","model":"plain","input":"hi","n":2}"#).unwrap_err().fault();
    let value: Value = serde_json::from_slice(&fault.frame()).unwrap();
    assert_eq!((&value["type"], &value["status"]), (&json!("error"), &json!(400)));
    assert_eq!(value["error"]["param"], "n");
    assert_eq!(value["sequence_number"], Value::Null);
}
