//! The provider closes connections that were kept alive, just when they are used again: nobody's fault, and nobody's
//! business.

use rockpool_engine::snapshot::{AffinityKind, OutcomeClass};
use rockpool_sim::{Action, Fault, On, ReusedConnections};
use rockpool_tests::harness::{Harness, ProviderLink, Setup, seat};
use rockpool_tests::journal::{served, turns};

use super::post::ask;

const CUT_EACH: ReusedConnections = ReusedConnections::CutOneIn(1);

async fn pool() -> Harness {
    Setup::of(["ada", "ben"]).reused_connections(CUT_EACH).start().await
}

#[tokio::test]
async fn a_tool_of_one_account_notices_nothing() {
    let harness = Setup::of(["ada"]).reused_connections(CUT_EACH).start().await;
    let key = harness.client("tool", "ada").await;
    for _ in 0..6 {
        assert_eq!(ask(&key, "conversation-1").await.answer(), "A simulated answer from acct-ada.");
    }
}

#[tokio::test]
async fn the_conversation_stays_and_nothing_is_held_against_its_account() {
    let harness = pool().await;
    let key = harness.client("tool", "ada").await;
    for _ in 0..6 {
        ask(&key, "conversation-1").await;
    }
    assert_eq!(served(&turns(&harness.sim)), ["ada 200"; 6]);
    let records = harness.activity(6).await;
    for record in &records {
        assert_eq!(record.outcome, OutcomeClass::Success);
        assert_eq!(record.attempts.len(), 1, "{record:?}");
    }
    assert!(records[1..].iter().all(|record| record.why.affinity.kind == AffinityKind::Kept));
    let twice: u32 = records.iter().map(|record| record.why.maybe_billed_twice).sum();
    assert!(twice >= 3, "what may have been worked on is counted: {twice}");
    let health = harness.account("ada").health;
    assert_eq!((health.success_rate, health.sample), (100, 6));
}

#[tokio::test]
async fn a_cut_on_a_new_connection_is_the_accounts_as_before() {
    let harness = Setup::of(["ada", "ben"]).reused_connections(ReusedConnections::None).start().await;
    let key = harness.client("tool", "ada").await;
    harness.sim.script(Fault::next(On::Http, Action::CutBefore).of(&seat("ada")));
    assert_eq!(ask(&key, "conversation-1").await.answer(), "A simulated answer from acct-ben.");
    assert_eq!(served(&turns(&harness.sim)), ["ada -", "ben 200"]);
}

#[tokio::test]
async fn what_may_have_been_worked_on_goes_out_twice_at_most() {
    let harness = Setup::of(["ada", "ben"]).reused_connections(ReusedConnections::Kept).start().await;
    let key = harness.client("tool", "ada").await;
    ask(&key, "conversation-1").await;
    harness.sim.script(Fault::next(On::Http, Action::CutBefore).of(&seat("ada")).times(2));
    let posted = ask(&key, "conversation-1").await;
    assert_eq!((posted.status, &posted.json()["error"]["code"]), (502, &"provider_unreachable".into()));
    assert_eq!(served(&turns(&harness.sim)), ["ada 200", "ada -", "ada -"]);
}

#[tokio::test]
async fn over_http_2_a_connection_that_broke_under_a_request_is_replaced_too() {
    let harness = Setup::of(["ada", "ben"])
        .over(ProviderLink::Tls)
        .reused_connections(ReusedConnections::Kept)
        .start()
        .await;
    let key = harness.client("tool", "ada").await;
    for _ in 0..3 {
        ask(&key, "conversation-1").await;
        harness.sim.script(Fault::next(On::Http, Action::CutBefore).of(&seat("ada")));
        assert_eq!(ask(&key, "conversation-1").await.answer(), "A simulated answer from acct-ada.");
    }
    assert!(turns(&harness.sim).iter().all(|turn| turn.version == "HTTP/2.0"));
    assert_eq!(harness.account("ada").health.success_rate, 100);
}
