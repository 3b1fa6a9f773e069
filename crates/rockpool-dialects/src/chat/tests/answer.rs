//! Answers on their way to the tool.

use serde_json::{Value, json};

use super::events::{added, arguments, call, choice, completed, deltas, done, message, text};
use super::world::{chunks, streamed, whole};
use crate::End;

#[test]
fn a_text_is_streamed_as_chunks_of_one_id_with_the_role_first() {
    let events = [
        json!({ "type": "response.created", "response": {} }),
        text(0, "Hel"),
        text(0, "lo"),
        message(0, "Hello"),
        completed(),
    ];
    let (chunks, is_done) = chunks(&streamed(json!({}), &events, End::Regular));
    assert!(is_done);
    for chunk in &chunks {
        assert_eq!(
            (&chunk["id"], &chunk["object"], &chunk["created"], &chunk["model"]),
            (&json!("chatcmpl-u1"), &json!("chat.completion.chunk"), &json!(1_700_000_000), &json!("plain"))
        );
        assert_eq!(chunk.get("usage"), None);
    }
    let choices: Vec<(Value, Value)> = chunks
        .iter()
        .map(|chunk| (chunk["choices"][0]["delta"].clone(), chunk["choices"][0]["finish_reason"].clone()))
        .collect();
    assert_eq!(
        choices,
        [
            (json!({ "role": "assistant", "content": "", "refusal": null }), Value::Null),
            (json!({ "content": "Hel" }), Value::Null),
            (json!({ "content": "lo" }), Value::Null),
            (json!({}), json!("stop")),
        ]
    );
}

#[test]
fn a_whole_answer_has_the_members_of_the_api() {
    let body: Value =
        serde_json::from_slice(&whole(json!({}), &[text(0, "Hello"), completed()], End::Regular).body)
            .unwrap();
    assert_eq!(
        body,
        json!({
            "id": "chatcmpl-u1", "object": "chat.completion", "created": 1_700_000_000, "model": "plain", "system_fingerprint": null,
            "choices": [{ "index": 0, "logprobs": null, "finish_reason": "stop", "message": { "role": "assistant", "content": "Hello", "refusal": null, "annotations": [] } }],
            "usage": {
                "prompt_tokens": 10, "completion_tokens": 6, "total_tokens": 16,
                "prompt_tokens_details": { "cached_tokens": 4 }, "completion_tokens_details": { "reasoning_tokens": 2 },
            },
        })
    );
}

#[test]
fn tokens_are_told_in_a_chunk_of_their_own_where_that_was_asked_for() {
    let more = json!({ "stream": true, "stream_options": { "include_usage": true } });
    let (chunks, is_done) = chunks(&streamed(more, &[text(0, "a"), completed()], End::Regular));
    let (last, others) = chunks.split_last().unwrap();
    assert!(is_done && others.iter().all(|chunk| chunk.get("usage") == Some(&Value::Null)));
    assert_eq!(last["choices"], json!([]));
    assert_eq!(
        (&last["usage"]["total_tokens"], &last["usage"]["prompt_tokens_details"]["cached_tokens"]),
        (&json!(16), &json!(4))
    );
}

#[test]
fn an_item_that_comes_without_deltas_is_told_whole_and_with_deltas_not_twice() {
    for events in [
        vec![message(0, "Hello"), completed()],
        vec![
            text(0, "Hel"),
            text(0, "lo"),
            message(0, "Hello"),
            message(0, "Hello"),
            text(0, "again"),
            completed(),
        ],
        vec![
            json!({ "type": "response.completed", "response": { "output": [message(0, "Hello")["item"]] } }),
        ],
    ] {
        assert_eq!(choice(json!({}), &events)["message"]["content"], "Hello");
    }
}

#[test]
fn an_answer_without_a_word_is_an_empty_text() {
    let choice = choice(json!({}), &[text(0, ""), message(0, ""), completed()]);
    assert_eq!((&choice["message"]["content"], &choice["finish_reason"]), (&json!(""), &json!("stop")));
}

#[test]
fn calls_are_named_once_and_their_arguments_follow() {
    let custom = |input: &str| json!({ "type": "custom_tool_call", "call_id": "call_2", "name": "patch", "input": input });
    let events = [
        added(1, call("")),
        added(2, custom("")),
        arguments(1, "{\"x\""),
        json!({ "type": "response.custom_tool_call_input.delta", "output_index": 2, "delta": "*** " }),
        arguments(1, ":1}"),
        json!({ "type": "response.custom_tool_call_input.delta", "output_index": 2, "delta": "Begin" }),
        done(1, call("{\"x\":1}")),
        done(2, custom("*** Begin")),
        completed(),
    ];
    assert_eq!(
        deltas(json!({}), &events)[1..4],
        [
            json!({ "tool_calls": [{ "index": 0, "id": "call_1", "type": "function", "function": { "name": "f", "arguments": "" } }] }),
            json!({ "tool_calls": [{ "index": 1, "id": "call_2", "type": "custom", "custom": { "name": "patch", "input": "" } }] }),
            json!({ "tool_calls": [{ "index": 0, "function": { "arguments": "{\"x\"" } }] }),
        ]
    );
    let choice = choice(json!({}), &events);
    assert_eq!(
        choice["message"]["tool_calls"],
        json!([
            { "id": "call_1", "type": "function", "function": { "name": "f", "arguments": "{\"x\":1}" } },
            { "id": "call_2", "type": "custom", "custom": { "name": "patch", "input": "*** Begin" } },
        ])
    );
    assert_eq!(
        (&choice["message"]["content"], &choice["finish_reason"]),
        (&Value::Null, &json!("tool_calls"))
    );
}

