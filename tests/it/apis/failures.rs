//! What fails, in each API's own form.

use rockpool_sim::{Action, Fault, On};
use rockpool_tests::harness::{Harness, Setup, seat};
use rockpool_tests::journal::{served, turns};
use rockpool_tests::tools::Key;
use serde_json::{Value, json};

use super::{chat, object, post, said};

async fn endpoint() -> (Harness, Key) {
    let harness = Setup::of(["ada", "ben", "cem"]).start().await;
    let key = harness.client("tool", "ada").await;
    (harness, key)
}

fn hello() -> Value {
    chat(json!([said("user", "hello")]))
}

#[tokio::test]
async fn a_bare_detail_of_the_provider_is_told_as_each_api_has_it() {
    let (harness, key) = endpoint().await;
    let detail = || {
        Fault::next(
            On::Http,
            Action::Answer { status: 400, headers: vec![], body: json!({"detail": "no such thing"}) },
        )
    };
    let messages = json!({"model": "gpt-5.5", "max_tokens": 9, "messages": [said("user", "hello")]});
    let responses = json!({"model": "gpt-5.5", "input": "hello"});
    for (path, body) in [("chat/completions", hello()), ("messages", messages), ("responses", responses)] {
        harness.sim.script(detail());
        let response = post(&key, path, &body).await;
        assert_eq!(response.status(), 400, "{path}");
        let told: Value = response.json().await.unwrap();
        assert_eq!(told["error"]["message"], "no such thing", "{path}: {told}");
        assert_eq!(told["error"]["type"], "invalid_request_error", "{path}");
        assert_eq!(told["type"], if path == "messages" { json!("error") } else { Value::Null }, "{path}");
    }
}

#[tokio::test]
async fn a_failure_before_any_output_is_a_status_and_one_after_it_an_event() {
    let (harness, key) = endpoint().await;
    let mut request = hello();
    request["stream"] = json!(true);
    let too_long = Action::failed_in_stream(0, "context_length_exceeded", "too long");
    harness.sim.script(Fault::next(On::Http, too_long));
    let response = post(&key, "chat/completions", &request).await;
    assert_eq!(response.status(), 400);
    assert_eq!(response.json::<Value>().await.unwrap()["error"]["code"], "context_length_exceeded");
    harness.sim.script(Fault::next(On::Http, Action::failed_in_stream(7, "server_error", "it broke")));
    let response = post(&key, "chat/completions", &request).await;
    assert_eq!(response.status(), 200);
    let text = response.text().await.unwrap();
    assert!(text.contains("it broke") && !text.contains("[DONE]"), "{text}");
}

#[tokio::test]
async fn a_turn_that_fails_on_every_account_is_not_multiplied_by_the_tools_repetitions() {
    let (harness, key) = endpoint().await;
    for name in ["ada", "ben", "cem"] {
        let fails = Action::failed_in_stream(0, "server_error", "it broke");
        harness.sim.script(Fault::next(On::Http, fails).times(20).of(&seat(name)));
    }
    for _ in 0..6 {
        assert_eq!(post(&key, "chat/completions", &hello()).await.status(), 502);
    }
    assert_eq!(served(&turns(&harness.sim)).len(), 3 + 5, "all accounts once, then one for each repetition");
}

#[tokio::test]
async fn what_changes_the_meaning_is_refused_and_what_only_costs_is_named() {
    let (harness, key) = endpoint().await;
    let mut request = hello();
    request["n"] = json!(2);
    let refused = object(&key, "chat/completions", &request).await;
    assert_eq!(refused["error"]["param"], "n");
    assert_eq!(turns(&harness.sim).len(), 0);
    let mut request = hello();
    request["temperature"] = json!(0.5);
    request["max_tokens"] = json!(5);
    let response = post(&key, "chat/completions", &request).await;
    assert_eq!(response.headers()["x-rockpool-dropped"], "max_tokens, temperature");
    assert_eq!(harness.activity(2).await.len(), 2, "the refused one left a record too");
}

#[tokio::test]
async fn a_request_goes_to_an_account_that_has_the_model() {
    let (harness, key) = endpoint().await;
    harness.sim.set_models(&seat("ada"), Some(vec!["gpt-5.6-luna".to_owned()])).unwrap();
    let answer = object(&key, "chat/completions", &hello()).await;
    assert_eq!(answer["model"], "gpt-5.5", "{answer}");
    assert_eq!(served(&turns(&harness.sim)), ["ben 200"]);
}
