//! A connection whose account can serve no more: the next turn goes elsewhere, or its tool comes back.

use http::Method;
use rockpool_routing::AccountState;
use rockpool_sim::{Death, Windows};
use rockpool_tests::request::{answer, frame, items, types, user};
use rockpool_tests::rig::{Rig, Setup, seat};
use rockpool_tests::socket::Socket;
use serde_json::{Value, json};

use super::{continued, has_exactly_one_status};

#[derive(Clone, Copy, Debug)]
enum Trouble {
    Dry,
    SignedOut,
    PausedByHand,
}

const TROUBLES: [Trouble; 3] = [Trouble::Dry, Trouble::SignedOut, Trouble::PausedByHand];

async fn befall(rig: &Rig, trouble: Trouble) {
    let expected = match trouble {
        Trouble::Dry => {
            rig.sim.set_windows(&seat("ada"), &Windows::five_hours_and_weekly().used(100.0, 0.0)).unwrap();
            rig.api.post("/accounts/ada/quota", Value::Null).await;
            AccountState::Exhausted
        }
        Trouble::SignedOut => {
            rig.sim.kill_login("user-ada", Death::Revoked).unwrap();
            rig.api.call(Method::POST, "/accounts/ada/quota", None).await;
            AccountState::NeedsReauth
        }
        Trouble::PausedByHand => {
            rig.api.done(Method::PATCH, "/accounts/ada", Some(json!({"state": "paused"}))).await;
            AccountState::Paused
        }
    };
    rig.until("the account is blocked", |snapshot| {
        let ada = snapshot.accounts.iter().find(|account| account.name == "ada")?;
        (ada.state == expected).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_turn_that_continues_is_told_and_its_tool_is_served_elsewhere_on_a_new_connection() {
    for trouble in TROUBLES {
        let rig = Setup::of(["ada", "ben"]).start().await;
        let key = rig.client("tool", "ada").await;
        let mut socket = Socket::open(&key, "conversation-1").await.unwrap();
        let first = socket.ask(&frame(json!([user("one")]))).await;
        befall(&rig, trouble).await;
        let told = socket.ask(&continued(json!([user("two")]), &first)).await;
        assert_eq!(types(&told), ["error"], "{trouble:?}");
        has_exactly_one_status(&told[0]);
        assert_eq!(told[0]["error"]["code"], "previous_response_not_found", "{trouble:?}");

        let mut again = Socket::open(&key, "conversation-1").await.unwrap();
        let everything = [vec![user("one")], items(&first), vec![user("two")]].concat();
        let second = again.ask(&frame(Value::Array(everything))).await;
        assert_eq!(answer(&second), "A simulated answer from acct-ben.", "{trouble:?}: {second:?}");
    }
}

#[tokio::test]
async fn a_turn_with_its_whole_input_goes_elsewhere_unseen() {
    for trouble in TROUBLES {
        let rig = Setup::of(["ada", "ben"]).start().await;
        let key = rig.client("tool", "ada").await;
        let mut socket = Socket::open(&key, "conversation-1").await.unwrap();
        let first = socket.ask(&frame(json!([user("one")]))).await;
        befall(&rig, trouble).await;
        let everything = [vec![user("one")], items(&first), vec![user("two")]].concat();
        let second = socket.ask(&frame(Value::Array(everything))).await;
        assert_eq!(answer(&second), "A simulated answer from acct-ben.", "{trouble:?}");
        assert!(!types(&second).contains(&"error"), "{trouble:?}");
    }
}
