//! `/sign-ins`: the browser, and a sign-in from its start to each end.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use url::Url;

use super::ask;
use crate::provider::outbound::OnBehalfOf;
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
async fn a_caller_that_starts_the_same_sign_in_again_gets_the_pending_one() {
    let serving = engine().await;
    let tab = r#"{"caller":"tab"}"#;
    let (_, first) = ask(&serving.handle(), Method::POST, "/sign-ins", tab).await;
    let (status, second) = ask(&serving.handle(), Method::POST, "/sign-ins", tab).await;
    assert_eq!((status, &second["id"]), (StatusCode::CREATED, &first["id"]));
    let nameless = json!({ "caller": "" }).to_string();
    let (status, problem) = ask(&serving.handle(), Method::POST, "/sign-ins", &nameless).await;
    assert_eq!((status, text(&problem, "code")), (StatusCode::UNPROCESSABLE_ENTITY, "invalid_caller"));
}

#[tokio::test]
async fn two_people_who_add_an_account_at_once_get_one_each() {
    let serving = serving(|request| {
        let person = ["ada", "ben"].into_iter().find(|person| request.contains(&format!("code=of-{person}")));
        match person {
            Some(person) => Reply::json(200, &tokens_of(person).to_string()),
            None => usage("plus"),
        }
    })
    .await;
    let mut started = Vec::new();
    for _ in 0..2 {
        started.push(ask(&serving.handle(), Method::POST, "/sign-ins", "{}").await.1);
    }
    assert_ne!(text(&started[0], "authorize_url"), text(&started[1], "authorize_url"));
    for (view, person) in started.iter().zip(["ada", "ben"]) {
        let url = Url::parse(text(view, "authorize_url")).unwrap();
        let param = |name| url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
        let back = format!("{}?code=of-{person}&state={}", param("redirect_uri"), param("state"));
        let engine = serving.handle();
        let page = engine
            .core()
            .outbound
            .clients(OnBehalfOf::Nobody)
            .unwrap()
            .http
            .get(back)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        assert!(page.contains("Signed in"), "{page}");
    }
    let workspaces: Vec<String> =
        serving.handle().snapshot().accounts.into_iter().map(|account| account.workspace_id).collect();
    assert_eq!(workspaces, ["of-ada", "of-ben"]);
}

#[tokio::test]
async fn a_device_code_is_shown_with_its_page_and_brings_the_account() {
    let serving = serving(|request| match request.split(' ').nth(1).unwrap() {
        "/api/accounts/deviceauth/usercode" => {
            Reply::json(200, r#"{"device_auth_id":"da","user_code":"ABCD-12345","interval":"5"}"#)
        }
        "/api/accounts/deviceauth/token" => {
            Reply::json(200, r#"{"authorization_code":"ac","code_challenge":"cc","code_verifier":"cv"}"#)
        }
        "/oauth/token" => Reply::json(200, &tokens_of("ada").to_string()),
        _ => usage("plus"),
    })
    .await;
    let mut events = serving.handle().events();
    let body = r#"{"method":"device","open_browser":"no"}"#;
    let (status, view) = ask(&serving.handle(), Method::POST, "/sign-ins", body).await;
    assert_eq!((status, text(&view, "method")), (StatusCode::CREATED, "device"));
    assert_eq!(text(&view, "user_code"), "ABCD-12345");
    assert!(text(&view, "authorize_url").ends_with("/codex/device"));
    assert!(serving.browser.opened().is_empty());
    while serving.handle().snapshot().accounts.is_empty() {
        events.recv().await.unwrap();
    }
    let secrets = format!("{:?}{}", serving.handle().snapshot().sign_ins, view);
    for secret in ["\"da\"", "\"ac\"", "\"cv\""] {
        assert!(!secrets.contains(secret), "{secret} is shown: {secrets}");
    }
}

#[tokio::test]
async fn switched_off_device_codes_are_a_refusal_that_names_the_method() {
    let serving = serving(|_| Reply::json(404, "{}")).await;
    let (status, problem) = ask(&serving.handle(), Method::POST, "/sign-ins", r#"{"method":"device"}"#).await;
    assert_eq!((status, text(&problem, "code")), (StatusCode::CONFLICT, "device_codes_off"));
    assert_eq!(problem["subject"], "method");
    let (_, listed) = ask(&serving.handle(), Method::GET, "/sign-ins", "").await;
    assert_eq!(listed, json!([]));
}

#[tokio::test]
async fn the_ways_to_sign_in_are_told_and_a_rehearsal_begins_with_its_browser() {
    let serving = engine().await;
    let (status, ways) = ask(&serving.handle(), Method::GET, "/sign-ins/ways", "").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(ways["ways"], json!(["browser", "device", "paste"]));
    assert_eq!((&ways["machine"], &ways["opens_browser"]), (&json!("desktop"), &json!(true)));
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
