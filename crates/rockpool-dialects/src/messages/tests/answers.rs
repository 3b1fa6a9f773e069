//! Answers on their way back.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::assembler::assembled;
use super::events::{added, call, completed, created, done, event, message, reasoning, text};
use super::{collected, items, request, streamed, translated};
use crate::answer::End;
use crate::translation::AnswerForm;

fn form(more: Value) -> AnswerForm {
    translated(&request(more)).form
}

fn thinking() -> AnswerForm {
    form(json!({ "thinking": { "type": "adaptive" } }))
}

/// The answer, which must be the same streamed and whole.
fn answer(form: &AnswerForm, events: &[Value]) -> Value {
    let message = assembled(&streamed(form, events, End::Regular)).unwrap();
    let (status, whole) = collected(form, events, End::Regular);
    assert_eq!((status, &whole), (200, &message));
    message
}

#[test]
fn thinking_text_and_a_call_become_blocks_in_their_order() {
    let events = [
        created(),
        added(0, json!({ "type": "reasoning", "id": "rs_1" })),
        event("response.reasoning_summary_text.delta", 0, json!({ "summary_index": 0, "delta": "First" })),
        event("response.reasoning_summary_text.delta", 0, json!({ "summary_index": 1, "delta": "Then" })),
        done(0, reasoning(&["First", "Then"])),
        added(1, json!({ "type": "message", "content": [] })),
        text(1, "I "),
        text(1, "look."),
        done(1, message("I look.")),
        added(2, json!({ "type": "function_call", "call_id": "call_1", "name": "Bash", "arguments": "" })),
        event("response.function_call_arguments.delta", 2, json!({ "delta": "{\"command\":" })),
        event("response.function_call_arguments.delta", 2, json!({ "delta": "\"ls\"}" })),
        done(2, call("{\"command\":\"ls\"}")),
        completed(),
    ];
    assert_eq!(
        answer(&thinking(), &events),
        json!({ "id": "msg_u1", "type": "message", "role": "assistant", "model": "gpt-5.5",
            "content": [
                { "type": "thinking", "thinking": "First\n\nThen", "signature": "rp1.rs_1.6.gAAA==" },
                { "type": "text", "text": "I look." },
                { "type": "tool_use", "id": "call_1", "name": "Bash", "input": { "command": "ls" } }],
            "stop_reason": "tool_use", "stop_sequence": null,
            "usage": { "input_tokens": 30, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 60, "output_tokens": 7 } })
    );
}

#[test]
fn an_answer_without_deltas_is_told_by_its_items() {
    let events = [done(0, reasoning(&["a", "b"])), done(1, message("hi")), done(2, call("{}")), completed()];
    let content = answer(&thinking(), &events)["content"].clone();
    assert_eq!(content[0]["thinking"], "a\n\nb");
    assert_eq!((&content[1]["text"], &content[2]["input"]), (&json!("hi"), &json!({})));
}

#[test]
fn items_without_an_index_are_told_one_after_the_other() {
    let mut events = vec![done(0, call("{}")), done(0, message("hi")), completed()];
    for event in &mut events {
        event.as_object_mut().unwrap().remove("output_index");
    }
    assert_eq!(answer(&thinking(), &events)["content"].as_array().unwrap().len(), 2);
}

#[test]
fn a_stream_begins_with_a_message_and_a_ping() {
    let stream = streamed(&thinking(), &[text(0, "hi"), completed()], End::Regular);
    let names: Vec<&str> = stream.lines().filter_map(|line| line.strip_prefix("event: ")).collect();
    assert_eq!(
        names,
        [
            "message_start",
            "ping",
            "content_block_start",
            "content_block_delta",
            "content_block_stop",
            "message_delta",
            "message_stop"
        ]
    );
}

