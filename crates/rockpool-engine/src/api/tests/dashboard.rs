//! `/dashboard`: a link opens a session once, on this machine, from no other page, and the session ends.

use axum::body::Body;
use http::{Method, Request, StatusCode};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::ask;
use crate::api::router::router;
use crate::dashboard::sessions::{LINK_LIFE, LONGEST_IDLE};
use crate::provider::outbound::OnBehalfOf;
use crate::proxy::admission::ConnectionEnds;
use crate::test_http::Reply;
use crate::test_serving::{ServingEngine, serving, usage};
use crate::test_stage::EngineStage;

async fn engine() -> ServingEngine {
    serving(|_| usage("plus")).await
}

/// The secret of a fresh link.
fn link(serving: &ServingEngine) -> String {
    let link = serving.handle().new_dashboard_link().unwrap();
    let (address, secret) = link.url.expose_secret().split_once("/#link=").unwrap();
    assert_eq!(address, format!("http://{}", serving.handle().address().unwrap()));
    secret.to_owned()
}

/// Over the socket, as a browser asks: `bearer` may be empty.
async fn call(serving: &ServingEngine, method: Method, path: &str, bearer: &str) -> (u16, Value) {
    let url = format!("http://{}/api/v1{path}", serving.handle().address().unwrap());
    let engine = serving.handle();
    let request = engine
        .core()
        .outbound
        .clients(OnBehalfOf::Nobody)
        .unwrap()
        .http
        .request(method, url)
        .bearer_auth(bearer);
    read(request.send().await.unwrap()).await
}

async fn redeem(serving: &ServingEngine, link: &str, headers: &[(&str, &str)]) -> (u16, Value) {
    let url = format!("http://{}/api/v1/dashboard/sessions", serving.handle().address().unwrap());
    let engine = serving.handle();
    let mut request = engine
        .core()
        .outbound
        .clients(OnBehalfOf::Nobody)
        .unwrap()
        .http
        .post(url)
        .json(&json!({ "link": link }));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    read(request.send().await.unwrap()).await
}

async fn read(response: reqwest::Response) -> (u16, Value) {
    let status = response.status().as_u16();
    (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or(Value::Null))
}

