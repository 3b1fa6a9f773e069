//! What the backend demands of a request's form, over both transports, and that the journal tells of every breach.

use reqwest::Response;
use rockpool_sim::Sim;
use serde_json::{Value, json};

use crate::support::{LITE, SimHarness, ada, answer_to, ben, code_of, finished, question, user};

/// The same request with one field changed.
fn with(name: &str, value: Value) -> Value {
    let mut body = question("hello");
    body[name] = value;
    body
}

/// The same request with these items.
fn items(items: Value) -> Value {
    with("input", items)
}

async fn ask(harness: &SimHarness, body: &Value) -> Response {
    let bearer = harness.mint(&ada()).access_token;
    harness.ask(&bearer, &ada(), body).send().await.unwrap()
}

async fn ask_lite(harness: &SimHarness, body: &Value) -> Response {
    let bearer = harness.mint(&ada()).access_token;
    harness.ask(&bearer, &ada(), body).header(LITE, "true").send().await.unwrap()
}

/// A request of the Responses-Lite contract, as the client 0.171.0 sends it.
fn lite(text: &str) -> Value {
    let tools = json!([{"type": "namespace", "name": "functions", "description": "", "tools": [
        {"type": "function", "name": "wait", "description": "", "strict": false, "parameters": {"type": "object", "properties": {}}},
    ]}]);
    json!({
        "model": "gpt-6.2-sol", "stream": true, "store": false, "tool_choice": "auto", "parallel_tool_calls": false,
        "reasoning": {"effort": "low", "context": "all_turns"}, "include": ["reasoning.encrypted_content"],
        "input": [
            {"type": "additional_tools", "id": "at_1", "role": "developer", "tools": tools},
            {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "Be brief."}]},
            user(text),
        ],
    })
}

fn forget(sim: &Sim) {
    sim.clear_journal();
}

#[tokio::test]
async fn parameters_that_are_not_on_the_list_are_refused_by_name() {
    let harness = SimHarness::start().await;
    for name in [
        "max_output_tokens",
        "max_completion_tokens",
        "temperature",
        "top_p",
        "user",
        "metadata",
        "safety_identifier",
        "truncation",
        "context_management",
        "prompt_cache_retention",
        "prompt_cache_options",
        "background",
        "max_tool_calls",
        "top_logprobs",
        "seed",
        "presence_penalty",
        "previous_response_id",
        "generate",
    ] {
        // A null is a parameter too.
        let refused = ask(&harness, &with(name, Value::Null)).await;
        assert_eq!(code_of(refused).await, (400, format!("Unsupported parameter: {name}")));
    }
    let tiers = [("priority", 200), ("default", 400), ("flex", 400)];
    for (tier, status) in tiers {
        assert_eq!(ask(&harness, &with("service_tier", json!(tier))).await.status(), status, "{tier}");
    }
}

#[tokio::test]
async fn every_breach_of_a_request_is_written_down_and_the_first_is_answered() {
    let harness = SimHarness::start().await;
    assert_eq!(ask(&harness, &question("hello")).await.status(), 200);
    assert!(harness.sim.violations().is_empty());
    let mut body = with("temperature", json!(1));
    body["store"] = json!(true);
    body["input"] = json!("hello");
    let refused = ask(&harness, &body).await;
    assert_eq!(code_of(refused).await, (400, "Unsupported parameter: temperature".to_owned()));
    let expected =
        ["Unsupported parameter: temperature", "Store must be set to false", "Input must be a list"];
    assert_eq!(harness.sim.violations(), expected);
    let told: Value =
        harness.web.get(harness.auth("/_sim/violations")).send().await.unwrap().json().await.unwrap();
    assert_eq!(told["violations"][0]["violations"], json!(expected));
}