#[test]
fn reasoning_comes_back_as_it_was_given() {
    for (form, words) in
        [(thinking(), "a"), (form(json!({ "thinking": { "type": "adaptive", "display": "omitted" } })), "")]
    {
        let events = [done(0, reasoning(&["a"])), done(1, call("{\"x\":1}")), completed()];
        let content = answer(&form, &events)["content"].clone();
        assert_eq!(content[0]["thinking"], words);
        let items =
            items(json!([{ "role": "user", "content": "hi" }, { "role": "assistant", "content": content }]));
        assert_eq!((&items[1]["id"], &items[1]["encrypted_content"]), (&json!("rs_1"), &json!("gAAA==")));
        assert_eq!((&items[2]["call_id"], &items[2]["arguments"]), (&json!("call_1"), &json!("{\"x\":1}")));
    }
}

#[test]
fn a_tool_that_asked_for_no_thinking_gets_the_text_first() {
    let events = [done(0, reasoning(&["a"])), done(1, message("hi")), completed()];
    let message = answer(&form(json!({})), &events);
    assert_eq!(message["content"], json!([{ "type": "text", "text": "hi" }]));
    assert_eq!(message["stop_reason"], "end_turn");
}

#[test]
fn a_web_search_is_not_shown() {
    let events =
        [done(0, json!({ "type": "web_search_call", "id": "ws_1" })), done(1, message("hi")), completed()];
    assert_eq!(answer(&thinking(), &events)["content"].as_array().unwrap().len(), 1);
}

#[test]
fn what_is_not_shown_is_still_a_sign_of_life() {
    let quiet = json!({ "type": "keepalive" });
    let pings = |events: &[Value]| streamed(&thinking(), events, End::Regular).matches("event: ping").count();
    assert_eq!(pings(&[quiet.clone(), created(), completed()]), 1);
    assert_eq!(pings(&[created(), quiet.clone(), quiet, completed(), json!({ "type": "keepalive" })]), 3);
}

#[test]
fn an_answer_of_nothing_is_a_message_of_nothing() {
    let message = answer(&thinking(), &[completed()]);
    assert_eq!((&message["content"], &message["stop_reason"]), (&json!([]), &json!("end_turn")));
}

#[test]
fn arguments_that_are_no_object_are_told_as_an_empty_one() {
    for arguments in ["0", "[{}]", "null", "\"{}\"", " "] {
        let events = [
            added(
                0,
                json!({ "type": "function_call", "call_id": "call_1", "name": "Bash", "arguments": "" }),
            ),
            event("response.function_call_arguments.delta", 0, json!({ "delta": arguments })),
            done(0, call(arguments)),
            completed(),
        ];
        assert_eq!(answer(&thinking(), &events)["content"][0]["input"], json!({}), "{arguments}");
    }
    let events = [
        added(0, json!({ "type": "function_call", "call_id": "call_1", "name": "Bash", "arguments": "" })),
        event("response.function_call_arguments.delta", 0, json!({ "delta": " \n" })),
        event("response.function_call_arguments.delta", 0, json!({ "delta": "{\"x\":" })),
        event("response.function_call_arguments.delta", 0, json!({ "delta": "1}" })),
        completed(),
    ];
    assert_eq!(answer(&thinking(), &events)["content"][0]["input"], json!({ "x": 1 }));
}

#[test]
fn arguments_that_come_before_the_name_are_kept_until_it_is_known() {
    let events = [
        event("response.function_call_arguments.delta", 0, json!({ "delta": "{\"x\":" })),
        event("response.function_call_arguments.delta", 0, json!({ "delta": "1}" })),
        done(0, call("{\"x\":1}")),
        completed(),
    ];
    assert_eq!(answer(&thinking(), &events)["content"][0]["input"], json!({ "x": 1 }));
}

#[test]
fn a_call_that_ended_without_a_name_is_left_out_though_a_name_comes_late() {
    let events = [
        added(0, json!({ "type": "message" })),
        event("response.function_call_arguments.delta", 1, json!({ "delta": "{}" })),
        done(1, json!({ "type": "function_call" })),
        added(1, call("")),
        text(0, "hi"),
        completed(),
    ];
    assert_eq!(answer(&thinking(), &events)["content"], json!([{ "type": "text", "text": "hi" }]));
}

