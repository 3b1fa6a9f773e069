//! What stands around the conversations: keys, models, sizes and methods, and the parts that there are not.

use http::{Method, header};
use rockpool_tests::harness::{Harness, Setup};
use rockpool_tests::tools::Key;
use rockpool_tests::tools::web;
use serde_json::{Value, json};

use super::{chat, object, post, said};

async fn endpoint() -> (Harness, Key) {
    let harness = Setup::of(["ada"]).start().await;
    let key = harness.client("tool", "ada").await;
    (harness, key)
}

#[tokio::test]
async fn models_are_listed_in_the_form_in_which_they_are_asked_for() {
    let (_harness, key) = endpoint().await;
    let ask = |headers: Vec<(&'static str, String)>, query: &str| {
        let request = web::public_client().get(format!("{}/models{query}", key.base_url));
        let request = headers.into_iter().fold(request, |request, (name, value)| request.header(name, value));
        async move { request.send().await.unwrap().json::<Value>().await.unwrap() }
    };
    let bearer = || vec![("authorization", format!("Bearer {}", key.secret))];
    let openai = ask(bearer(), "").await;
    assert_eq!((&openai["object"], &openai["models"]), (&json!("list"), &Value::Null));
    let codex = ask(bearer(), "?client_version=0.171.0").await;
    assert!(codex["models"].as_array().unwrap().len() == codex["data"].as_array().unwrap().len());
    let version = ("anthropic-version", "2023-06-01".to_owned());
    let anthropic = ask(vec![("x-api-key", key.secret.clone()), version], "").await;
    assert_eq!((&anthropic["data"][0]["type"], &anthropic["has_more"]), (&json!("model"), &json!(false)));
}

#[tokio::test]
async fn a_missing_key_is_told_in_the_form_of_the_address() {
    let (harness, _) = endpoint().await;
    let client = web::public_client();
    let told = client.post(format!("{}/v1/messages", harness.root())).body("{}").send().await.unwrap();
    assert_eq!(told.status(), 401);
    assert_eq!(told.json::<Value>().await.unwrap()["error"]["type"], "authentication_error");
}

#[tokio::test]
async fn a_body_is_read_in_every_coding_that_libraries_use() {
    let (_harness, key) = endpoint().await;
    let body = chat(json!([said("user", "[[say: read]]")])).to_string();
    let gzip = {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut encoder, body.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let zstd = zstd::encode_all(body.as_bytes(), 1).unwrap();
    for (coding, bytes) in [("gzip", gzip), ("zstd", zstd)] {
        let request = web::public_client().post(format!("{}/chat/completions", key.base_url));
        let request = request.bearer_auth(&key.secret).header(header::CONTENT_ENCODING, coding);
        let answer: Value = request.body(bytes).send().await.unwrap().json().await.unwrap();
        assert_eq!(answer["choices"][0]["message"]["content"], "read", "{coding}: {answer}");
    }
}

#[tokio::test]
async fn parts_that_there_are_not_say_why_and_what_to_do() {
    let (_harness, key) = endpoint().await;
    for (path, word) in [
        ("embeddings", "embedding"),
        ("moderations", "moderations"),
        ("files", "Files"),
        ("audio/speech", "transcription"),
        ("audio/translations", "transcription"),
        ("images/variations", "/v1/images/edits"),
        ("realtime/calls", "call between one person"),
        ("live", "call between one person"),
        ("completions", "chat/completions"),
    ] {
        let response = post(&key, path, &json!({})).await;
        assert_eq!(response.status(), 404, "{path}");
        let told: Value = response.json().await.unwrap();
        assert!(told["error"]["message"].as_str().unwrap().contains(word), "{path}: {told}");
    }
}

#[tokio::test]
async fn methods_are_told_without_a_key() {
    let (harness, _) = endpoint().await;
    for (path, allowed) in [
        ("chat/completions", "POST, OPTIONS"),
        ("models", "GET, HEAD, OPTIONS"),
        ("responses", "GET, POST, OPTIONS"),
    ] {
        let url = format!("{}/v1/{path}", harness.root());
        let response = web::public_client().request(Method::OPTIONS, url).send().await.unwrap();
        assert_eq!(response.status(), 204, "{path}");
        assert_eq!(response.headers()[header::ALLOW], allowed, "{path}");
    }
}

#[tokio::test]
async fn tokens_are_counted_without_asking_anybody() {
    let (harness, key) = endpoint().await;
    let body = json!({"model": "claude-opus-4-8", "messages": [said("user", "hello there")]});
    let counted = object(&key, "messages/count_tokens?beta=true", &body).await;
    assert!(counted["input_tokens"].as_u64().unwrap() > 0, "{counted}");
    assert_eq!(rockpool_tests::journal::turns(&harness.sim).len(), 0);
}

#[tokio::test]
async fn the_owners_names_for_models_hold_for_all_or_for_one_client() {
    let (harness, key) = endpoint().await;
    let other = harness.client("editor", "ada").await;
    let names = json!({"model_aliases": ["fast=gpt-5.6-luna", "editor:fast=gpt-5.5"]});
    harness.api.done(Method::PATCH, "/settings", Some(names)).await;
    let body = json!({"model": "fast", "messages": [said("user", "[[say: hi]]")]});
    for (key, meant) in [(&key, "gpt-5.6-luna"), (&other, "gpt-5.5")] {
        let answer = object(key, "chat/completions", &body).await;
        assert_eq!(answer["model"], "fast", "the answer has the name that was asked for: {answer}");
        let asked = rockpool_tests::journal::turns(&harness.sim).pop().unwrap();
        assert_eq!(asked.body["model"], meant);
    }
}
