//! Messages as input items.

use serde_json::{Value, json};

use super::events::{completed, message};
use super::world::{MOST, given, input, refused_messages, request, sent, translated};

#[test]
fn a_system_message_becomes_a_developer_message_in_its_place() {
    let value = sent(&json!({ "model": "plain", "messages": [
        { "role": "user", "content": "hi" },
        { "role": "system", "content": "be brief" },
        { "role": "developer", "content": [{ "type": "text", "text": "be kind" }] },
    ] }));
    assert_eq!(
        value["input"][1],
        json!({ "type": "message", "role": "developer", "content": [{ "type": "input_text", "text": "be brief" }] })
    );
    assert_eq!(value["input"][2]["content"][0]["text"], "be kind");
    assert_eq!(value["instructions"], Value::Null);
}

#[test]
fn a_request_without_a_system_message_brings_the_instructions_that_the_backend_insists_on() {
    for messages in [
        json!([{ "role": "user", "content": "hi" }]),
        json!([{ "role": "system", "content": "" }, { "role": "user", "content": "hi" }]),
    ] {
        let value = sent(&json!({ "model": "plain", "messages": messages }));
        assert!(value["instructions"].is_string());
        assert_eq!(value["input"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn a_user_can_send_text_images_and_files() {
    let content = json!([
        { "type": "text", "text": "look" },
        { "type": "image_url", "image_url": { "url": "data:image/png;base64,AAAA", "detail": "high" } },
        { "type": "image_url", "image_url": { "url": "https://example.org/a.png" } },
        { "type": "image_url", "image_url": "https://example.org/b.png" },
        { "type": "file", "file": { "filename": "a.pdf", "file_data": "data:application/pdf;base64,AAAA" } },
    ]);
    assert_eq!(
        input(json!([{ "role": "user", "content": content }]))[0]["content"],
        json!([
            { "type": "input_text", "text": "look" },
            { "type": "input_image", "image_url": "data:image/png;base64,AAAA", "detail": "high" },
            { "type": "input_image", "image_url": "https://example.org/a.png" },
            { "type": "input_image", "image_url": "https://example.org/b.png" },
            { "type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,AAAA" },
        ])
    );
}

#[test]
fn an_address_with_escaped_slashes_is_one_still() {
    let body = br#"{"model":"plain","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https:\/\/example.org\/a.png"}}]}]}"#;
    let value: Value = serde_json::from_slice(&translated(body).unwrap().body).unwrap();
    assert_eq!(value["input"][0]["content"][0]["image_url"], "https://example.org/a.png");
}

#[test]
fn what_the_backend_cannot_read_is_refused_where_it_stands() {
    for (part, param) in [
        (
            json!({ "type": "input_audio", "input_audio": { "data": "AAAA", "format": "wav" } }),
            "messages[0].content[0].input_audio",
        ),
        (json!({ "type": "file", "file": { "file_id": "file-1" } }), "messages[0].content[0].file.file_id"),
        (json!({ "type": "file", "file": {} }), "messages[0].content[0].file.file_data"),
        (
            json!({ "type": "image_url", "image_url": { "url": "file:///a.png" } }),
            "messages[0].content[0].image_url.url",
        ),
        (json!({ "type": "video_url" }), "messages[0].content[0].type"),
        (json!({ "type": "text" }), "messages[0].content[0].text"),
        (json!({ "type": "text", "text": 3 }), "messages[0].content[0].text"),
        (json!("text"), "messages[0].content[0]"),
    ] {
        let (found, fault) = refused_messages(json!([{ "role": "user", "content": [part] }]));
        assert_eq!((found.as_str(), fault.status), (param, 400), "{}", fault.message);
    }
}

#[test]
fn an_answer_with_calls_and_their_results_keeps_its_order() {
    let items = input(json!([
        { "role": "user", "content": "go" },
        { "role": "assistant", "content": null, "refusal": null, "annotations": [], "reasoning_content": "hm", "tool_calls": [
            { "id": "call_a", "type": "function", "function": { "name": "f", "arguments": "{\"x\":1}" } },
            { "id": "call_b", "function": { "name": "g", "arguments": "" } },
            { "id": "call_c", "type": "custom", "custom": { "name": "patch", "input": "*** Begin" } },
        ] },
        { "role": "tool", "tool_call_id": "call_c", "content": "patched" },
        { "role": "tool", "tool_call_id": "call_a", "content": [{ "type": "text", "text": "one" }] },
        { "role": "tool", "tool_call_id": "call_b", "content": [{ "type": "text", "text": "two" }, { "type": "image_url", "image_url": { "url": "data:image/png;base64,AAAA" } }] },
        { "role": "assistant", "content": "done" },
    ]));
    assert_eq!(items.as_array().unwrap()[1..], json!([
        { "type": "function_call", "call_id": "call_a", "name": "f", "arguments": "{\"x\":1}" },
        { "type": "function_call", "call_id": "call_b", "name": "g", "arguments": "" },
        { "type": "custom_tool_call", "call_id": "call_c", "name": "patch", "input": "*** Begin" },
        { "type": "custom_tool_call_output", "call_id": "call_c", "output": "patched" },
        { "type": "function_call_output", "call_id": "call_a", "output": "one" },
        { "type": "function_call_output", "call_id": "call_b", "output": [{ "type": "input_text", "text": "two" }, { "type": "input_image", "image_url": "data:image/png;base64,AAAA" }] },
        { "type": "message", "role": "assistant", "content": [{ "type": "output_text", "text": "done" }] },
    ]).as_array().unwrap()[..]);
}

#[test]
fn a_refusal_of_the_assistant_stays_one() {
    let items = input(json!([
        { "role": "assistant", "refusal": "no" },
        { "role": "assistant", "content": [{ "type": "text", "text": "a" }, { "type": "refusal", "refusal": "b" }] },
        { "role": "assistant", "content": "" },
    ]));
    assert_eq!(
        items,
        json!([
            { "type": "message", "role": "assistant", "content": [{ "type": "refusal", "refusal": "no" }] },
            { "type": "message", "role": "assistant", "content": [{ "type": "output_text", "text": "a" }, { "type": "refusal", "refusal": "b" }] },
        ])
    );
}

#[test]
fn a_result_without_its_call_is_refused() {
    let (param, fault) =
        refused_messages(json!([{ "role": "tool", "tool_call_id": "call_x", "content": "" }]));
    assert_eq!(param, "messages[0].tool_call_id");
    assert!(fault.message.contains("preceding message with 'tool_calls'"));
}

#[test]
fn texts_go_on_as_they_were_written() {
    let body = "\u{feff}{\"model\":\"plain\",\"messages\":[{\"role\":\"user\",\"content\":\"\\ud83d\\u00e9 \\/ é\"}]}";
    let sent = String::from_utf8(translated(body.as_bytes()).unwrap().body).unwrap();
    assert!(sent.contains("\"text\":\"\\ud83d\\u00e9 \\/ é\""));
}

#[test]
fn an_answer_without_calls_is_known_by_its_words_and_not_by_calls_before_it() {
    let called = json!({ "role": "assistant", "content": "I look.", "tool_calls": [{ "id": "call_1", "function": { "name": "f", "arguments": "{}" } }] });
    let mut conversation = vec![
        json!({ "role": "user", "content": "go" }),
        called,
        json!({ "role": "tool", "tool_call_id": "call_1", "content": "x" }),
    ];
    let of = |conversation: &[Value]| request(json!({ "messages": conversation }));
    let ties =
        |conversation: &[Value]| translated(of(conversation).to_string().as_bytes()).unwrap().ties.given;
    let by_call = ties(&conversation);
    assert_eq!((by_call.len(), by_call[0].as_str()), (2, "call_1"));
    let given = given(&of(&conversation), &[message(0, "Done."), completed()]);
    conversation.extend([
        json!({ "role": "assistant", "content": "Done." }),
        json!({ "role": "user", "content": "and?" }),
    ]);
    let by_words = ties(&conversation);
    assert_eq!(by_words.len(), 1);
    assert!(given.contains(&by_words[0]) && !by_call.contains(&by_words[0]), "{given:?} {by_words:?}");
}

#[test]
fn messages_that_become_too_large_for_the_backend_are_refused() {
    let with = |count: usize| {
        let messages = vec![r#"{"role":"user","content":"x"}"#; count].join(",");
        translated(format!(r#"{{"model":"plain","messages":[{messages}]}}"#).as_bytes())
            .map(|translated| translated.body.len())
    };
    // Each becomes more than twice as long.
    let fault = with(MOST / 60).unwrap_err().fault();
    assert_eq!((fault.status, fault.code.as_deref()), (413, Some("request_too_large")));
    assert!(with(MOST / 120).is_ok());
}

#[test]
fn a_conversation_is_known_by_its_key_and_by_its_newest_calls() {
    let call = |id: &str| json!({ "role": "assistant", "tool_calls": [{ "id": id, "function": { "name": "f", "arguments": "{}" } }] });
    let mut body = request(json!({ "prompt_cache_key": "k", "user": "u" }));
    body["messages"] = json!([call("call_old"), call("call_new"), { "role": "user", "content": "hi" }]);
    let found = translated(body.to_string().as_bytes()).unwrap();
    assert_eq!(
        (found.ties.conversation.as_deref(), found.ties.given),
        (Some("k"), vec!["call_new".to_owned()])
    );
    let keyless =
        translated(request(json!({ "user": "u", "prompt_cache_key": "" })).to_string().as_bytes()).unwrap();
    assert_eq!(keyless.ties.conversation, None);
    let sent: Value = serde_json::from_slice(&keyless.body).unwrap();
    assert_eq!(sent["prompt_cache_key"], "named by a header");
}
