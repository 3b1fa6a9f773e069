//! What more is recorded of a request's tokens, also in a file that is older.

use rusqlite::Connection;

use super::history::{activity, requests};
use super::*;

const BEFORE: [&str; 4] = [
    include_str!("../migrations/0001_first.sql"),
    include_str!("../migrations/0002_routing.sql"),
    include_str!("../migrations/0005_presented_tokens.sql"),
    include_str!("../migrations/0007_last_chance.sql"),
];

#[tokio::test]
async fn a_file_without_tools_and_reasoning_is_upgraded_and_its_requests_say_nothing_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let old = Connection::open(folder.path().join("rockpool.db")).unwrap();
    BEFORE.iter().for_each(|sql| old.execute_batch(sql).unwrap());
    old.pragma_update(None, "user_version", 4).unwrap();
    let (tenant, id) = (Uuid::from_u128(1), Uuid::from_u128(2));
    old.execute_batch(&format!(
        "INSERT INTO tenants (id, slug, created_at) VALUES ('{tenant}', 'personal', 0);
         INSERT INTO activity (id, tenant_id, at, client, transport, outcome, status, attempts, skipped,
             duration_ms, input_tokens, cached_tokens, output_tokens)
         VALUES ('{id}', '{tenant}', 1800000005000, 'tool-1', 'http', 'success', 200, '[]', '[]', 9, 10, 4, 2)"
    ))
    .unwrap();
    drop(old);

    let (store, tenant) = (open_in(folder.path()), TenantId(tenant));
    let found = store.recent_activity(tenant, 10).await.unwrap();
    assert_eq!((found.len(), found[0].id.0, found[0].input_tokens), (1, id, Some(10)));
    assert_eq!((&found[0].tool, found[0].cache_write_tokens, found[0].reasoning_tokens), (&None, None, None));
    let new = activity(tenant, Uuid::from_u128(3));
    store.record(requests(vec![new.clone()])).await.unwrap();
    assert_eq!(store.recent_activity(tenant, 1).await.unwrap(), [new]);
}

#[tokio::test]
async fn tokens_come_back_as_they_were_counted_within_a_time_and_of_one_tenant() {
    let (_folder, store, tenant) = store().await;
    let rows: Vec<_> = (1..=3)
        .map(|n| {
            let mut row = activity(tenant, Uuid::from_u128(n));
            row.at = at(10 * i64::try_from(n).unwrap());
            row
        })
        .collect();
    store.record(requests(rows.clone())).await.unwrap();
    let found = store.usage(tenant, at(10), at(30)).await.unwrap();
    assert_eq!(found.iter().map(|row| row.at).collect::<Vec<_>>(), [at(10), at(20)]);
    let expected = UsageRow {
        at: at(10),
        client: rows[0].client_id.map(|id| (id, "tool-1".to_owned())),
        tool: Some("codex_exec".to_owned()),
        account: rows[0].account.as_ref().map(|account| (account.id, account.name.clone())),
        model: Some("gpt-5".to_owned()),
        usage: rows[0].usage(),
    };
    assert_eq!(found[0], expected);
    assert_eq!(found[0].usage.reasoning, Some(64));
    assert_eq!(store.recorded_since(tenant).await.unwrap(), Some(at(10)));
    let other = other_tenant(&store).await;
    assert!(store.usage(other, at(0), at(100)).await.unwrap().is_empty());
    assert_eq!(store.recorded_since(other).await.unwrap(), None);
}
