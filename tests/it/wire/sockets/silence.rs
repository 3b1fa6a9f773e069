//! A provider that says nothing: the tool is kept waiting as long as there is hope, and no longer.

use std::time::Duration;

use rockpool_engine::snapshot::OutcomeClass;
use rockpool_sim::{Action, Fault, On};
use rockpool_tests::harness::{Setup, seat};
use rockpool_tests::journal::{served, turns};
use rockpool_tests::tools::request::{answer, frame, types, user};
use rockpool_tests::tools::socket::Socket;
use serde_json::json;

const LONG: Action = Action::HoldHeaders { ms: 3_600_000 };

#[tokio::test]
async fn a_turn_that_was_kept_alive_still_goes_elsewhere_when_its_connection_is_lost() {
    let short = |timeouts: &mut rockpool_engine::WebSocketTimeouts| {
        timeouts.keep_alive = Duration::from_millis(100);
        timeouts.ping = Duration::from_millis(300);
        timeouts.silence = Duration::from_millis(700);
    };
    let harness = Setup::of(["ada", "ben"]).websocket_timeouts(short).start().await;
    let key = harness.client("tool", "ada").await;
    harness.sim.script(Fault::next(On::Frame, LONG).of(&seat("ada")));
    let mut socket = Socket::open(&key, "conversation-1").await.unwrap();
    let frames = socket.ask(&frame(json!([user("hello")]))).await;
    assert!(types(&frames).starts_with(&["keepalive", "keepalive"]), "{:?}", types(&frames));
    assert_eq!(answer(&frames), "A simulated answer from acct-ben.");
    assert_eq!(served(&turns(&harness.sim)), ["ada 200", "ben 200"]);
    let record = &harness.activity(1).await[0];
    assert_eq!((record.outcome, record.account.as_deref()), (OutcomeClass::Success, Some("ben")));
    let classes: Vec<_> = record.attempts.iter().map(|attempt| attempt.class).collect();
    assert_eq!(classes, [OutcomeClass::Failure, OutcomeClass::Success]);
}

#[tokio::test]
async fn a_provider_that_answers_pings_and_says_nothing_of_the_turn_is_given_up_in_the_end() {
    let short = |timeouts: &mut rockpool_engine::WebSocketTimeouts| {
        timeouts.keep_alive = Duration::from_millis(100);
        timeouts.turn = Duration::from_millis(500);
    };
    let harness = Setup::of(["ada", "ben"]).websocket_timeouts(short).start().await;
    let key = harness.client("tool", "ada").await;
    harness.sim.script(Fault::next(On::Frame, Action::stall(0)).of(&seat("ada")));
    let mut socket = Socket::open(&key, "conversation-1").await.unwrap();
    let frames = socket.ask(&frame(json!([user("hello")]))).await;
    assert_eq!(answer(&frames), "A simulated answer from acct-ben.");
    assert!(types(&frames).contains(&"keepalive"));
}

#[tokio::test]
async fn a_turn_that_falls_silent_in_the_middle_of_its_output_is_cut() {
    let short =
        |timeouts: &mut rockpool_engine::WebSocketTimeouts| timeouts.turn = Duration::from_millis(500);
    let harness = Setup::of(["ada", "ben"]).websocket_timeouts(short).start().await;
    let key = harness.client("tool", "ada").await;
    harness.sim.script(Fault::next(On::Frame, Action::stall(8)));
    let mut socket = Socket::open(&key, "conversation-1").await.unwrap();
    let frames = socket.ask(&frame(json!([user("hello")]))).await;
    assert!(!types(&frames).contains(&"response.completed"), "{:?}", types(&frames));
    assert_eq!(socket.next().await, None, "the tool sees its connection end");
    assert_eq!(served(&turns(&harness.sim)), ["ada 200"]);
    assert_eq!(harness.activity(1).await[0].outcome, OutcomeClass::Failure);
}
