//! What grows with traffic: activity, conversations, outcomes, quota.

use std::sync::Arc;

use rockpool_routing::health::Outcome;
use rockpool_routing::{AccountState, Reading, RequestId, Source, Window};

use super::*;
use crate::model::activity::{
    Attempt, Delivery, OutcomeClass, Placement, RequestRecord, ServingAccount, SkippedAccount, Transport, Why,
};

pub(super) fn activity(tenant: TenantId, id: Uuid) -> RequestRecord {
    RequestRecord {
        id: RequestId(id),
        tenant,
        at: at(5),
        client_id: Some(ClientId(Uuid::from_u128(301))),
        client: "tool-1".to_owned(),
        tool: Some("codex_exec".to_owned()),
        account: Some(ServingAccount { id: AccountId(Uuid::from_u128(201)), name: "codex-pro-1".to_owned() }),
        first_account: Some("codex-pro-2".to_owned()),
        model: Some("gpt-5".to_owned()),
        transport: Transport::Http,
        outcome: OutcomeClass::Success,
        status: 200,
        placement: Some(Placement::Strategy),
        attempts: vec![Attempt {
            account: "codex-pro-2".to_owned(),
            class: OutcomeClass::UsageLimit,
            status: Some(429),
            ms: 12,
            delivery: Delivery::Answered,
        }],
        skipped: vec![SkippedAccount {
            account: "codex-pro-3".to_owned(),
            reason: AccountState::Paused.into(),
            until: None,
        }],
        first_byte_ms: Some(250),
        duration_ms: 900,
        input_tokens: Some(1000),
        cached_tokens: None,
        cache_write_tokens: Some(7),
        output_tokens: Some(u64::from(u32::MAX) + 1),
        reasoning_tokens: Some(64),
        why: Why { maybe_billed_twice: 1, ..Why::default() },
    }
}

pub(super) fn requests(records: Vec<RequestRecord>) -> Batch {
    Batch { activity: records.into_iter().map(Arc::new).collect(), ..Batch::default() }
}