#[tokio::test]
async fn items_that_the_backend_cannot_resolve_are_refused() {
    let harness = SimHarness::start().await;
    let text = |kind: &str, role: &str| json!([{"type": "message", "role": role, "content": [{"type": kind, "text": "x"}]}]);
    let image = json!({"type": "input_image", "file_id": "file-1"});
    let cases = [
        ("a reference to an item", json!([{"type": "item_reference", "id": "msg_1"}]), 404),
        (
            "reasoning without its ciphertext",
            json!([{"type": "reasoning", "id": "rs_1", "summary": []}]),
            404,
        ),
        (
            "an output without its call",
            json!([{"type": "function_call_output", "call_id": "call_1", "output": "x"}]),
            400,
        ),
        (
            "an output of another type than its call",
            json!([
                {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"},
                {"type": "custom_tool_call_output", "call_id": "call_1", "output": "x"},
            ]),
            400,
        ),
        (
            "a call without arguments",
            json!([{"type": "function_call", "call_id": "call_1", "name": "f"}]),
            400,
        ),
        ("an image by its file", json!([{"type": "message", "role": "user", "content": [image]}]), 400),
        ("a system message", text("input_text", "system"), 400),
        ("a role of chat completions", text("input_text", "tool"), 400),
        ("a part of chat completions", text("text", "user"), 400),
        ("a person's part in an assistant's message", text("input_text", "assistant"), 400),
        ("a message without content", json!([{"role": "user"}]), 400),
        ("an unknown type", json!([{"type": "made_up"}]), 400),
        (
            "a marked breakpoint",
            json!([{"role": "user", "content": "x", "prompt_cache_breakpoint": true}]),
            400,
        ),
    ];
    for (what, input, status) in cases {
        forget(&harness.sim);
        assert_eq!(ask(&harness, &items(input)).await.status(), status, "{what}");
        assert_eq!(harness.sim.violations().len(), 1, "{what}: {:?}", harness.sim.violations());
    }
}

#[tokio::test]
async fn items_without_a_type_and_texts_without_parts_are_taken() {
    let harness = SimHarness::start().await;
    let body = items(json!([
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": [{"type": "output_text", "text": "hi"}]},
        {"role": "user", "content": [{"type": "input_text", "text": "[[say: taken]]"}]},
    ]));
    assert_eq!(ask(&harness, &body).await.status(), 200);
}

#[tokio::test]
async fn instructions_may_stand_in_a_developer_message() {
    let harness = SimHarness::start().await;
    let mut body = with("instructions", Value::Null);
    let refused = ask(&harness, &body).await;
    assert_eq!(code_of(refused).await, (400, "Instructions are required".to_owned()));
    body["input"] = json!([{"role": "developer", "content": "Be brief."}, user("hello")]);
    assert_eq!(ask(&harness, &body).await.status(), 200);
}

#[tokio::test]
async fn a_lite_model_takes_what_the_client_sends_and_nothing_else() {
    let harness = SimHarness::start().await;
    assert_eq!(ask_lite(&harness, &lite("hello")).await.status(), 200);
    let mut with_effort = lite("hello");
    let update = json!({"type": "configuration_update", "reasoning": {"effort": "low"}});
    with_effort["input"].as_array_mut().unwrap().push(update);
    assert_eq!(ask_lite(&harness, &with_effort).await.status(), 200);
    let plain = ask(&harness, &lite("hello")).await;
    let body: Value = plain.json().await.unwrap();
    assert_eq!(body["error"]["message"], "Model not found gpt-6.2-sol");

    let tool = json!([{"type": "function", "name": "f", "parameters": {}}]);
    for (name, value, word) in [
        ("parallel_tool_calls", json!(true), "requires `parallel_tool_calls` to be false"),
        ("parallel_tool_calls", Value::Null, "requires `parallel_tool_calls` to be false"),
        ("reasoning", json!({"effort": "low"}), "reasoning.context"),
        ("tool_choice", json!("required"), "tool_choice"),
        ("tools", tool, "additional_tools"),
        ("instructions", json!("Be brief."), "developer message"),
    ] {
        let mut body = lite("hello");
        body[name] = value;
        let refused = ask_lite(&harness, &body).await;
        assert_eq!(refused.status(), 400, "{name}");
        let said: Value = refused.json().await.unwrap();
        assert!(said["error"]["message"].as_str().unwrap().contains(word), "{said}");
    }
    let mut late = lite("hello");
    late["input"].as_array_mut().unwrap().swap(0, 1);
    assert_eq!(ask_lite(&harness, &late).await.status(), 400, "tools come first");
    let mut flat = lite("hello");
    flat["input"][0]["tools"] = json!([{"type": "function", "name": "f"}]);
    assert_eq!(ask_lite(&harness, &flat).await.status(), 400, "tools stand in a namespace");
}

#[tokio::test]
async fn an_effort_or_a_tool_that_the_model_does_not_know_is_refused() {
    let harness = SimHarness::start().await;
    let nested = json!([{"type": "function", "function": {"name": "f"}}]);
    for (name, value, code) in [
        ("reasoning", json!({"effort": "none"}), "unsupported_value"),
        ("reasoning", json!({"effort": "max"}), "unsupported_value"),
        ("tools", nested, "missing_required_parameter"),
        ("tools", json!([{"type": "web_search_preview"}]), "Unsupported tool type: web_search_preview"),
    ] {
        let refused = ask(&harness, &with(name, value.clone())).await;
        assert_eq!(code_of(refused).await, (400, code.to_owned()), "{value}");
    }
    let known = json!([{"type": "web_search"}, {"type": "function", "name": "f", "parameters": {}}]);
    assert_eq!(ask(&harness, &with("tools", known)).await.status(), 200);
}

#[tokio::test]
async fn a_model_that_the_plan_or_the_clients_version_lacks_is_refused_with_a_bare_sentence() {
    let harness = SimHarness::start().await;
    let order = json!({"seat": ada(), "models": ["gpt-5.6-luna"]});
    let ordered = harness.web.post(harness.auth("/_sim/models")).json(&order).send().await.unwrap();
    assert_eq!(ordered.status(), 200);
    let sentence = |model: &str| json!({"detail": format!("The '{model}' model is not supported when using Codex with a ChatGPT account.")});
    let refused = ask(&harness, &question("hello")).await;
    assert_eq!(refused.status(), 400);
    assert_eq!(refused.json::<Value>().await.unwrap(), sentence("gpt-5.5"));

    let bearer = harness.mint(&ben()).access_token;
    let old = harness.ask(&bearer, &ben(), &lite("hello")).header(LITE, "true").header("version", "0.165.0");
    let refused = old.send().await.unwrap();
    assert_eq!(refused.status(), 400);
    assert_eq!(refused.json::<Value>().await.unwrap(), sentence("gpt-6.2-sol"));
}

#[tokio::test]
async fn models_are_told_to_a_client_that_names_its_version_only() {
    let harness = SimHarness::start().await;
    let bearer = harness.mint(&ada()).access_token;
    for query in ["", "?client_version=", "?client_version=newest"] {
        let refused = harness.get(&format!("/codex/models{query}"), &bearer, &ada()).send().await.unwrap();
        assert_eq!(refused.status(), 400, "{query}");
        let said: Value = refused.json().await.unwrap();
        assert!(said["error"]["message"].as_str().unwrap().contains("'client_version'"), "{said}");
    }
    assert_eq!(harness.sim.violations().len(), 3);
    for (version, count) in [("0.171.0", 14), ("0.143.0", 3)] {
        let path = format!("/codex/models?client_version={version}");
        let list: Value = harness.get(&path, &bearer, &ada()).send().await.unwrap().json().await.unwrap();
        assert_eq!(list["models"].as_array().unwrap().len(), count, "{version}");
    }
}

#[tokio::test]
async fn a_foreign_ciphertext_is_a_breach_like_any_other() {
    let harness = SimHarness::start().await;
    let reasoning = finished(&answer_to(&harness, "hello").await, "reasoning");
    let bearer = harness.mint(&ben()).access_token;
    let refused = harness.ask(&bearer, &ben(), &items(json!([reasoning, user("x")]))).send().await.unwrap();
    assert_eq!(code_of(refused).await, (400, "invalid_encrypted_content".to_owned()));
    assert!(harness.sim.violations()[0].contains("could not be verified"));
}
