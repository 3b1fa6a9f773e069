//! WebSockets that keep failing are not offered for a while; a provider that is not there is another matter.

use std::time::Duration;

use rockpool_engine::snapshot::{self, OutcomeClass};
use rockpool_sim::{Action, Cut, EntryKind, Fault, On};
use rockpool_tests::harness::{Harness, Setup, seat};
use rockpool_tests::tools::Key;
use rockpool_tests::tools::request::{answer, frame, types, user};
use rockpool_tests::tools::socket::Socket;
use rockpool_tests::wait;
use serde_json::json;

/// How a handshake is answered.
async fn handshake_status(key: &Key) -> u16 {
    match Socket::open(key, "conversation-1").await {
        Ok(_) => 101,
        Err(refusal) => refusal.status().as_u16(),
    }
}

/// How a handshake is answered, and how many the provider saw of it.
async fn handshake_and_requests(harness: &Harness, key: &Key) -> (u16, usize) {
    harness.sim.clear_journal();
    let status = handshake_status(key).await;
    let asked = |entry: &&rockpool_sim::Entry| entry.kind == EntryKind::Request && entry.method == "GET";
    (status, harness.sim.journal().iter().filter(asked).count())
}

async fn serves(key: &Key) {
    let mut socket = Socket::open(key, "conversation-1").await.unwrap();
    let frames = socket.ask(&frame(json!([user("hello")]))).await;
    assert_eq!(answer(&frames), "A simulated answer from acct-ada.");
}

#[tokio::test]
async fn after_three_failed_handshakes_tools_are_sent_to_http_without_asking_until_a_probe_succeeds() {
    for action in [Action::error(404, "not_found", "No."), Action::server_error(502), Action::CutBefore] {
        let harness = Setup::of(["ada"]).with_manual_clock().start().await;
        let key = harness.client("tool", "ada").await;
        harness.sim.script(Fault::next(On::Handshake, action.clone()).times(4));
        for _ in 0..3 {
            assert_eq!(handshake_and_requests(&harness, &key).await, (426, 1), "{action:?}");
        }
        assert_eq!(handshake_and_requests(&harness, &key).await, (426, 0), "{action:?}: it is open");
        harness.advance(Duration::from_secs(31));
        assert_eq!(handshake_and_requests(&harness, &key).await, (426, 1), "{action:?}: the probe fails");
        harness.advance(Duration::from_secs(31));
        assert_eq!(handshake_and_requests(&harness, &key).await, (426, 0), "{action:?}: twice as long now");
        harness.advance(Duration::from_secs(30));
        serves(&key).await;
        let records = harness.activity(7).await;
        let statuses: Vec<_> = records.iter().map(|record| record.status).collect();
        assert_eq!(statuses, [426, 426, 426, 426, 426, 426, 200], "{action:?}: each left its record");
        let attempts: Vec<_> = records.iter().map(|record| record.attempts.len()).collect();
        assert_eq!(attempts, [1, 1, 1, 0, 1, 0, 1], "{action:?}: none where none was made");
        assert_eq!(
            (records[3].outcome, records[3].transport),
            (OutcomeClass::Failure, snapshot::Transport::WebSocket),
            "{action:?}"
        );
    }
}

#[tokio::test]
async fn turns_that_are_cut_before_any_output_open_it_too_and_those_after_do_not() {
    for (cut, expected) in [(Action::CutBefore, 426), (Action::cut(8, Cut::Abrupt), 101)] {
        let harness = Setup::of(["ada"]).with_manual_clock().start().await;
        let key = harness.client("tool", "ada").await;
        harness.sim.script(Fault::next(On::Frame, cut.clone()).times(3));
        for _ in 0..3 {
            let mut socket = Socket::open(&key, "conversation-1").await.unwrap();
            let frames = socket.ask(&frame(json!([user("hello")]))).await;
            assert!(!types(&frames).contains(&"response.completed"));
        }
        assert_eq!(handshake_status(&key).await, expected, "{cut:?}");
    }
}

#[tokio::test]
async fn an_accounts_own_trouble_does_not_open_it() {
    let harness = Setup::of(["ada", "ben"]).with_manual_clock().start().await;
    let key = harness.client("tool", "ada").await;
    for action in [Action::rate_limited(Some(1)), Action::deactivated_workspace(), Action::UsageLimitReached]
    {
        harness.sim.script(Fault::next(On::Handshake, action).of(&seat("ada")).times(5));
    }
    for _ in 0..8 {
        assert_eq!(handshake_status(&key).await, 101);
        harness.advance(Duration::from_secs(2));
    }
}

#[tokio::test]
async fn a_handshake_that_another_account_takes_is_no_failure() {
    let harness = Setup::of(["ada", "ben"]).start().await;
    let key = harness.client("tool", "ada").await;
    harness.sim.script(Fault::next(On::Handshake, Action::server_error(502)).of(&seat("ada")).times(9));
    for _ in 0..5 {
        assert_eq!(handshake_status(&key).await, 101);
    }
}

#[tokio::test]
async fn a_provider_that_is_not_there_does_not_cost_a_tool_its_websockets() {
    let harness = Setup::of(["ada"]).start().await;
    let key = harness.client("tool", "ada").await;
    let handle = harness.handle();
    harness.sim.shutdown().await;
    for _ in 0..5 {
        assert_eq!(handshake_status(&key).await, 502);
    }
    let records = wait::until("each left its record", || {
        let recent = handle.snapshot().recent;
        (recent.len() == 5).then_some(recent)
    })
    .await;
    assert!(
        records.iter().all(|record| record.outcome == OutcomeClass::Failure && record.attempts.len() == 1)
    );
}
