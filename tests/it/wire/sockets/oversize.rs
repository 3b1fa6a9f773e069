//! A turn that is larger than what the provider takes in a frame goes over HTTP, and nobody else pays for it.

use std::time::Duration;

use rockpool_engine::snapshot::OutcomeClass;
use rockpool_sim::EntryKind;
use rockpool_tests::harness::Setup;
use rockpool_tests::journal::turns;
use rockpool_tests::tools::request::{answer, frame, question, user};
use rockpool_tests::tools::socket::Socket;
use serde_json::json;

#[tokio::test]
async fn a_turn_of_17_mib_leads_its_tool_to_http_and_costs_no_account_and_no_other_conversation() {
    let harness = Setup::of(["ada", "ben"]).start().await;
    let key = harness.client("tool", "ada").await;
    let long = "x".repeat(17 << 20);
    for _ in 0..4 {
        let mut other = Socket::open(&key, "small").await.unwrap();
        let mut socket = match Socket::open(&key, "large").await {
            Ok(socket) => socket,
            Err(refusal) => {
                assert_eq!(refusal.status(), 426, "its tool is told to use HTTP");
                break;
            }
        };
        socket.send(&frame(json!([user(&long)]))).await;
        assert_eq!(socket.closed_with().await, Some(1009));
        assert_eq!(
            answer(&other.ask(&frame(json!([user("hello")]))).await),
            "A simulated answer from acct-ada."
        );
    }
    assert_eq!(Socket::open(&key, "large").await.unwrap_err().status(), 426);
    let large = super::super::post::post(&key, "large", &question(&long)).await;
    assert_eq!(large.answer(), "A simulated answer from acct-ada.");
    let mut other = Socket::open(&key, "another").await.unwrap();
    assert_eq!(answer(&other.ask(&frame(json!([user("hello")]))).await), "A simulated answer from acct-ada.");

    let frames = turns(&harness.sim).iter().filter(|turn| turn.kind != EntryKind::Request).count();
    assert_eq!(frames, 2, "the large one was refused once, before it was read");
    let records = harness.activity(6).await;
    let of = |status| records.iter().find(|record| record.status == status).unwrap();
    assert_eq!((of(413).outcome, of(413).attempts.len()), (OutcomeClass::Rejected, 1));
    assert_eq!((of(426).outcome, of(426).attempts.len()), (OutcomeClass::Rejected, 0));
    for name in ["ada", "ben"] {
        assert_eq!(harness.account(name).state.name(), "ready");
    }
    assert_eq!(harness.account("ada").health.success_rate, 100);
    assert_eq!(harness.account("ben").health.sample, 0);
}

#[tokio::test]
async fn a_frame_that_no_request_may_be_as_large_as_is_told_by_1009_too() {
    let harness = Setup::of(["ada"]).start().await;
    let key = harness.client("tool", "ada").await;
    let mut socket = Socket::open(&key, "large").await.unwrap();
    socket.send_what_is_taken("x".repeat(65 << 20)).await;
    assert_eq!(socket.closed_with().await, Some(1009));
    assert_eq!(turns(&harness.sim).len(), 0);
}

#[tokio::test]
async fn a_tool_that_names_no_conversation_is_led_to_http_for_some_minutes_and_what_has_a_name_is_not() {
    let harness = Setup::of(["ada"]).largest_frame(1 << 20).with_manual_clock().start().await;
    let key = harness.client("tool", "ada").await;
    let other_client = harness.client("other", "ada").await;
    let mut socket = Socket::of_agent(&key, "codex_tool/1").await.unwrap();
    socket.send(&frame(json!([user(&"x".repeat(2 << 20))]))).await;
    assert_eq!(socket.closed_with().await, Some(1009));
    for _ in 0..2 {
        assert_eq!(Socket::of_agent(&key, "codex_tool/1").await.unwrap_err().status(), 426);
    }
    assert!(Socket::of_agent(&key, "codex_other/1").await.is_ok());
    assert!(Socket::of_agent(&other_client, "codex_tool/1").await.is_ok());
    assert!(Socket::open(&key, "conversation-1").await.is_ok());
    harness.advance(Duration::from_secs(5 * 60));
    assert!(Socket::of_agent(&key, "codex_tool/1").await.is_ok());
}
