//! The answers that a person's words and a request's form bring about, as typed clients read them.

use serde_json::{Value, json};

use crate::support::{LITE, SimHarness, ada, answer_to, answers, events, finished, question, said, user};

/// The text that the deltas of a type add up to.
fn streamed(events: &[Value], kind: &str) -> (usize, String) {
    let deltas: Vec<&str> = events
        .iter()
        .filter(|event| event["type"] == kind)
        .map(|event| event["delta"].as_str().unwrap())
        .collect();
    (deltas.len(), deltas.concat())
}

fn all_finished(events: &[Value], kind: &str) -> Vec<Value> {
    let done = events.iter().filter(|event| event["type"] == "response.output_item.done");
    done.map(|event| event["item"].clone()).filter(|item| item["type"] == kind).collect()
}

#[tokio::test]
async fn a_functions_arguments_are_streamed_in_pieces() {
    let harness = SimHarness::start().await;
    let events = answer_to(&harness, r#"[[call: weather {"city": "Huế", "days": [[1, 2]]}]]"#).await;
    let call = finished(&events, "function_call");
    assert_eq!((&call["name"], &call["status"]), (&json!("weather"), &json!("completed")));
    let (pieces, arguments) = streamed(&events, "response.function_call_arguments.delta");
    assert!(pieces > 1);
    assert_eq!(call["arguments"], arguments);
    assert_eq!(serde_json::from_str::<Value>(&arguments).unwrap()["city"], "Huế");
}

#[tokio::test]
async fn calls_beside_each_other_come_in_one_answer_and_the_next_after_their_outputs() {
    let harness = SimHarness::start().await;
    let order = user(r#"[[call: one {}]] [[also: two {}]] [[custom: edit a b]] [[say: all done]]"#);
    let mut body = question("");
    body["input"] = json!([order]);
    let first = answers(&harness, &body).await;
    let calls = all_finished(&first, "function_call");
    assert_eq!(calls.iter().map(|call| &call["name"]).collect::<Vec<_>>(), ["one", "two"]);
    assert_ne!(calls[0]["call_id"], calls[1]["call_id"]);

    let answered =
        |call: &Value, kind: &str| json!({"type": kind, "call_id": call["call_id"], "output": "ok"});
    let outputs = calls.iter().map(|call| answered(call, "function_call_output"));
    let input = body["input"].as_array_mut().unwrap();
    input.extend(calls.iter().cloned().chain(outputs));
    let custom = finished(&answers(&harness, &body).await, "custom_tool_call");
    assert_eq!((&custom["name"], &custom["input"]), (&json!("edit"), &json!("a b")));

    let input = body["input"].as_array_mut().unwrap();
    input.extend([custom.clone(), answered(&custom, "custom_tool_call_output")]);
    assert_eq!(said(&answers(&harness, &body).await), "all done");
}

#[tokio::test]
async fn reasoning_has_a_streamed_summary_where_it_is_wanted_or_ordered() {
    let harness = SimHarness::start().await;
    let plain = answer_to(&harness, "hello").await;
    assert_eq!(finished(&plain, "reasoning")["summary"], json!([]));
    let ordered = answer_to(&harness, "[[think: First the tide.]] hello").await;
    let reasoning = finished(&ordered, "reasoning");
    assert_eq!(reasoning["summary"], json!([{"type": "summary_text", "text": "First the tide."}]));
    assert!(reasoning["encrypted_content"].is_string());
    let (pieces, text) = streamed(&ordered, "response.reasoning_summary_text.delta");
    assert_eq!((pieces, text.as_str()), (3, "First the tide."));
    let mut wants = question("hello");
    wants["reasoning"] = json!({"effort": "low", "summary": "auto"});
    assert_eq!(
        finished(&answers(&harness, &wants).await, "reasoning")["summary"].as_array().unwrap().len(),
        1
    );
}

#[tokio::test]
async fn a_refusal_is_a_part_of_its_own() {
    let harness = SimHarness::start().await;
    let events = answer_to(&harness, "[[refuse: I will not.]]").await;
    let message = finished(&events, "message");
    assert_eq!(message["content"], json!([{"type": "refusal", "refusal": "I will not."}]));
    assert_eq!(streamed(&events, "response.refusal.delta").1, "I will not.");
    assert!(events.iter().any(|event| event["type"] == "response.refusal.done"));
}

#[tokio::test]
async fn an_answer_can_stay_incomplete() {
    let harness = SimHarness::start().await;
    let events = answer_to(&harness, "[[say: Once upon]] [[stop: max_output_tokens]]").await;
    let last = events.last().unwrap();
    assert_eq!(last["type"], "response.incomplete");
    assert_eq!(last["response"]["status"], "incomplete");
    assert_eq!(last["response"]["incomplete_details"], json!({"reason": "max_output_tokens"}));
    assert_eq!(finished(&events, "message")["status"], "incomplete");
}

#[tokio::test]
async fn several_messages_and_a_citation_are_said_as_ordered() {
    let harness = SimHarness::start().await;
    let events = answer_to(&harness, "[[say: One.]] [[say: Two.]] [[cite: https://tides.test/ Tides]]").await;
    let messages = all_finished(&events, "message");
    let texts: Vec<&Value> = messages.iter().map(|message| &message["content"][0]["text"]).collect();
    assert_eq!(texts, ["One.", "Two."]);
    let cited = json!([{"type": "url_citation", "url": "https://tides.test/", "title": "Tides", "start_index": 0, "end_index": 4}]);
    assert_eq!(messages[0]["content"][0]["annotations"], cited);
    let added = events.iter().find(|event| event["type"] == "response.output_text.annotation.added").unwrap();
    assert_eq!(added["annotation"], cited[0]);
}

#[tokio::test]
async fn a_schema_gets_json_that_fits_it_after_the_calls_that_were_ordered() {
    let harness = SimHarness::start().await;
    let schema =
        json!({"type": "object", "properties": {"tide": {"enum": ["ebb", "flood"]}}, "required": ["tide"]});
    let mut body = question("[[call: look {}]]");
    body["text"] =
        json!({"format": {"type": "json_schema", "name": "tide", "schema": schema, "strict": true}});
    let call = finished(&answers(&harness, &body).await, "function_call");
    let output = json!({"type": "function_call_output", "call_id": call["call_id"], "output": "ok"});
    body["input"].as_array_mut().unwrap().extend([call, output]);
    assert_eq!(said(&answers(&harness, &body).await), r#"{"tide":"ebb"}"#);
}

#[tokio::test]
async fn a_tool_that_the_request_insists_on_is_called_with_arguments_that_fit() {
    let harness = SimHarness::start().await;
    let parameters =
        json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]});
    let mut body = question("hello");
    body["tools"] = json!([
        {"type": "function", "name": "other", "parameters": {}},
        {"type": "function", "name": "weather", "parameters": parameters},
    ]);
    body["tool_choice"] = json!({"type": "function", "name": "weather"});
    let call = finished(&answers(&harness, &body).await, "function_call");
    assert_eq!((&call["name"], &call["arguments"]), (&json!("weather"), &json!(r#"{"city":"Simulated"}"#)));
    body["tool_choice"] = json!("required");
    assert_eq!(finished(&answers(&harness, &body).await, "function_call")["name"], "other");
}

#[tokio::test]
async fn a_lite_models_calls_name_their_namespace_in_every_other_answer() {
    let harness = SimHarness::start().await;
    let bearer = harness.mint(&ada()).access_token;
    let inner = json!([{"type": "function", "name": "wait", "parameters": {}}]);
    let tools = json!([{"type": "namespace", "name": "functions", "tools": inner}, {"type": "namespace", "name": "clock", "tools": [{"type": "function", "name": "sleep"}]}]);
    let body = |order: &str| {
        json!({
            "model": "gpt-6-luna", "stream": true, "store": false, "tool_choice": "auto", "parallel_tool_calls": false,
            "reasoning": {"context": "all_turns"},
            "input": [{"type": "additional_tools", "role": "developer", "tools": tools}, user(order)],
        })
    };
    let mut named = Vec::new();
    for order in ["[[call: wait {}]]", "[[call: wait {}]]", "[[call: sleep {}]]", "[[call: sleep {}]]"] {
        let asked = harness.ask(&bearer, &ada(), &body(order)).header(LITE, "true").send().await.unwrap();
        let events = events(&asked.text().await.unwrap());
        named.push(finished(&events, "function_call")["namespace"].as_str().map(str::to_owned));
    }
    let clock = Some("clock".to_owned());
    assert_eq!(named, [Some("functions".to_owned()), None, clock.clone(), clock]);
}

#[tokio::test]
async fn usage_tells_of_cached_and_reasoning_tokens_and_the_output_stays_empty() {
    let harness = SimHarness::start().await;
    answer_to(&harness, "hello").await;
    let events = answer_to(&harness, "hello").await;
    let response = &events.last().unwrap()["response"];
    let usage = &response["usage"];
    assert!(usage["input_tokens_details"]["cached_tokens"].as_u64().unwrap() > 0);
    assert!(usage["output_tokens_details"]["reasoning_tokens"].as_u64().unwrap() > 0);
    let total = usage["input_tokens"].as_u64().unwrap() + usage["output_tokens"].as_u64().unwrap();
    assert_eq!(usage["total_tokens"], total);
    assert_eq!(response["output"], json!([]));
}

#[tokio::test]
async fn an_order_is_found_among_what_a_tool_adds_for_itself() {
    let harness = SimHarness::start().await;
    let mut body = question("");
    body["input"] = json!([{"role": "user", "content": [
        {"type": "input_text", "text": "<reminder>be careful</reminder>"},
        {"type": "input_text", "text": "<task>\n[[say: found]]\n</task>"},
    ]}, user("<environment>Linux</environment>")]);
    assert_eq!(said(&answers(&harness, &body).await), "found");
}
