//! A handshake has to be answered before its tool gives up, however many accounts there are.

use std::time::Duration;

use rockpool_engine::snapshot::OutcomeClass;
use rockpool_sim::{Action, Fault, On};
use rockpool_tests::harness::Setup;
use rockpool_tests::tools::socket::Socket;

#[tokio::test]
async fn all_dials_of_a_handshake_share_one_time_and_the_last_is_cut_short_without_blame() {
    let short = |timeouts: &mut rockpool_engine::WebSocketTimeouts| {
        timeouts.dial = Duration::from_millis(1200);
        timeouts.handshake = Duration::from_millis(1500);
    };
    let harness = Setup::of(["ada", "ben", "cyd"]).websocket_timeouts(short).start().await;
    let key = harness.client("tool", "ada").await;
    harness.sim.script(Fault::next(On::Handshake, Action::HoldHeaders { ms: 3_600_000 }).times(9));
    let refusal = Socket::open(&key, "conversation-1").await.unwrap_err();
    assert_eq!(refusal.status(), 426);
    let record = &harness.activity(1).await[0];
    let tried: Vec<_> = record.attempts.iter().map(|it| (it.account.as_str(), it.class)).collect();
    assert_eq!(tried, [("ada", OutcomeClass::Failure), ("ben", OutcomeClass::Abandoned)]);
    assert!(record.attempts[0].ms >= 1200 && record.attempts[1].ms < 1200, "{:?}", record.attempts);
    assert!(record.duration_ms < 2400, "no third dial, and the second no whole one: {}", record.duration_ms);
    assert_eq!((record.outcome, record.status), (OutcomeClass::Failure, 426));
    assert_eq!(harness.account("ada").health.consecutive_failures, 1);
    assert_eq!(harness.account("ben").health.sample, 0, "it had no time to answer");
}
