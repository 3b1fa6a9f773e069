//! The management API on the endpoint's socket: for who can read `control.json`, and for nobody else.

use rockpool_engine::Control;
use rockpool_tests::harness::Api;
use rockpool_tests::harness::{Harness, Setup};
use rockpool_tests::raw;
use secrecy::ExposeSecret as _;

async fn status(harness: &Harness, more: &str) -> raw::Message {
    let host = harness.address();
    let request = format!("GET /api/v1/status HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{more}\r\n");
    raw::exchange(host, request).await
}

#[tokio::test]
async fn the_token_of_control_json_opens_it_and_nothing_else_does() {
    let harness = Setup::of(["ada"]).start().await;
    let key = harness.client("tool", "ada").await;
    let control = Control::read(&harness.data_dir()).unwrap();
    let shown = Api::over_http(&control).get("/status").await;
    assert_eq!(shown["accounts"][0]["name"], "ada");
    let token = control.token.expose_secret();
    let refused = [
        String::new(),
        format!("authorization: Bearer {}\r\n", key.secret),
        "authorization: Bearer \r\n".to_owned(),
        format!("authorization: Bearer {token}x\r\n"),
        format!("cookie: token={token}\r\n"),
    ];
    for more in refused {
        let answer = status(&harness, &more).await;
        assert_eq!(answer.status(), 401, "{more}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert!(!String::from_utf8_lossy(&answer.body).contains("ada"));
    }
    let foreign =
        status(&harness, &format!("authorization: Bearer {token}\r\norigin: https://evil.example\r\n")).await;
    assert_eq!(foreign.status(), 403, "a page of another origin, with the right token");
}

#[tokio::test]
async fn the_control_token_opens_no_data_plane() {
    let harness = Setup::of(["ada"]).start().await;
    let control = Control::read(&harness.data_dir()).unwrap();
    let (host, token) = (harness.address(), control.token.expose_secret());
    let request = format!(
        "GET /v1/models HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\r\n"
    );
    assert_eq!(raw::exchange(host, request).await.status(), 401);
}
