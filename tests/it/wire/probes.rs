//! How an account that was set aside comes back: one request finds out, early, and the others wait or go
//! elsewhere.

use std::time::Duration;

use rockpool_routing::AccountState;
use rockpool_sim::{Action, Fault, On};
use rockpool_tests::journal::{served, turns};
use rockpool_tests::rig::{Rig, Setup, seat};
use rockpool_tests::wait;
use serde_json::json;

use super::post::ask;

/// Longer than a probe may go without a sign of life.
const AFTER_A_PROBE: Duration = Duration::from_secs(16);
/// The longest cool-down.
const COOL_DOWN: Duration = Duration::from_secs(15 * 60);

async fn turns_reach(rig: &Rig, count: usize) {
    wait::until("the provider is asked", || (turns(&rig.sim).len() == count).then_some(())).await;
}

#[tokio::test]
async fn after_a_rate_limit_one_request_finds_out_and_the_others_are_asked_to_wait_for_it() {
    let rig = Setup::of(["ada"]).with_time_standing().start().await;
    let key = rig.client("tool", "ada").await;
    rig.sim.script(Fault::next(On::Http, Action::rate_limited(Some(60))));
    assert_eq!(ask(&key, "a").await.status, 429);
    assert_eq!(ask(&key, "a").await.json()["error"]["resets_in_seconds"], 60);
    assert_eq!(turns(&rig.sim).len(), 1, "the wait that the provider named is kept");

    rig.advance(Duration::from_secs(61));
    rig.sim.script(Fault::next(On::Http, Action::NeverAnswer));
    let probe = tokio::spawn({
        let key = key.clone();
        async move { ask(&key, "b").await }
    });
    turns_reach(&rig, 2).await;
    let other = ask(&key, "c").await;
    assert_eq!((other.status, &other.json()["error"]["code"]), (429, &json!("rate_limit_exceeded")));
    assert!(other.json()["error"]["resets_in_seconds"].as_i64().unwrap() <= 15);
    assert_eq!(turns(&rig.sim).len(), 2, "one at a time");

    rig.advance(AFTER_A_PROBE);
    assert_eq!(ask(&key, "d").await.status, 200, "a probe that says nothing is replaced");
    assert_eq!(ask(&key, "e").await.status, 200, "and once answered, the door is open");
    probe.abort();
}

#[tokio::test]
async fn a_limit_whose_reset_is_days_away_is_tried_after_a_quarter_of_an_hour_and_nobody_is_told_it_is_back()
{
    let rig = Setup::of(["ada", "ben"]).with_time_standing().start().await;
    let key = rig.client("tool", "ada").await;
    let state = || rig.account("ada").state;
    rig.sim.script(Fault::next(On::Http, Action::UsageLimitReached).of(&seat("ada")).times(2));
    assert_eq!(ask(&key, "a").await.answer(), "A simulated answer from acct-ben.");
    rig.advance(COOL_DOWN - Duration::from_secs(1));
    assert_eq!(ask(&key, "b").await.answer(), "A simulated answer from acct-ben.");
    assert_eq!(served(&turns(&rig.sim)), ["ada 429", "ben 200", "ben 200"], "not before its time");

    rig.advance(Duration::from_secs(1));
    assert_eq!(state(), AccountState::Exhausted, "it is merely tried again");
    rig.sim.clear_journal();
    assert_eq!(ask(&key, "c").await.answer(), "A simulated answer from acct-ben.");
    assert_eq!(ask(&key, "d").await.answer(), "A simulated answer from acct-ben.");
    assert_eq!(served(&turns(&rig.sim)), ["ada 429", "ben 200", "ben 200"]);
    assert_eq!(state(), AccountState::Exhausted);

    rig.advance(COOL_DOWN);
    assert_eq!(ask(&key, "e").await.answer(), "A simulated answer from acct-ada.", "it was lifted early");
    assert_eq!(state(), AccountState::Ready);
}
