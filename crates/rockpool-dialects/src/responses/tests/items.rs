//! Input items, sent and named.

use serde_json::{Value, json};

use super::{Kept, MOST, blamed, body, said, with};
use crate::fault::FaultKind;
use crate::refusal::Refusal;
use crate::surroundings::Ties;
use crate::translation::Translated;

fn input(sent: &str) -> Value {
    body(&said(sent).unwrap())["input"].clone()
}

#[test]
fn a_string_is_one_message_of_the_user() {
    let string = said(r#""h\u00e9 \ud83d\ude00""#).unwrap();
    let list = said(
        r#"[{"type":"message","role":"user","content":[{"type":"input_text","text":"h\u00e9 \ud83d\ude00"}]}]"#,
    );
    assert_eq!(string.body, list.unwrap().body);
    assert_eq!(blamed(said("7")), "input");
    assert_eq!(blamed(said("[7]")), "input[0]");
}

#[test]
fn items_go_on_byte_for_byte() {
    let items = r#"{ "role":"user" ,"content":"no type \u00e9" },{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":[{"type":"input_text","text":"x"}],"new":[1,  2]}"#;
    let translated = said(&format!("[{items}]")).unwrap();
    let range = translated.input().unwrap();
    assert_eq!(std::str::from_utf8(&translated.body[range]).unwrap(), items);
}

#[test]
fn system_messages_come_from_a_developer_and_serve_as_instructions() {
    let translated = said(r#"[{"role":"system","content":"s"},{"role":"user","content":"u"}]"#).unwrap();
    let body = body(&translated);
    assert_eq!(body["input"][0], json!({ "role": "developer", "content": "s" }));
    assert_eq!(body["instructions"], Value::Null);
}

#[test]
fn reasoning_without_ciphertext_is_left_out() {
    let items = input(
        r#"[{"type":"reasoning","id":"rs_1","summary":[]},{"type":"reasoning","id":"rs_2","summary":[],"encrypted_content":null},{"type":"reasoning","id":"rs_3","summary":[],"encrypted_content":"x"}]"#,
    );
    assert_eq!(
        items,
        json!([{ "type": "reasoning", "id": "rs_3", "summary": [], "encrypted_content": "x" }])
    );
}

#[test]
fn hints_for_the_prompt_cache_are_taken_out_wherever_they_stand() {
    let translated = said(
        r#"[{"role":"user","content":[{"type":"input_text","text":"a \"prompt_cache_breakpoint\"","prompt_cache_breakpoint":{"mode":"x"}}],"prompt_cache_breakpoint":true}]"#,
    )
    .unwrap();
    let content = json!([{ "type": "input_text", "text": "a \"prompt_cache_breakpoint\"" }]);
    assert_eq!(body(&translated)["input"], json!([{ "role": "user", "content": content }]));
    assert_eq!(translated.form.dropped, ["prompt_cache_breakpoint"]);
}

#[test]
fn an_uploaded_file_is_refused_by_its_place() {
    let sent = r#"[{"role":"user","content":[{"type":"input_text","text":"\"file_id\""},{"type":"input_image","file_id":"file-1"}]}]"#;
    assert_eq!(blamed(said(sent)), "input[0].content[1].file_id");
    let inline =
        r#"[{"role":"user","content":[{"type":"input_image","file_id":null,"image_url":"data:,"}]}]"#;
    assert!(said(inline).is_ok());
}

#[test]
fn an_item_that_is_only_named_stands_in_full() {
    let kept = Kept::item("rs_1", r#"{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"x"}"#);
    for reference in [r#"{"type":"item_reference","id":"rs_1"}"#, r#"{"id":"rs_1","type":null}"#] {
        let text = format!(
            r#"{{"model":"plain","input":[{{"role":"user","content":"u"}},{reference},{{"type":"function_call","call_id":"call_1","name":"f","arguments":"{{}}"}},{{"type":"function_call_output","call_id":"call_1","output":"o"}}]}}"#
        );
        let translated = with(&kept, text.as_bytes()).unwrap();
        assert_eq!(body(&translated)["input"][1]["encrypted_content"], "x");
        assert_eq!(translated.ties.given, ["rs_1", "call_1"]);
    }
    let fault = said(r#"[{"type":"item_reference","id":"rs_9"}]"#).unwrap_err().fault();
    assert_eq!((fault.status, fault.code.as_deref()), (404, Some("item_not_found")));
}

#[test]
fn a_reference_to_reasoning_without_ciphertext_is_left_out_too() {
    let kept = Kept::item("rs_1", r#"{"type":"reasoning","id":"rs_1","summary":[]}"#);
    let sent = br#"{"model":"plain","input":[{"type":"item_reference","id":"rs_1"}]}"#;
    assert_eq!(body(&with(&kept, sent).unwrap())["input"], json!([]));
}

#[test]
fn an_answer_that_is_only_named_stands_in_full_as_if_the_tool_had_sent_it() {
    let earlier = r#"{"role":"system","content":"s"},{"role":"user","content":"u"},{"type":"reasoning","id":"rs_1","encrypted_content":"x"},{"type":"function_call","id":"fc_1","call_id":"call_1","name":"f","arguments":"{}"}"#;
    let new = r#"{"type":"function_call_output","call_id":"call_1","output":"o"}"#;
    let kept = Kept::answer("resp_1", earlier);
    let named = format!(r#"{{"model":"plain","previous_response_id":"resp_1","input":[{new}]}}"#);
    let named = with(&kept, named.as_bytes()).unwrap();
    let all = said(&format!("[{earlier},{new}]")).unwrap();
    assert_eq!(named.body, all.body);
    assert_eq!(named.input(), all.input());
    assert_eq!(named.ties.given, ["resp_1", "rs_1", "fc_1", "call_1"]);
    assert_eq!(all.ties.given, ["rs_1", "fc_1", "call_1"]);
}

#[test]
fn what_a_request_names_is_written_out_only_as_far_as_a_request_may_be_large() {
    let long = "x".repeat(MOST / 4);
    let message = format!(r#"{{"type":"message","id":"m","role":"assistant","content":"{long}"}}"#);
    let without_ciphertext = format!(r#"{{"type":"reasoning","id":"m","summary":["{long}"]}}"#);
    let named = |times| vec![r#"{"type":"item_reference","id":"m"}"#; times].join(",");
    let too_large = |translated: Result<Translated, Refusal>| {
        let fault = translated.map(|translated| translated.body.len()).unwrap_err().fault();
        assert_eq!((fault.status, fault.kind), (413, FaultKind::TooLarge));
        assert!(fault.message.contains("Begin a new conversation"), "{}", fault.message);
    };
    for item in [&message, &without_ciphertext] {
        let kept = Kept::item("m", item);
        let sent =
            |times| with(&kept, format!(r#"{{"model":"plain","input":[{}]}}"#, named(times)).as_bytes());
        assert!(sent(3).is_ok());
        too_large(sent(4));
    }
    let earlier = [message.as_str(); 3].join(",");
    let go_on = |new: &str| {
        let text = format!(r#"{{"model":"plain","previous_response_id":"r","input":"{new}"}}"#);
        with(&Kept::answer("r", &earlier), text.as_bytes())
    };
    assert!(go_on("hi").is_ok());
    too_large(go_on(&long));
}

#[test]
fn an_answer_that_is_not_known_any_more_is_told_as_the_api_tells_it() {
    let sent = br#"{"model":"plain","previous_response_id":"resp_9","input":"hi"}"#;
    let fault = with(&Kept::default(), sent).unwrap_err().fault();
    assert_eq!((fault.status, fault.code.as_deref()), (400, Some("previous_response_not_found")));
}

#[test]
fn the_names_are_those_of_the_newest_answer() {
    let ties = |sent: &str| said(sent).unwrap().ties.given;
    let two_turns = r#"[{"role":"user","content":"1"},{"role":"assistant","id":"msg_1","content":[]},{"role":"user","content":"2"},{"type":"reasoning","id":"rs_2"},{"type":"function_call","call_id":"c2","id":"fc_2"},{"type":"custom_tool_call","call_id":"c3"},{"type":"function_call_output","call_id":"c2","id":"mine"},{"type":"custom_tool_call_output","call_id":"c3"}]"#;
    assert_eq!(ties(two_turns), ["rs_2", "fc_2", "c2", "c3"]);
    assert_eq!(ties(r#"[{"role":"user","id":"mine","content":"1"}]"#), [""; 0]);
    let many: Vec<String> =
        (0..40).map(|at| format!(r#"{{"type":"function_call","call_id":"c{at}"}}"#)).collect();
    assert_eq!(ties(&format!("[{}]", many.join(","))).len(), 16);
    // Each name looked up among all before it would take minutes.
    let many: Vec<String> =
        (0..150_000).map(|at| format!(r#"{{"type":"function_call","call_id":"c{at}"}}"#)).collect();
    assert_eq!(ties(&format!("[{}]", many.join(","))).len(), 16);
}

#[test]
fn what_is_kept_of_an_input_is_without_what_rockpool_says_before_it() {
    let text = br#"{"model":"lite","instructions":"i","tools":[{"type":"function","name":"f"}],"input":[{"role":"user","content":"u"}]}"#;
    let translated = with(&Kept::default(), text).unwrap();
    assert_eq!(body(&translated)["input"].as_array().unwrap().len(), 3);
    let kept = &translated.body[translated.input().unwrap()];
    assert_eq!(std::str::from_utf8(kept).unwrap(), r#"{"role":"user","content":"u"}"#);
    assert!(translated.wants_kept());
}

#[test]
fn an_empty_name_ties_a_request_to_nothing() {
    let request = br#"{"model":"plain","prompt_cache_key":"","input":[{"type":"reasoning","id":"","summary":[],"encrypted_content":"e"},{"type":"function_call_output","call_id":"","output":"o"}]}"#;
    assert_eq!(with(&Kept::default(), request).unwrap().ties, Ties::default());
}