#[test]
fn a_call_of_which_only_the_end_or_no_name_came_first_is_told_whole() {
    for events in [
        vec![done(0, call("{}")), completed()],
        vec![arguments(0, "{"), arguments(0, "}"), done(0, call("{}")), completed()],
        vec![
            added(0, json!({ "type": "function_call" })),
            arguments(0, "{}"),
            done(0, call("{}")),
            completed(),
        ],
    ] {
        let choice = choice(json!({}), &events);
        assert_eq!(choice["message"]["tool_calls"][0]["function"], json!({ "name": "f", "arguments": "{}" }));
    }
}

#[test]
fn a_call_without_an_id_is_given_one() {
    let choice = choice(
        json!({}),
        &[done(0, json!({ "type": "function_call", "name": "f", "arguments": "{}" })), completed()],
    );
    assert_eq!(choice["message"]["tool_calls"][0]["id"], "call_u1_0");
}

#[test]
fn who_asks_in_the_old_form_is_answered_in_it() {
    let more = json!({ "functions": [{ "name": "f" }] });
    let events =
        [added(0, call("")), arguments(0, "{}"), done(0, call("{}")), done(1, call("{}")), completed()];
    let choice = choice(more.clone(), &events);
    assert_eq!(choice["message"]["function_call"], json!({ "name": "f", "arguments": "{}" }));
    assert_eq!(
        (choice["message"].get("tool_calls"), &choice["finish_reason"]),
        (None, &json!("function_call"))
    );
    assert_eq!(deltas(more, &events)[1], json!({ "function_call": { "name": "f", "arguments": "" } }));
}

#[test]
fn a_refusal_is_no_content() {
    let refused =
        done(0, json!({ "type": "message", "content": [{ "type": "refusal", "refusal": "I cannot." }] }));
    let delta = |delta: &str| json!({ "type": "response.refusal.delta", "output_index": 0, "delta": delta });
    for events in [
        vec![refused.clone(), completed()],
        vec![delta("I can"), delta("not."), refused.clone(), completed()],
    ] {
        let message = choice(json!({}), &events)["message"].take();
        assert_eq!((&message["refusal"], &message["content"]), (&json!("I cannot."), &Value::Null));
    }
}

#[test]
fn reasoning_is_told_beside_the_content_with_its_parts_set_apart() {
    let part = |part: u32, delta: &str| json!({ "type": "response.reasoning_summary_text.delta", "output_index": 0, "summary_index": part, "delta": delta });
    let item = done(
        0,
        json!({ "type": "reasoning", "summary": [{ "type": "summary_text", "text": "One." }, { "type": "summary_text", "text": "Two." }], "content": null, "encrypted_content": "x" }),
    );
    for events in [
        vec![part(0, "On"), part(0, "e."), part(1, "Two."), item.clone(), message(1, "a"), completed()],
        vec![item, message(1, "a"), completed()],
    ] {
        let message = choice(json!({}), &events)["message"].take();
        assert_eq!(
            (&message["reasoning_content"], &message["content"]),
            (&json!("One.\n\nTwo."), &json!("a"))
        );
    }
}

#[test]
fn messages_that_come_side_by_side_are_told_one_after_the_other() {
    let events = [
        text(0, "Let me "),
        text(2, "Do"),
        text(0, "look."),
        text(2, "ne"),
        message(2, "Done"),
        message(0, "Let me look."),
        completed(),
    ];
    assert_eq!(choice(json!({}), &events)["message"]["content"], "Let me look.\n\nDone");
    let events = [text(3, "b"), text(1, "a"), text(2, "c"), completed()];
    assert_eq!(choice(json!({}), &events)["message"]["content"], "b\n\na\n\nc");
}

#[test]
fn citations_name_their_place_in_the_whole_content() {
    let cited = json!({ "type": "message", "content": [{ "type": "output_text", "text": "So it is.", "annotations": [
        { "type": "url_citation", "start_index": 0, "end_index": 2, "url": "https://example.org", "title": "Example" },
        { "type": "file_citation", "file_id": "f" },
    ] }] });
    let events = [text(0, "Tìm 😀"), message(0, "Tìm 😀"), text(1, "So it is."), done(1, cited), completed()];
    assert_eq!(
        choice(json!({}), &events)["message"]["annotations"],
        json!([
            { "type": "url_citation", "url_citation": { "start_index": 7, "end_index": 9, "url": "https://example.org", "title": "Example" } },
        ])
    );
}