async fn session(serving: &ServingEngine) -> String {
    let (status, session) = redeem(serving, &link(serving), &[]).await;
    assert_eq!((status, &session["idle_seconds"]), (201, &json!(12 * 60 * 60)));
    session["token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_redeemed_link_sees_what_the_owner_sees_until_it_signs_out() {
    let serving = engine().await;
    serving.import("codex-pro-1").await;
    let token = session(&serving).await;
    assert!(token.starts_with("rps_") && token.len() >= 47);
    let (status, snapshot) = call(&serving, Method::GET, "/status", &token).await;
    assert_eq!((status, &snapshot["accounts"][0]["name"]), (200, &json!("codex-pro-1")));
    let (status, _) = call(&serving, Method::DELETE, "/dashboard/sessions/current", &token).await;
    assert_eq!(status, 204);
    let (status, problem) = call(&serving, Method::GET, "/status", &token).await;
    assert_eq!((status, &problem["code"]), (401, &json!("session_ended")));
    assert!(problem["detail"].as_str().unwrap().contains("rockpool dashboard"));
}

#[tokio::test]
async fn a_used_a_stale_and_a_foreign_link_each_say_what_to_do() {
    let serving = engine().await;
    let (used, stale) = (link(&serving), link(&serving));
    assert_eq!(redeem(&serving, &used, &[]).await.0, 201);
    let refused = async |link: &str, code: &str| {
        let (status, problem) = redeem(&serving, link, &[]).await;
        assert_eq!((status, &problem["code"]), (403, &json!(code)));
        assert!(problem["detail"].as_str().unwrap().contains("rockpool dashboard"));
        assert!(!problem.to_string().contains(link), "a link is not repeated");
    };
    refused(&used, "link_used").await;
    serving.clock.advance(LINK_LIFE);
    refused(&stale, "link_expired").await;
    refused("rpl_made-up", "link_unknown").await;
}

#[tokio::test]
async fn another_page_redeems_nothing_and_the_link_stays_good() {
    let serving = engine().await;
    let link = link(&serving);
    let own = format!("http://{}", serving.handle().address().unwrap());
    let other_name = own.replace("127.0.0.1", "localhost");
    let foreign: [&[(&str, &str)]; 5] = [
        &[("origin", "http://evil.example")],
        &[("origin", "null")],
        &[("origin", &other_name)],
        &[("origin", &own), ("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
    ];
    for headers in foreign {
        let (status, _) = redeem(&serving, &link, headers).await;
        assert_eq!(status, 403, "{headers:?}");
    }
    let (status, _) = redeem(&serving, &link, &[("origin", &own), ("sec-fetch-site", "same-origin")]).await;
    assert_eq!(status, 201);
}

#[tokio::test]
async fn a_link_is_redeemed_on_this_machine_only() {
    let serving = engine().await;
    let link = link(&serving);
    let local = serving.handle().address().unwrap();
    let from = async |peer: &str| {
        let request = Request::post("/api/v1/dashboard/sessions")
            .header("content-type", "application/json")
            .extension(ConnectionEnds { peer: peer.parse().unwrap(), local, served: local })
            .body(Body::from(json!({ "link": link }).to_string()));
        router(serving.handle()).oneshot(request.unwrap()).await.unwrap().status()
    };
    assert_eq!(from("192.168.0.9:50000").await, StatusCode::FORBIDDEN);
    assert_eq!(from("[::ffff:127.0.0.1]:50000").await, StatusCode::CREATED);
}

#[tokio::test]
async fn idleness_ends_a_session_and_the_open_event_stream_does_not_put_that_off() {
    let serving = engine().await;
    let token = session(&serving).await;
    let mut events = serving.get("/api/v1/events", &token).await;
    assert!(events.chunk().await.unwrap().is_some());
    serving.clock.advance(LONGEST_IDLE);
    assert_eq!(call(&serving, Method::GET, "/status", &token).await.0, 401);
    while let Ok(Some(_)) = events.chunk().await {}
}

#[tokio::test]
async fn a_restart_ends_sessions_and_links() {
    let before = engine().await;
    let (token, link) = (session(&before).await, link(&before));
    let after = engine().await;
    assert_eq!(call(&after, Method::GET, "/status", &token).await.1["code"], "session_ended");
    assert_eq!(redeem(&after, &link, &[]).await.1["code"], "link_unknown");
}

#[tokio::test]
async fn links_are_made_by_whoever_holds_the_control_token_and_not_by_a_session() {
    let serving = engine().await;
    let (status, made) = ask(&serving.handle(), Method::POST, "/dashboard/links", "").await;
    assert_eq!(status, StatusCode::CREATED);
    assert!(made["url"].as_str().unwrap().contains("/#link=rpl_"));
    assert_eq!(made["expires_at"], json!(serving.clock.wall() + LINK_LIFE));
    let token = session(&serving).await;
    let (status, problem) = call(&serving, Method::POST, "/dashboard/links", &token).await;
    assert_eq!((status, &problem["code"]), (403, &json!("link_from_session")));
    serving.import("codex-pro-1").await;
    for bearer in ["", "rps_made-up", &serving.client("codex-pro-1").await] {
        assert_eq!(call(&serving, Method::POST, "/dashboard/links", bearer).await.0, 401, "{bearer}");
    }
}

#[tokio::test]
async fn an_engine_that_serves_nothing_has_no_link() {
    let stage = EngineStage::with(&["codex-pro-1"]).await;
    assert!(stage.handle().new_dashboard_link().is_none());
    let (status, problem) = ask(&stage.handle(), Method::POST, "/dashboard/links", "").await;
    assert_eq!((status, &problem["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("not_serving")));
}

#[tokio::test]
async fn links_and_tokens_are_not_printed() {
    let serving = engine().await;
    let link = serving.handle().new_dashboard_link().unwrap();
    assert!(!format!("{link:?}").contains("rpl_"));
    let served = session(&serving).await;
    let answer: crate::api::DashboardSession =
        serde_json::from_value(json!({ "token": served, "idle_seconds": 1 })).unwrap();
    assert!(!format!("{answer:?}").contains("rps_"));
}

#[tokio::test]
async fn the_page_without_files_is_answered_at_the_root() {
    let serving = serving(|_| Reply::json(200, "{}")).await;
    let response = serving.get("/", "").await;
    assert_eq!(response.status(), 200);
    assert!(response.headers().contains_key("content-security-policy"));
    assert_eq!(serving.get("/assets/x.js", "").await.status(), 404);
}
