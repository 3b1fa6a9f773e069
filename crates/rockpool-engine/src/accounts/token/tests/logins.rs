//! New sign-ins, repairs, imports, followed files, removals.

use std::time::Duration;

use rockpool_routing::{CredentialState, LoginId};
use secrecy::ExposeSecret as _;
use uuid::Uuid;

use super::world::{LIFETIME, Mishap, Scripted, Step, TENANT, World, name, new_login};
use crate::accounts::token::traits::LoginStoreError;
use crate::accounts::token::{AdoptError, NewLogin};
use crate::provider::bearer::TokenError;
use crate::provider::claims::Claims;
use crate::provider::oauth::{RefreshError, TokenGrant};
use crate::provider::outbound::OnBehalfOf;
use crate::store::{Obtained, RefreshPhase};
use crate::vault::VaultError;

#[tokio::test(start_paused = true)]
async fn a_refresh_token_that_is_here_already_is_refused() {
    let (world, keeper, login) = World::signed_in().await;
    let grant =
        TokenGrant { access_token: "other".into(), refresh_token: Some("rt-1".into()), id_token: None };
    let error = keeper.adopt(TENANT, new_login(None), grant.clone()).await.unwrap_err();
    assert_eq!(error, AdoptError::AlreadyHeld(login));
    let grant = TokenGrant { refresh_token: None, ..grant };
    assert_eq!(keeper.adopt(TENANT, new_login(None), grant).await.unwrap_err(), AdoptError::NoRefreshToken);
    assert_eq!(world.rows(), 1);
}

#[tokio::test(start_paused = true)]
async fn credentials_that_cannot_be_saved_or_written_down_are_not_taken() {
    let world = World::new();
    let keeper = world.boot().await;
    world.mishap(Step::SaveRefresh, Mishap::Fails);
    let error = keeper.adopt(TENANT, new_login(None), world.grant()).await.unwrap_err();
    assert_eq!(error, AdoptError::Vault(VaultError::Locked));
    world.all_well();
    world.mishap(Step::Insert, Mishap::Fails);
    let error = keeper.adopt(TENANT, new_login(None), world.grant()).await.unwrap_err();
    assert_eq!(error, AdoptError::Store(LoginStoreError::Database("the disk is full".into())));
    assert_eq!((world.rows(), world.secrets()), (0, 0), "nothing is half saved");
}

#[tokio::test(start_paused = true)]
async fn signing_in_again_repairs_a_dead_login_in_place() {
    let (world, keeper, login) = World::signed_in().await;
    world.script([Scripted::Fail(RefreshError::Final { code: "refresh_token_expired".into() })]);
    let old = keeper.bearer(login).await.unwrap();
    keeper.after_refusal(login, old.generation).await.unwrap_err();
    let repaired = keeper.adopt(TENANT, new_login(Some(login)), world.grant()).await.unwrap();
    assert_eq!(repaired, login);
    let bearer = keeper.bearer(login).await.unwrap();
    assert!(bearer.generation > old.generation);
    let late = keeper.after_refusal(login, old.generation).await.unwrap();
    assert_eq!(late.generation, bearer.generation, "a late refusal is not about the new login");
    assert_eq!(world.told().last(), Some(&CredentialState::Usable));
    world.assert_nothing_reused();
}

#[tokio::test(start_paused = true)]
async fn a_repair_waits_for_the_refresh_under_way_and_wins() {
    let (world, keeper, login) = World::signed_in().await;
    let old = keeper.bearer(login).await.unwrap();
    world.gate.send_replace(false);
    let asked = tokio::spawn({
        let keeper = keeper.clone();
        async move { keeper.after_refusal(login, old.generation).await }
    });
    world.arrived.notified().await;
    let grant = world.grant();
    let wanted = grant.refresh_token.clone().unwrap();
    let repair = tokio::spawn({
        let keeper = keeper.clone();
        async move { keeper.adopt(TENANT, new_login(Some(login)), grant).await }
    });
    world.settle().await;
    assert!(!repair.is_finished());
    world.gate.send_replace(true);
    repair.await.unwrap().unwrap();
    asked.await.unwrap().unwrap();
    assert!(world.refresh_token_at_rest(login).unwrap().ends_with(wanted.expose_secret()));
    let next = world.boot().await;
    assert_eq!(next.state(login), Some(CredentialState::Usable));
    let bearer = next.bearer(login).await.unwrap();
    next.after_refusal(login, bearer.generation).await.unwrap();
    world.assert_nothing_reused();
}

