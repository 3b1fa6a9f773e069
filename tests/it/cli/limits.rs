//! Used-up quota: another account takes over without a word, or the CLI says its limit's text after one request.

use rockpool_routing::AccountState;
use rockpool_sim::{Action, Fault, On, Windows};
use rockpool_tests::harness::{Setup, seat};
use rockpool_tests::journal::{served, turns};
use rockpool_tests::tools::codex::{Codex, Transport};

#[tokio::test]
async fn a_usage_limit_on_the_first_account_is_served_by_the_second_with_the_cli_none_the_wiser() {
    for transport in Transport::ALL {
        let harness = Setup::of(["ada", "ben"]).start().await;
        let codex = Codex::custom(&harness.client("cli", "ada").await, transport).await;
        harness.sim.script(Fault::next(On::Turn, Action::UsageLimitReached).of(&seat("ada")));
        let ran = codex.exec("hello [[tool: echo calm]]").await;
        assert_eq!(ran.answer(), "The tool said: calm", "{transport:?}");
        let turns = turns(&harness.sim);
        assert_eq!(served(&turns), ["ada 429", "ben 200", "ben 200"], "{transport:?}");
        assert_eq!(harness.account("ada").state, AccountState::Exhausted);
    }
}

#[tokio::test]
async fn a_limit_at_the_handshake_is_served_by_the_second_account() {
    let harness = Setup::of(["ada", "ben"]).start().await;
    let codex = Codex::custom(&harness.client("cli", "ada").await, Transport::WebSocket).await;
    harness.sim.script(Fault::next(On::Handshake, Action::UsageLimitReached).of(&seat("ada")));
    assert_eq!(codex.exec("hello").await.answer(), "A simulated answer from acct-ben.");
    assert_eq!(served(&turns(&harness.sim)), ["ben 200"]);
}

#[tokio::test]
async fn a_limit_that_shows_in_the_stream_is_served_by_the_second_account() {
    for transport in Transport::ALL {
        let harness = Setup::of(["ada", "ben"]).start().await;
        let codex = Codex::custom(&harness.client("cli", "ada").await, transport).await;
        let hidden = Action::failed_in_stream(2, "usage_limit_reached", "The usage limit has been reached");
        harness.sim.script(Fault::next(On::Turn, hidden).of(&seat("ada")));
        assert_eq!(codex.exec("hello").await.answer(), "A simulated answer from acct-ben.", "{transport:?}");
    }
}

#[tokio::test]
async fn with_every_account_dry_the_cli_says_its_limits_text_after_one_request() {
    for transport in Transport::ALL {
        let harness = Setup::of(["ada", "ben"]).start().await;
        let codex = Codex::custom(&harness.client("cli", "ada").await, transport).await;
        for name in ["ada", "ben"] {
            harness
                .sim
                .set_windows(&seat(name), &Windows::five_hours_and_weekly().used(100.0, 40.0))
                .unwrap();
            harness.api.post(&format!("/accounts/{name}/quota"), serde_json::Value::Null).await;
        }
        let ran = codex.exec("hello").await;
        assert_eq!(ran.code, Some(1), "{ran:#?}");
        assert!(ran.stderr.contains("hit your usage limit"), "{transport:?}: {ran:#?}");
        assert!(!ran.stderr.to_lowercase().contains("reconnecting"), "{transport:?}: {ran:#?}");
        assert_eq!(served(&turns(&harness.sim)), Vec::<String>::new());
        let tries = harness.activity(1).await;
        let most = if transport == Transport::Http { 1 } else { 2 };
        assert!(tries.len() <= most, "{transport:?}: {} requests", tries.len());
        assert!(tries.iter().all(|record| record.status == 429), "{tries:#?}");
    }
}

#[tokio::test]
async fn the_last_account_running_dry_in_mid_session_is_told_as_a_limit() {
    for transport in Transport::ALL {
        let harness = Setup::of(["ada"]).start().await;
        let codex = Codex::custom(&harness.client("cli", "ada").await, transport).await;
        harness.sim.script(Fault::next(On::Turn, Action::UsageLimitReached));
        let ran = codex.exec("hello").await;
        assert_eq!(ran.code, Some(1), "{ran:#?}");
        assert!(ran.stderr.contains("hit your usage limit"), "{transport:?}: {ran:#?}");
        assert_eq!(served(&turns(&harness.sim)), ["ada 429"], "{transport:?}");
    }
}
