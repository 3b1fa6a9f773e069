//! Refusals, lost answers, a vault that does not answer, a database that cannot be written, panics.

use std::time::Duration;

use rockpool_routing::{CredentialState, LoginId};

use super::world::{LIFETIME, Mishap, Scripted, Step, World, name};
use crate::provider::bearer::TokenError;
use crate::provider::oauth::RefreshError;
use crate::store::RefreshPhase;

fn passing() -> Scripted {
    Scripted::Fail(RefreshError::Passing("the issuer answered 503".into()))
}

#[tokio::test(start_paused = true)]
async fn a_final_refusal_ends_the_login_and_its_token_is_never_tried_again() {
    let (world, keeper, login) = World::signed_in().await;
    world.script([Scripted::Fail(RefreshError::Final { code: "refresh_token_invalidated".into() })]);
    let old = keeper.bearer(login).await.unwrap();
    assert_eq!(keeper.after_refusal(login, old.generation).await.unwrap_err(), TokenError::NeedsReauth);
    assert_eq!(keeper.bearer(login).await.unwrap_err(), TokenError::NeedsReauth);
    assert_eq!(world.row(login).phase, RefreshPhase::Dead);
    assert_eq!(world.row(login).phase_code.as_deref(), Some("refresh_token_invalidated"));
    world.pass(Duration::from_secs(30 * 24 * 3600)).await;
    let next = world.boot().await;
    assert_eq!(next.bearer(login).await.unwrap_err(), TokenError::NeedsReauth);
    assert_eq!(world.presented(), ["rt-1"]);
    assert_eq!(
        world.told(),
        [CredentialState::Usable, CredentialState::NeedsReauth, CredentialState::NeedsReauth]
    );
}

#[tokio::test(start_paused = true)]
async fn a_passing_fault_backs_off_and_heals() {
    let (world, keeper, login) = World::signed_in().await;
    world.script([passing(), passing()]);
    let old = keeper.bearer(login).await.unwrap();
    for _ in 0..20 {
        let error = keeper.after_refusal(login, old.generation).await.unwrap_err();
        assert!(matches!(error, TokenError::Passing(_)), "{error:?}");
    }
    assert_eq!(world.presented().len(), 1, "callers during a pause start nothing");
    assert_eq!(world.row(login).phase, RefreshPhase::Idle);
    world.pass(Duration::from_secs(1)).await;
    keeper.after_refusal(login, old.generation).await.unwrap_err();
    world.pass(Duration::from_secs(2)).await;
    assert_eq!(name(&keeper.after_refusal(login, old.generation).await.unwrap().token), "at-2");
    assert_eq!(world.told(), [CredentialState::Usable], "a passing fault is no news about the login");
}

