//! WebSockets in trouble, as the real CLI takes it: it never hangs, and goes on by itself.

use std::time::Duration;

use rockpool_routing::Strategy;
use rockpool_sim::{Action, Cut, Fault, On, Person, StreamFault, Windows};
use rockpool_tests::harness::{Harness, Setup, seat};
use rockpool_tests::journal::{served, turns};
use rockpool_tests::tools::codex::{Codex, Transport};
use rockpool_tests::tools::socket::Socket;
use rockpool_tests::wait;
use serde_json::json;

/// Events of a good answer before the third word.
const INTO_THE_TEXT: usize = 8;
/// More than any answer has.
const AFTER_ALL: usize = 1000;

async fn two_accounts() -> (Harness, Codex) {
    let harness = Setup::of(["ada", "ben"]).start().await;
    let codex = Codex::custom(&harness.client("cli", "ada").await, Transport::WebSocket).await;
    (harness, codex)
}

#[tokio::test]
async fn a_turn_that_is_cut_before_any_output_is_asked_again_without_a_word() {
    for after in [0, 2] {
        let (harness, codex) = two_accounts().await;
        harness.sim.script(Fault::next(On::Frame, Action::cut(after, Cut::Abrupt)).of(&seat("ada")));
        assert_eq!(codex.exec("hello").await.answer(), "A simulated answer from acct-ada.", "{after}");
        // It builds on the frame that warmed its connection up, so nobody but the CLI can ask again.
        assert_eq!(served(&turns(&harness.sim)), ["ada 200", "ada 200"], "{after}");
    }
}

#[tokio::test]
async fn a_turn_that_is_cut_after_output_goes_on_by_itself() {
    for how in [Cut::Reset, Cut::Abrupt, Cut::CleanEnd] {
        let (harness, codex) = two_accounts().await;
        harness.sim.script(Fault::next(On::Frame, Action::cut(INTO_THE_TEXT, how)));
        assert_eq!(codex.exec("hello").await.answer(), "A simulated answer from acct-ada.", "{how:?}");
        assert_eq!(served(&turns(&harness.sim)), ["ada 200", "ada 200"], "{how:?}");
    }
}

#[tokio::test]
async fn an_error_that_the_cli_could_not_read_as_it_came_is_understood_at_once() {
    let error =
        json!({"type": "invalid_request_error", "code": "invalid_prompt", "message": "Not like this."});
    for event in [
        json!({"type": "error", "error": error}),
        json!({"type": "error", "status": 400, "status_code": 400, "error": error}),
    ] {
        let (harness, codex) = two_accounts().await;
        let raw = Action::InStream(StreamFault::Fail { after: 0, event });
        harness.sim.script(Fault::next(On::Frame, raw));
        let ran = codex.exec("hello").await;
        assert_eq!(ran.code, Some(1), "{ran:#?}");
        assert!(ran.stderr.contains("Not like this."), "{ran:#?}");
    }
}

#[tokio::test]
async fn a_turn_that_is_long_in_coming_is_waited_for() {
    let harness = Setup::of(["ada"])
        .websocket_timeouts(|timeouts| timeouts.keep_alive = Duration::from_millis(400))
        .start()
        .await;
    let codex = Codex::impatient(&harness.client("cli", "ada").await, 1500).await;
    harness.sim.script(Fault::next(On::Frame, Action::HoldHeaders { ms: 4000 }));
    assert_eq!(codex.exec("hello").await.answer(), "A simulated answer from acct-ada.");
    assert_eq!(served(&turns(&harness.sim)), ["ada 200"]);
}

#[tokio::test]
async fn where_a_frame_is_too_large_for_the_provider_the_cli_goes_on_over_http() {
    let harness = Setup::of(["ada", "ben"]).largest_frame(1 << 10).start().await;
    let codex = Codex::custom(&harness.client("cli", "ada").await, Transport::WebSocket).await;
    let ran = codex.exec("hello").await;
    assert_eq!((ran.code, ran.stdout.trim()), (Some(0), "A simulated answer from acct-ada."), "{ran:#?}");
    let answered = async {
        loop {
            let records = harness.activity(2).await;
            let statuses: Vec<u16> = records.iter().map(|record| record.status).collect();
            if statuses.contains(&200) {
                return statuses;
            }
        }
    };
    let statuses = wait::within("the answer is recorded", answered).await;
    // 0.169.0 asks for another socket first, 0.171.0 does not.
    assert!([vec![413, 426, 200], vec![413, 200]].contains(&statuses), "{statuses:?}");
    assert_eq!(harness.account("ben").health.sample, 0);
}

#[tokio::test]
async fn while_the_breaker_is_open_the_cli_is_served_over_http_without_a_word() {
    let (harness, _) = two_accounts().await;
    let key = harness.path_client("cli-2", "ada").await;
    harness.sim.script(Fault::next(On::Handshake, Action::server_error(502)).times(6));
    for _ in 0..3 {
        assert_eq!(Socket::open(&key, "conversation-1").await.unwrap_err().status(), 426);
    }
    harness.sim.clear_journal();
    harness.sim.add_person(Person::named("outsider", "plus", Windows::weekly_only())).unwrap();
    let login = harness.sim.mint_login(&seat("outsider")).unwrap();
    let codex = Codex::built_in(&key, &login.auth_json).await;
    // A line of its log; what the person reads in the TUI has no word of it.
    let logged = "failed to connect to responses websocket";
    assert_eq!(codex.exec("hello").await.answer_but_for(logged), "A simulated answer from acct-ada.");
    assert_eq!(served(&turns(&harness.sim)), ["ada 200"]);
    let upgrades =
        harness.sim.journal().into_iter().filter(|entry| entry.header("upgrade").is_some()).count();
    assert_eq!(upgrades, 0, "the provider was not asked for WebSockets");
}

#[tokio::test]
async fn a_connection_that_is_too_old_is_replaced() {
    let event = json!({"type": "error", "error": {"code": "websocket_connection_limit_reached", "message": "Create a new one."}});
    let between_turns = Action::InStream(StreamFault::Fail { after: AFTER_ALL, event });
    for (action, expected) in [
        (Action::connection_limit_reached(), vec!["ada 400", "ada 200", "ada 200"]),
        (between_turns, vec!["ada 200", "ada 200"]),
    ] {
        let harness = Setup::of(["ada", "ben"]).strategy(Strategy::RoundRobin).start().await;
        let codex = Codex::custom(&harness.client("cli", "ada").await, Transport::WebSocket).await;
        harness.sim.script(Fault::next(On::Frame, action));
        assert_eq!(codex.exec("go [[tool: echo onwards]]").await.answer(), "The tool said: onwards");
        assert_eq!(served(&turns(&harness.sim)), expected, "the conversation stays where it is");
    }
}
