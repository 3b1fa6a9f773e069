//! `/sign-ins`: the browser, and a sign-in from its start to each end.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use url::Url;

use super::ask;
use crate::test_http::Reply;
use crate::test_serving::{ServingEngine, serving, tokens_of, usage};
use crate::test_stage::EngineStage;

/// In front of a provider that gives `ada` tokens for any code.
async fn engine() -> ServingEngine {
    serving(|request| match request.contains("/oauth/token") {
        true => Reply::json(200, &tokens_of("ada").to_string()),
        false => usage("plus"),
    })
    .await
}

fn text<'a>(answer: &'a Value, field: &str) -> &'a str {
    answer[field].as_str().unwrap()
}

#[tokio::test]
async fn a_sign_in_opens_the_browser_unless_told_otherwise() {
    let serving = engine().await;
    serving.import("codex-pro-1").await;
    let (status, first) = ask(&serving.handle(), Method::POST, "/sign-ins", "{}").await;
    assert_eq!((status, &first["account"]), (StatusCode::CREATED, &Value::Null));
    assert_eq!(serving.browser.opened(), [text(&first, "authorize_url")]);
    let body = r#"{"account":"codex-pro-1","open_browser":"no"}"#;
    let (_, repair) = ask(&serving.handle(), Method::POST, "/sign-ins", body).await;
    assert_eq!((text(&repair, "account"), text(&repair, "state")), ("codex-pro-1", "waiting"));
    assert_eq!(serving.browser.opened().len(), 1);
}

#[tokio::test]
async fn starting_the_same_sign_in_again_returns_the_pending_one() {
    let serving = engine().await;
    let (_, first) = ask(&serving.handle(), Method::POST, "/sign-ins", "{}").await;
    let (status, second) = ask(&serving.handle(), Method::POST, "/sign-ins", "{}").await;
    assert_eq!((status, &second["id"]), (StatusCode::CREATED, &first["id"]));
}

#[tokio::test]
async fn a_sign_in_is_found_and_cancelled_by_its_id() {
    let serving = engine().await;
    let (_, started) = ask(&serving.handle(), Method::POST, "/sign-ins", "{}").await;
    let path = format!("/sign-ins/{}", text(&started, "id"));
    let (status, view) = ask(&serving.handle(), Method::GET, &path, "").await;
    assert_eq!((status, &view["id"]), (StatusCode::OK, &started["id"]));
    let (status, nothing) = ask(&serving.handle(), Method::DELETE, &path, "").await;
    assert_eq!((status, nothing), (StatusCode::NO_CONTENT, Value::Null));
    let (_, view) = ask(&serving.handle(), Method::GET, &path, "").await;
    assert_eq!(text(&view, "state"), "cancelled");
    let (_, listed) = ask(&serving.handle(), Method::GET, "/sign-ins", "").await;
    assert_eq!(listed, json!([view]));
}

#[tokio::test]
async fn a_pasted_callback_finishes_its_sign_in() {
    let serving = engine().await;
    let (_, started) = ask(&serving.handle(), Method::POST, "/sign-ins", "{}").await;
    let authorize = Url::parse(text(&started, "authorize_url")).unwrap();
    let (_, state) = authorize.query_pairs().find(|(key, _)| key == "state").unwrap();
    let path = format!("/sign-ins/{}/callback", text(&started, "id"));
    let body = json!({ "url": format!("http://localhost/?code=c&state={state}") }).to_string();
    let (status, view) = ask(&serving.handle(), Method::POST, &path, &body).await;
    assert_eq!((status, text(&view, "state")), (StatusCode::OK, "done"), "{view}");
    assert_eq!(serving.handle().snapshot().accounts[0].name, text(&view, "result"));
    let exchanged = serving.provider.requests().iter().any(|request| request.contains("code=c&"));
    assert!(exchanged, "the code of the pasted address was not used");
}

#[tokio::test]
async fn an_address_that_is_no_callback_is_refused_and_the_sign_in_goes_on() {
    let serving = engine().await;
    let (_, started) = ask(&serving.handle(), Method::POST, "/sign-ins", "{}").await;
    let path = format!("/sign-ins/{}", text(&started, "id"));
    let body = r#"{"url":"http://localhost/?code=c"}"#;
    let (status, problem) = ask(&serving.handle(), Method::POST, &format!("{path}/callback"), body).await;
    assert_eq!((status, &problem["subject"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("url")));
    let (_, view) = ask(&serving.handle(), Method::GET, &path, "").await;
    assert_eq!(text(&view, "state"), "waiting");
}

#[tokio::test]
async fn text_that_is_no_id_names_no_sign_in() {
    let stage = EngineStage::with(&["a"]).await;
    for method in [Method::GET, Method::DELETE] {
        let (status, problem) = ask(&stage.handle(), method, "/sign-ins/nonsense", "").await;
        assert_eq!((status, &problem["code"]), (StatusCode::NOT_FOUND, &json!("sign_in_not_found")));
        assert_eq!(problem["subject"], "nonsense");
    }
}