#[tokio::test(start_paused = true)]
async fn an_old_bearer_serves_through_passing_faults_for_as_long_as_it_is_valid() {
    let (world, keeper, login) = World::signed_in().await;
    world.script(std::iter::repeat_n(passing(), 50));
    world.pass(Duration::from_secs(8 * 24 * 3600)).await;
    assert_eq!(name(&keeper.bearer(login).await.unwrap().token), "at-1");
    assert!(!world.presented().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_uncertain_and_the_token_is_sent_once_more_when_no_access_token_lives() {
    let (world, keeper, login) = World::signed_in().await;
    world.script([Scripted::Fail(RefreshError::Unknown("timed out".into()))]);
    world.pass(Duration::from_secs(8 * 24 * 3600)).await;
    assert_eq!(keeper.state(login), Some(CredentialState::UncertainServing));
    assert_eq!(name(&keeper.bearer(login).await.unwrap().token), "at-1");
    assert_eq!(world.row(login).phase, RefreshPhase::Uncertain);
    assert_eq!(world.presented(), ["rt-1"]);
    world.pass(Duration::from_secs(3 * 24 * 3600)).await;
    let old = keeper.bearer(login).await.unwrap();
    assert_eq!(world.presented(), ["rt-1"], "a calendar is no proof that the access token has ended");
    world.refuse_access_tokens();
    let refused = keeper.after_refusal(login, old.generation).await.unwrap_err();
    assert_eq!(refused, TokenError::NeedsReauth, "the issuer had used it up");
    assert_eq!(world.presented(), ["rt-1", "rt-1"]);
    assert_eq!(
        world.told(),
        [CredentialState::Usable, CredentialState::UncertainServing, CredentialState::NeedsReauth]
    );
    world.assert_only_last_chances();
}

/// A login whose refresh was answered by a gateway, and whose token the issuer never saw.
async fn uncertain_and_unused() -> (std::sync::Arc<World>, crate::accounts::token::TokenKeeper, LoginId) {
    let (world, keeper, login) = World::signed_in().await;
    world.mishap(Step::MarkSent, Mishap::KilledAfter);
    let old = keeper.bearer(login).await.unwrap();
    let asked = tokio::spawn(async move { keeper.after_refusal(login, old.generation).await });
    world.settle().await;
    asked.abort();
    world.all_well();
    let keeper = world.boot().await;
    assert_eq!(keeper.state(login), Some(CredentialState::UncertainServing));
    (world, keeper, login)
}

#[tokio::test(start_paused = true)]
async fn the_last_chance_brings_a_login_back_whose_token_had_not_been_used_up() {
    let (world, keeper, login) = uncertain_and_unused().await;
    world.refuse_access_tokens();
    let old = keeper.bearer(login).await.unwrap();
    assert_eq!(name(&keeper.after_refusal(login, old.generation).await.unwrap().token), "at-2");
    assert_eq!(keeper.state(login), Some(CredentialState::Usable));
    assert_eq!(world.row(login).phase, RefreshPhase::Idle);
    world.assert_only_last_chances();
}

#[tokio::test(start_paused = true)]
async fn no_clock_however_wrong_takes_the_last_chance_but_a_refusal_does() {
    let (world, keeper, login) = uncertain_and_unused().await;
    world.pass(Duration::from_secs(3 * LIFETIME.unsigned_abs())).await;
    assert_eq!(keeper.state(login), Some(CredentialState::UncertainServing));
    let old = keeper.bearer(login).await.unwrap();
    assert!(world.presented().is_empty(), "the access token may still live");
    world.refuse_access_tokens();
    keeper.after_refusal(login, old.generation).await.unwrap();
    assert_eq!(world.presented(), ["rt-1"]);
    assert_eq!(keeper.state(login), Some(CredentialState::Usable));
}

#[tokio::test(start_paused = true)]
async fn whatever_lost_an_answer_has_a_minute_to_pass_before_the_last_chance() {
    let (world, keeper, login) = World::signed_in().await;
    world.script([Scripted::Fail(RefreshError::Unknown("the issuer answered 502".into()))]);
    world.refuse_access_tokens();
    let old = keeper.bearer(login).await.unwrap();
    for _ in 0..3 {
        let refused = keeper.after_refusal(login, old.generation).await.unwrap_err();
        assert_eq!(refused, TokenError::UncertainSpent);
    }
    assert_eq!(world.presented(), ["rt-1"]);
    world.pass(Duration::from_secs(61)).await;
    assert_eq!(world.presented(), ["rt-1", "rt-1"]);
}

#[tokio::test(start_paused = true)]
async fn a_last_chance_that_could_not_be_sent_is_left_and_tried_again() {
    let (world, keeper, login) = uncertain_and_unused().await;
    world.script([passing()]);
    world.refuse_access_tokens();
    let old = keeper.bearer(login).await.unwrap();
    let refused = keeper.after_refusal(login, old.generation).await.unwrap_err();
    assert_eq!(refused, TokenError::UncertainSpent);
    assert_eq!(world.row(login).phase, RefreshPhase::Uncertain);
    world.pass(Duration::from_secs(2)).await;
    assert_eq!(keeper.state(login), Some(CredentialState::Usable));
}

#[tokio::test(start_paused = true)]
async fn a_last_chance_without_a_readable_answer_is_the_last_also_after_a_restart() {
    let (world, keeper, login) = uncertain_and_unused().await;
    world.script([Scripted::Fail(RefreshError::Unknown("the issuer answered 502".into()))]);
    world.refuse_access_tokens();
    let old = keeper.bearer(login).await.unwrap();
    let refused = keeper.after_refusal(login, old.generation).await.unwrap_err();
    assert_eq!(refused, TokenError::UncertainSpent);
    let next = world.boot().await;
    let again = next.after_refusal(login, old.generation).await.unwrap_err();
    assert_eq!(again, TokenError::UncertainSpent);
    world.pass(Duration::from_secs(30 * 24 * 3600)).await;
    assert_eq!(world.presented(), ["rt-1"], "marked as sent, sent once");
    assert_eq!(world.row(login).phase, RefreshPhase::LastChanceTaken);
}

#[tokio::test(start_paused = true)]
async fn a_mark_that_failed_and_stands_all_the_same_does_not_stop_the_login_for_ever() {
    let (world, keeper, login) = World::signed_in().await;
    let old = keeper.bearer(login).await.unwrap();
    world.mishap(Step::MarkSent, Mishap::FailsAfter);
    keeper.after_refusal(login, old.generation).await.unwrap_err();
    assert_eq!(world.row(login).phase, RefreshPhase::Sent);
    world.all_well();
    world.pass(Duration::from_secs(2)).await;
    assert_eq!(name(&keeper.after_refusal(login, old.generation).await.unwrap().token), "at-2");
    world.assert_nothing_reused();
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_without_end_for_a_refresh_that_does_not_end() {
    let (world, keeper, login) = World::signed_in().await;
    let old = keeper.bearer(login).await.unwrap();
    world.gate.send_replace(false);
    let refused = keeper.after_refusal(login, old.generation).await.unwrap_err();
    assert!(matches!(refused, TokenError::Passing(_)), "{refused:?}");
    world.gate.send_replace(true);
    world.settle().await;
    assert_eq!(name(&keeper.bearer(login).await.unwrap().token), "at-2", "the refresh went on");
}

#[tokio::test(start_paused = true)]
async fn a_vault_that_fails_after_the_refresh_loses_nothing_and_is_asked_until_it_takes_the_tokens() {
    for step in [Step::SaveRefresh, Step::SaveAccess] {
        let (world, keeper, login) = World::signed_in().await;
        let old = keeper.bearer(login).await.unwrap();
        world.mishap(step, Mishap::Fails);
        let new = keeper.after_refusal(login, old.generation).await.unwrap();
        assert_eq!(name(&new.token), "at-2");
        assert_eq!(keeper.state(login), Some(CredentialState::VaultLocked));
        let refused = keeper.after_refusal(login, new.generation).await.unwrap_err();
        assert_eq!(refused, TokenError::VaultLocked, "no refresh starts on tokens that are not at rest");
        world.all_well();
        world.pass(Duration::from_secs(31)).await;
        assert_eq!(keeper.state(login), Some(CredentialState::Usable), "{step:?}");
        assert!(world.refresh_token_at_rest(login).unwrap().ends_with("rt-2"));
        assert_eq!(world.row(login).phase, RefreshPhase::Idle);
        assert_eq!(name(&keeper.after_refusal(login, new.generation).await.unwrap().token), "at-3");
        world.assert_nothing_reused();
    }
}

#[tokio::test(start_paused = true)]
async fn quitting_tries_once_more_to_save_and_then_lets_go() {
    let (world, keeper, login) = World::signed_in().await;
    let old = keeper.bearer(login).await.unwrap();
    world.mishap(Step::SaveRefresh, Mishap::Fails);
    keeper.after_refusal(login, old.generation).await.unwrap();
    world.all_well();
    keeper.drain().await;
    assert!(world.refresh_token_at_rest(login).unwrap().ends_with("rt-2"));

    let (world, keeper, login) = World::signed_in().await;
    let old = keeper.bearer(login).await.unwrap();
    world.mishap(Step::SaveRefresh, Mishap::Fails);
    keeper.after_refusal(login, old.generation).await.unwrap();
    keeper.drain().await;
    let next = world.boot().await;
    world.all_well();
    assert_eq!(next.state(login), Some(CredentialState::UncertainServing));
}

#[tokio::test(start_paused = true)]
async fn a_database_that_cannot_be_written_stops_a_refresh_before_it_is_sent() {
    let (world, keeper, login) = World::signed_in().await;
    let old = keeper.bearer(login).await.unwrap();
    world.mishap(Step::MarkSent, Mishap::Fails);
    let error = keeper.after_refusal(login, old.generation).await.unwrap_err();
    assert_eq!(error, TokenError::Passing("the disk is full".into()));
    assert!(world.presented().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_database_that_fails_after_the_refresh_is_caught_up_before_the_next_one() {
    let (world, keeper, login) = World::signed_in().await;
    let old = keeper.bearer(login).await.unwrap();
    world.mishap(Step::Complete, Mishap::Fails);
    let new = keeper.after_refusal(login, old.generation).await.unwrap();
    assert_eq!(keeper.state(login), Some(CredentialState::Usable));
    keeper.after_refusal(login, new.generation).await.unwrap_err();
    assert_eq!(world.presented(), ["rt-1"]);
    world.all_well();
    world.pass(Duration::from_secs(31)).await;
    assert_eq!(name(&keeper.after_refusal(login, new.generation).await.unwrap().token), "at-3");
    world.assert_nothing_reused();
}

#[tokio::test(start_paused = true)]
async fn a_mark_that_could_not_be_taken_back_does_not_end_the_login() {
    let (world, keeper, login) = World::signed_in().await;
    let old = keeper.bearer(login).await.unwrap();
    world.script([passing()]);
    world.mishap(Step::MarkPhase, Mishap::Fails);
    keeper.after_refusal(login, old.generation).await.unwrap_err();
    assert_eq!(world.row(login).phase, RefreshPhase::Sent);
    world.all_well();
    world.pass(Duration::from_secs(2)).await;
    assert_eq!(name(&keeper.after_refusal(login, old.generation).await.unwrap().token), "at-2");
}

#[tokio::test(start_paused = true)]
async fn with_the_vault_locked_at_start_no_refresh_starts_and_unlocking_heals() {
    let (world, keeper, login) = World::signed_in().await;
    drop(keeper);
    world.mishap(Step::ReadRefresh, Mishap::Fails);
    let keeper = world.boot().await;
    assert_eq!(keeper.state(login), Some(CredentialState::VaultLocked));
    assert_eq!(keeper.bearer(login).await.unwrap_err(), TokenError::VaultLocked);
    world.pass(Duration::from_secs(60)).await;
    assert!(world.presented().is_empty());
    world.all_well();
    world.pass(Duration::from_secs(6)).await;
    assert_eq!(keeper.state(login), Some(CredentialState::Usable));
    assert_eq!(name(&keeper.bearer(login).await.unwrap().token), "at-1");
}

#[tokio::test(start_paused = true)]
async fn a_vault_that_locks_later_keeps_the_valid_bearer_serving_and_starts_no_refresh() {
    let (world, keeper, login) = World::signed_in().await;
    world.mishap(Step::ReadRefresh, Mishap::Fails);
    world.pass(Duration::from_secs(8 * 24 * 3600)).await;
    let old = keeper.bearer(login).await.unwrap();
    assert_eq!(keeper.state(login), Some(CredentialState::Usable));
    assert_eq!(keeper.after_refusal(login, old.generation).await.unwrap_err(), TokenError::VaultLocked);
    assert!(world.presented().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_panic_at_any_step_settles_the_login_and_reuses_nothing() {
    for step in [
        Step::ReadRefresh,
        Step::MarkSent,
        Step::Send,
        Step::Answer,
        Step::SaveRefresh,
        Step::SaveAccess,
        Step::Complete,
    ] {
        let (world, keeper, login) = World::signed_in().await;
        let old = keeper.bearer(login).await.unwrap();
        world.mishap(step, Mishap::Panics);
        let answer = keeper.after_refusal(login, old.generation).await;
        world.all_well();
        world.pass(Duration::from_secs(40)).await;
        let again = keeper.after_refusal(login, old.generation).await;
        match step {
            Step::ReadRefresh | Step::MarkSent => {
                assert!(matches!(answer, Err(TokenError::Passing(_))), "{step:?}");
                assert!(again.is_ok(), "{step:?}");
            }
            Step::Send | Step::Answer => assert_eq!(again.unwrap_err(), TokenError::UncertainSpent),
            Step::SaveRefresh | Step::SaveAccess | Step::Complete | Step::MarkPhase | Step::Insert => {
                assert_eq!(name(&answer.unwrap().token), "at-2", "{step:?}");
                assert!(world.refresh_token_at_rest(login).unwrap().ends_with("rt-2"), "{step:?}");
            }
        }
        world.assert_nothing_reused();
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_while_the_vault_is_read_again_is_followed_by_another_try() {
    let (world, keeper, login) = World::signed_in().await;
    drop(keeper);
    world.mishap(Step::ReadRefresh, Mishap::Fails);
    let keeper = world.boot().await;
    world.mishap(Step::ReadRefresh, Mishap::Panics);
    world.pass(Duration::from_secs(6)).await;
    world.all_well();
    world.pass(Duration::from_secs(6)).await;
    assert_eq!(keeper.state(login), Some(CredentialState::Usable));
    assert_eq!(name(&keeper.bearer(login).await.unwrap().token), "at-1");
}

#[tokio::test(start_paused = true)]
async fn partial_answers_keep_what_they_do_not_replace() {
    let (world, keeper, login) = World::signed_in().await;
    world.script([Scripted::AccessOnly]);
    let old = keeper.bearer(login).await.unwrap();
    let new = keeper.after_refusal(login, old.generation).await.unwrap();
    assert_eq!(name(&new.token), "at-2");
    assert!(world.refresh_token_at_rest(login).unwrap().ends_with("rt-1"));
    let next = world.boot().await;
    assert_eq!(name(&next.bearer(login).await.unwrap().token), "at-2");

    let (world, keeper, login) = World::signed_in().await;
    world.script([Scripted::RefreshOnly]);
    let old = keeper.bearer(login).await.unwrap();
    keeper.after_refusal(login, old.generation).await.unwrap_err();
    assert!(world.refresh_token_at_rest(login).unwrap().ends_with("rt-2"));
    world.pass(Duration::from_secs(2)).await;
    assert_eq!(name(&keeper.after_refusal(login, old.generation).await.unwrap().token), "at-3");
    world.assert_nothing_reused();
}
