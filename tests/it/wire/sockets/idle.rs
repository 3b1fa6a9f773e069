//! The provider ends a connection that was idle, at a time of its own: nobody's fault, and no news for most turns.

use rockpool_engine::snapshot::OutcomeClass;
use rockpool_routing::AccountState;
use rockpool_sim::{Action, Fault, On};
use rockpool_tests::harness::{Harness, Setup};
use rockpool_tests::journal::{served, turns};
use rockpool_tests::tools::request::{answer, frame, types, user};
use rockpool_tests::tools::socket::Socket;
use serde_json::json;

use super::continued;

#[track_caller]
fn nothing_is_held_against(harness: &Harness, name: &str) {
    let account = harness.account(name);
    assert_eq!((account.state, account.health.consecutive_failures), (AccountState::Ready, 0));
    assert_eq!(account.health.success_rate, 100);
}

#[tokio::test]
async fn a_turn_that_meets_the_end_goes_on_unseen_over_a_new_connection_to_the_same_account() {
    let harness = Setup::of(["ada", "ben"]).start().await;
    let key = harness.client("tool", "ada").await;
    let mut socket = Socket::open(&key, "conversation-1").await.unwrap();
    socket.ask(&frame(json!([user("hello")]))).await;
    harness.sim.script(Fault::next(On::Frame, Action::CutBefore));
    let second = socket.ask(&frame(json!([user("hello again")]))).await;
    assert_eq!(answer(&second), "A simulated answer from acct-ada.");
    assert!(!types(&second).contains(&"error"));
    let third = socket.ask(&continued(json!([user("and more")]), &second)).await;
    assert_eq!(answer(&third), "A simulated answer from acct-ada.", "and the tool's connection goes on");
    assert_eq!(served(&turns(&harness.sim)), ["ada 200", "ada -", "ada 200", "ada 200"]);
    let records = harness.activity(3).await;
    let attempts: Vec<_> = records[1].attempts.iter().map(|attempt| attempt.class).collect();
    assert_eq!(attempts, [OutcomeClass::Rejected, OutcomeClass::Success]);
    assert_eq!(records[1].why.maybe_billed_twice, 1);
    nothing_is_held_against(&harness, "ada");
}

#[tokio::test]
async fn a_turn_that_continues_is_told_and_comes_back() {
    let harness = Setup::of(["ada", "ben"]).start().await;
    let key = harness.client("tool", "ada").await;
    for _ in 0..4 {
        let mut socket = Socket::open(&key, "conversation-1").await.unwrap();
        let first = socket.ask(&frame(json!([user("one")]))).await;
        harness.sim.script(Fault::next(On::Frame, Action::CutBefore));
        let told = socket.ask(&continued(json!([user("two")]), &first)).await;
        assert_eq!(told[0]["error"]["code"], "previous_response_not_found", "{told:?}");
        assert_eq!(socket.next().await, None, "the connection is closed");
    }
    nothing_is_held_against(&harness, "ada");
    assert!(Socket::open(&key, "conversation-1").await.is_ok(), "WebSockets are still offered");
}

#[tokio::test]
async fn what_may_have_been_worked_on_goes_out_twice_at_most() {
    let harness = Setup::of(["ada", "ben"]).start().await;
    let key = harness.client("tool", "ada").await;
    let mut socket = Socket::open(&key, "conversation-1").await.unwrap();
    socket.ask(&frame(json!([user("hello")]))).await;
    harness.sim.script(Fault::next(On::Frame, Action::CutBefore).times(3));
    let told = socket.ask(&frame(json!([user("hello again")]))).await;
    assert_eq!(told[0]["error"]["code"], "provider_unreachable", "{told:?}");
    assert_eq!(served(&turns(&harness.sim)), ["ada 200", "ada -", "ada -"]);
    assert_eq!(harness.account("ada").health.consecutive_failures, 1, "a new connection is another matter");
}
