//! A conversation on its way to the backend.

use serde_json::{Value, json};

use super::{MOST, Models, Nothing, items, refused, request, sent, translated, translated_bytes};
use crate::dialect::Dialect;
use crate::fault::FaultKind;
use crate::surroundings::Surroundings;
use crate::translation::translate;

#[test]
fn a_claude_code_turn_becomes_items_in_its_order() {
    let items = items(json!([
        { "role": "user", "content": [{ "type": "text", "text": "a" }, { "type": "text", "text": "b" }] },
        { "role": "system", "content": [{ "type": "text", "text": "# Environment", "cache_control": { "type": "ephemeral" } }] },
        { "role": "assistant", "content": [
            { "type": "thinking", "thinking": "hm", "signature": "rp1.rs_1.4.enc1" },
            { "type": "text", "text": "I look." },
            { "type": "tool_use", "id": "call_1", "name": "Bash", "input": { "command": "ls \"x\"" } }] },
        { "role": "user", "content": [
            { "type": "tool_result", "tool_use_id": "call_1", "content": "out", "is_error": false },
            { "type": "text", "text": "go on" }] },
    ]));
    assert_eq!(
        items,
        json!([
            { "type": "message", "role": "user", "content": [{ "type": "input_text", "text": "a" }, { "type": "input_text", "text": "b" }] },
            { "type": "message", "role": "developer", "content": [{ "type": "input_text", "text": "# Environment" }] },
            { "type": "reasoning", "id": "rs_1", "summary": [{ "type": "summary_text", "text": "hm" }], "encrypted_content": "enc1" },
            { "type": "message", "role": "assistant", "content": [{ "type": "output_text", "text": "I look." }] },
            { "type": "function_call", "call_id": "call_1", "name": "Bash", "arguments": r#"{"command":"ls \"x\""}"# },
            { "type": "function_call_output", "call_id": "call_1", "output": "out" },
            { "type": "message", "role": "user", "content": [{ "type": "input_text", "text": "go on" }] },
        ])
    );
}

#[test]
fn the_billing_block_is_no_prompt_and_the_other_blocks_are() {
    let system = json!([
        { "type": "text", "text": "x-anthropic-billing-header: cc_version=2.1.332.20a; cc_entrypoint=sdk-cli;" },
        { "type": "text", "text": "You are an agent.", "cache_control": { "type": "ephemeral" } },
        { "type": "text", "text": "\nBe brief." }]);
    let body = sent(&request(json!({ "system": system })));
    assert_eq!(body["instructions"], "You are an agent.\n\n\nBe brief.");
    assert_eq!(sent(&request(json!({ "system": "Be brief." })))["instructions"], "Be brief.");
}

#[test]
fn a_system_message_serves_as_instructions_where_there_are_no_others() {
    let messages = json!([{ "role": "user", "content": "hi" }, { "role": "system", "content": "be brief" }]);
    assert!(sent(&request(json!({ "messages": messages })))["instructions"].is_null());
}

#[test]
fn thinking_that_another_model_signed_is_left_out_with_its_text() {
    let items = items(json!([
        { "role": "user", "content": "hi" },
        { "role": "assistant", "content": [
            { "type": "thinking", "thinking": "secret", "signature": "EqQBCgIYAhIM" },
            { "type": "redacted_thinking", "data": "EmwKAhgB" },
            { "type": "text", "text": "hello" }] },
    ]));
    assert_eq!(items.as_array().unwrap().len(), 2);
    assert!(!items.to_string().contains("secret"));
}

#[test]
fn reasoning_without_words_comes_back_and_reasoning_that_led_to_nothing_does_not() {
    let thinking = json!({ "type": "thinking", "thinking": "", "signature": "rp1.rs_1.4.enc1" });
    let followed = items(json!([
        { "role": "user", "content": "hi" },
        { "role": "assistant", "content": [thinking, { "type": "text", "text": "a" }] }]));
    assert_eq!(
        followed[1],
        json!({ "type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "enc1" })
    );
    let alone =
        items(json!([{ "role": "user", "content": "hi" }, { "role": "assistant", "content": [thinking] }]));
    assert_eq!(alone.as_array().unwrap().len(), 1);
    let interrupted = items(json!([
        { "role": "user", "content": "hi" },
        { "role": "assistant", "content": [thinking] },
        { "role": "user", "content": "again" },
        { "role": "assistant", "content": "a" }]));
    assert!(!interrupted.to_string().contains("rs_1"));
    let split = items(json!([
        { "role": "user", "content": "hi" },
        { "role": "assistant", "content": [thinking] },
        { "role": "assistant", "content": "a" }]));
    assert_eq!((&split[1]["id"], &split[2]["role"]), (&json!("rs_1"), &json!("assistant")));
}

#[test]
fn a_failed_tool_is_told_as_one() {
    let output = |content| {
        let result =
            json!({ "type": "tool_result", "tool_use_id": "c", "content": content, "is_error": true });
        items(json!([{ "role": "user", "content": [result] }]))[0]["output"].clone()
    };
    assert_eq!(output(json!("no \"such\" file")), "The tool failed:\nno \"such\" file");
    assert_eq!(output(json!(null)), "The tool failed:\n");
    let two = output(json!([{ "type": "text", "text": "a" }, { "type": "text", "text": "b" }]));
    assert_eq!(two[0]["text"], "The tool failed:\n");
    assert_eq!(two[2]["text"], "b");
}

#[test]
fn a_tool_may_answer_with_nothing_with_text_or_with_pictures() {
    let output = |content| {
        let result = json!({ "type": "tool_result", "tool_use_id": "c", "content": content });
        items(json!([{ "role": "user", "content": [result] }]))[0]["output"].clone()
    };
    assert_eq!(output(json!(null)), "");
    assert_eq!(output(json!([])), "");
    assert_eq!(output(json!([{ "type": "text", "text": "one" }])), "one");
    let image =
        json!({ "type": "image", "source": { "type": "base64", "media_type": "image/png", "data": "iVBO" } });
    assert_eq!(
        output(json!([{ "type": "text", "text": "see" }, image])),
        json!([{ "type": "input_text", "text": "see" }, { "type": "input_image", "image_url": "data:image/png;base64,iVBO" }])
    );
}

#[test]
fn images_and_documents_go_on_in_the_form_that_they_came_in() {
    let blocks = json!([
        { "type": "image", "source": { "type": "base64", "media_type": "image/webp", "data": "UklG" } },
        { "type": "image", "source": { "type": "url", "url": "https://example.org/a.png" } },
        { "type": "document", "title": "Plan.pdf", "source": { "type": "base64", "media_type": "application/pdf", "data": "JVBE" } },
        { "type": "document", "title": "Notes", "context": "old", "source": { "type": "text", "media_type": "text/plain", "data": "n" } },
        { "type": "document", "source": { "type": "content", "content": [{ "type": "text", "text": "c" }] } },
    ]);
    let items = items(json!([{ "role": "user", "content": blocks }]));
    assert_eq!(
        items[0]["content"],
        json!([
            { "type": "input_image", "image_url": "data:image/webp;base64,UklG" },
            { "type": "input_image", "image_url": "https://example.org/a.png" },
            { "type": "input_file", "filename": "Plan.pdf", "file_data": "data:application/pdf;base64,JVBE" },
            { "type": "input_text", "text": "Notes" },
            { "type": "input_text", "text": "old" },
            { "type": "input_text", "text": "n" },
            { "type": "input_text", "text": "c" },
        ])
    );
}

#[test]
fn a_block_that_cannot_be_passed_on_is_named_with_its_place() {
    let with = |role: &str, block| {
        refused(&request(
            json!({ "messages": [{ "role": "user", "content": "hi" }, { "role": role, "content": [block] }] }),
        ))
    };
    let (param, message) = with("user", json!({ "type": "container_upload", "file_id": "f" }));
    assert_eq!(param, "messages.1.content.0.type");
    assert!(message.contains("“container_upload”") && message.contains("Leave the block out"), "{message}");
    let (param, _) = with("user", json!({ "type": "image", "source": { "type": "file", "file_id": "f" } }));
    assert_eq!(param, "messages.1.content.0.source.type");
    let (param, _) = with("assistant", json!({ "type": "server_tool_use", "id": "s", "name": "web_fetch" }));
    assert_eq!(param, "messages.1.content.0.type");
    let (param, _) = with("user", json!({ "type": "tool_result", "content": "x" }));
    assert_eq!(param, "messages.1.content.0.tool_use_id");
}

#[test]
fn messages_that_become_too_large_for_the_backend_are_refused() {
    let with = |count: usize| {
        let messages = vec![r#"{"role":"user","content":"x"}"#; count].join(",");
        translated_bytes(format!(r#"{{"model":"gpt-5.5","messages":[{messages}]}}"#).as_bytes())
            .map(|translated| translated.body.len())
    };
    // Each becomes more than twice as long.
    let fault = with(MOST / 60).unwrap_err().fault();
    assert_eq!((fault.status, fault.kind), (413, FaultKind::TooLarge));
    assert!(with(MOST / 120).is_ok());
}

#[test]
fn ties_name_the_session_and_what_the_newest_assistant_turn_repeats() {
    let turn = |id: &str, reasoning: &str| {
        json!({ "role": "assistant", "content": [
            { "type": "thinking", "thinking": "", "signature": format!("rp1.{reasoning}.3.enc") },
            { "type": "tool_use", "id": id, "name": "f", "input": {} }] })
    };
    let result = |id: &str| json!({ "role": "user", "content": [{ "type": "tool_result", "tool_use_id": id, "content": "" }] });
    let body = request(json!({
        "messages": [{ "role": "user", "content": "hi" }, turn("call_1", "rs_1"), result("call_1"), turn("call_2", "rs_2"), result("call_2")],
        "metadata": { "user_id": r#"{"device_id":"d","account_uuid":"","session_id":"8e1f-2"}"# },
    }));
    let translated = translated(&body);
    assert_eq!(translated.ties.given, ["rs_2", "call_2"]);
    assert_eq!(translated.ties.conversation.as_deref(), Some("8e1f-2"));
    assert_eq!(sent(&body)["prompt_cache_key"], "8e1f-2");
    let surroundings = Surroundings {
        catalogue: &Models,
        continuation: &Nothing,
        conversation: Some("header"),
        most_bytes: MOST,
    };
    let named = translate(Dialect::Messages, body.to_string().as_bytes(), &surroundings).unwrap();
    let named: Value = serde_json::from_slice(&named.body).unwrap();
    assert_eq!(named["prompt_cache_key"], "header");
}
