//! The providers' own libraries: each case is what a person does with one, and its typed reading is the judge. The
//! simulator refuses what the backend refuses, and every case asserts that it had nothing to refuse.

use rockpool_sim::{Action, Fault, On};
use rockpool_tests::harness::{Harness, Setup};
use rockpool_tests::journal::{served, turns};
use rockpool_tests::tools::Key;
use rockpool_tests::tools::agents::findings::{Case, Noting};
use rockpool_tests::tools::sdk::Sdk;
use serde_json::{Value, json};

/// A plain model, and one that wants the lite shape.
const MODELS: [&str; 2] = ["gpt-5.5", "gpt-6.2-sol"];

async fn endpoint() -> (Harness, Key) {
    let harness = Setup::of(["ada", "ben"]).start().await;
    let key = harness.client("tool", "ada").await;
    (harness, key)
}

/// Runs a case with every model, and expects the same of each.
async fn expect(sdk: Sdk, case: &str, expected: Value) {
    let (harness, key) = endpoint().await;
    for model in MODELS {
        let mut came = sdk.run(case, &key, model).await;
        if let Some(asked) = came.get("model") {
            assert_eq!(asked, model, "{case}: the answer names the model that was asked for");
            came["model"] = Value::Null;
        }
        if let Some(one) = came.get("one") {
            assert_eq!(one, model, "{case}");
            came["one"] = Value::Null;
        }
        if let Some(tokens) = came.get("tokens") {
            assert!(tokens.as_u64().is_some_and(|tokens| tokens > 0), "{case}: {came}");
            came["tokens"] = Value::Null;
        }
        assert_eq!(came, expected, "{sdk:?} {case} with {model}");
        assert_eq!(harness.sim.violations(), Vec::<String>::new(), "{sdk:?} {case} with {model}");
    }
}

#[tokio::test]
async fn openais_python_library_chats() {
    let mut found = Noting::of(
        "openai-python 3.57.0, chat completions",
        "`base_url`, `api_key`",
        &[Case::Plain, Case::Tool, Case::Schema, Case::Image],
    );
    let sdk = Sdk::OpenAiPython;
    let plain = json!({"text": "hello there", "finish": "stop", "model": null, "tokens": null});
    expect(sdk, "chat_plain", plain).await;
    expect(sdk, "chat_stream", json!({"text": "one two three", "finish": "stop", "tokens": null})).await;
    let tool = json!({"finish": "tool_calls", "arguments": {"city": "Huế"}, "text": "warm"});
    expect(sdk, "chat_tool", tool).await;
    expect(sdk, "chat_schema", json!({"parsed": true})).await;
    expect(sdk, "chat_image", json!({"text": "a pixel"})).await;
    found.works(Case::Plain);
    found.works(Case::Tool);
    found.works(Case::Schema);
    found.works(Case::Image);
}

#[tokio::test]
async fn openais_python_library_gets_responses() {
    let mut found = Noting::of(
        "openai-python 3.57.0, Responses",
        "`base_url`, `api_key`",
        &[Case::Plain, Case::Tool, Case::Schema, Case::Image],
    );
    let sdk = Sdk::OpenAiPython;
    let plain = json!({"text": "hello there", "status": "completed", "model": null, "tokens": null});
    expect(sdk, "responses_plain", plain).await;
    let stream = json!({"text": "one two three", "first": "response.created", "last": "response.completed"});
    expect(sdk, "responses_stream", stream).await;
    expect(sdk, "responses_tool", json!({"arguments": {"city": "Huế"}, "text": "warm"})).await;
    expect(sdk, "responses_schema", json!({"parsed": true})).await;
    expect(sdk, "responses_image", json!({"text": "a pixel"})).await;
    let unknown = json!({"code": "previous_response_not_found", "param": "previous_response_id"});
    expect(sdk, "responses_unknown_answer", unknown).await;
    found.works(Case::Plain);
    found.works(Case::Tool);
    found.works(Case::Schema);
    found.works(Case::Image);
}

#[tokio::test]
async fn openais_python_library_cancels_and_lists_models() {
    expect(Sdk::OpenAiPython, "cancel", json!({"cancelled": true})).await;
    expect(Sdk::OpenAiPython, "models", json!({"listed": true, "one": null})).await;
}

