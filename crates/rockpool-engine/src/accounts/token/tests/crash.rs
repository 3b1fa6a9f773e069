//! A kill at each step: what the next process makes of it. A kill is a step that never returns; the
//! next process starts from what database and vault hold.

use rockpool_routing::{CredentialState, LoginId};

use super::world::{LIFETIME, Mishap, Scripted, Step, World, name, new_login};
use crate::provider::bearer::TokenError;
use crate::store::RefreshPhase;
use std::sync::Arc;
use std::time::Duration;

/// Refuses the bearer, lets the refresh run into the mishap, and starts the next process.
async fn killed_at(
    step: Step,
    mishap: Mishap,
    answer: Scripted,
) -> (Arc<World>, crate::accounts::token::TokenKeeper, LoginId) {
    let (world, keeper, login) = World::signed_in().await;
    let old = keeper.bearer(login).await.unwrap();
    world.script([answer]);
    world.mishap(step, mishap);
    let asked = tokio::spawn(async move { keeper.after_refusal(login, old.generation).await });
    world.settle().await;
    assert!(!asked.is_finished(), "the process lived through {step:?}");
    asked.abort();
    world.all_well();
    let next = world.boot().await;
    (world, next, login)
}

#[tokio::test(start_paused = true)]
async fn no_kill_makes_a_refresh_token_be_presented_twice_while_an_access_token_lives() {
    for answer in [Scripted::Rotate, Scripted::AccessOnly] {
        for step in [
            Step::ReadRefresh,
            Step::MarkSent,
            Step::Send,
            Step::Answer,
            Step::SaveRefresh,
            Step::SaveAccess,
            Step::Complete,
        ] {
            for mishap in [Mishap::KilledBefore, Mishap::KilledAfter] {
                let partial = matches!(answer, Scripted::AccessOnly);
                if partial && step == Step::SaveRefresh {
                    continue;
                }
                let (world, keeper, login) = killed_at(step, mishap, answer.clone()).await;
                for _ in 0..5 {
                    if let Ok(bearer) = keeper.bearer(login).await {
                        world.refuse_access_tokens();
                        let _ = keeper.after_refusal(login, bearer.generation).await;
                    }
                    world.pass(Duration::from_secs(LIFETIME as u64)).await;
                }
                let rotated: Vec<_> = world.presented();
                let again = rotated.iter().filter(|token| *token == "rt-1").count();
                // Once more at most, after the old bearer was refused. A partial answer uses nothing up, so the
                // token may come once more when that is known.
                let allowed = if partial { 3 } else { 2 };
                assert!(again <= allowed, "{answer:?} {step:?} {mishap:?}: {rotated:?}");
                world.assert_only_last_chances();
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_kill_between_sending_and_saving_leaves_the_old_bearer_serving_until_it_is_refused() {
    for (step, mishap) in [
        (Step::MarkSent, Mishap::KilledAfter),
        (Step::Send, Mishap::KilledBefore),
        (Step::Answer, Mishap::KilledBefore),
        (Step::SaveRefresh, Mishap::KilledBefore),
    ] {
        let (world, keeper, login) = killed_at(step, mishap, Scripted::Rotate).await;
        assert_eq!(keeper.state(login), Some(CredentialState::UncertainServing), "{step:?}");
        assert_eq!(world.row(login).phase, RefreshPhase::Uncertain);
        let old = keeper.bearer(login).await.unwrap();
        assert_eq!(name(&old.token), "at-1");
        world.pass(Duration::from_secs(3600)).await;
        assert!(world.presented().len() <= 1, "the old bearer serves");
        world.refuse_access_tokens();
        let after = keeper.after_refusal(login, old.generation).await;
        match step {
            // The issuer never used it up.
            Step::MarkSent | Step::Send => assert_eq!(name(&after.unwrap().token), "at-2", "{step:?}"),
            Step::ReadRefresh
            | Step::Answer
            | Step::SaveRefresh
            | Step::SaveAccess
            | Step::Complete
            | Step::MarkPhase
            | Step::Insert => {
                assert_eq!(after.unwrap_err(), TokenError::NeedsReauth, "{step:?}");
                assert_eq!(world.told().last(), Some(&CredentialState::NeedsReauth));
                let third = world.boot().await;
                assert_eq!(third.state(login), Some(CredentialState::NeedsReauth));
            }
        }
        world.assert_only_last_chances();
    }
}

#[tokio::test(start_paused = true)]
async fn a_kill_outside_that_window_loses_nothing() {
    for (step, mishap) in [
        (Step::ReadRefresh, Mishap::KilledBefore),
        (Step::MarkSent, Mishap::KilledBefore),
        (Step::SaveRefresh, Mishap::KilledAfter),
        (Step::SaveAccess, Mishap::KilledBefore),
        (Step::SaveAccess, Mishap::KilledAfter),
        (Step::Complete, Mishap::KilledBefore),
        (Step::Complete, Mishap::KilledAfter),
    ] {
        let (world, keeper, login) = killed_at(step, mishap, Scripted::Rotate).await;
        assert_eq!(keeper.state(login), Some(CredentialState::Usable), "{step:?} {mishap:?}");
        let bearer = keeper.bearer(login).await.unwrap();
        let renewed = keeper.after_refusal(login, bearer.generation).await;
        assert!(renewed.is_ok(), "{step:?} {mishap:?}: {renewed:?}");
        world.assert_nothing_reused();
    }
}

#[tokio::test(start_paused = true)]
async fn a_kill_after_a_partial_answer_was_booked_loses_nothing() {
    for mishap in [Mishap::KilledBefore, Mishap::KilledAfter] {
        let (world, keeper, login) = killed_at(Step::SaveAccess, mishap, Scripted::AccessOnly).await;
        assert_eq!(keeper.state(login), Some(CredentialState::Usable));
        let bearer = keeper.bearer(login).await.unwrap();
        assert!(keeper.after_refusal(login, bearer.generation).await.is_ok());
        assert_eq!(world.presented(), ["rt-1", "rt-1"], "the first presentation did not use it up");
    }
}

#[tokio::test(start_paused = true)]
async fn a_vault_that_fell_behind_the_book_is_not_believed() {
    let (world, keeper, login) = World::signed_in().await;
    let before = world.refresh_token_at_rest(login).unwrap();
    let old = keeper.bearer(login).await.unwrap();
    keeper.after_refusal(login, old.generation).await.unwrap();
    world.restore_refresh_token(login, &before);
    let next = world.boot().await;
    let bearer = next.bearer(login).await.unwrap();
    assert!(next.after_refusal(login, bearer.generation).await.is_err());
    world.assert_nothing_reused();
}

#[tokio::test(start_paused = true)]
async fn a_newer_token_in_the_vault_that_another_login_holds_or_that_was_presented_is_not_sent() {
    let (world, keeper, login) = World::signed_in().await;
    let other = keeper.adopt(super::world::TENANT, new_login(None), world.grant()).await.unwrap();
    let held = world.refresh_token_at_rest(other).unwrap();
    let ahead = held.replacen('1', "9", 1);
    world.restore_refresh_token(login, &ahead);
    let next = world.boot().await;
    assert_eq!(next.state(login), Some(CredentialState::UncertainServing), "{ahead}");
    let bearer = next.bearer(login).await.unwrap();
    assert_eq!(next.after_refusal(login, bearer.generation).await.unwrap_err(), TokenError::UncertainSpent);
    assert!(world.presented().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_kill_during_a_repair_leaves_the_old_login_or_the_new_one() {
    for (step, mishap, wanted) in [
        (Step::SaveRefresh, Mishap::KilledBefore, CredentialState::NeedsReauth),
        (Step::SaveRefresh, Mishap::KilledAfter, CredentialState::Usable),
        (Step::SaveAccess, Mishap::KilledAfter, CredentialState::Usable),
        (Step::Insert, Mishap::KilledBefore, CredentialState::Usable),
        (Step::Insert, Mishap::KilledAfter, CredentialState::Usable),
    ] {
        let (world, keeper, login) = World::signed_in().await;
        world.script([Scripted::Fail(crate::provider::oauth::RefreshError::Final {
            code: "refresh_token_expired".into(),
        })]);
        let old = keeper.bearer(login).await.unwrap();
        keeper.after_refusal(login, old.generation).await.unwrap_err();
        world.mishap(step, mishap);
        let grant = world.grant();
        let repair = tokio::spawn({
            let keeper = keeper.clone();
            async move { keeper.adopt(super::world::TENANT, new_login(Some(login)), grant).await }
        });
        world.settle().await;
        assert!(!repair.is_finished());
        world.all_well();
        let next = world.boot().await;
        assert_eq!(next.state(login), Some(wanted), "{step:?} {mishap:?}");
        if wanted == CredentialState::Usable {
            let bearer = next.bearer(login).await.unwrap();
            next.after_refusal(login, bearer.generation).await.unwrap();
        }
        world.assert_nothing_reused();
    }
}
