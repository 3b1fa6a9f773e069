//! Runways as a snapshot shows them.

use rockpool_routing::WindowKind;
use rockpool_routing::account::Activation;

use super::*;
use crate::model::activity::{AffinityOutcome, MoveReason, RequestRecord};
use crate::operations::accounts;
use crate::operations::requests::AccountChange;
use crate::snapshot::MovesView;
use crate::test_stage::{EngineStage, at, five_hour};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

/// `ada` burns 40 % an hour for an hour of her five, `grace` nothing.
async fn an_hour_of_work() -> EngineStage {
    let stage = EngineStage::with(&["ada", "grace"]).await;
    for minute in 0..=60 {
        stage.wait_until(minute * MINUTE);
        stage.sees("ada", vec![five_hour(minute as f64 / 1.5, 5 * HOUR)]);
        if minute % 10 == 0 {
            stage.sees("grace", vec![five_hour(1.0, 4 * HOUR)]);
        }
    }
    stage
}

#[tokio::test]
async fn an_account_shows_when_it_runs_dry_and_its_pool_how_long_the_others_last_after_that() {
    let stage = an_hour_of_work().await;
    let expected = RunwayView {
        outlook: RunwayOutlook::RunsDry,
        window: Some(WindowKind::FiveHour),
        dry_at: Some(at(150 * MINUTE)),
        earliest: Some(at(150 * MINUTE)),
        latest: Some(at(150 * MINUTE)),
        returns_at: Some(at(5 * HOUR)),
    };
    assert_eq!(rounded(stage.account("ada").runway), expected);
    assert_eq!(stage.account("grace").runway, RunwayView::default());
    // 99 % at 40 % an hour are as long as the window of `grace`, who is full again before `ada` is.
    let pool = stage.pool().runway;
    assert_eq!((pool.outlook, pool.window), (RunwayOutlook::Lasts, None));

    let paused = AccountChange { state: Some(Activation::Paused), ..AccountChange::default() };
    accounts::update(&stage.handle(), stage.tenant(), "grace", paused).await.unwrap();
    assert_eq!(rounded(stage.pool().runway), RunwayView { window: None, ..expected });
}

/// Seconds are noise.
fn rounded(view: RunwayView) -> RunwayView {
    let minute = |at: Option<Timestamp>| {
        at.and_then(|at| Timestamp::from_second((at.as_second() + 30).div_euclid(60) * 60).ok())
    };
    RunwayView {
        dry_at: minute(view.dry_at),
        earliest: minute(view.earliest),
        latest: minute(view.latest),
        returns_at: view.returns_at,
        ..view
    }
}

#[tokio::test]
async fn a_restart_forgets_no_runway() {
    let stage = an_hour_of_work().await;
    let before = stage.account("ada").runway;
    let stage = stage.restarted().await;
    assert_eq!(stage.account("ada").runway, before);
}

#[tokio::test]
async fn a_refusal_shows_at_once() {
    let stage = an_hour_of_work().await;
    assert_eq!(stage.account("ada").runway.outlook, RunwayOutlook::RunsDry);
    let class = rockpool_routing::Class::UsageLimit { resets_at: Some(at(4 * HOUR)) };
    let handle = stage.handle();
    let ticket = handle.core().routing.begin(stage.id("ada"), None).unwrap();
    handle.core().attempt_ended(ticket, class);
    let dry =
        RunwayView { outlook: RunwayOutlook::Dry, returns_at: Some(at(4 * HOUR)), ..RunwayView::default() };
    assert_eq!(stage.account("ada").runway, dry);
    // Her 40 % an hour are on the other account now: 99 % last two hours and a half.
    let pool = stage.pool().runway;
    assert_eq!((pool.outlook, pool.returns_at), (RunwayOutlook::RunsDry, Some(at(4 * HOUR))));
    assert_eq!(rounded(pool).dry_at, Some(at(209 * MINUTE)));
}

#[tokio::test]
async fn a_forecast_moves_on_as_time_passes_without_a_reading() {
    let stage = an_hour_of_work().await;
    let before = stage.account("ada").runway.dry_at;
    stage.wait_until(HOUR + 20 * MINUTE);
    let after = stage.account("ada").runway.dry_at;
    assert!(after > before, "{before:?}, then {after:?}");
    stage.wait_until(6 * HOUR);
    assert_eq!(stage.account("ada").runway, RunwayView::default(), "its reset has passed");
}

#[tokio::test]
async fn a_forecast_stands_for_a_minute() {
    let stage = an_hour_of_work().await;
    let made = stage.account("ada").runway;
    stage.wait_until(HOUR + 59);
    assert_eq!(stage.account("ada").runway, made);
    stage.wait_until(HOUR + 60);
    assert_ne!(stage.account("ada").runway, made);
}

#[tokio::test]
async fn a_pool_shows_what_moving_its_conversations_cost() {
    let stage = EngineStage::with(&["ada", "grace"]).await;
    let moved = |record: &mut RequestRecord| {
        record.why.affinity = AffinityOutcome::Moved {
            from: "alan".to_owned(),
            reason: MoveReason::Rotation,
            cached_tokens_lost: Some(700),
        };
    };
    stage.asked("grace", moved);
    stage.asked("ada", moved);
    stage.asked("ada", |record| record.why.maybe_billed_twice = 1);
    let moves = MovesView { count: 2, cached_tokens_lost: 1400, maybe_billed_twice: 1 };
    assert_eq!(stage.pool().moves, moves);
    let stage = stage.restarted().await;
    assert_eq!(stage.pool().moves, moves);
}
