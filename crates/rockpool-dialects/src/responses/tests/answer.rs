//! Answers on their way to the tool.

use serde_json::{Value, json};

use super::{Kept, asked, assembled::events, with};
use crate::answer::{Delivery, End};
use crate::translation::AnswerForm;
use crate::translator::Translator;

const ITEM: &str = r#"{"type":"response.output_item.done","output_index":0,"item":{"id":"msg_1","type":"message","role":"assistant","content":[{"type":"output_text","text":"hi","annotations":[]}]}}"#;
const END: &str = r#"{"type":"response.completed","response":{"id":"resp_1","output":[],"usage":{"input_tokens":3,"output_tokens":2}}}"#;

fn form(members: &str) -> AnswerForm {
    asked(members).unwrap().form
}

fn streamed(form: &AnswerForm, sent: &[&str]) -> (String, Translator) {
    let mut translator = AnswerForm { delivery: Delivery::Streamed, ..form.clone() }.translator(7, "u");
    let mut out = Vec::new();
    for json in sent {
        translator.event(json.as_bytes(), &mut out);
    }
    translator.end(End::Regular, &mut out);
    (String::from_utf8(out).unwrap(), translator)
}

fn values(sent: &[&str]) -> Vec<Value> {
    events(&streamed(&form(r#""stream":true"#), sent).0)
}

fn types(values: &[Value]) -> Vec<&str> {
    values.iter().map(|value| value["type"].as_str().unwrap()).collect()
}

fn whole(form: &AnswerForm, sent: &[&str], end: End) -> (u16, Value) {
    let mut translator = AnswerForm { delivery: Delivery::Whole, ..form.clone() }.translator(7, "u");
    let mut out = Vec::new();
    for json in sent {
        translator.event(json.as_bytes(), &mut out);
    }
    assert_eq!(out, b"");
    let whole = translator.whole(end);
    (whole.status, serde_json::from_slice(&whole.body).unwrap())
}

#[test]
fn an_event_with_a_right_number_goes_on_byte_for_byte() {
    let created = r#"{"type":"response.created","sequence_number":0,"response":{"id":"resp_1"}}"#;
    let delta =
        r#"{ "type" : "response.output_text.delta","delta":"\u00e9","sequence_number":5 , "new":[1,  2]}"#;
    let (text, _) = streamed(&form(r#""stream":true"#), &[created, delta, END]);
    assert!(text.contains(&format!("event: response.output_text.delta\ndata: {delta}\n\n")), "{text}");
}

#[test]
fn events_are_numbered_where_the_backend_does_not_and_the_numbers_rise() {
    let numbers: Vec<u64> = values(&[
        r#"{"type":"response.output_item.added","sequence_number":0,"item":{}}"#,
        r#"{"type":"response.output_text.delta","delta":"a"}"#,
        r#"{"type":"response.output_text.delta","delta":"a","sequence_number":9}"#,
        r#"{"type":"response.output_text.delta","delta":"a","sequence_number":9}"#,
        END,
    ])
    .iter()
    .map(|value| value["sequence_number"].as_u64().unwrap())
    .collect();
    assert_eq!(numbers, [0, 1, 2, 9, 10, 11]);
}

#[test]
fn the_beginning_is_told_first_even_where_the_backend_tells_none() {
    let values = values(&[ITEM, END]);
    assert_eq!(types(&values), ["response.created", "response.output_item.done", "response.completed"]);
    assert_eq!(values[0]["response"]["status"], "in_progress");
    assert_eq!(
        (&values[0]["response"]["id"], &values[2]["response"]["id"]),
        (&json!("resp_u"), &json!("resp_u"))
    );
}

#[test]
fn the_backends_private_events_never_reach_the_tool() {
    let values = values(&[
        r#"{"type":"codex.rate_limits","plan_type":"plus"}"#,
        r#"{"type":"response.created","response":{"id":"resp_1"}}"#,
        r#"{"type":"response.metadata","headers":{}}"#,
        r#"{"type":"keepalive"}"#,
        r#"{"type":"codex.response.metadata"}"#,
        "no event",
        END,
        ITEM,
    ]);
    assert_eq!(types(&values), ["response.created", "response.completed"]);
}

#[test]
fn a_response_says_what_the_tool_asked_for_and_holds_what_came_by_itself() {
    let kept = Kept::answer("resp_0", r#"{"role":"user","content":"u"}"#);
    let text = br#"{"model":"alias","input":"hi","previous_response_id":"resp_0","metadata":{"a":"b"},"parallel_tool_calls":false}"#;
    let form = with(&kept, text).unwrap().form;
    let (status, response) = whole(&form, &[ITEM, END], End::Regular);
    assert_eq!(status, 200);
    let expected = json!({
        "id": "resp_u", "object": "response", "created_at": 7, "status": "completed", "error": null,
        "incomplete_details": null, "instructions": null, "model": "alias", "metadata": { "a": "b" },
        "output": [{ "id": "msg_1", "type": "message", "role": "assistant",
            "content": [{ "type": "output_text", "text": "hi", "annotations": [] }] }],
        "parallel_tool_calls": false, "previous_response_id": "resp_0", "store": true, "temperature": null,
        "tool_choice": "auto", "tools": [], "top_p": null,
        "usage": { "input_tokens": 3, "input_tokens_details": { "cached_tokens": 0, "cache_write_tokens": 0 }, "output_tokens": 2,
            "output_tokens_details": { "reasoning_tokens": 0 }, "total_tokens": 5 },
    });
    assert_eq!(response, expected);
}

#[test]
fn what_the_backend_says_of_a_response_stays() {
    let end = r#"{"type":"response.completed","response":{"id":"resp_1","model":"plain","store":false,"status":"completed","tools":[{"type":"x"}],"output":[{"id":"msg_9"}],"usage":null,"new":1}}"#;
    let (_, response) = whole(&form(r#""store":false"#), &[ITEM, end], End::Regular);
    assert_eq!((&response["model"], &response["store"]), (&json!("plain"), &json!(false)));
    assert_eq!(response["output"], json!([{ "id": "msg_9" }]));
    assert_eq!((&response["tools"], &response["new"]), (&json!([{ "type": "x" }]), &json!(1)));
    assert_eq!(response["usage"], Value::Null);
}

#[test]
fn an_incomplete_answer_is_an_answer() {
    let end = r#"{"type":"response.incomplete","response":{"id":"resp_1","incomplete_details":{"reason":"content_filter"}}}"#;
    let (status, response) = whole(&form(r#""stream":false"#), &[ITEM, end], End::Regular);
    assert_eq!((status, &response["status"]), (200, &json!("incomplete")));
    assert_eq!(response["incomplete_details"]["reason"], "content_filter");
    assert_eq!(response["output"][0]["id"], "msg_1");
}

#[test]
fn a_failed_answer_is_an_error_with_the_status_of_its_fault() {
    let failed = r#"{"type":"response.failed","response":{"id":"resp_1","error":{"code":"rate_limit_exceeded","message":"slow"}}}"#;
    let (status, body) = whole(&form(r#""stream":false"#), &[ITEM, failed], End::Regular);
    assert_eq!((status, &body["error"]["code"]), (429, &json!("rate_limit_exceeded")));
    let values = values(&[ITEM, failed]);
    assert_eq!(types(&values)[2], "response.failed");
    let response = &values[2]["response"];
    assert_eq!((&response["status"], &response["error"]["message"]), (&json!("failed"), &json!("slow")));
    assert_eq!(response["output"][0]["id"], "msg_1");
}

#[test]
fn an_error_event_has_the_public_form_without_the_backends_headers() {
    let values = values(&[
        r#"{"type":"error","status_code":429,"headers":{"X-Codex-Plan":"p"},"error":{"type":"usage_limit_reached","code":"usage_limit_reached","message":"dry","plan_type":"plus"}}"#,
        ITEM,
    ]);
    let expected = json!({ "type": "error", "code": "usage_limit_reached", "message": "dry", "param": null, "sequence_number": 1 });
    assert_eq!(
        (types(&values).as_slice(), &values[1]),
        (["response.created", "error"].as_slice(), &expected)
    );
}

#[test]
fn an_answer_that_breaks_off_says_so() {
    let delta = r#"{"type":"response.output_text.delta","delta":"a"}"#;
    assert_eq!(types(&values(&[delta])), ["response.created", "response.output_text.delta", "error"]);
    assert_eq!(types(&values(&[])), ["response.created", "error"]);
    let (status, body) = whole(&form(r#""stream":false"#), &[delta], End::Broken);
    assert_eq!((status, &body["error"]["type"]), (502, &json!("server_error")));
    // An end that does not say of what is none.
    assert_eq!(types(&values(&[r#"{"type":"response.completed"}"#])), ["response.created", "error"]);
}

#[test]
fn an_end_by_another_name_gets_the_public_one() {
    let (text, _) =
        streamed(&form(r#""stream":true"#), &[r#"{"type":"response.done","response":{"id":"r"}}"#]);
    assert!(text.contains("event: response.completed\n") && !text.contains("response.done"), "{text}");
}

#[test]
fn what_is_kept_of_an_answer_is_what_the_tool_was_told() {
    let call = r#"{"type":"response.output_item.done","output_index":1,"item":{"type":"function_call","id":"fc_1","call_id":"call_1","namespace":"functions","name":"f","arguments":"{}"}}"#;
    let lite = with(&Kept::default(), br#"{"model":"lite","input":"hi"}"#).unwrap().form;
    let (text, translator) = streamed(&lite, &[call, ITEM, END]);
    assert!(!text.contains("namespace"), "{text}");
    let answered = translator.answered().unwrap();
    assert_eq!(answered.id, "resp_u");
    let kept: Value = serde_json::from_str(&format!("[{}]", answered.joined())).unwrap();
    assert_eq!(kept, events(&text).last().unwrap()["response"]["output"]);
    assert_eq!((kept[0]["id"].as_str(), kept[1]["call_id"].as_str()), (Some("msg_1"), Some("call_1")));
    let listed = END.replace("[]", r#"[{"type":"function_call","namespace":"functions","name":"f"}]"#);
    assert!(!streamed(&lite, &[&listed]).0.contains("namespace"));
    assert_eq!(streamed(&lite, &[ITEM]).1.answered(), None);
}
