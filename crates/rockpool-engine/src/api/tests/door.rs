//! Nothing is reached without a principal, and what does not exist is told as a problem.

use axum::body::Body;
use http::{Method, Request, StatusCode, header};
use serde_json::Value;
use tower::ServiceExt as _;

use super::fake::{Fake, ask};
use crate::api::{document, router};

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

#[tokio::test]
async fn without_a_principal_every_route_answers_401_and_asks_nothing() {
    let unknown = (Method::GET, "/api/v1/nothing".to_owned());
    for (method, path) in promised().into_iter().chain([unknown]) {
        let fake = Fake::new();
        let request = Request::builder().method(&method).uri(&path).body(Body::empty()).unwrap();
        let response = router(fake.clone()).oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{method} {path}");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
        assert!(fake.calls().is_empty());
    }
}

#[tokio::test]
async fn every_promised_route_is_there() {
    let promised = promised();
    assert!(promised.len() > 20);
    for (method, path) in promised.into_iter().filter(|(_, path)| !path.ends_with("/events")) {
        let path = path.trim_start_matches("/api/v1");
        let (status, _) = ask(&Fake::new(), method.clone(), path, "").await;
        assert!(status != StatusCode::NOT_FOUND, "{method} {path}");
        assert!(status != StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
    }
}

#[tokio::test]
async fn an_unknown_path_and_an_unknown_method_are_problems() {
    let (status, problem) = ask(&Fake::new(), Method::GET, "/nothing", "").await;
    assert_eq!((status, problem["code"].as_str()), (StatusCode::NOT_FOUND, Some("unknown_path")));
    let (status, problem) = ask(&Fake::new(), Method::DELETE, "/status", "").await;
    assert_eq!((status, problem["code"].as_str()), (StatusCode::METHOD_NOT_ALLOWED, Some("unknown_method")));
}

#[tokio::test]
async fn status_shows_everything_and_no_cache_may_keep_it() {
    let (status, snapshot) = ask(&Fake::new(), Method::GET, "/status", "").await;
    assert_eq!((status, &snapshot["accounts"][0]["state"]), (StatusCode::OK, &Value::from("ready")));
    let request = Request::get("/api/v1/status")
        .extension(crate::model::principal::Principal::Owner)
        .body(Body::empty())
        .unwrap();
    let response = router(Fake::new()).oneshot(request).await.unwrap();
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
}
