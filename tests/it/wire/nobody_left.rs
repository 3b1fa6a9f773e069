//! When no account can serve: a limit with its time, a short wait, or a remedy in words; never a 401, never a 503.

use rockpool_sim::{Action, Death, Fault, On, Windows};
use rockpool_tests::harness::{Harness, Setup, seat};
use rockpool_tests::journal::{served, turns};
use rockpool_tests::tools::request::{events, items, question, user, with_input};
use serde_json::{Value, json};

use super::post::{ask, post, send};

async fn exhaust_for_an_hour(harness: &Harness, name: &str) {
    let windows = Windows::five_hours_and_weekly().used(100.0, 0.0).resetting_in(3600, 86_400);
    harness.sim.set_windows(&seat(name), &windows).unwrap();
    harness.api.post(&format!("/accounts/{name}/quota"), Value::Null).await;
}

#[tokio::test]
async fn a_long_wait_is_a_usage_limit_that_nobody_retries() {
    let harness = Setup::of(["ada", "ben"]).start().await;
    let key = harness.client("tool", "ada").await;
    exhaust_for_an_hour(&harness, "ada").await;
    exhaust_for_an_hour(&harness, "ben").await;
    let response = send(&key, "a", &question("hello")).await;
    assert_eq!(
        (response.status().as_u16(), &response.headers()["x-should-retry"]),
        (429, &"false".parse().unwrap())
    );
    assert!(!response.headers().contains_key("retry-after"));
    let body: Value = response.json().await.unwrap();
    let error = &body["error"];
    assert_eq!((&error["type"], &error["plan_type"]), (&json!("usage_limit_reached"), &json!("plus")));
    let wait = error["resets_in_seconds"].as_i64().unwrap();
    assert!((3500..=3600).contains(&wait), "{error}");
    assert_eq!(harness.activity(1).await.len(), 1);
    assert_eq!(turns(&harness.sim).len(), 0);
}

#[tokio::test]
async fn a_short_wait_is_told_by_retry_after() {
    let harness = Setup::of(["ada"]).start().await;
    let key = harness.client("tool", "ada").await;
    harness.sim.script(Fault::next(On::Http, Action::rate_limited(Some(7))));
    let response = send(&key, "a", &question("hello")).await;
    assert_eq!(response.status(), 429);
    let wait: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=7).contains(&wait), "{wait}");
}

#[tokio::test]
async fn what_time_does_not_cure_is_a_400_with_each_accounts_remedy() {
    let harness = Setup::of(["ada", "ben"]).start().await;
    let key = harness.client("tool", "ada").await;
    harness.sim.kill_login("user-ada", Death::Revoked).unwrap();
    harness.api.done(http::Method::PATCH, "/accounts/ben", Some(json!({"state": "paused"}))).await;
    for _ in 0..2 {
        let posted = ask(&key, "a").await;
        assert_eq!((posted.status, &posted.json()["error"]["code"]), (400, &json!("no_usable_account")));
        let message = posted.json()["error"]["message"].to_string();
        for words in ["ada (needs_reauth)", "Sign in again", "ben (paused)", "resume it"] {
            assert!(message.contains(words), "{message}");
        }
    }
}

#[tokio::test]
async fn the_last_accounts_server_error_is_handed_on_in_the_providers_words() {
    let harness = Setup::of(["ada", "ben"]).start().await;
    let key = harness.client("tool", "ada").await;
    harness.sim.script(Fault::next(On::Http, Action::overloaded()).times(2));
    let posted = ask(&key, "a").await;
    assert_eq!((posted.status, &posted.json()["error"]["code"]), (503, &json!("server_is_overloaded")));
    assert_eq!(harness.activity(1).await[0].attempts.len(), 2);
}

#[tokio::test]
async fn a_compacted_history_stays_with_its_account_and_is_answered_as_that_account_alone_would_be() {
    let harness = Setup::of(["ada", "ben"]).start().await;
    let key = harness.client("tool", "ada").await;
    let compacted = post(&key, "a", &with_input(json!([user("long"), {"type": "compaction_trigger"}]))).await;
    let compaction = items(&events(&compacted.body)).remove(0);
    assert_eq!(compaction["type"], "compaction");
    let dry = Windows::five_hours_and_weekly().used(100.0, 0.0);
    harness.sim.set_windows(&seat("ada"), &dry).unwrap();
    harness.api.post("/accounts/ada/quota", Value::Null).await;
    let posted = post(&key, "a", &with_input(json!([compaction, user("on")]))).await;
    assert_eq!((posted.status, &posted.json()["error"]["type"]), (429, &json!("usage_limit_reached")));
    assert_eq!(served(&turns(&harness.sim)), ["ada 200"], "nobody else was asked");
    assert_eq!(ask(&key, "b").await.answer(), "A simulated answer from acct-ben.", "others go on");
}
