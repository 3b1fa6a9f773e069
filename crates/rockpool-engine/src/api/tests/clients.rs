//! `/clients`: what a new one is, its key, and the end of a key.

use std::time::Duration;

use futures_util::FutureExt as _;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::ask;
use crate::test_serving::{serving, usage};
use crate::test_stage::EngineStage;

async fn added(stage: &EngineStage, body: Value) -> Value {
    let (status, answer) = ask(&stage.handle(), Method::POST, "/clients", &body.to_string()).await;
    assert_eq!(status, StatusCode::CREATED);
    answer
}

#[tokio::test]
async fn a_new_client_inherits_and_sends_a_bearer_unless_told_otherwise() {
    let stage = EngineStage::with(&["a", "b"]).await;
    let plain = added(&stage, json!({ "name": "n", "account": "a" })).await["client"].clone();
    let told = (&plain["key_kind"], &plain["override_mode"], &plain["strategy"]);
    assert_eq!(told, (&json!("bearer"), &json!("inherit"), &Value::Null));
    let body = json!({ "name": "m", "account": "a", "key_kind": "path", "override_mode": "custom",
        "strategy": "round_robin" });
    let own = added(&stage, body).await["client"].clone();
    let told = (&own["key_kind"], &own["override_mode"], &own["strategy"]);
    assert_eq!(told, (&json!("path"), &json!("custom"), &json!("round_robin")));
}

#[tokio::test]
async fn a_new_key_comes_with_the_address_to_configure() {
    let stage = EngineStage::with(&["a"]).await;
    let endpoint = stage.handle().endpoint();
    let bearer = added(&stage, json!({ "name": "n", "account": "a" })).await;
    assert!(bearer["key"].as_str().unwrap().starts_with("rp_"));
    assert_eq!(bearer["base_url"], endpoint);
    let first = added(&stage, json!({ "name": "m", "account": "a", "key_kind": "path" })).await;
    let (status, second) = ask(&stage.handle(), Method::POST, "/clients/m/key", "").await;
    assert_eq!(status, StatusCode::OK);
    assert_ne!(first["key"], second["key"]);
    for answer in [first, second] {
        let root = endpoint.strip_suffix("/v1").unwrap();
        let expected = format!("{root}/k/{}/v1", answer["key"].as_str().unwrap());
        assert_eq!(answer["base_url"], expected);
    }
}

#[tokio::test]
async fn a_client_is_changed_and_keeps_its_key() {
    let stage = EngineStage::with(&["a", "b"]).await;
    let hint = added(&stage, json!({ "name": "n", "account": "a" })).await["client"]["key_hint"].clone();
    let patch = r#"{"name":"m","account":"b","override_mode":"single"}"#;
    let (status, client) = ask(&stage.handle(), Method::PATCH, "/clients/n", patch).await;
    assert_eq!((status, &client["key_hint"]), (StatusCode::OK, &hint));
    let (_, clients) = ask(&stage.handle(), Method::GET, "/clients", "").await;
    assert_eq!(clients, json!([client]));
    let told = (&client["name"], &client["account"], &client["override_mode"]);
    assert_eq!(told, (&json!("m"), &json!("b"), &json!("single")));
}

#[tokio::test]
async fn a_name_in_the_path_may_be_percent_encoded() {
    let stage = EngineStage::with(&["a"]).await;
    added(&stage, json!({ "name": "my tool", "account": "a" })).await;
    let (status, _) = ask(&stage.handle(), Method::DELETE, "/clients/my%20tool", "").await;
    assert_eq!((status, stage.handle().snapshot().clients.len()), (StatusCode::NO_CONTENT, 0));
}

#[tokio::test]
async fn a_rotation_whose_caller_goes_away_ends_the_old_key_all_the_same() {
    let serving = serving(|_| usage("plus")).await;
    serving.import("ada").await;
    let key = serving.client("ada").await;
    let engine = serving.handle();
    assert_eq!(serving.get("/backend-api/wham/usage", &key).await.status(), 200);
    let mut events = engine.events();
    // Asked once and then dropped.
    assert!(ask(&engine, Method::POST, "/clients/tool/key", "").now_or_never().is_none());
    while serving.get("/backend-api/wham/usage", &key).await.status() == 200 {
        tokio::time::timeout(Duration::from_secs(5), events.recv()).await.unwrap().unwrap();
    }
}