#[tokio::test]
async fn activity_comes_back_as_recorded_newest_first_and_a_repeated_batch_counts_once() {
    let (_folder, store, tenant) = store().await;
    let rows: Vec<_> = (1..=3).map(|n| activity(tenant, Uuid::from_u128(n))).collect();
    store.record(requests(rows.clone())).await.unwrap();
    store.record(requests(rows.clone())).await.unwrap();
    let found = store.recent_activity(tenant, 2).await.unwrap();
    assert_eq!(found, [rows[2].clone(), rows[1].clone()]);
    assert_eq!(store.recent_activity(tenant, 10).await.unwrap().len(), 3);
    let other = other_tenant(&store).await;
    assert!(store.recent_activity(other, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn only_the_newest_ten_thousand_requests_of_each_tenant_are_kept() {
    let (_folder, store, tenant) = store().await;
    let other = other_tenant(&store).await;
    store.record(requests(vec![activity(other, Uuid::from_u128(1_000_000))])).await.unwrap();
    for batch in 0..11_u128 {
        let rows = (0..1000).map(|n| activity(tenant, Uuid::from_u128(batch * 1000 + n))).collect();
        store.record(requests(rows)).await.unwrap();
    }
    let kept = store.recent_activity(tenant, 20_000).await.unwrap();
    assert_eq!(kept.len(), 10_000);
    assert_eq!(kept.last().map(|row| row.id), Some(RequestId(Uuid::from_u128(1000))));
    assert_eq!(store.recent_activity(other, 10).await.unwrap().len(), 1);
}

fn conversation(tenant: TenantId, name: &str, account: AccountId, second: i64) -> ConversationRow {
    ConversationRow { tenant, name: name.to_owned(), account, at: at(second) }
}

#[tokio::test]
async fn conversations_move_are_bounded_and_go_with_their_account() {
    let (_folder, store, tenant) = store().await;
    let ids = with_accounts(&store, tenant, 2).await;
    let rows = vec![
        conversation(tenant, "a", ids[0], 1),
        conversation(tenant, "b", ids[0], 2),
        conversation(tenant, "a", ids[1], 3),
        conversation(tenant, "of nobody", AccountId(Uuid::from_u128(9)), 4),
    ];
    store.record(Batch { conversations: rows, ..Batch::default() }).await.unwrap();
    let found = store.conversations(system_scope(), 10).await.unwrap();
    assert_eq!(found, [conversation(tenant, "b", ids[0], 2), conversation(tenant, "a", ids[1], 3)]);
    assert_eq!(store.conversations(system_scope(), 1).await.unwrap()[0].name, "a", "the newest is kept");

    let many = (0..10_500).map(|n| conversation(tenant, &n.to_string(), ids[0], 100 + n)).collect();
    store.record(Batch { conversations: many, ..Batch::default() }).await.unwrap();
    let found = store.conversations(system_scope(), 20_000).await.unwrap();
    assert_eq!((found.len(), found[0].name.as_str()), (10_000, "500"));

    store.delete_account(tenant, ids[0]).await.unwrap();
    assert!(store.conversations(system_scope(), 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_last_120_outcomes_of_each_account_are_kept_oldest_first() {
    let (_folder, store, tenant) = store().await;
    let ids = with_accounts(&store, tenant, 2).await;
    let row = |account, outcome| OutcomeRow { tenant, account, outcome };
    let mut rows = vec![row(ids[1], Outcome::Success), row(AccountId(Uuid::nil()), Outcome::Success)];
    rows.extend((0..200).map(|_| row(ids[0], Outcome::Success)));
    rows.push(row(ids[0], Outcome::Failure));
    store.record(Batch { outcomes: rows, ..Batch::default() }).await.unwrap();
    let found = store.outcomes(system_scope()).await.unwrap();
    assert_eq!(found.len(), 121);
    assert_eq!(found[0], (ids[1], Outcome::Success));
    assert_eq!(found.last(), Some(&(ids[0], Outcome::Failure)));
}

#[tokio::test]
async fn the_last_reading_of_each_account_is_kept() {
    let (_folder, store, tenant) = store().await;
    let ids = with_accounts(&store, tenant, 1).await;
    let reading = |used| {
        let windows = Window::reported(used, Some(18_000), Some(at(99))).into_iter().collect();
        let bare = Reading::new(at(1), Source::Headers, windows);
        Reading { plan: Some("pro".to_owned()), allowed: Some(true), ..bare }
    };
    let row = |account, used| QuotaRow { tenant, account, reading: reading(used) };
    let nobody = AccountId(Uuid::nil());
    let quota = vec![row(ids[0], 10.0), row(nobody, 1.0), row(ids[0], 12.5)];
    store.record(Batch { quota, ..Batch::default() }).await.unwrap();
    assert_eq!(store.quota(system_scope()).await.unwrap(), [row(ids[0], 12.5)]);
}

#[tokio::test]
async fn a_batch_is_kept_as_a_whole_or_not_at_all() {
    let (_folder, store, tenant) = store().await;
    let ids = with_accounts(&store, tenant, 1).await;
    let batch = Batch {
        activity: vec![Arc::new(activity(tenant, Uuid::from_u128(1)))],
        outcomes: vec![OutcomeRow { tenant, account: ids[0], outcome: Outcome::Success }],
        ..Batch::default()
    };
    let away = |sql: &'static str| store.call(Durability::Batched, |tx| Ok(tx.execute_batch(sql)?));
    away("ALTER TABLE outcomes RENAME TO away").await.unwrap();
    store.record(batch.clone()).await.unwrap_err();
    assert!(store.recent_activity(tenant, 10).await.unwrap().is_empty());
    away("ALTER TABLE away RENAME TO outcomes").await.unwrap();
    store.record(batch).await.unwrap();
    assert_eq!(store.recent_activity(tenant, 10).await.unwrap().len(), 1);
    assert_eq!(store.outcomes(system_scope()).await.unwrap().len(), 1);
}
