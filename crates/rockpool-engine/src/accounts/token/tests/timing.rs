//! When tokens are renewed without anybody asking.

use std::time::Duration;

use super::world::{LIFETIME, World, name};
use crate::provider::oauth::RefreshReason;

const DAY: Duration = Duration::from_secs(24 * 3600);

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_with_a_quarter_of_its_life_left_though_nobody_asks() {
    let (world, keeper, login) = World::signed_in().await;
    let quarter = Duration::from_secs(LIFETIME as u64 / 4);
    world.pass(Duration::from_secs(LIFETIME as u64) - quarter - Duration::from_secs(90)).await;
    assert!(world.presented().is_empty());
    for _ in 0..8 * 60 {
        world.pass(Duration::from_secs(60)).await;
    }
    assert_eq!(world.presented(), ["rt-1"]);
    assert_eq!(world.reasons(), [RefreshReason::ProactiveExpiry]);
    assert_eq!(name(&keeper.bearer(login).await.unwrap().token), "at-2");
}

#[tokio::test(start_paused = true)]
async fn a_bearer_that_is_due_is_handed_out_while_it_is_renewed() {
    let (world, keeper, login) = World::signed_in().await;
    world.gate.send_replace(false);
    world.clock.advance(8 * DAY);
    assert_eq!(name(&keeper.bearer(login).await.unwrap().token), "at-1");
    world.arrived.notified().await;
    assert_eq!(name(&keeper.bearer(login).await.unwrap().token), "at-1");
    world.gate.send_replace(true);
    world.settle().await;
    assert_eq!(name(&keeper.bearer(login).await.unwrap().token), "at-2");
}

#[tokio::test(start_paused = true)]
async fn after_a_long_sleep_the_caller_waits_for_a_new_token() {
    let (world, keeper, login) = World::signed_in().await;
    world.clock.advance(30 * DAY);
    assert_eq!(name(&keeper.bearer(login).await.unwrap().token), "at-2");
    assert_eq!(world.presented(), ["rt-1"]);
}

#[tokio::test(start_paused = true)]
async fn a_sleeping_machine_is_noticed_within_a_minute_of_waking() {
    let (world, _keeper, _) = World::signed_in().await;
    world.clock.advance(8 * DAY);
    tokio::time::advance(Duration::from_secs(61)).await;
    world.settle().await;
    assert_eq!(world.presented(), ["rt-1"]);
}
