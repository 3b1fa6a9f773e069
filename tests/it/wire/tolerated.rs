//! What Rockpool only looks at is forwarded as it came, whatever a strict reader of JSON would say.

use rockpool_tests::harness::{ProviderLink, Setup};
use rockpool_tests::journal::{served, turns};
use rockpool_tests::tools::request::{answer, events, frame, question, user};
use rockpool_tests::tools::socket::Socket;
use rockpool_tests::tools::web;
use serde_json::json;

/// The same request in ways that the provider takes, each with a word for what is odd.
fn odd_requests() -> Vec<(&'static str, String)> {
    let plain = question("hello").to_string();
    let with = |member: &str| plain.replacen('{', &format!("{{{member},"), 1);
    vec![
        ("a number names the conversation", with("\"prompt_cache_key\":17")),
        ("a name twice", with("\"model\":\"gpt-5.5\"")),
        ("a byte order mark", format!("\u{feff}{plain}")),
        ("half of a surrogate pair", plain.replace("hello", "hello \\ud83d")),
        ("half of a pair in a name", with("\"prompt_cache_key\":\"\\udc00\"")),
    ]
}

#[tokio::test]
async fn over_http_it_arrives_byte_for_byte() {
    for session in [None, Some("conversation-1")] {
        let harness = Setup::of(["ada"]).over(ProviderLink::Recorded).start().await;
        let key = harness.client("tool", "ada").await;
        for (what, body) in odd_requests() {
            harness.recording_proxy().clear();
            let mut request =
                web::client().post(format!("{}/responses", key.base_url)).bearer_auth(&key.secret);
            if let Some(session) = session {
                request = request.header("session-id", session);
            }
            let request = request.header("content-type", "application/json").body(body.clone());
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), 200, "{what}");
            let said = answer(&events(&response.bytes().await.unwrap()));
            assert_eq!(said, "A simulated answer from acct-ada.", "{what}");
            let exchanges = harness.recording_proxy().exchanges("/codex/responses");
            assert_eq!(exchanges.last().unwrap().request.body, body.as_bytes(), "{what}");
        }
    }
}

#[tokio::test]
async fn over_websocket_it_arrives_too() {
    let harness = Setup::of(["ada"]).start().await;
    let key = harness.client("tool", "ada").await;
    for (what, body) in odd_requests() {
        let mut socket = Socket::open(&key, "conversation-1").await.unwrap();
        let text = body.replacen('{', "{\"type\":\"response.create\",", 1);
        socket.send_text(text).await;
        assert_eq!(answer(&socket.answer().await), "A simulated answer from acct-ada.", "{what}");
    }
}

#[tokio::test]
async fn a_model_that_is_no_text_is_for_the_provider_to_refuse() {
    let harness = Setup::of(["ada", "ben"]).start().await;
    let key = harness.client("tool", "ada").await;
    let mut body = question("hello");
    body["model"] = json!(1);
    assert_eq!(super::post::post(&key, "a", &body).await.status, 400);
    let mut socket = Socket::open(&key, "b").await.unwrap();
    let mut turn = frame(json!([user("hello")]));
    turn["model"] = json!(1);
    assert_eq!(socket.ask(&turn).await.last().unwrap()["status_code"], 400);
    assert_eq!(served(&turns(&harness.sim)), ["ada 400", "ada 400"]);
}
