//! Requests as they stood in the file before records had types of their own, and as a later version may
//! write them.

use rockpool_routing::{AccountState, RequestId, Strategy};

use super::*;
use crate::model::activity::{
    AffinityOutcome, Attempt, CandidateAccount, Delivery, MoveReason, OutcomeClass, Placement, RequestRecord,
    ServingAccount, SkippedAccount, Transport, Why,
};

/// The columns behind `tenant_id`, each as it stood in the file; `why` differs from row to row.
const COLUMNS: &str = r#"1800000005000, '00000000-0000-0000-0000-00000000012d', 'tool-1',
    '00000000-0000-0000-0000-0000000000c9', 'codex-pro-1', 'codex-pro-2', 'gpt-5', 'websocket', 'usage_limit',
    200, 'strategy',
    '[{"account":"codex-pro-2","class":"usage_limit","status":429,"ms":12,"delivery":"answered"},{"account":"codex-pro-4","class":"failure","status":null,"ms":40,"delivery":"begun"}]',
    '[{"account":"codex-pro-3","reason":"paused","until":null},{"account":"codex-pro-1","reason":"exhausted","until":"2027-01-15T08:01:30Z"}]',
    250, 900, 1000, NULL, 4294967296"#;

const MOVED: &str = r#"{"strategy":"most_headroom","candidates":[{"account":"codex-pro-2","placement":"conversation"},{"account":"codex-pro-4","placement":"fallback"}],"conversation":"0badcafe","affinity":{"kind":"moved","from":"codex-pro-2","reason":"usage_limit","cached_tokens_lost":960},"maybe_billed_twice":1,"request_bytes":2048,"response_bytes":4096}"#;
const BOUND: &str = r#"{"strategy":"most_headroom","candidates":[],"conversation":"0badcafe","affinity":{"kind":"bound","from":"codex-pro-2","reason":"exhausted","cached_tokens_lost":null},"maybe_billed_twice":0,"request_bytes":0,"response_bytes":0}"#;
const NONE: &str = r#"{"strategy":null,"candidates":[],"conversation":null,"affinity":{"kind":"none","from":null,"reason":null,"cached_tokens_lost":null},"maybe_billed_twice":0,"request_bytes":0,"response_bytes":0}"#;
/// Of before there was such a column.
const UNKNOWN: &str = "{}";

async fn written(store: &Store, tenant: TenantId, why: &[&'static str]) {
    for (n, why) in (1_u128..).zip(why) {
        let id = Uuid::from_u128(n);
        insert(store, format!("'{id}', '{tenant}', {COLUMNS}, '{why}'")).await;
    }
}

async fn insert(store: &Store, values: String) {
    let sql = format!(
        "INSERT INTO activity (id, tenant_id, at, client_id, client, account_id, account, first_account, model,
             transport, outcome, status, placement, attempts, skipped, first_byte_ms, duration_ms, input_tokens,
             cached_tokens, output_tokens, why) VALUES ({values})"
    );
    store.call(Durability::Batched, move |tx| Ok(tx.execute_batch(&sql)?)).await.unwrap();
}

fn expected(tenant: TenantId, why: Why) -> RequestRecord {
    RequestRecord {
        id: RequestId(Uuid::from_u128(1)),
        tenant,
        at: at(5),
        client_id: Some(ClientId(Uuid::from_u128(301))),
        client: "tool-1".to_owned(),
        tool: None,
        account: Some(ServingAccount { id: AccountId(Uuid::from_u128(201)), name: "codex-pro-1".to_owned() }),
        first_account: Some("codex-pro-2".to_owned()),
        model: Some("gpt-5".to_owned()),
        transport: Transport::WebSocket,
        outcome: OutcomeClass::UsageLimit,
        status: 200,
        placement: Some(Placement::Strategy),
        attempts: vec![
            attempt("codex-pro-2", OutcomeClass::UsageLimit, Some(429), 12, Delivery::Answered),
            attempt("codex-pro-4", OutcomeClass::Failure, None, 40, Delivery::Begun),
        ],
        skipped: vec![
            skipped("codex-pro-3", AccountState::Paused, None),
            skipped("codex-pro-1", AccountState::Exhausted, Some(at(90))),
        ],
        first_byte_ms: Some(250),
        duration_ms: 900,
        input_tokens: Some(1000),
        cached_tokens: None,
        cache_write_tokens: None,
        output_tokens: Some(u64::from(u32::MAX) + 1),
        reasoning_tokens: None,
        why,
    }
}

