//! Bearers that are refused on the way: renewed once, unseen by the tool, on whichever account. The failures
//! themselves stand in the table.

use rockpool_engine::snapshot::OutcomeClass;
use rockpool_sim::{Action, Fault, On};
use rockpool_tests::harness::{Setup, seat};
use rockpool_tests::journal::refreshes;
use rockpool_tests::tools::Key;
use rockpool_tests::tools::codex::Transport;
use rockpool_tests::tools::request::{answer, events, frame, user};
use rockpool_tests::tools::socket::Socket;
use serde_json::{Value, json};

async fn ask(key: &Key, transport: Transport) -> Vec<Value> {
    match transport {
        Transport::Http => {
            let posted = super::post::ask(key, "conversation-1").await;
            assert_eq!((posted.status, posted.whole), (200, true));
            events(&posted.body)
        }
        Transport::WebSocket => {
            let mut socket = Socket::open(key, "conversation-1").await.unwrap();
            socket.ask(&frame(json!([user("hello")]))).await
        }
    }
}

#[tokio::test]
async fn an_account_that_takes_over_with_an_expired_bearer_gets_a_new_one_first() {
    for transport in Transport::ALL {
        let harness = Setup::of(["ada", "ben"]).start().await;
        let key = harness.client("tool", "ada").await;
        // Ben's bearer is of a later generation than Ada's.
        for _ in 0..2 {
            harness.sim.expire_access_tokens("user-ben").unwrap();
            harness.api.post("/accounts/ben/quota", Value::Null).await;
        }
        harness.sim.expire_access_tokens("user-ben").unwrap();
        harness.sim.script(Fault::next(On::Turn, Action::UsageLimitReached).of(&seat("ada")));
        let events = ask(&key, transport).await;
        assert_eq!(answer(&events), "A simulated answer from acct-ben.", "{transport:?}: {events:?}");
        assert_eq!(refreshes(&harness.sim).len(), 3, "{transport:?}");
    }
}

#[tokio::test]
async fn a_refused_bearer_is_refreshed_once_and_the_same_account_serves() {
    for transport in Transport::ALL {
        let harness = Setup::of(["ada", "ben"]).start().await;
        let key = harness.client("tool", "ada").await;
        harness.sim.script(Fault::next(On::Turn, Action::unauthorized("token_expired")).of(&seat("ada")));
        let events = ask(&key, transport).await;
        assert_eq!(answer(&events), "A simulated answer from acct-ada.", "{transport:?}");
        let record = &harness.activity(1).await[0];
        let classes: Vec<_> = record.attempts.iter().map(|attempt| attempt.class).collect();
        assert_eq!(classes, [OutcomeClass::Unauthorized, OutcomeClass::Success], "{transport:?}");
        assert_eq!(refreshes(&harness.sim).len(), 1, "{transport:?}");
    }
}
