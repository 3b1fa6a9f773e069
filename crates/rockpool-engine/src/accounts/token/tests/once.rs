//! One refresh per login, whoever asks and whoever goes away.

use super::world::{LIFETIME, Scripted, World, name};
use crate::provider::claims::Claims;
use crate::provider::oauth::RefreshReason;

#[tokio::test(start_paused = true)]
async fn a_hundred_callers_with_a_refused_bearer_make_one_refresh() {
    let (world, keeper, login) = World::signed_in().await;
    let old = keeper.bearer(login).await.unwrap();
    world.gate.send_replace(false);
    let callers: Vec<_> = (0..100)
        .map(|_| {
            let keeper = keeper.clone();
            tokio::spawn(async move { keeper.after_refusal(login, old.generation).await })
        })
        .collect();
    world.arrived.notified().await;
    world.settle().await;
    world.gate.send_replace(true);
    for caller in callers {
        let bearer = caller.await.unwrap().unwrap();
        assert_eq!(name(&bearer.token), "at-2");
        assert!(bearer.generation > old.generation);
    }
    assert_eq!(world.presented(), ["rt-1"]);
    assert_eq!(world.reasons(), [RefreshReason::UnauthorizedRecovery]);
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_goes_away_does_not_stop_the_refresh() {
    let (world, keeper, login) = World::signed_in().await;
    let old = keeper.bearer(login).await.unwrap();
    world.gate.send_replace(false);
    let caller = tokio::spawn({
        let keeper = keeper.clone();
        async move { keeper.after_refusal(login, old.generation).await }
    });
    world.arrived.notified().await;
    caller.abort();
    world.gate.send_replace(true);
    world.settle().await;
    assert_eq!(name(&keeper.bearer(login).await.unwrap().token), "at-2");
    assert!(world.refresh_token_at_rest(login).unwrap().ends_with("rt-2"));
}

#[tokio::test(start_paused = true)]
async fn a_late_refusal_of_an_older_bearer_refreshes_nothing() {
    let (world, keeper, login) = World::signed_in().await;
    let old = keeper.bearer(login).await.unwrap();
    let new = keeper.after_refusal(login, old.generation).await.unwrap();
    let again = keeper.after_refusal(login, old.generation).await.unwrap();
    assert_eq!(again.generation, new.generation);
    assert_eq!(world.presented(), ["rt-1"]);
}

#[tokio::test(start_paused = true)]
async fn tokens_are_at_rest_before_anybody_gets_them() {
    let (world, keeper, login) = World::signed_in().await;
    let old = keeper.bearer(login).await.unwrap();
    world.mishap(super::world::Step::SaveRefresh, super::world::Mishap::KilledBefore);
    let asked = tokio::spawn({
        let keeper = keeper.clone();
        async move { keeper.after_refusal(login, old.generation).await }
    });
    world.settle().await;
    assert!(!asked.is_finished(), "the new bearer was handed out before it was saved");
}

#[tokio::test(start_paused = true)]
async fn quitting_waits_for_a_refresh_under_way_and_starts_no_other() {
    let (world, keeper, login) = World::signed_in().await;
    let old = keeper.bearer(login).await.unwrap();
    world.gate.send_replace(false);
    let waiting = tokio::spawn({
        let keeper = keeper.clone();
        async move { keeper.after_refusal(login, old.generation).await }
    });
    world.arrived.notified().await;
    let drained = tokio::spawn({
        let keeper = keeper.clone();
        async move { keeper.drain().await }
    });
    world.settle().await;
    assert!(!drained.is_finished());
    world.gate.send_replace(true);
    drained.await.unwrap();
    assert!(world.refresh_token_at_rest(login).unwrap().ends_with("rt-2"));
    let new = waiting.await.unwrap().unwrap();
    assert!(keeper.after_refusal(login, new.generation).await.is_err());
    assert_eq!(world.presented(), ["rt-1"]);
}

#[tokio::test(start_paused = true)]
async fn a_keeper_that_nobody_holds_ends_its_upkeep() {
    let (world, keeper, _) = World::signed_in().await;
    let weak = std::sync::Arc::downgrade(&world);
    drop((keeper, world));
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    assert!(weak.upgrade().is_none());
}

#[tokio::test(start_paused = true)]
async fn what_new_tokens_say_is_told_once_for_each_refresh_that_brought_an_access_token() {
    let (world, keeper, login) = World::signed_in().await;
    let end = |claims: &Claims| claims.expires_at.map(|at| at.duration_since(world.clock.wall()).as_secs());
    let old = keeper.bearer(login).await.unwrap();
    keeper.after_refusal(login, old.generation).await.unwrap();
    world.settle().await;
    assert_eq!(world.renewed().iter().map(end).collect::<Vec<_>>(), [Some(LIFETIME)]);
    world.script([Scripted::RefreshOnly]);
    let new = keeper.bearer(login).await.unwrap();
    keeper.after_refusal(login, new.generation).await.unwrap_err();
    world.settle().await;
    world.boot().await;
    assert_eq!(world.renewed().len(), 1, "neither half an answer nor a start is news of the person");
}
