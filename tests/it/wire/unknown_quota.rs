//! Usage answers that leave figures out.

use rockpool_sim::{Action, Fault, On};
use rockpool_tests::harness::{Harness, Setup, seat};
use serde_json::Value;

/// Asks for the usage of `name`, which comes without figures.
async fn ask_without_figures(harness: &Harness, name: &str) {
    harness.sim.script(Fault::next(On::Usage, Action::usage_without_percent()).of(&seat(name)));
    harness.api.post(&format!("/accounts/{name}/quota"), Value::Null).await;
    assert!(harness.sim.pending_script().is_empty(), "it was asked");
}

#[tokio::test]
async fn the_last_figure_stands_with_its_age_where_an_answer_does_not_tell_it() {
    let half = rockpool_sim::Windows::five_hours_and_weekly().used(50.0, 40.0);
    let change = |person: &mut rockpool_sim::Person| person.workspaces[0].windows = half;
    let harness = Setup::of(["ada"]).change("ada", change).with_manual_clock().start().await;
    let seen = harness.account("ada").quota_seen_at;
    for _ in 0..4 {
        harness.advance(std::time::Duration::from_secs(100));
        ask_without_figures(&harness, "ada").await;
    }
    let ada = harness.account("ada");
    assert_eq!(ada.remaining_percent, Some(50));
    let figures: Vec<_> = ada.windows.iter().map(|one| (one.used_percent, one.measured_at)).collect();
    assert_eq!(figures, [(Some(50.0), seen), (Some(40.0), seen)]);
    assert!(ada.quota_seen_at > seen && ada.flapping_since.is_none(), "{ada:?}");
}

#[tokio::test]
async fn what_was_never_told_is_shown_as_not_known() {
    let mut harness = Setup::of(["ada"]).start().await;
    harness.sim.script(Fault::next(On::Usage, Action::usage_without_percent()).of(&seat("ben")).times(50));
    let ben = rockpool_sim::Person::named("ben", "plus", rockpool_sim::Windows::five_hours_and_weekly());
    harness.sign_in(ben, "ben").await;
    harness.api.post("/accounts/ben/quota", Value::Null).await;
    let ben = harness.account("ben");
    assert_eq!(ben.remaining_percent, None);
    let figures: Vec<_> = ben.windows.iter().map(|one| (one.used_percent, one.remaining_percent)).collect();
    assert_eq!(figures, [(None, None), (None, None)]);
    assert!(ben.windows.iter().all(|one| one.resets_at.is_some()), "what was told is shown");
}
