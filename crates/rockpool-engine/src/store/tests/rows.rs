//! Logins, accounts, pools, clients: what is unique, what refers to what, and the wall between
//! tenants.

use rockpool_routing::{Conversations, Pool, Strategy};

use super::*;
use crate::store::error::Unique;

fn pool(owner: AccountId, members: &[AccountId]) -> Pool {
    Pool {
        owner,
        members: members.to_vec(),
        strategy: Strategy::RoundRobin,
        conversations: Conversations::Rotate,
    }
}

#[tokio::test]
async fn a_refresh_is_marked_once_and_completed() {
    let (_folder, store, tenant) = store().await;
    let row = login(tenant, 1);
    store.insert_login(row.clone()).await.unwrap();
    store.mark_refresh_sent(tenant, row.id, Presentation::First, at(10)).await.unwrap();
    let again = store.mark_refresh_sent(tenant, row.id, Presentation::First, at(11)).await.unwrap_err();
    assert!(matches!(again, StoreError::RefreshTokenSpent), "{again}");
    let refreshed = Refreshed {
        generation: 2,
        access_expires_at: Some(at(7200)),
        access_issued_at: None,
        fingerprint: [9; 32],
        at: at(12),
    };
    store.complete_refresh(tenant, row.id, refreshed).await.unwrap();
    let found = login_of(&store, tenant, row.id).await.unwrap();
    let expected = LoginRow {
        generation: 2,
        access_expires_at: Some(at(7200)),
        access_issued_at: None,
        fingerprint: [9; 32],
        updated_at: at(12),
        ..row.clone()
    };
    assert_eq!(found, expected);
    let code = Some("refresh_token_reused".to_owned());
    store.mark_login_phase(tenant, row.id, RefreshPhase::Dead, code.clone(), at(13)).await.unwrap();
    let found = login_of(&store, tenant, row.id).await.unwrap();
    assert_eq!((found.phase, found.phase_code), (RefreshPhase::Dead, code));
    let dead = store.mark_refresh_sent(tenant, row.id, Presentation::First, at(14)).await.unwrap_err();
    assert!(matches!(dead, StoreError::RefreshTokenSpent), "{dead}");
    let dead = store.mark_refresh_sent(tenant, row.id, Presentation::LastChance, at(14)).await.unwrap_err();
    assert!(matches!(dead, StoreError::RefreshTokenSpent), "{dead}");
}

#[tokio::test]
async fn the_last_chance_of_a_token_is_marked_once_and_a_new_token_clears_it() {
    let (_folder, store, tenant) = store().await;
    let row = login(tenant, 1);
    store.insert_login(row.clone()).await.unwrap();
    let last =
        async |second| store.mark_refresh_sent(tenant, row.id, Presentation::LastChance, at(second)).await;
    assert!(
        matches!(last(9).await, Err(StoreError::RefreshTokenSpent)),
        "its first presentation is still left"
    );
    store.mark_refresh_sent(tenant, row.id, Presentation::First, at(10)).await.unwrap();
    last(11).await.unwrap();
    assert_eq!(login_of(&store, tenant, row.id).await.unwrap().phase, RefreshPhase::LastChanceTaken);
    assert!(matches!(last(12).await, Err(StoreError::RefreshTokenSpent)));
    store.mark_login_phase(tenant, row.id, RefreshPhase::Uncertain, None, at(13)).await.unwrap();
    last(14).await.unwrap();
    let renewed = LoginRow { updated_at: at(15), ..row.clone() };
    store.update_login(renewed.clone()).await.unwrap();
    assert_eq!(login_of(&store, tenant, row.id).await.unwrap(), renewed);
}

#[tokio::test]
async fn a_refresh_token_has_one_owner_on_the_machine_but_a_file_may_be_followed() {
    let (_folder, store, tenant) = store().await;
    let other = other_tenant(&store).await;
    store.insert_login(login(tenant, 1)).await.unwrap();
    let twin = LoginRow { fingerprint: [1; 32], ..login(other, 2) };
    let error = store.insert_login(twin.clone()).await.unwrap_err();
    assert!(matches!(error, StoreError::Taken(Unique::RefreshToken)), "{error}");
    let follow = LoginRow { obtained: Obtained::Follow("/nowhere/auth.json".into()), ..twin };
    store.insert_login(follow.clone()).await.unwrap();
    assert_eq!(login_of(&store, other, follow.id).await, Some(follow));
    let found = store.known_token(system_scope(), [1; 32]).await.unwrap();
    assert_eq!(found, Some(KnownToken::Held(login(tenant, 1).id)));
}

