//! After the first output nothing is tried again: the tool gets what came, once, and sees the break.

use rockpool_engine::snapshot::OutcomeClass;
use rockpool_sim::{Action, Cut, Fault, On, Share, StreamFault};
use rockpool_tests::harness::{ProviderLink, Setup, seat};
use rockpool_tests::journal::{served, turns};
use rockpool_tests::tools::request::{frame, types, user};
use rockpool_tests::tools::socket::Socket;
use serde_json::json;

use super::post::ask;

/// Events of a good answer before the third word: lifecycle, reasoning, the beginning of the message.
const INTO_THE_TEXT: usize = 8;

fn failures() -> [Action; 4] {
    let limit = json!({"type": "response.failed", "response": {"id": "r", "error": {"code": "usage_limit_reached", "message": "m"}}});
    [
        Action::cut(INTO_THE_TEXT, Cut::Reset),
        Action::cut(INTO_THE_TEXT, Cut::Abrupt),
        Action::cut(INTO_THE_TEXT, Cut::CleanEnd),
        Action::InStream(StreamFault::Fail { after: INTO_THE_TEXT, event: limit }),
    ]
}

#[tokio::test]
async fn over_http_every_byte_that_came_is_handed_on_once_and_nothing_is_retried() {
    for action in failures() {
        let setup = Setup::of(["ada", "ben"]).over(ProviderLink::Recorded).private_events(Share::Never);
        let harness = setup.start().await;
        let key = harness.client("tool", "ada").await;
        harness.recording_proxy().clear();
        harness.sim.script(Fault::next(On::Http, action.clone()).of(&seat("ada")));
        let posted = ask(&key, "conversation-1").await;
        let seen = harness.recording_proxy().exchanges("/codex/responses");
        assert_eq!(seen.len(), 1, "{action:?}");
        // A reset may take with it what the kernel had not handed over yet.
        let sent = &seen[0].response.body;
        assert!(sent.starts_with(&posted.body), "{action:?}");
        assert!(!posted.body.is_empty(), "{action:?}");
        let ended_well = matches!(
            action,
            Action::InStream(StreamFault::Fail { .. } | StreamFault::Cut { how: Cut::CleanEnd, .. })
        );
        assert_eq!(posted.whole, ended_well, "{action:?}: the break is visible downstream");
        assert_eq!(served(&turns(&harness.sim)), ["ada 200"], "{action:?}");
        let records = harness.activity(1).await;
        assert_eq!((records.len(), records[0].attempts.len()), (1, 1), "{action:?}");
        assert_ne!(records[0].outcome, OutcomeClass::Success, "{action:?}");
        assert_eq!(records[0].account.as_deref(), Some("ada"));
    }
}

#[tokio::test]
async fn over_websocket_nothing_is_retried_either() {
    for action in failures() {
        let harness = Setup::of(["ada", "ben"]).start().await;
        let key = harness.client("tool", "ada").await;
        harness.sim.script(Fault::next(On::Frame, action.clone()).of(&seat("ada")));
        let mut socket = Socket::open(&key, "conversation-1").await.unwrap();
        let frames = socket.ask(&frame(json!([user("hello")]))).await;
        let types = types(&frames);
        assert!(types.contains(&"response.output_item.added"), "{action:?}: {types:?}");
        let created = types.iter().filter(|name| **name == "response.created").count();
        assert_eq!(created, 1, "{action:?}");
        assert!(!types.contains(&"response.completed"), "{action:?}");
        assert_eq!(served(&turns(&harness.sim)), ["ada 200"], "{action:?}");
        let records = harness.activity(1).await;
        assert_eq!((records.len(), records[0].attempts.len()), (1, 1), "{action:?}");
        assert_ne!(records[0].outcome, OutcomeClass::Success, "{action:?}");
    }
}

#[tokio::test]
async fn lifecycle_events_are_held_for_two_seconds_at_most() {
    let harness = Setup::of(["ada", "ben"]).start().await;
    let key = harness.client("tool", "ada").await;
    harness.sim.script(Fault::next(On::Http, Action::stall(2)).of(&seat("ada")));
    let mut response =
        super::post::send(&key, "conversation-1", &rockpool_tests::tools::request::question("x")).await;
    let chunk =
        rockpool_tests::wait::within("the held events come", response.chunk()).await.unwrap().unwrap();
    assert!(std::str::from_utf8(&chunk).unwrap().contains("response.created"));
    assert_eq!(served(&turns(&harness.sim)), ["ada 200"]);
}
