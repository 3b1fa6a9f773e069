//! Arbitrary requests and events.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::assembler::assembled;
use super::{collected, request, streamed, translated, translated_bytes};
use crate::answer::End;
use crate::count::counted;

/// Members and words of both forms, so that chance comes close to real requests and events.
const NAMES: [&str; 25] = [
    "type",
    "role",
    "content",
    "text",
    "source",
    "data",
    "media_type",
    "thinking",
    "signature",
    "id",
    "name",
    "input",
    "tool_use_id",
    "tool_name",
    "is_error",
    "tool",
    "definition",
    "title",
    "url",
    "call_id",
    "arguments",
    "summary",
    "encrypted_content",
    "input_schema",
    "defer_loading",
];
const WORDS: [&str; 26] = [
    "",
    "user",
    "assistant",
    "system",
    "text",
    "image",
    "document",
    "base64",
    "thinking",
    "tool_use",
    "tool_result",
    "tool_reference",
    "tool_addition",
    "tool_definition",
    "rp1.rs_1.3.enc",
    "image/png",
    "message",
    "reasoning",
    "function_call",
    "call_1",
    "{\"x\":1}",
    "adaptive",
    "f",
    "web_search_20250305",
    "json_schema",
    "\u{1f600}\"\\",
];

fn word() -> impl Strategy<Value = Value> {
    prop_oneof![
        8 => proptest::sample::select(&WORDS[..]).prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i32>().prop_map(Value::from),
        1 => Just(Value::Null),
    ]
}

fn tree() -> impl Strategy<Value = Value> {
    word().prop_recursive(5, 40, 5, |inner| {
        let member = (proptest::sample::select(&NAMES[..]).prop_map(str::to_owned), inner.clone());
        prop_oneof![
            1 => proptest::collection::vec(inner, 0..5).prop_map(Value::from),
            3 => proptest::collection::vec(member, 0..6).prop_map(|members| Value::Object(Map::from_iter(members))),
        ]
    })
}

fn block() -> impl Strategy<Value = Value> {
    let string = || proptest::sample::select(&WORDS[..]);
    let result = |content: Value, failed: bool| json!({ "type": "tool_result", "tool_use_id": "call_1", "content": content, "is_error": failed });
    prop_oneof![
        4 => string().prop_map(|text| json!({ "type": "text", "text": text })),
        4 => (string(), tree()).prop_map(|(name, input)| json!({ "type": "tool_use", "id": "call_1", "name": name, "input": input })),
        4 => (string(), string()).prop_map(|(said, seal)| json!({ "type": "thinking", "thinking": said, "signature": seal })),
        4 => (string(), any::<bool>()).prop_map(move |(text, failed)| result(json!([{ "type": "text", "text": text }]), failed)),
        1 => (tree(), any::<bool>()).prop_map(move |(content, failed)| result(content, failed)),
        1 => (string(), tree()).prop_map(|(kind, tool)| json!({ "type": kind, "tool": tool, "source": tool })),
    ]
}

fn message() -> impl Strategy<Value = Value> {
    let roles = ["user", "assistant", "system"];
    (proptest::sample::select(roles.to_vec()), proptest::collection::vec(block(), 0..3))
        .prop_map(|(role, content)| json!({ "role": role, "content": content }))
}

fn tool() -> impl Strategy<Value = Value> {
    (proptest::sample::select(&WORDS[..]), tree(), any::<bool>()).prop_map(|(name, schema, deferred)| {
        let schema = if schema.is_object() { schema } else { json!({}) };
        json!({ "name": name, "input_schema": schema, "defer_loading": deferred })
    })
}

fn event() -> impl Strategy<Value = Value> {
    let names = [
        "response.created",
        "response.output_item.added",
        "response.output_item.done",
        "response.output_text.delta",
        "response.refusal.delta",
        "response.reasoning_summary_text.delta",
        "response.function_call_arguments.delta",
        "response.custom_tool_call_input.delta",
        "keepalive",
    ];
    let kinds = ["message", "reasoning", "function_call", "web_search_call"];
    let item = (proptest::sample::select(kinds.to_vec()), tree(), proptest::option::of("[a-c]")).prop_map(
        |(kind, more, id)| {
            let mut item = if more.is_object() { more } else { json!({}) };
            item["type"] = json!(kind);
            item["id"] = json!(id);
            item["call_id"] = json!("call_1");
            item["name"] = json!("f");
            item["arguments"] = json!("{\"x\":1}");
            item
        },
    );
    (proptest::sample::select(names.to_vec()), 0_u32..3, 0_u32..2, word(), item).prop_map(
        |(name, index, part, delta, item)| {
            json!({ "type": name, "output_index": index, "summary_index": part, "delta": delta, "item": item })
        },
    )
}

proptest! {
    #[test]
    fn no_bytes_are_too_strange_to_be_refused(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = translated_bytes(&body);
        let _ = counted(&body);
    }

    #[test]
    fn a_request_of_any_shape_is_refused_or_becomes_json(
        messages in proptest::collection::vec(message(), 0..4),
        tools in proptest::option::of(proptest::collection::vec(tool(), 0..3)),
        odd in proptest::option::weighted(0.3, tree()),
        place in proptest::sample::select(&["messages", "system", "tool_choice", "thinking", "metadata", "tools"][..]),
    ) {
        let mut body = request(json!({ "messages": messages, "tools": tools }));
        if let Some(odd) = odd {
            body[place] = odd;
        }
        let body = body.to_string();
        let _ = counted(body.as_bytes());
        if let Ok(translated) = translated_bytes(body.as_bytes()) {
            prop_assert!(serde_json::from_slice::<Value>(&translated.body).is_ok());
        }
    }

    #[test]
    fn events_in_any_order_make_a_stream_that_sdks_read_and_the_same_message_whole(
        mut events in proptest::collection::vec(event(), 0..14), stops in any::<bool>(), ends in any::<bool>(),
    ) {
        let stops = if stops { json!(["x", "user"]) } else { json!([]) };
        let body = request(json!({ "thinking": { "type": "adaptive" }, "stop_sequences": stops }));
        let form = translated(&body).form;
        if ends {
            events.push(json!({ "type": "response.completed", "response": { "id": "r" } }));
        }
        let (_, whole) = collected(&form, &events, End::Broken);
        match assembled(&streamed(&form, &events, End::Broken)) {
            Ok(message) | Err(message) => prop_assert_eq!(whole, message),
        }
    }
}