#[test]
fn an_item_that_ends_twice_while_it_waits_is_told_once() {
    let thought = done(1, reasoning(&["a"]));
    let events =
        [added(0, json!({ "type": "message" })), thought.clone(), thought, text(0, "hi"), completed()];
    let content = answer(&thinking(), &events)["content"].clone();
    assert_eq!(
        (content[1]["signature"].clone(), content[2].clone()),
        (json!("rp1.rs_1.6.gAAA=="), Value::Null)
    );
}

#[test]
fn a_call_that_is_cut_short_has_no_input() {
    let mut cut = completed();
    cut["type"] = json!("response.incomplete");
    cut["response"]["incomplete_details"] = json!({ "reason": "max_output_tokens" });
    let events = [
        added(0, json!({ "type": "function_call", "call_id": "call_1", "name": "Bash" })),
        event("response.function_call_arguments.delta", 0, json!({ "delta": "{\"comm" })),
        cut,
    ];
    let message = answer(&thinking(), &events);
    assert_eq!(
        (&message["stop_reason"], &message["content"][0]["input"]),
        (&json!("max_tokens"), &json!({}))
    );
}

#[test]
fn the_reason_of_the_end_is_told() {
    let ended = |reason: &str| {
        let mut cut = completed();
        cut["type"] = json!("response.incomplete");
        cut["response"]["incomplete_details"] = json!({ "reason": reason });
        answer(&thinking(), &[text(0, "hi"), cut])["stop_reason"].clone()
    };
    assert_eq!(
        (ended("max_output_tokens"), ended("content_filter")),
        (json!("max_tokens"), json!("refusal"))
    );
    let refusal = event("response.refusal.delta", 0, json!({ "delta": "I can't." }));
    assert_eq!(answer(&thinking(), &[refusal, completed()])["stop_reason"], "refusal");
}

#[test]
fn an_answer_that_was_cut_is_known_again_by_what_the_tool_was_told_of_it() {
    let form = form(json!({ "stop_sequences": ["."] }));
    let mut translator = form.translator(0, "u1");
    let said =
        [text(0, "One"), done(0, message("One")), text(1, "Two. Three"), done(1, message("Two. Three"))];
    for event in said.iter().chain([&completed()]) {
        translator.event(event.to_string().as_bytes(), &mut Vec::new());
    }
    let given = translator.answered().unwrap().given();
    let block = |text: &str| json!({ "type": "text", "text": text });
    let next = translated(&request(json!({ "messages": [
        { "role": "user", "content": "hi" }, { "role": "assistant", "content": [block("One"), block("Two")] },
        { "role": "user", "content": "and?" },
    ] })));
    assert!(next.ties.given.len() == 1 && given.contains(&next.ties.given[0]), "{:?} {given:?}", next.ties);
}

#[test]
fn a_stop_sequence_ends_the_text_though_it_comes_in_pieces() {
    let form = form(json!({ "stop_sequences": ["</end>"] }));
    let events = [
        text(0, "one </"),
        text(0, "b> two </e"),
        text(0, "nd> three"),
        done(0, message("")),
        done(1, call("{}")),
        completed(),
    ];
    let message = answer(&form, &events);
    assert_eq!(message["content"], json!([{ "type": "text", "text": "one </b> two " }]));
    assert_eq!(
        (&message["stop_reason"], &message["stop_sequence"]),
        (&json!("stop_sequence"), &json!("</end>"))
    );
    assert_eq!(message["usage"]["output_tokens"], 7);
    assert_eq!(answer(&form, &[text(0, "a </en"), completed()])["content"][0]["text"], "a </en");
    let broken = assembled(&streamed(&form, &[text(0, "a</end>")], End::Broken)).unwrap();
    assert_eq!(broken["stop_reason"], "stop_sequence");
}