fn attempt(account: &str, class: OutcomeClass, status: Option<u16>, ms: u64, delivery: Delivery) -> Attempt {
    Attempt { account: account.to_owned(), class, status, ms, delivery }
}

fn skipped(account: &str, reason: AccountState, until: Option<Timestamp>) -> SkippedAccount {
    SkippedAccount { account: account.to_owned(), reason: reason.into(), until }
}

fn candidate(account: &str, placement: Placement) -> CandidateAccount {
    CandidateAccount { account: account.to_owned(), placement }
}

fn moved() -> Why {
    Why {
        strategy: Some(Strategy::MostHeadroom),
        candidates: vec![
            candidate("codex-pro-2", Placement::Conversation),
            candidate("codex-pro-4", Placement::Fallback),
        ],
        conversation: Some("0badcafe".to_owned()),
        affinity: AffinityOutcome::Moved {
            from: "codex-pro-2".to_owned(),
            reason: MoveReason::UsageLimit,
            cached_tokens_lost: Some(960),
        },
        maybe_billed_twice: 1,
        request_bytes: 2048,
        response_bytes: 4096,
    }
}

#[tokio::test]
async fn a_request_of_an_older_version_is_read_as_what_it_was() {
    let (_folder, store, tenant) = store().await;
    written(&store, tenant, &[MOVED, BOUND, NONE, UNKNOWN]).await;
    let mut found = store.recent_activity(tenant, 10).await.unwrap();
    found.reverse();
    assert_eq!(found[0], expected(tenant, moved()));
    let affinity = AffinityOutcome::Pinned { from: "codex-pro-2".to_owned(), reason: MoveReason::Exhausted };
    let conversation = Some("0badcafe".to_owned());
    let bound = Why { strategy: Some(Strategy::MostHeadroom), conversation, affinity, ..Why::default() };
    let whys: Vec<_> = found[1..].iter().map(|record| &record.why).collect();
    assert_eq!(whys, [&bound, &Why::default(), &Why::default()]);
}

#[tokio::test]
async fn a_request_is_written_in_the_words_of_an_older_version() {
    let (_folder, store, tenant) = store().await;
    written(&store, tenant, &[MOVED]).await;
    let again = RequestRecord { id: RequestId(Uuid::from_u128(2)), ..expected(tenant, moved()) };
    store.record(history::requests(vec![again])).await.unwrap();
    let sql = "SELECT count(*) FROM (SELECT DISTINCT at, client_id, client, account_id, account, first_account,
                   model, transport, outcome, status, placement, attempts, skipped, first_byte_ms, duration_ms,
                   input_tokens, cached_tokens, output_tokens, why FROM activity)";
    let distinct = |tx: &rusqlite::Transaction<'_>| Ok(tx.query_row(sql, [], |row| row.get::<_, i64>(0))?);
    assert_eq!(store.call(Durability::Batched, distinct).await.unwrap(), 1, "both rows are the same text");
}

#[tokio::test]
async fn a_request_with_a_word_that_this_version_does_not_know_is_passed_over() {
    let (_folder, store, tenant) = store().await;
    written(&store, tenant, &[MOVED, NONE]).await;
    let newer = COLUMNS.replace("'usage_limit'", "'postponed'");
    insert(&store, format!("'{}', '{tenant}', {newer}, '{NONE}'", Uuid::from_u128(3))).await;
    let ids: Vec<_> =
        store.recent_activity(tenant, 10).await.unwrap().iter().map(|record| record.id.0).collect();
    assert_eq!(ids, [Uuid::from_u128(2), Uuid::from_u128(1)]);
    assert_eq!(store.traffic(tenant, 10).await.unwrap().len(), 2);
}
