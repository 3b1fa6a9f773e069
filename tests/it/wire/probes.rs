//! How an account that was set aside comes back: one request finds out, early, and the others wait or go
//! elsewhere.

use std::time::Duration;

use rockpool_routing::AccountState;
use rockpool_sim::{Action, Fault, On};
use rockpool_tests::harness::{Harness, Setup, seat};
use rockpool_tests::journal::{served, turns};
use rockpool_tests::tools::Key;
use rockpool_tests::wait;
use serde_json::json;
use tokio::task::JoinHandle;

use super::post::{Posted, ask};

/// Longer than a probe may go without a sign of life.
const AFTER_A_PROBE: Duration = Duration::from_secs(16);
/// The longest cool-down.
const COOL_DOWN: Duration = Duration::from_secs(15 * 60);

async fn turns_reach(harness: &Harness, count: usize) {
    wait::until("the provider is asked", || (turns(&harness.sim).len() == count).then_some(())).await;
}

/// Ada alone, who was told to slow down for a minute, and a probe of hers that is never answered.
async fn probed_in_vain() -> (Harness, Key, JoinHandle<Posted>) {
    let harness = Setup::of(["ada"]).with_manual_clock().start().await;
    let key = harness.client("tool", "ada").await;
    harness.sim.script(Fault::next(On::Http, Action::rate_limited(Some(60))));
    assert_eq!(ask(&key, "a").await.status, 429);
    harness.advance(Duration::from_secs(61));
    harness.sim.script(Fault::next(On::Http, Action::NeverAnswer));
    let probe = tokio::spawn({
        let key = key.clone();
        async move { ask(&key, "b").await }
    });
    turns_reach(&harness, 2).await;
    (harness, key, probe)
}

#[tokio::test]
async fn the_wait_that_the_provider_named_is_kept() {
    let harness = Setup::of(["ada"]).with_manual_clock().start().await;
    let key = harness.client("tool", "ada").await;
    harness.sim.script(Fault::next(On::Http, Action::rate_limited(Some(60))));
    assert_eq!(ask(&key, "a").await.status, 429);
    assert_eq!(ask(&key, "a").await.json()["error"]["resets_in_seconds"], 60);
    assert_eq!(turns(&harness.sim).len(), 1);
}

#[tokio::test]
async fn after_a_rate_limit_one_request_finds_out_and_the_others_are_asked_to_wait_for_it() {
    let (harness, key, probe) = probed_in_vain().await;
    let other = ask(&key, "c").await;
    assert_eq!((other.status, &other.json()["error"]["code"]), (429, &json!("rate_limit_exceeded")));
    assert!(other.json()["error"]["resets_in_seconds"].as_i64().unwrap() <= 15);
    assert_eq!(turns(&harness.sim).len(), 2, "one at a time");
    probe.abort();
}

#[tokio::test]
async fn a_probe_that_says_nothing_is_replaced_and_once_one_is_answered_everybody_is_served() {
    let (harness, key, probe) = probed_in_vain().await;
    harness.advance(AFTER_A_PROBE);
    assert_eq!(ask(&key, "d").await.status, 200, "the next request is the probe");
    assert_eq!(ask(&key, "e").await.status, 200);
    probe.abort();
}

#[tokio::test]
async fn a_limit_whose_reset_is_days_away_is_tried_after_a_quarter_of_an_hour_and_nobody_is_told_it_is_back()
{
    let harness = Setup::of(["ada", "ben"]).with_manual_clock().start().await;
    let key = harness.client("tool", "ada").await;
    let state = || harness.account("ada").state;
    harness.sim.script(Fault::next(On::Http, Action::UsageLimitReached).of(&seat("ada")).times(2));
    assert_eq!(ask(&key, "a").await.answer(), "A simulated answer from acct-ben.");
    harness.advance(COOL_DOWN - Duration::from_secs(1));
    assert_eq!(ask(&key, "b").await.answer(), "A simulated answer from acct-ben.");
    assert_eq!(served(&turns(&harness.sim)), ["ada 429", "ben 200", "ben 200"], "not before its time");

    harness.advance(Duration::from_secs(1));
    assert_eq!(state(), AccountState::Exhausted, "it is merely tried again");
    harness.sim.clear_journal();
    assert_eq!(ask(&key, "c").await.answer(), "A simulated answer from acct-ben.");
    assert_eq!(ask(&key, "d").await.answer(), "A simulated answer from acct-ben.");
    assert_eq!(served(&turns(&harness.sim)), ["ada 429", "ben 200", "ben 200"]);
    assert_eq!(state(), AccountState::Exhausted);

    harness.advance(COOL_DOWN);
    assert_eq!(ask(&key, "e").await.answer(), "A simulated answer from acct-ada.", "it was lifted early");
    assert_eq!(state(), AccountState::Ready);
}
