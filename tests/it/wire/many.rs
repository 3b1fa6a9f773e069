//! Many at once: every stream whole, every record there, nobody's answer in another's.

use futures_util::future::join_all;
use rockpool_engine::snapshot::OutcomeClass;
use rockpool_routing::Strategy;
use rockpool_sim::{Action, Fault, On};
use rockpool_tests::harness::Setup;
use rockpool_tests::journal::{refreshes, served, turns};
use rockpool_tests::tools::request::question;

use super::post::post;

const STREAMS: usize = 50;

#[tokio::test]
async fn fifty_streams_at_once_are_each_whole_and_each_its_own() {
    let harness = Setup::of(["ada", "ben", "cleo"]).strategy(Strategy::RoundRobin).start().await;
    let key = harness.client("tool", "ada").await;
    harness.sim.script(Fault::next(On::Http, Action::pace(3)).times(STREAMS as u32));
    let runs = (0..STREAMS).map(|number| {
        let key = key.clone();
        async move {
            let said = format!("stream number {number}");
            let posted =
                post(&key, &format!("conversation-{number}"), &question(&format!("[[say: {said}]]"))).await;
            assert_eq!((posted.status, posted.whole), (200, true));
            assert_eq!(posted.answer(), said);
        }
    });
    join_all(runs).await;
    let records = harness.activity(STREAMS).await;
    assert!(records.iter().all(|record| record.outcome == OutcomeClass::Success));
    assert_eq!(turns(&harness.sim).len(), STREAMS);
    for name in ["ada", "ben", "cleo"] {
        let share = served(&turns(&harness.sim)).iter().filter(|line| line.starts_with(name)).count();
        assert!((16..=18).contains(&share), "{name} served {share}");
    }
}

#[tokio::test]
async fn twenty_requests_with_one_expired_token_refresh_it_once() {
    let harness = Setup::of(["ada"]).start().await;
    let key = harness.client("tool", "ada").await;
    harness.sim.expire_access_tokens("user-ada").unwrap();
    harness.sim.script(Fault::next(On::Refresh, Action::HoldHeaders { ms: 200 }));
    let runs = (0..20).map(|number| {
        let key = key.clone();
        async move {
            let posted = post(&key, &format!("conversation-{number}"), &question("hello")).await;
            assert_eq!(posted.answer(), "A simulated answer from acct-ada.");
        }
    });
    join_all(runs).await;
    assert_eq!(refreshes(&harness.sim).len(), 1);
}
