//! A connection whose account can serve no more: the next turn goes elsewhere, or its tool comes back.

use http::Method;
use rockpool_routing::AccountState;
use rockpool_sim::{Death, Windows};
use rockpool_tests::harness::{Harness, Setup, seat};
use rockpool_tests::tools::request::{answer, frame, items, types, user};
use rockpool_tests::tools::socket::Socket;
use serde_json::{Value, json};

use super::{continued, has_exactly_one_status};

#[derive(Clone, Copy, Debug)]
enum Blocked {
    Exhausted,
    SignedOut,
    PausedByHand,
}

const ALL_KINDS: [Blocked; 3] = [Blocked::Exhausted, Blocked::SignedOut, Blocked::PausedByHand];

async fn block(harness: &Harness, kind: Blocked) {
    let expected = match kind {
        Blocked::Exhausted => {
            harness
                .sim
                .set_windows(&seat("ada"), &Windows::five_hours_and_weekly().used(100.0, 0.0))
                .unwrap();
            harness.api.post("/accounts/ada/quota", Value::Null).await;
            AccountState::Exhausted
        }
        Blocked::SignedOut => {
            harness.sim.kill_login("user-ada", Death::Revoked).unwrap();
            harness.api.call(Method::POST, "/accounts/ada/quota", None).await;
            AccountState::NeedsReauth
        }
        Blocked::PausedByHand => {
            harness.api.done(Method::PATCH, "/accounts/ada", Some(json!({"state": "paused"}))).await;
            AccountState::Paused
        }
    };
    harness
        .until("the account is blocked", |snapshot| {
            let ada = snapshot.accounts.iter().find(|account| account.name == "ada")?;
            (ada.state == expected).then_some(())
        })
        .await;
}

#[tokio::test]
async fn a_turn_that_continues_is_told_and_its_tool_is_served_elsewhere_on_a_new_connection() {
    for kind in ALL_KINDS {
        let harness = Setup::of(["ada", "ben"]).start().await;
        let key = harness.client("tool", "ada").await;
        let mut socket = Socket::open(&key, "conversation-1").await.unwrap();
        let first = socket.ask(&frame(json!([user("one")]))).await;
        block(&harness, kind).await;
        let told = socket.ask(&continued(json!([user("two")]), &first)).await;
        assert_eq!(types(&told), ["error"], "{kind:?}");
        has_exactly_one_status(&told[0]);
        assert_eq!(told[0]["error"]["code"], "previous_response_not_found", "{kind:?}");

        let mut again = Socket::open(&key, "conversation-1").await.unwrap();
        let everything = [vec![user("one")], items(&first), vec![user("two")]].concat();
        let second = again.ask(&frame(Value::Array(everything))).await;
        assert_eq!(answer(&second), "A simulated answer from acct-ben.", "{kind:?}: {second:?}");
    }
}

#[tokio::test]
async fn a_turn_with_its_whole_input_goes_elsewhere_unseen() {
    for kind in ALL_KINDS {
        let harness = Setup::of(["ada", "ben"]).start().await;
        let key = harness.client("tool", "ada").await;
        let mut socket = Socket::open(&key, "conversation-1").await.unwrap();
        let first = socket.ask(&frame(json!([user("one")]))).await;
        block(&harness, kind).await;
        let everything = [vec![user("one")], items(&first), vec![user("two")]].concat();
        let second = socket.ask(&frame(Value::Array(everything))).await;
        assert_eq!(answer(&second), "A simulated answer from acct-ben.", "{kind:?}");
        assert!(!types(&second).contains(&"error"), "{kind:?}");
    }
}