#[tokio::test]
async fn a_refresh_token_that_was_sent_is_known_as_spent_when_nobody_has_it_any_more() {
    let (_folder, store, tenant) = store().await;
    let row = login(tenant, 1);
    store.insert_login(row.clone()).await.unwrap();
    store.mark_refresh_sent(tenant, row.id, Presentation::First, at(10)).await.unwrap();
    let known = |token: [u8; 32]| store.known_token(system_scope(), token);
    assert_eq!(known([1; 32]).await.unwrap(), Some(KnownToken::Held(row.id)));
    let refreshed = |fingerprint| Refreshed {
        generation: 2,
        access_expires_at: None,
        access_issued_at: None,
        fingerprint,
        at: at(12),
    };
    store.complete_refresh(tenant, row.id, refreshed([9; 32])).await.unwrap();
    assert_eq!(known([1; 32]).await.unwrap(), Some(KnownToken::Spent));
    store.mark_refresh_sent(tenant, row.id, Presentation::First, at(20)).await.unwrap();
    store.complete_refresh(tenant, row.id, refreshed([9; 32])).await.unwrap();
    store.mark_refresh_sent(tenant, row.id, Presentation::First, at(30)).await.unwrap();
    store.mark_login_phase(tenant, row.id, RefreshPhase::Idle, None, at(31)).await.unwrap();
    store.delete_login(tenant, row.id).await.unwrap();
    assert_eq!(known([9; 32]).await.unwrap(), None, "neither answer had used it up");
    assert_eq!(known([1; 32]).await.unwrap(), Some(KnownToken::Spent), "it outlives its login");
    assert_eq!(known([7; 32]).await.unwrap(), None);
}

#[tokio::test]
async fn a_refresh_token_whose_last_chance_was_not_used_up_stays_spent_until_an_answer_kept_it() {
    let (_folder, store, tenant) = store().await;
    let row = login(tenant, 1);
    store.insert_login(row.clone()).await.unwrap();
    store.mark_refresh_sent(tenant, row.id, Presentation::First, at(10)).await.unwrap();
    store.mark_login_phase(tenant, row.id, RefreshPhase::Uncertain, None, at(11)).await.unwrap();
    store.mark_refresh_sent(tenant, row.id, Presentation::LastChance, at(90)).await.unwrap();
    store.mark_login_phase(tenant, row.id, RefreshPhase::Uncertain, None, at(91)).await.unwrap();
    let moved = |fingerprint| LoginRow { fingerprint, ..row.clone() };
    let known = |token: [u8; 32]| store.known_token(system_scope(), token);
    store.update_login(moved([2; 32])).await.unwrap();
    assert_eq!(known([1; 32]).await.unwrap(), Some(KnownToken::Spent), "the first answer is still lost");
    store.update_login(LoginRow { phase: RefreshPhase::Uncertain, ..moved([1; 32]) }).await.unwrap();
    store.mark_refresh_sent(tenant, row.id, Presentation::LastChance, at(99)).await.unwrap();
    let kept = Refreshed {
        generation: 2,
        access_expires_at: None,
        access_issued_at: None,
        fingerprint: [1; 32],
        at: at(100),
    };
    store.complete_refresh(tenant, row.id, kept).await.unwrap();
    store.delete_login(tenant, row.id).await.unwrap();
    assert_eq!(known([1; 32]).await.unwrap(), None, "the answer left the token as it was");
}

#[tokio::test]
async fn an_access_token_alone_comes_back_as_such() {
    let (_folder, store, tenant) = store().await;
    let alone = LoginRow { obtained: Obtained::AccessToken, ..login(tenant, 1) };
    store.insert_login(alone.clone()).await.unwrap();
    assert_eq!(login_of(&store, tenant, alone.id).await, Some(alone.clone()));
    let renewed = LoginRow { obtained: Obtained::SignIn, ..alone };
    store.update_login(renewed.clone()).await.unwrap();
    assert_eq!(login_of(&store, tenant, renewed.id).await, Some(renewed));
}

#[tokio::test]
async fn a_login_is_replaced_in_place() {
    let (_folder, store, tenant) = store().await;
    store.insert_login(login(tenant, 1)).await.unwrap();
    assert_eq!(login_of(&store, tenant, login(tenant, 1).id).await, Some(login(tenant, 1)));
    let row =
        LoginRow { fingerprint: [5; 32], generation: 7, obtained: Obtained::Import, ..login(tenant, 1) };
    store.update_login(row.clone()).await.unwrap();
    assert_eq!(login_of(&store, tenant, row.id).await, Some(row));
    let missing = store.update_login(login(tenant, 2)).await.unwrap_err();
    assert!(matches!(missing, StoreError::NotFound("login")), "{missing}");
}

