//! Workloads kept apart: a heavy tool on the Pro account falls back to the light one and returns, a casual tool on the
//! light account never touches the Pro account, and a tool that is bound to its account never leaves it.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::time::Duration;

use http::Method;
use rockpool_engine::snapshot::ActivityView;
use rockpool_routing::AccountState;
use rockpool_sim::Windows;
use rockpool_tests::harness::{Harness, Setup, seat};
use rockpool_tests::tools::Key;
use rockpool_tests::tools::codex::Transport;
use rockpool_tests::tools::request::{self, frame, user};
use rockpool_tests::tools::socket::Socket;
use serde_json::{Value, json};

use crate::wire::post::ask;

const UNTIL_THE_RESET: Duration = Duration::from_secs(3600);

/// A pool of the Pro account with the light one, whose time is moved by hand.
async fn harness() -> Harness {
    Setup::of(["pro", "light"])
        .change("pro", |person| person.workspaces[0].plan = "pro".to_owned())
        .with_manual_clock()
        .start()
        .await
}

/// The provider says no from here on, for an hour; nobody has told the router.
fn exhaust(harness: &Harness, name: &str) {
    let windows = Windows::five_hours_and_weekly().used(100.0, 40.0);
    harness.sim.set_windows(&seat(name), &windows.resetting_in(UNTIL_THE_RESET.as_secs(), 400_000)).unwrap();
}

/// Asks in a conversation: who answered, or the status and code of the refusal.
async fn answer(key: &Key, over: Transport, conversation: &str) -> String {
    match over {
        Transport::Http => {
            let posted = ask(key, conversation).await;
            if posted.status == 200 { posted.answer() } else { refusal(posted.status, &parsed(&posted.body)) }
        }
        Transport::WebSocket => match Socket::open(key, conversation).await {
            Ok(mut socket) => {
                let frames = socket.ask(&frame(json!([user("hello")]))).await;
                match &frames[..] {
                    [error] => refusal(error["status_code"].as_u64().unwrap(), error),
                    frames => request::answer(frames),
                }
            }
            Err(told) => refusal(told.status().as_u16(), &parsed(told.body().as_deref().unwrap_or_default())),
        },
    }
}

fn parsed(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap()
}

fn refusal(status: impl Display, body: &Value) -> String {
    format!("{status} {}", body["error"]["code"].as_str().unwrap())
}

/// Everyone whom the provider saw asking in these conversations, and everyone whom the client's records name.
fn touched(harness: &Harness, records: &[ActivityView], client: &str, conversations: &[&str]) -> Vec<String> {
    let of_client = records.iter().filter(|record| record.client == client);
    let named = of_client.flat_map(|record| {
        let tried = record.attempts.iter().map(|attempt| &attempt.account);
        tried.chain(record.skipped.iter().map(|skipped| &skipped.account)).cloned()
    });
    let journal = harness.sim.journal().into_iter();
    let of_conversation = journal.filter(|entry| {
        entry.header("session-id").is_some_and(|conversation| conversations.contains(&conversation))
    });
    let asked = of_conversation
        .filter_map(|entry| entry.seat.map(|seat| seat.user_id.trim_start_matches("user-").to_owned()));
    let names: BTreeSet<String> = named.chain(asked).collect();
    names.into_iter().collect()
}

const PRO: &str = "A simulated answer from acct-pro.";
const LIGHT: &str = "A simulated answer from acct-light.";
const DRY: &str = "429 usage_limit_reached";

