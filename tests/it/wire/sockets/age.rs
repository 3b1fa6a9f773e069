//! The provider ends a connection after 60 minutes: no fault of its account, and no news for most turns.

use std::time::Duration;

use rockpool_engine::snapshot::OutcomeClass;
use rockpool_routing::AccountState;
use rockpool_routing::Strategy;
use rockpool_sim::{Action, EntryKind, Fault, On, StreamFault};
use rockpool_tests::harness::{Harness, Setup};
use rockpool_tests::journal::{served, turns};
use rockpool_tests::tools::request::{answer, frame, types, user};
use rockpool_tests::tools::socket::Socket;
use serde_json::{Value, json};

use super::{continued, has_exactly_one_status};

const CODE: &str = "websocket_connection_limit_reached";

fn handshakes(harness: &Harness) -> usize {
    let opened = |entry: &rockpool_sim::Entry| {
        entry.kind == EntryKind::Request && entry.method == "GET" && entry.bare_path().ends_with("/responses")
    };
    harness.sim.journal().iter().filter(|entry| opened(entry)).count()
}

/// Everything but the connection is well.
#[track_caller]
fn is_in_good_health(harness: &Harness, name: &str) {
    let account = harness.account(name);
    assert_eq!((account.state, account.health.consecutive_failures), (AccountState::Ready, 0));
}

#[track_caller]
fn says_that_the_time_is_up(told: &[Value]) {
    assert_eq!(types(told), ["error"], "{told:?}");
    has_exactly_one_status(&told[0]);
    assert_eq!((&told[0]["status_code"], &told[0]["error"]["code"]), (&json!(400), &json!(CODE)));
}

#[tokio::test]
async fn a_turn_with_its_whole_input_goes_on_over_a_new_connection_to_the_same_account_unseen() {
    let harness = Setup::of(["ada", "ben"]).strategy(Strategy::RoundRobin).with_manual_clock().start().await;
    let key = harness.client("tool", "ada").await;
    let mut socket = Socket::open(&key, "conversation-1").await.unwrap();
    let first = socket.ask(&frame(json!([user("hello")]))).await;
    let who = answer(&first);
    harness.sim.clear_journal();
    harness.advance(Duration::from_secs(61 * 60));
    let second = socket.ask(&frame(json!([user("hello again")]))).await;
    assert_eq!(answer(&second), who);
    assert!(!types(&second).contains(&"error"));
    let third = socket.ask(&continued(json!([user("and more")]), &second)).await;
    assert_eq!(answer(&third), who, "and the tool's connection goes on");
    assert_eq!(handshakes(&harness), 1);
    let records = harness.activity(3).await;
    let name = records[0].account.clone().unwrap();
    assert!(
        records
            .iter()
            .all(|record| record.outcome == OutcomeClass::Success && record.account.as_ref() == Some(&name))
    );
    let attempts: Vec<_> = records[1].attempts.iter().map(|it| (it.class, it.status)).collect();
    assert_eq!(attempts, [(OutcomeClass::Rejected, Some(400)), (OutcomeClass::Success, None)]);
    is_in_good_health(&harness, &name);
}

#[tokio::test]
async fn a_turn_that_continues_is_told_and_comes_back_on_a_new_connection_to_the_same_account() {
    let harness = Setup::of(["ada", "ben"]).strategy(Strategy::RoundRobin).with_manual_clock().start().await;
    let key = harness.client("tool", "ada").await;
    for conversation in ["conversation-1", "conversation-2"] {
        let mut socket = Socket::open(&key, conversation).await.unwrap();
        let first = socket.ask(&frame(json!([user("one")]))).await;
        harness.advance(Duration::from_secs(61 * 60));
        let told = socket.ask(&continued(json!([user("two")]), &first)).await;
        says_that_the_time_is_up(&told);
        assert_eq!(socket.next().await, None, "the connection is closed");

        let mut again = Socket::open(&key, conversation).await.unwrap();
        let second = again.ask(&frame(json!([user("one"), user("two")]))).await;
        assert_eq!(answer(&second), answer(&first), "on the conversation's own account");
    }
    let records = harness.activity(6).await;
    let outcomes: Vec<_> = records.iter().map(|record| (record.outcome, record.status)).collect();
    let of_one = [(OutcomeClass::Success, 200), (OutcomeClass::Rejected, 400), (OutcomeClass::Success, 200)];
    assert_eq!(outcomes, [of_one, of_one].concat());
    for name in ["ada", "ben"] {
        is_in_good_health(&harness, name);
    }
}

#[tokio::test]
async fn a_turn_for_which_a_new_connection_is_too_old_as_well_is_told() {
    let harness = Setup::of(["ada", "ben"]).start().await;
    let key = harness.client("tool", "ada").await;
    harness.sim.script(Fault::next(On::Frame, Action::connection_limit_reached()).times(2));
    let mut socket = Socket::open(&key, "conversation-1").await.unwrap();
    says_that_the_time_is_up(&socket.ask(&frame(json!([user("hello")]))).await);
    assert_eq!(socket.next().await, None);
    assert_eq!(served(&turns(&harness.sim)), ["ada 400", "ada 400"]);
    is_in_good_health(&harness, "ada");
}

#[tokio::test]
async fn a_turn_whose_events_have_begun_is_told_only_after_its_output() {
    let event = json!({"type": "error", "error": {"code": CODE, "message": "Create a new one."}});
    for (after, expected) in [(2, vec!["ada 200", "ada 200"]), (8, vec!["ada 200"])] {
        let harness = Setup::of(["ada", "ben"]).start().await;
        let key = harness.client("tool", "ada").await;
        let limit = Action::InStream(StreamFault::Fail { after, event: event.clone() });
        harness.sim.script(Fault::next(On::Frame, limit));
        let mut socket = Socket::open(&key, "conversation-1").await.unwrap();
        let frames = socket.ask(&frame(json!([user("hello")]))).await;
        assert_eq!(served(&turns(&harness.sim)), expected);
        let created = types(&frames).iter().filter(|name| **name == "response.created").count();
        assert_eq!(created, 1);
        if after == 8 {
            has_exactly_one_status(frames.last().unwrap());
            assert_eq!(socket.next().await, None);
        } else {
            assert_eq!(answer(&frames), "A simulated answer from acct-ada.");
        }
        is_in_good_health(&harness, "ada");
    }
}

#[tokio::test]
async fn between_turns_the_connection_is_just_closed() {
    let harness = Setup::of(["ada"]).start().await;
    let key = harness.client("tool", "ada").await;
    let event = json!({"type": "error", "error": {"code": CODE, "message": "Create a new one."}});
    harness.sim.script(Fault::next(On::Frame, Action::InStream(StreamFault::Fail { after: 1000, event })));
    let mut socket = Socket::open(&key, "conversation-1").await.unwrap();
    let frames = socket.ask(&frame(json!([user("hello")]))).await;
    assert_eq!(answer(&frames), "A simulated answer from acct-ada.");
    assert_eq!(socket.next().await, None);
    assert_eq!(harness.activity(1).await[0].outcome, OutcomeClass::Success);
}
