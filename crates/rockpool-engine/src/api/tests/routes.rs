//! Nothing is reached without a principal, and what does not exist is told as a problem.

use axum::body::Body;
use http::{Method, Request, StatusCode, header};
use serde_json::Value;
use tower::ServiceExt as _;

use super::ask;
use crate::api::router::{document, router};
use crate::model::principal::Principal;
use crate::test_stage::EngineStage;

/// Every method and path that the document promises, with a value for each placeholder.
fn promised() -> Vec<(Method, String)> {
    let document = serde_json::to_value(document()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, item)| {
        let path = path.replace("{id}", "00000000-0000-0000-0000-000000000003");
        let path = path.replace("{name}", "codex-pro-1").replace("{owner}", "codex-pro-1");
        let methods: Vec<&String> = item.as_object().unwrap().keys().collect();
        methods.into_iter().map(move |method| (method.to_uppercase().parse().unwrap(), path.clone()))
    });
    operations.collect()
}

async fn stage() -> EngineStage {
    EngineStage::with(&["codex-pro-1"]).await
}

#[tokio::test]
async fn without_a_principal_every_route_but_the_one_that_redeems_a_link_answers_401_and_changes_nothing() {
    let stage = stage().await;
    let before = stage.handle().snapshot();
    let unknown = (Method::GET, "/api/v1/nothing".to_owned());
    let guarded = promised().into_iter().filter(|(_, path)| path != "/api/v1/dashboard/sessions");
    for (method, path) in guarded.chain([unknown]) {
        let request = Request::builder().method(&method).uri(&path).body(Body::empty()).unwrap();
        let response = router(stage.handle()).oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{method} {path}");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(stage.handle().snapshot(), before);
    }
}

#[tokio::test]
async fn every_promised_route_is_there() {
    let promised = promised();
    assert!(promised.len() > 20);
    for (method, path) in promised.into_iter().filter(|(_, path)| !path.ends_with("/events")) {
        let path = path.trim_start_matches("/api/v1");
        let (status, answer) = ask(&stage().await.handle(), method.clone(), path, "").await;
        assert_ne!(answer["code"], "unknown_path", "{method} {path}");
        assert!(status != StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
    }
}

#[tokio::test]
async fn an_unknown_path_and_an_unknown_method_are_problems() {
    let engine = stage().await.handle();
    let (status, problem) = ask(&engine, Method::GET, "/nothing", "").await;
    assert_eq!((status, problem["code"].as_str()), (StatusCode::NOT_FOUND, Some("unknown_path")));
    let (status, problem) = ask(&engine, Method::DELETE, "/status", "").await;
    assert_eq!((status, problem["code"].as_str()), (StatusCode::METHOD_NOT_ALLOWED, Some("unknown_method")));
}

#[tokio::test]
async fn status_shows_everything_and_no_cache_may_keep_it() {
    let stage = stage().await;
    let (status, snapshot) = ask(&stage.handle(), Method::GET, "/status", "").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(snapshot, serde_json::to_value(stage.handle().snapshot()).unwrap());
    assert_eq!(snapshot["accounts"][0]["name"], Value::from("codex-pro-1"));
    assert_eq!(snapshot["accounts"][0]["state"], Value::from("ready"));
    let request = Request::get("/api/v1/status").extension(Principal::Owner).body(Body::empty()).unwrap();
    let response = router(stage.handle()).oneshot(request).await.unwrap();
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
}