#[tokio::test(start_paused = true)]
async fn a_repair_drops_what_the_old_login_still_owed() {
    let (world, keeper, login) = World::signed_in().await;
    let old = keeper.bearer(login).await.unwrap();
    world.mishap(Step::SaveRefresh, Mishap::Fails);
    keeper.after_refusal(login, old.generation).await.unwrap();
    world.all_well();
    let grant = world.grant();
    let wanted = grant.refresh_token.clone().unwrap();
    keeper.adopt(TENANT, new_login(Some(login)), grant).await.unwrap();
    world.pass(Duration::from_secs(60)).await;
    assert!(world.refresh_token_at_rest(login).unwrap().ends_with(wanted.expose_secret()));
}

#[tokio::test(start_paused = true)]
async fn what_an_old_login_owed_is_never_written_over_the_new_one() {
    let (world, keeper, login) = World::signed_in().await;
    let old = keeper.bearer(login).await.unwrap();
    world.mishap(Step::SaveRefresh, Mishap::Fails);
    keeper.after_refusal(login, old.generation).await.unwrap();
    world.all_well();
    keeper.adopt(TENANT, new_login(Some(login)), world.grant()).await.unwrap();
    let repaired = keeper.bearer(login).await.unwrap();
    world.mishap(Step::SaveAccess, Mishap::Fails);
    keeper.after_refusal(login, repaired.generation).await.unwrap();
    assert!(world.refresh_token_at_rest(login).unwrap().ends_with("rt-4"));
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_comes_after_a_repair_is_not_run() {
    let (world, keeper, login) = World::signed_in().await;
    let old = keeper.bearer(login).await.unwrap();
    let asked = tokio::spawn({
        let keeper = keeper.clone();
        async move { keeper.after_refusal(login, old.generation).await }
    });
    keeper.adopt(TENANT, new_login(Some(login)), world.grant()).await.unwrap();
    assert_eq!(name(&asked.await.unwrap().unwrap().token), "at-2");
    assert!(world.presented().is_empty(), "the new login's token was spent for the old one");
}

#[tokio::test(start_paused = true)]
async fn a_removal_revokes_what_rockpool_obtained_and_leaves_nothing() {
    let (world, keeper, login) = World::signed_in().await;
    keeper.forget(login, OnBehalfOf::Nobody).await.unwrap();
    assert_eq!(world.revoked(), ["rt-1"]);
    assert_eq!((world.rows(), world.secrets()), (0, 0));
    assert_eq!(keeper.bearer(login).await.unwrap_err(), TokenError::NeedsReauth);
    keeper.forget(login, OnBehalfOf::Nobody).await.unwrap();

    let world = World::new();
    let keeper = world.boot().await;
    let import = NewLogin { obtained: Obtained::Import, ..new_login(None) };
    let login = keeper.adopt(TENANT, import, world.grant()).await.unwrap();
    keeper.forget(login, OnBehalfOf::Nobody).await.unwrap();
    assert!(world.revoked().is_empty(), "an imported login is not ours to revoke");
}

#[tokio::test(start_paused = true)]
async fn a_login_whose_secrets_cannot_be_removed_stays() {
    let (world, keeper, login) = World::signed_in().await;
    world.mishap(Step::ReadRefresh, Mishap::Fails);
    let error = keeper.forget(login, OnBehalfOf::Nobody).await.unwrap_err();
    assert_eq!(error, crate::accounts::token::forget::ForgetError::Vault(VaultError::Locked));
    assert_eq!(world.rows(), 1);
    assert!(keeper.bearer(login).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_login_whose_secret_is_gone_needs_a_sign_in() {
    let (world, keeper, login) = World::signed_in().await;
    drop(keeper);
    world.lose_secrets();
    let keeper = world.boot().await;
    assert_eq!(keeper.bearer(login).await.unwrap_err(), TokenError::NeedsReauth);
    assert_eq!(keeper.bearer(LoginId(Uuid::nil())).await.unwrap_err(), TokenError::NeedsReauth);
}

#[tokio::test]
async fn a_followed_file_is_read_again_and_never_refreshed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("auth.json");
    let write = |access: &str| {
        let text = format!(r#"{{"tokens":{{"access_token":"{access}","refresh_token":"rt-cli"}}}}"#);
        std::fs::write(&path, text).unwrap();
    };
    write("x.y.one");
    let world = World::new();
    let keeper = world.boot().await;
    let login = NewLogin { obtained: Obtained::Follow(path.clone()), ..new_login(None) };
    let grant =
        TokenGrant { access_token: "x.y.one".into(), refresh_token: Some("rt-cli".into()), id_token: None };
    let login = keeper.adopt(TENANT, login, grant).await.unwrap();
    assert_eq!(world.secrets(), 0, "another tool's tokens are not copied");

    let keeper = world.boot().await;
    let old = keeper.bearer(login).await.unwrap();
    assert_eq!(name(&old.token), "one");
    assert_eq!(keeper.after_refusal(login, old.generation).await.unwrap_err(), TokenError::NeedsReauth);
    assert_eq!(keeper.state(login), Some(CredentialState::NeedsReauth));
    write("x.y.two");
    let new = keeper.after_refusal(login, old.generation).await.unwrap();
    assert_eq!(name(&new.token), "two");
    assert_eq!(keeper.state(login), Some(CredentialState::Usable));
    assert!(world.presented().is_empty());
    keeper.drain().await;
    assert_eq!(world.renewed(), [Claims::default()], "what the file's next token says is told");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_was_presented_is_never_taken_over_again() {
    let (world, keeper, login) = World::signed_in().await;
    let old = keeper.bearer(login).await.unwrap();
    keeper.after_refusal(login, old.generation).await.unwrap();
    let again =
        TokenGrant { access_token: "other".into(), refresh_token: Some("rt-1".into()), id_token: None };
    let import = NewLogin { obtained: Obtained::Import, ..new_login(None) };
    assert_eq!(keeper.adopt(TENANT, import.clone(), again.clone()).await.unwrap_err(), AdoptError::Spent);
    keeper.forget(login, OnBehalfOf::Nobody).await.unwrap();
    assert_eq!(keeper.adopt(TENANT, import, again).await.unwrap_err(), AdoptError::Spent);
    world.assert_nothing_reused();
}

#[tokio::test(start_paused = true)]
async fn a_token_that_was_proven_unused_may_come_back_from_a_file_unless_an_answer_to_it_was_lost() {
    let passing = || Scripted::Fail(RefreshError::Passing("the issuer answered 503".into()));
    let lost = || Scripted::Fail(RefreshError::Unknown("timed out".into()));
    for (first, row_says, may_come_back) in
        [(passing(), RefreshPhase::Idle, true), (lost(), RefreshPhase::Uncertain, false)]
    {
        let (world, keeper, login) = World::signed_in().await;
        world.script([first].into_iter().chain(std::iter::repeat_with(passing).take(50)));
        let old = keeper.bearer(login).await.unwrap();
        keeper.after_refusal(login, old.generation).await.unwrap_err();
        world.pass(Duration::from_secs(62)).await;
        assert!(world.presented().len() > 1 && world.row(login).phase == row_says, "{:?}", world.row(login));
        keeper.adopt(TENANT, new_login(Some(login)), world.grant()).await.unwrap();
        let file =
            TokenGrant { access_token: "other".into(), refresh_token: Some("rt-1".into()), id_token: None };
        let import = NewLogin { obtained: Obtained::Import, ..new_login(None) };
        let adopted = keeper.adopt(TENANT, import, file).await;
        assert_eq!(
            adopted.map_err(|error| error == AdoptError::Spent).err(),
            (!may_come_back).then_some(true)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_access_token_alone_is_handed_out_after_a_restart_and_never_refreshed() {
    let world = World::new();
    let keeper = world.boot().await;
    let alone = NewLogin { obtained: Obtained::AccessToken, ..new_login(None) };
    let grant = TokenGrant { refresh_token: None, ..world.grant() };
    let login = keeper.adopt(TENANT, alone.clone(), grant.clone()).await.unwrap();
    assert_eq!(world.secrets(), 1);
    let twin = keeper.adopt(TENANT, alone, grant).await.unwrap_err();
    assert_eq!(twin, AdoptError::AlreadyHeld(login));

    let keeper = world.boot().await;
    let bearer = keeper.bearer(login).await.unwrap();
    assert_eq!(name(&bearer.token), "at-1");
    assert_eq!(keeper.state(login), Some(CredentialState::Usable));
    world.pass(Duration::from_secs(LIFETIME as u64 + 60)).await;
    assert_eq!(keeper.bearer(login).await.unwrap_err(), TokenError::NeedsReauth);
    assert_eq!(world.told().last(), Some(&CredentialState::NeedsReauth));
    assert!(world.presented().is_empty());

    keeper.adopt(TENANT, new_login(Some(login)), world.grant()).await.unwrap();
    assert_eq!((world.secrets(), keeper.state(login)), (2, Some(CredentialState::Usable)));
    let alone = NewLogin { obtained: Obtained::AccessToken, ..new_login(Some(login)) };
    let grant = TokenGrant { refresh_token: None, ..world.grant() };
    keeper.adopt(TENANT, alone, grant).await.unwrap();
    assert_eq!(world.secrets(), 1, "the refresh token of the login that it replaced is gone");
    keeper.forget(login, OnBehalfOf::Nobody).await.unwrap();
    assert_eq!((world.rows(), world.secrets()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_followed_file_leaves_nothing_of_the_login_that_it_replaces_in_the_vault() {
    let (world, keeper, login) = World::signed_in().await;
    assert_eq!(world.secrets(), 2);
    let follow = NewLogin { obtained: Obtained::Follow("/h/auth.json".into()), ..new_login(Some(login)) };
    keeper.adopt(TENANT, follow, world.grant()).await.unwrap();
    assert_eq!(world.secrets(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_repair_that_cannot_be_saved_leaves_a_refresh_that_waits_for_its_turn_to_run() {
    let (world, keeper, login) = World::signed_in().await;
    let old = keeper.bearer(login).await.unwrap();
    let asked = tokio::spawn({
        let keeper = keeper.clone();
        async move { keeper.after_refusal(login, old.generation).await }
    });
    world.mishap(Step::Insert, Mishap::Fails);
    let error = keeper.adopt(TENANT, new_login(Some(login)), world.grant()).await.unwrap_err();
    assert_eq!(error, AdoptError::Store(LoginStoreError::Database("the disk is full".into())));
    let renewed = tokio::time::timeout(Duration::from_secs(60), asked).await;
    assert_eq!(name(&renewed.expect("nobody renews the login any more").unwrap().unwrap().token), "at-3");
    assert_eq!(world.presented(), ["rt-1"], "it came after the repair, which left nothing in the vault");
}

#[tokio::test(start_paused = true)]
async fn a_repair_whose_row_is_not_written_leaves_the_old_tokens_in_the_vault_and_in_use() {
    let full = AdoptError::Store(LoginStoreError::Database("the disk is full".into()));
    for (mishap, expected) in [(Mishap::Fails, full), (Mishap::Panics, AdoptError::BrokeDown)] {
        let (world, keeper, login) = World::signed_in().await;
        world.mishap(Step::Insert, mishap);
        let error = keeper.adopt(TENANT, new_login(Some(login)), world.grant()).await.unwrap_err();
        assert_eq!(error, expected);
        world.all_well();
        assert_eq!(world.refresh_token_at_rest(login).unwrap(), "1:rt-1");
        let bearer = keeper.bearer(login).await.unwrap();
        assert_eq!(name(&bearer.token), "at-1");
        keeper.after_refusal(login, bearer.generation).await.unwrap();
        assert_eq!(world.presented(), ["rt-1"], "the login is renewed as if nothing had been tried");
        let next = world.boot().await;
        assert_eq!(next.state(login), Some(CredentialState::Usable));
    }
}

#[tokio::test(start_paused = true)]
async fn a_repair_that_breaks_down_before_it_is_saved_leaves_the_login_in_use() {
    let (world, keeper, login) = World::signed_in().await;
    world.mishap(Step::SaveRefresh, Mishap::Panics);
    let error = keeper.adopt(TENANT, new_login(Some(login)), world.grant()).await.unwrap_err();
    assert_eq!(error, AdoptError::BrokeDown);
    world.all_well();
    let bearer = keeper.bearer(login).await.unwrap();
    keeper.after_refusal(login, bearer.generation).await.unwrap();
    assert_eq!(world.presented(), ["rt-1"]);
}

#[tokio::test(start_paused = true)]
async fn a_repair_whose_row_is_on_the_disk_after_all_counts() {
    let (world, keeper, login) = World::signed_in().await;
    world.mishap(Step::Insert, Mishap::FailsAfter);
    assert_eq!(keeper.adopt(TENANT, new_login(Some(login)), world.grant()).await.unwrap(), login);
    world.all_well();
    assert!(world.refresh_token_at_rest(login).unwrap().ends_with("rt-2"));
    let bearer = keeper.bearer(login).await.unwrap();
    keeper.after_refusal(login, bearer.generation).await.unwrap();
    assert_eq!(world.presented(), ["rt-2"]);
}