#[tokio::test]
async fn openais_node_library_works() {
    let mut found = Noting::of(
        "openai-node 7.59.0, chat completions and Responses",
        "`baseURL`, `apiKey`",
        &[Case::Plain, Case::Tool, Case::Schema, Case::Cancel, Case::Models],
    );
    let sdk = Sdk::OpenAiNode;
    expect(sdk, "chat_plain", json!({"text": "hello there", "finish": "stop"})).await;
    expect(sdk, "chat_stream", json!({"text": "one two three"})).await;
    expect(sdk, "chat_tool", json!({"text": "warm", "seen": [{"city": "Huế"}]})).await;
    expect(sdk, "responses_plain", json!({"text": "hello there"})).await;
    expect(sdk, "responses_stream", json!({"text": "one two three"})).await;
    expect(sdk, "responses_tool", json!({"arguments": {"city": "Huế"}, "text": "warm"})).await;
    expect(sdk, "responses_schema", json!({"parsed": true})).await;
    expect(sdk, "models", json!({"listed": true})).await;
    expect(sdk, "cancel", json!({"cancelled": true})).await;
    found.works(Case::Plain);
    found.works(Case::Tool);
    found.works(Case::Schema);
    found.works(Case::Cancel);
    found.works(Case::Models);
}

#[tokio::test]
async fn anthropics_python_library_works() {
    let mut found = Noting::of(
        "anthropic-python 2.14.0, messages",
        "`base_url` (without `/v1`), `api_key`",
        &[Case::Plain, Case::Tool, Case::Image, Case::Cancel, Case::Models],
    );
    let sdk = Sdk::AnthropicPython;
    let plain = json!({"text": "hello there", "stop": "end_turn", "model": null, "tokens": null});
    expect(sdk, "plain", plain).await;
    let stream = json!({"text": "one two three", "final": "one two three", "stop": "end_turn"});
    expect(sdk, "stream", stream).await;
    expect(sdk, "tool", json!({"stop": "tool_use", "input": {"city": "Huế"}, "text": "warm"})).await;
    expect(sdk, "thinking", json!({"kinds": ["thinking", "text"], "text": "and on"})).await;
    expect(sdk, "image", json!({"text": "a pixel"})).await;
    expect(sdk, "count", json!({"tokens": null})).await;
    expect(sdk, "models", json!({"listed": true, "one": null})).await;
    expect(sdk, "cancel", json!({"cancelled": true})).await;
    found.works(Case::Plain);
    found.works(Case::Tool);
    found.works(Case::Image);
    found.works(Case::Cancel);
    found.works(Case::Models);
}

#[tokio::test]
async fn an_unknown_model_is_told_with_those_that_there_are() {
    let (harness, key) = endpoint().await;
    for (sdk, kind) in [(Sdk::OpenAiPython, "code"), (Sdk::AnthropicPython, "type")] {
        let told = sdk.run("unknown_model", &key, "gpt-5.5").await;
        assert!(told[kind].as_str().unwrap().contains("not_found"), "{told}");
        assert!(told["message"].as_str().unwrap().contains("gpt-5.5"), "{told}");
    }
    assert_eq!(turns(&harness.sim).len(), 0);
}

#[tokio::test]
async fn a_failing_account_is_passed_over_without_a_word() {
    for (sdk, case) in [
        (Sdk::OpenAiPython, "chat_stream"),
        (Sdk::OpenAiPython, "responses_stream"),
        (Sdk::AnthropicPython, "stream"),
    ] {
        let (harness, key) = endpoint().await;
        harness.sim.script(Fault::next(On::Http, Action::UsageLimitReached));
        assert_eq!(sdk.run(case, &key, "gpt-5.5").await["text"], "one two three", "{case}");
        assert_eq!(served(&turns(&harness.sim)).len(), 2, "{case}: one was refused, the other answered");
    }
}

#[tokio::test]
async fn a_dry_pool_is_told_at_once_and_in_words() {
    let (harness, key) = endpoint().await;
    for name in ["ada", "ben"] {
        harness.exhaust(name).await;
    }
    for sdk in [Sdk::OpenAiPython, Sdk::OpenAiNode, Sdk::AnthropicPython] {
        let told = sdk.run("dry", &key, "gpt-5.5").await;
        assert!(told["seconds"].as_f64().unwrap() < 5.0, "{sdk:?}: {told}");
        assert!(told["told"].to_string().contains("No account can serve this request"), "{sdk:?}: {told}");
    }
}