#[test]
fn a_failure_is_an_error_before_and_after_the_first_word() {
    let failed = json!({ "type": "response.failed", "response": { "error": { "code": "server_is_overloaded", "message": "busy" } } });
    for events in [vec![failed.clone()], vec![created(), text(0, "hi"), failed.clone(), completed()]] {
        let error = assembled(&streamed(&thinking(), &events, End::Regular)).unwrap_err();
        assert_eq!(
            error,
            json!({ "type": "error", "error": { "type": "overloaded_error", "message": "busy" } })
        );
        assert_eq!(collected(&thinking(), &events, End::Regular), (503, error));
    }
}

#[test]
fn a_stream_without_an_end_is_an_error() {
    for (end, word) in [(End::Broken, "broke"), (End::Regular, "ended")] {
        let events = [created(), text(0, "hi")];
        let error = assembled(&streamed(&thinking(), &events, end)).unwrap_err();
        assert!(error["error"]["message"].as_str().unwrap().contains(word));
        assert_eq!(
            (&error["error"]["type"], collected(&thinking(), &events, end).0),
            (&json!("api_error"), 502)
        );
    }
}

#[test]
fn a_full_context_is_told_in_the_words_that_claude_code_knows() {
    let failed = json!({ "type": "response.failed", "response": { "error": { "code": "context_length_exceeded", "message": "Too much." } } });
    let (status, error) = collected(&thinking(), &[failed], End::Regular);
    assert_eq!((status, &error["error"]["type"]), (400, &json!("invalid_request_error")));
    assert_eq!(error["error"]["message"], "prompt is too long: Too much.");
}

#[test]
fn what_comes_after_the_end_or_after_an_item_is_ignored() {
    let events =
        [text(0, "hi"), done(0, message("hi")), text(0, "late"), completed(), text(1, "later"), completed()];
    assert_eq!(answer(&thinking(), &events)["content"], json!([{ "type": "text", "text": "hi" }]));
}

#[test]
fn a_long_tool_name_comes_back_as_the_tool_knows_it() {
    let long = "x".repeat(90);
    let translated = translated(&request(json!({ "tools": [{ "name": long, "input_schema": {} }] })));
    let sent: Value = serde_json::from_slice(&translated.body).unwrap();
    let mut item = call("{}");
    item["name"] = sent["tools"][0]["name"].clone();
    let message = answer(&translated.form, &[done(0, item), completed()]);
    assert_eq!(message["content"][0]["name"], long);
}

proptest! {
    #[test]
    fn items_that_interleave_are_told_one_after_the_other(turns in proptest::collection::vec(0_usize..3, 0..12)) {
        let piece = |delta: &str| event("response.function_call_arguments.delta", 2, json!({ "delta": delta }));
        let thought = |delta: &str| event("response.reasoning_summary_text.delta", 0, json!({ "delta": delta }));
        let mut of_each = [
            vec![thought("a"), thought("b"), done(0, reasoning(&["ab"]))],
            vec![text(1, "c"), text(1, "d"), done(1, message("cd"))],
            vec![piece("{\"x\""), piece(":1}"), done(2, call("{\"x\":1}"))],
        ];
        let begin = [json!({ "type": "reasoning", "id": "rs_1" }), json!({ "type": "message" }),
            json!({ "type": "function_call", "call_id": "call_1", "name": "Bash" })];
        let begin: Vec<Value> = (0..).zip(begin).map(|(index, item)| added(index, item)).collect();
        let regular: Vec<Value> = begin.iter().chain(of_each.iter().flatten()).cloned().chain([completed()]).collect();
        let mut mixed = begin;
        for turn in turns {
            if !of_each[turn].is_empty() {
                mixed.push(of_each[turn].remove(0));
            }
        }
        mixed.extend(of_each.into_iter().rev().flatten());
        mixed.push(completed());
        prop_assert_eq!(answer(&thinking(), &mixed), answer(&thinking(), &regular));
    }
}
