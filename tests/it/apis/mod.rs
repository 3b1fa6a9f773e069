//! OpenAI's and Anthropic's APIs, as the libraries and tools that speak them see them.

mod connecting;
mod conversations;
mod failures;
mod libraries;
mod media;
mod streams;
mod surface;
mod tools;

use reqwest::Response;
use rockpool_tests::tools::Key;
use rockpool_tests::tools::web;
use serde_json::{Value, json};

/// Sends `body` to a path below `/v1`, as a tool that knows no backend.
async fn post(key: &Key, path: &str, body: &Value) -> Response {
    let request = web::public_client().post(format!("{}/{path}", key.base_url)).bearer_auth(&key.secret);
    request.json(body).send().await.unwrap()
}

/// The same, for an answer that is one object.
async fn object(key: &Key, path: &str, body: &Value) -> Value {
    post(key, path, body).await.json().await.unwrap()
}

fn chat(messages: Value) -> Value {
    json!({ "model": "gpt-5.5", "messages": messages })
}

fn said(role: &str, text: &str) -> Value {
    json!({ "role": role, "content": text })
}