#[tokio::test]
async fn a_heavy_client_falls_back_to_the_light_account_and_returns_after_the_reset() {
    for over in Transport::ALL {
        let harness = harness().await;
        let heavy = harness.client("heavy", "pro").await;
        assert_eq!(answer(&heavy, over, "one").await, PRO, "{over:?}");
        exhaust(&harness, "pro");
        assert_eq!(answer(&heavy, over, "two").await, LIGHT, "{over:?}: a new conversation");
        assert_eq!(harness.account("pro").state, AccountState::Exhausted, "{over:?}");
        assert_eq!(answer(&heavy, over, "one").await, LIGHT, "{over:?}: one that had begun");
        harness.advance(UNTIL_THE_RESET - Duration::from_secs(1));
        assert_eq!(answer(&heavy, over, "three").await, LIGHT, "{over:?}: a second before the reset");
        harness.advance(Duration::from_secs(1));
        assert_eq!(answer(&heavy, over, "four").await, PRO, "{over:?}: after the reset");
        assert_eq!(harness.account("pro").state, AccountState::Ready, "{over:?}");
        assert_eq!(answer(&heavy, over, "two").await, LIGHT, "{over:?}: what began there stays there");
    }
}

#[tokio::test]
async fn a_casual_client_never_touches_the_pro_account() {
    for over in Transport::ALL {
        let harness = harness().await;
        let (heavy, casual) = (harness.client("heavy", "pro").await, harness.client("casual", "light").await);
        assert_eq!(answer(&casual, over, "one").await, LIGHT, "{over:?}");
        assert_eq!(answer(&heavy, over, "other").await, PRO, "{over:?}");
        exhaust(&harness, "pro");
        assert_eq!(answer(&heavy, over, "other").await, LIGHT, "{over:?}");
        assert_eq!(answer(&casual, over, "two").await, LIGHT, "{over:?}: beside the heavy one");
        exhaust(&harness, "light");
        assert_eq!(answer(&casual, over, "two").await, DRY, "{over:?}");
        assert_eq!(answer(&heavy, over, "other").await, DRY, "{over:?}: now nobody can");
        harness.advance(UNTIL_THE_RESET);
        assert_eq!(answer(&casual, over, "two").await, LIGHT, "{over:?}: after the reset");
        exhaust(&harness, "light");
        assert_eq!(answer(&casual, over, "three").await, DRY, "{over:?}: with the Pro account full again");
        assert_eq!(answer(&heavy, over, "four").await, PRO, "{over:?}");
        let records = harness.activity(9).await;
        assert_eq!(touched(&harness, &records, "casual", &["one", "two", "three"]), ["light"], "{over:?}");
        assert_eq!(touched(&harness, &records, "heavy", &["other", "four"]), ["light", "pro"], "{over:?}");
    }
}

#[tokio::test]
async fn a_client_that_uses_one_account_alone_never_leaves_it() {
    for over in Transport::ALL {
        let harness = harness().await;
        let bound = harness.single_client("bound", "pro").await;
        assert_eq!(answer(&bound, over, "one").await, PRO, "{over:?}");
        exhaust(&harness, "pro");
        assert_eq!(answer(&bound, over, "one").await, DRY, "{over:?}");
        assert_eq!(answer(&bound, over, "two").await, DRY, "{over:?}");
        harness.api.done(Method::PATCH, "/accounts/pro", Some(json!({"state": "paused"}))).await;
        assert_eq!(answer(&bound, over, "three").await, "400 no_usable_account", "{over:?}");
        let records = harness.activity(4).await;
        assert_eq!(touched(&harness, &records, "bound", &["one", "two", "three"]), ["pro"], "{over:?}");
    }
}

#[tokio::test]
async fn a_pool_that_changes_is_followed_by_the_next_request_of_those_who_inherit_it() {
    let harness = harness().await;
    let heavy = harness.client("heavy", "pro").await;
    let bound = harness.single_client("bound", "pro").await;
    harness.api.done(Method::PATCH, "/accounts/pro", Some(json!({"state": "paused"}))).await;
    assert_eq!(answer(&heavy, Transport::Http, "one").await, LIGHT);
    harness.api.done(Method::DELETE, "/pools/pro", None).await;
    assert_eq!(answer(&heavy, Transport::Http, "two").await, "400 no_usable_account");
    let pool = json!({"strategy": "primary_first", "extra_provider_names": ["light"]});
    harness.api.done(Method::PUT, "/pools/pro", Some(pool)).await;
    assert_eq!(answer(&heavy, Transport::Http, "three").await, LIGHT);
    assert_eq!(answer(&bound, Transport::Http, "four").await, "400 no_usable_account");
}