#[tokio::test]
async fn names_and_seats_are_unique_in_a_tenant_and_free_in_another() {
    let (_folder, store, tenant) = store().await;
    let other = other_tenant(&store).await;
    let ids = with_accounts(&store, tenant, 2).await;
    let same_name = AccountEdit { name: Some("codex-pro-1".to_owned()), ..AccountEdit::default() };
    let error = store.edit_account(tenant, ids[1], same_name, at(9)).await.unwrap_err();
    assert!(matches!(error, StoreError::Taken(Unique::AccountName)), "{error}");
    let seat = account(tenant, 1);
    let same_seat =
        AccountRow { user_id: seat.user_id, workspace_id: seat.workspace_id, ..account(tenant, 3) };
    let same_seat = AccountRow { login: login(tenant, 1).id, ..same_seat };
    let error = store.insert_account(same_seat).await.unwrap_err();
    assert!(matches!(error, StoreError::Taken(Unique::Workspace)), "{error}");
    store.insert_client(client(tenant, 1, ids[0])).await.unwrap();
    let same = ClientRow { key_hash: [8; 32], id: ClientId(Uuid::nil()), ..client(tenant, 1, ids[0]) };
    let error = store.insert_client(same).await.unwrap_err();
    assert!(matches!(error, StoreError::Taken(Unique::ClientName)), "{error}");

    let there = LoginRow { fingerprint: [77; 32], ..login(other, 8) };
    store.insert_login(there.clone()).await.unwrap();
    let here = account(tenant, 1);
    let twin = AccountRow { id: AccountId(Uuid::nil()), tenant: other, login: there.id, ..here };
    store.insert_account(twin.clone()).await.unwrap();
    assert_eq!(of(&store, other).await.accounts, [twin]);
}

#[tokio::test]
async fn no_row_points_into_another_tenant_and_none_is_changed_from_there() {
    let (_folder, store, tenant) = store().await;
    let other = other_tenant(&store).await;
    let ids = with_accounts(&store, tenant, 2).await;
    store.insert_client(client(tenant, 1, ids[0])).await.unwrap();

    let across = AccountRow { id: AccountId(Uuid::nil()), ..account(other, 1) };
    assert!(store.insert_account(across).await.is_err(), "its login is in another tenant");
    assert!(store.insert_client(client(other, 9, ids[0])).await.is_err());
    assert!(store.set_pool(other, pool(ids[0], &[ids[1]])).await.is_err());

    assert_eq!(login_of(&store, other, login(tenant, 1).id).await, None);
    assert!(of(&store, other).await.accounts.is_empty());
    assert!(of(&store, other).await.clients.is_empty());
    let repair = AccountRepair { login: login(tenant, 1).id, email: None, plan: None };
    for error in [
        store.edit_account(other, ids[0], AccountEdit::default(), at(9)).await.unwrap_err(),
        store.describe_account(other, ids[0], None, None, at(9)).await.unwrap_err(),
        store.repair_account(other, ids[0], repair, at(9)).await.unwrap_err(),
        store.delete_account(other, ids[0]).await.unwrap_err(),
        store.mark_refresh_sent(other, login(tenant, 1).id, Presentation::First, at(1)).await.unwrap_err(),
        store.delete_client(other, client(tenant, 1, ids[0]).id).await.unwrap_err(),
    ] {
        assert!(matches!(error, StoreError::NotFound(_)), "{error}");
    }
    store.delete_login(other, login(tenant, 1).id).await.unwrap();
    assert_eq!(of(&store, tenant).await.accounts, [account(tenant, 1), account(tenant, 2)]);
}

#[tokio::test]
async fn an_edit_a_repair_and_a_description_leave_each_others_columns_alone() {
    let (_folder, store, tenant) = store().await;
    let id = with_accounts(&store, tenant, 1).await[0];
    let text = |text: &str| Some(text.to_owned());
    let edit = AccountEdit { name: text("work"), display_name: None, activation: Some(Activation::Paused) };
    store.edit_account(tenant, id, edit, at(10)).await.unwrap();
    store.insert_login(login(tenant, 2)).await.unwrap();
    let repair = AccountRepair { login: login(tenant, 2).id, email: None, plan: text("plus") };
    store.repair_account(tenant, id, repair, at(11)).await.unwrap();
    store.describe_account(tenant, id, text("team"), text("a@b.test"), at(12)).await.unwrap();
    store.describe_account(tenant, id, None, text("c@d.test"), at(13)).await.unwrap();
    let expected = AccountRow {
        name: "work".to_owned(),
        activation: Activation::Paused,
        login: login(tenant, 2).id,
        plan: text("team"),
        email: text("a@b.test"),
        updated_at: at(13),
        ..account(tenant, 1)
    };
    assert_eq!(of(&store, tenant).await.accounts, [expected]);
}

