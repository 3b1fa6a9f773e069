//! What holds for any input.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::assembler::assembled;
use super::world::{chunks, sent, streamed, translated, whole};
use crate::End;

/// Any JSON, with the names that the API has among those of its objects.
fn anything() -> impl Strategy<Value = Value> {
    let names = prop::sample::select(vec![
        "model",
        "messages",
        "role",
        "content",
        "type",
        "text",
        "tool_calls",
        "id",
        "function",
        "name",
        "arguments",
        "tools",
        "tool_choice",
        "image_url",
        "url",
        "custom",
        "input",
        "stop",
        "response_format",
        "delta",
        "output_index",
        "item",
        "response",
        "output",
        "summary",
        "annotations",
        "refusal",
        "tool_call_id",
    ]);
    let words = prop::sample::select(vec![
        "plain",
        "user",
        "assistant",
        "tool",
        "function",
        "text",
        "message",
        "reasoning",
        "function_call",
        "custom_tool_call",
        "output_text",
        "response.output_text.delta",
        "response.output_item.added",
        "response.output_item.done",
        "response.function_call_arguments.delta",
        "response.completed",
        "json_schema",
        "",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..4_u32).prop_map(Value::from),
        words.prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(names.clone().prop_map(str::to_owned), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// An event of a kind that there is, with anything in the place of what it should hold.
fn odd_event() -> impl Strategy<Value = Value> {
    let kinds = prop::sample::select(vec![
        "response.created",
        "response.output_text.delta",
        "response.refusal.delta",
        "response.reasoning_summary_text.delta",
        "response.function_call_arguments.delta",
        "response.custom_tool_call_input.delta",
        "response.output_item.added",
        "response.output_item.done",
        "response.completed",
        "response.incomplete",
        "response.failed",
    ]);
    let items =
        prop::sample::select(vec!["message", "reasoning", "function_call", "custom_tool_call", "other"]);
    let text = || prop_oneof!["[abc]{0,3}".prop_map(Value::from), anything()];
    let part = (prop::sample::select(vec!["output_text", "refusal", "summary_text"]), text())
        .prop_map(|(kind, text)| json!({ "type": kind, "text": text, "refusal": text }));
    let parts = prop_oneof![prop::collection::vec(part, 0..3).prop_map(Value::from), anything()];
    (kinds, items, 0..3_u32, text(), text(), parts).prop_map(|(kind, item, index, text, name, parts)| {
        let item = json!({ "type": item, "call_id": name, "name": name, "arguments": text, "input": text, "content": parts, "summary": parts });
        json!({ "type": kind, "output_index": index, "delta": text, "item": item, "response": { "output": [item] } })
    })
}

/// A message or a call of an answer, with its text cut into pieces.
#[derive(Clone, Debug)]
struct Item {
    is_call: bool,
    pieces: Vec<String>,
    is_added: bool,
    has_deltas: bool,
}

fn item() -> impl Strategy<Value = Item> {
    let pieces = prop::collection::vec("[a-c\"\\\\é😀\n ]{1,3}", 1..5);
    (any::<bool>(), pieces, any::<bool>(), any::<bool>())
        .prop_map(|(is_call, pieces, is_added, has_deltas)| Item { is_call, pieces, is_added, has_deltas })
}

impl Item {
    fn text(&self) -> String {
        self.pieces.concat()
    }

    fn json(&self, index: usize, text: &str) -> Value {
        if self.is_call {
            json!({ "type": "function_call", "call_id": format!("call_{index}"), "name": "f", "arguments": text })
        } else {
            json!({ "type": "message", "content": [{ "type": "output_text", "text": text }] })
        }
    }

    fn events(&self, index: usize) -> Vec<Value> {
        let mut events = Vec::new();
        if self.is_added {
            events.push(json!({ "type": "response.output_item.added", "output_index": index, "item": self.json(index, "") }));
        }
        let kind = if self.is_call {
            "response.function_call_arguments.delta"
        } else {
            "response.output_text.delta"
        };
        let pieces = self.pieces.iter().filter(|_| self.has_deltas);
        events.extend(pieces.map(|delta| json!({ "type": kind, "output_index": index, "delta": delta })));
        let item = self.json(index, &self.text());
        events.push(json!({ "type": "response.output_item.done", "output_index": index, "item": item }));
        events
    }
}

/// The events of all items, each item's in their order, taken in turns as `order` says.
fn interleaved(items: &[Item], order: &[prop::sample::Index]) -> Vec<Value> {
    let mut queues: Vec<Vec<Value>> = (0..).zip(items).map(|(index, item)| item.events(index)).collect();
    queues.iter_mut().for_each(|queue| queue.reverse());
    let mut order = order.iter().cycle();
    let mut events = Vec::new();
    loop {
        queues.retain(|queue| !queue.is_empty());
        let Some(turn) = order.next().filter(|_| !queues.is_empty()) else { return events };
        let next = turn.index(queues.len());
        events.extend(queues[next].pop());
    }
}

/// A conversation of the tool, in the words of the test.
#[derive(Clone, Debug)]
enum Turn {
    Says(&'static str, String),
    Calls(bool, String),
}

fn turn() -> impl Strategy<Value = Turn> {
    let role = prop::sample::select(vec!["system", "developer", "user", "assistant"]);
    prop_oneof![
        (role, "\\PC{1,8}").prop_map(|(role, text)| Turn::Says(role, text)),
        (any::<bool>(), "\\PC{1,8}").prop_map(|(is_custom, text)| Turn::Calls(is_custom, text)),
    ]
}

fn messages(turns: &[Turn]) -> Vec<Value> {
    let mut messages = Vec::new();
    for (index, turn) in turns.iter().enumerate() {
        let id = format!("call_{index}");
        match turn {
            Turn::Says(role, text) => messages.push(json!({ "role": role, "content": text })),
            Turn::Calls(true, text) => messages.extend([
                json!({ "role": "assistant", "content": null, "tool_calls": [{ "id": id, "type": "custom", "custom": { "name": "c", "input": text } }] }),
                json!({ "role": "tool", "tool_call_id": id, "content": text }),
            ]),
            Turn::Calls(false, text) => messages.extend([
                json!({ "role": "assistant", "content": null, "tool_calls": [{ "id": id, "type": "function", "function": { "name": "f", "arguments": text } }] }),
                json!({ "role": "tool", "tool_call_id": id, "content": text }),
            ]),
        }
    }
    messages
}

/// The messages that an input would have come from.
fn back(input: &Value) -> Vec<Value> {
    let read = |item: &Value| match item["type"].as_str().unwrap() {
        "message" => json!({ "role": item["role"], "content": item["content"][0]["text"] }),
        "function_call" => {
            json!({ "role": "assistant", "content": null, "tool_calls": [{ "id": item["call_id"], "type": "function", "function": { "name": item["name"], "arguments": item["arguments"] } }] })
        }
        "custom_tool_call" => {
            json!({ "role": "assistant", "content": null, "tool_calls": [{ "id": item["call_id"], "type": "custom", "custom": { "name": item["name"], "input": item["input"] } }] })
        }
        "function_call_output" | "custom_tool_call_output" => {
            json!({ "role": "tool", "tool_call_id": item["call_id"], "content": item["output"] })
        }
        other => panic!("{other}"),
    };
    input.as_array().unwrap().iter().map(read).collect()
}

proptest! {
    #[test]
    fn no_bytes_and_no_json_bring_the_translation_of_a_request_down(bytes in prop::collection::vec(any::<u8>(), 0..64), json in anything()) {
        let _ = translated(&bytes);
        let _ = translated(json.to_string().as_bytes());
        let mut request = json!({ "model": "plain", "messages": [json.clone()] });
        let _ = translated(request.to_string().as_bytes());
        request["messages"] = json!([{ "role": "user", "content": json.clone() }]);
        if let Ok(found) = translated(request.to_string().as_bytes()) {
            prop_assert!(serde_json::from_slice::<Value>(&found.body).is_ok());
        }
        for name in ["tools", "tool_choice", "stop", "response_format", "web_search_options", "functions"] {
            request["messages"] = json!([{ "role": "user", "content": "hi" }]);
            request[name] = json.clone();
            if let Ok(found) = translated(request.to_string().as_bytes()) {
                prop_assert!(serde_json::from_slice::<Value>(&found.body).is_ok());
            }
            request[name] = Value::Null;
        }
    }

    #[test]
    fn a_conversation_there_and_back_is_the_same(turns in prop::collection::vec(turn(), 1..8)) {
        let messages = messages(&turns);
        let mut expected = messages.clone();
        expected.iter_mut().filter(|message| message["role"] == "system").for_each(|message| message["role"] = json!("developer"));
        let sent = sent(&json!({ "model": "plain", "messages": messages }));
        prop_assert_eq!(back(&sent["input"]), expected);
    }

    #[test]
    fn no_events_bring_an_answer_down_and_streamed_it_is_what_it_is_whole(
        events in prop::collection::vec(prop_oneof![1 => anything(), 9 => odd_event()], 0..12),
        is_old in any::<bool>(),
    ) {
        let more = if is_old { json!({ "functions": [{ "name": "f" }] }) } else { json!({ "stop": "a" }) };
        let stream = streamed(more.clone(), &events, End::Regular);
        let whole = whole(more, &events, End::Regular);
        let (chunks, is_done) = chunks(&stream);
        prop_assert_eq!(is_done, whole.status == 200);
        let body: Value = serde_json::from_slice(&whole.body).unwrap();
        if is_done {
            prop_assert_eq!(assembled(&chunks), body["choices"][0].clone());
        } else {
            prop_assert_eq!(chunks.last().unwrap(), &body);
        }
    }

    #[test]
    fn items_are_told_completely_in_whatever_order_they_come(
        items in prop::collection::vec(item(), 0..5),
        order in prop::collection::vec(any::<prop::sample::Index>(), 1..20),
    ) {
        let mut events = interleaved(&items, &order);
        events.push(json!({ "type": "response.completed", "response": {} }));
        let (chunks, is_done) = chunks(&streamed(json!({}), &events, End::Regular));
        prop_assert!(is_done);
        let choice = assembled(&chunks);
        let body: Value = serde_json::from_slice(&whole(json!({}), &events, End::Regular).body).unwrap();
        prop_assert_eq!(&choice, &body["choices"][0]);

        let mut texts: Vec<String> = items.iter().filter(|item| !item.is_call).map(Item::text).collect();
        let content = choice["message"]["content"].as_str().unwrap_or_default().to_owned();
        // Which of them came first is the backend's choice; each is whole.
        let total: usize = texts.iter().map(String::len).sum::<usize>() + 2 * texts.len().saturating_sub(1);
        prop_assert_eq!(content.len(), total);
        texts.sort_by_key(String::len);
        prop_assert!(texts.iter().all(|text| content.contains(text)));

        let told = choice["message"]["tool_calls"].as_array().cloned().unwrap_or_default();
        let told: BTreeMap<String, String> = told.iter().map(|call| (call["id"].as_str().unwrap().to_owned(), call["function"]["arguments"].as_str().unwrap().to_owned())).collect();
        let made: BTreeMap<String, String> = items.iter().enumerate().filter(|(_, item)| item.is_call).map(|(index, item)| (format!("call_{index}"), item.text())).collect();
        prop_assert_eq!(told, made);
    }
}