#[tokio::test]
async fn a_pool_is_replaced_as_a_whole_and_keeps_its_order() {
    let (_folder, store, tenant) = store().await;
    let ids = with_accounts(&store, tenant, 4).await;
    store.set_pool(tenant, pool(ids[0], &[ids[2], ids[1]])).await.unwrap();
    let error = store.set_pool(tenant, pool(ids[3], &[ids[1]])).await.unwrap_err();
    assert!(matches!(error, StoreError::Taken(Unique::PoolMember)), "{error}");
    let rows = of(&store, tenant).await.pools;
    assert_eq!(rows, [PoolRow { tenant, pool: pool(ids[0], &[ids[2], ids[1]]) }], "nothing half saved");
    store.set_pool(tenant, pool(ids[0], &[ids[3]])).await.unwrap();
    let empty = Pool { strategy: Strategy::PriorityOrder, ..pool(ids[1], &[]) };
    store.set_pool(tenant, empty.clone()).await.unwrap();
    let rows: Vec<Pool> =
        store.picture(system_scope()).await.unwrap().pools.into_iter().map(|row| row.pool).collect();
    assert_eq!(rows, [pool(ids[0], &[ids[3]]), empty]);
    store.remove_pool(tenant, ids[0]).await.unwrap();
    assert_eq!(of(&store, tenant).await.pools.len(), 1);
}

#[tokio::test]
async fn an_account_takes_its_clients_its_pool_and_its_membership_with_it() {
    let (_folder, store, tenant) = store().await;
    let ids = with_accounts(&store, tenant, 3).await;
    store.set_pool(tenant, pool(ids[0], &[ids[1], ids[2]])).await.unwrap();
    store.insert_client(client(tenant, 1, ids[1])).await.unwrap();
    let login = store.delete_account(tenant, ids[1]).await.unwrap();
    assert_eq!(login, Some(account(tenant, 2).login));
    assert!(of(&store, tenant).await.clients.is_empty());
    assert_eq!(of(&store, tenant).await.pools[0].pool, pool(ids[0], &[ids[2]]));
    store.delete_login(tenant, account(tenant, 2).login).await.unwrap();

    store.delete_account(tenant, ids[0]).await.unwrap();
    assert!(of(&store, tenant).await.pools.is_empty());
    assert_eq!(of(&store, tenant).await.accounts.len(), 1);
}

#[tokio::test]
async fn a_login_goes_only_with_its_last_account() {
    let (_folder, store, tenant) = store().await;
    let ids = with_accounts(&store, tenant, 1).await;
    let shared = AccountRow { login: login(tenant, 1).id, ..account(tenant, 2) };
    store.insert_account(shared.clone()).await.unwrap();
    assert_eq!(store.delete_account(tenant, ids[0]).await.unwrap(), None);
    assert!(store.delete_login(tenant, shared.login).await.is_err());
    let last = store.delete_account(tenant, shared.id).await.unwrap();
    assert_eq!(last, Some(shared.login));
}

#[tokio::test]
async fn clients_are_changed_touched_and_removed() {
    let (_folder, store, tenant) = store().await;
    let ids = with_accounts(&store, tenant, 2).await;
    store.insert_client(client(tenant, 1, ids[0])).await.unwrap();
    let changed = ClientRow {
        account: ids[1],
        key_hash: [50; 32],
        key_kind: KeyKind::Path,
        override_mode: OverrideMode::Custom,
        strategy: Some(Strategy::PriorityOrder),
        ..client(tenant, 1, ids[0])
    };
    store.update_client(changed.clone()).await.unwrap();
    let used = |client, at| LastUse { tenant, client, at };
    let used = vec![used(changed.id, at(50)), used(changed.id, at(40)), used(ClientId(Uuid::nil()), at(1))];
    store.record(Batch { used, ..Batch::default() }).await.unwrap();
    let expected = ClientRow { last_used_at: Some(at(50)), ..changed };
    assert_eq!(of(&store, tenant).await.clients, std::slice::from_ref(&expected));
    store.update_client(ClientRow { last_used_at: None, ..expected.clone() }).await.unwrap();
    assert_eq!(
        store.picture(system_scope()).await.unwrap().clients,
        std::slice::from_ref(&expected),
        "still last used then"
    );
    store.delete_client(tenant, expected.id).await.unwrap();
    assert!(of(&store, tenant).await.clients.is_empty());
}
