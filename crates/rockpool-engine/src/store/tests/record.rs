//! What forecasts and replays go by: samples of quota, and requests in figures.

use jiff::SignedDuration;
use rockpool_routing::runway::{Sample, Tokens};
use rockpool_routing::{Source, Window};

use super::history::{activity, requests};
use super::*;
use crate::model::activity::{AffinityOutcome, MoveCosts, MoveReason, OutcomeClass, RequestRecord, Why};

const DAY: i64 = 24 * 3600;

pub(super) fn sample(tenant: TenantId, account: AccountId, second: i64) -> QuotaSampleRow {
    let windows = Window::reported(12.5, Some(18_000), Some(at(second + 60))).into_iter().collect();
    QuotaSampleRow { tenant, account, source: Source::Event, sample: Sample { at: at(second), windows } }
}

fn samples(history: Vec<QuotaSampleRow>) -> Batch {
    Batch { history, ..Batch::default() }
}

#[tokio::test]
async fn samples_of_quota_come_back_as_recorded_and_go_with_their_account() {
    let (_folder, store, tenant) = store().await;
    let ids = with_accounts(&store, tenant, 2).await;
    let rows = [sample(tenant, ids[0], 1), sample(tenant, ids[1], 2), sample(tenant, ids[0], 3)];
    let of_nobody = sample(tenant, AccountId(Uuid::nil()), 2);
    store.record(samples([&rows[..], &[of_nobody]].concat())).await.unwrap();
    assert_eq!(store.quota_history(tenant, at(0)).await.unwrap(), rows);
    assert_eq!(store.quota_history(tenant, at(2)).await.unwrap(), rows[1..]);
    let other = other_tenant(&store).await;
    assert!(store.quota_history(other, at(0)).await.unwrap().is_empty());
    assert!(store.quota_outline(other, at(0), at(0)).await.unwrap().is_empty());
    store.delete_account(tenant, ids[0]).await.unwrap();
    assert_eq!(store.quota_history(tenant, at(0)).await.unwrap(), [sample(tenant, ids[1], 2)]);
}

#[tokio::test]
async fn samples_are_kept_for_two_weeks_and_are_bounded_for_each_account() {
    let (_folder, store, tenant) = store().await;
    let ids = with_accounts(&store, tenant, 2).await;
    let old = vec![sample(tenant, ids[0], 0), sample(tenant, ids[1], 0), sample(tenant, ids[0], 5)];
    store.record(samples(old)).await.unwrap();
    store.record(samples(vec![sample(tenant, ids[0], 14 * DAY + 1)])).await.unwrap();
    let found = store.quota_history(tenant, at(0)).await.unwrap();
    let expected =
        [sample(tenant, ids[1], 0), sample(tenant, ids[0], 5), sample(tenant, ids[0], 14 * DAY + 1)];
    assert_eq!(found, expected, "only the account that has something newer loses its oldest");

    let crowd = (0..12_500).map(|n| sample(tenant, ids[0], 14 * DAY + 2 + n)).collect();
    store.record(samples(crowd)).await.unwrap();
    let found = store.quota_history(tenant, at(1)).await.unwrap();
    assert_eq!((found.len(), found[0].sample.at), (12_000, at(14 * DAY + 2 + 500)));
}

#[tokio::test]
async fn an_outline_has_the_last_sample_of_each_older_hour_of_each_account() {
    let (_folder, store, tenant) = store().await;
    let ids = with_accounts(&store, tenant, 2).await;
    let hour = |second: i64| at(0).as_second().div_euclid(3600) * 3600 + second - at(0).as_second();
    let times = [(0, 0), (0, 3599), (1, 1800), (0, 3600), (0, 7300), (0, 7400)];
    let rows = times.map(|(account, second)| sample(tenant, ids[account], hour(second)));
    store.record(samples(rows.to_vec())).await.unwrap();
    let found = store.quota_outline(tenant, at(hour(0)), at(hour(7200))).await.unwrap();
    let expected = [&rows[2], &rows[1], &rows[3], &rows[4], &rows[5]].map(Clone::clone);
    assert_eq!(found, expected);
    assert_eq!(store.quota_outline(tenant, at(hour(3600)), at(hour(7200))).await.unwrap(), expected[2..]);
}

fn moved() -> AffinityOutcome {
    let (from, reason) = ("codex-pro-2".to_owned(), MoveReason::UsageLimit);
    AffinityOutcome::Moved { from, reason, cached_tokens_lost: Some(60) }
}

/// A request at a second, with what became of its conversation.
fn request(tenant: TenantId, n: u8, second: i64, affinity: AffinityOutcome) -> RequestRecord {
    RequestRecord {
        at: at(second),
        input_tokens: Some(100),
        cached_tokens: Some(40),
        output_tokens: Some(3),
        why: Why {
            strategy: Some(rockpool_routing::Strategy::RoundRobin),
            conversation: Some(format!("{n:08x}")),
            affinity,
            maybe_billed_twice: u32::from(n % 2),
            ..Why::default()
        },
        ..activity(tenant, Uuid::from_u128(n.into()))
    }
}

#[tokio::test]
async fn traffic_is_summed_up_by_account_and_ten_minutes() {
    let (_folder, store, tenant) = store().await;
    let mut unserved = request(tenant, 3, 20, moved());
    unserved.account = None;
    let mut old = activity(tenant, Uuid::from_u128(9));
    (old.at, old.input_tokens, old.output_tokens) = (at(30), None, None);
    old.why = Why::default();
    let rows = vec![
        request(tenant, 1, 10, moved()),
        request(tenant, 2, 20, AffinityOutcome::Kept),
        unserved,
        old,
        request(tenant, 4, 700, moved()),
    ];
    store.record(requests(rows)).await.unwrap();
    let sums = store.traffic_sums(tenant, at(0)).await.unwrap();
    let figures: Vec<_> = sums.iter().map(|sum| (sum.at, sum.tokens, sum.moves)).collect();
    let step = at(0).as_second().div_euclid(600) * 600 - at(0).as_second();
    let tokens = |times: u64| Tokens { input: 100 * times, cached: 40 * times, output: 3 * times };
    let moves = |twice: u32| MoveCosts { count: 1, cached_tokens_lost: 60, maybe_billed_twice: twice };
    let later = at(step) + SignedDuration::from_secs(600);
    assert_eq!(figures, [(at(step), tokens(2), moves(1)), (later, tokens(1), moves(0))]);
    assert_eq!(store.traffic_sums(tenant, at(500)).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_absurd_count_of_tokens_does_not_keep_the_others_from_being_read() {
    let (_folder, store, tenant) = store().await;
    let mut rows =
        vec![request(tenant, 1, 10, AffinityOutcome::New), request(tenant, 2, 10, AffinityOutcome::New)];
    rows.iter_mut().for_each(|row| row.input_tokens = Some(u64::MAX));
    store.record(requests(rows)).await.unwrap();
    assert_eq!(store.traffic_sums(tenant, at(0)).await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_newest_requests_come_in_figures_and_in_the_order_of_their_arrival() {
    let (_folder, store, tenant) = store().await;
    let mut rejected = activity(tenant, Uuid::from_u128(8));
    (rejected.at, rejected.account, rejected.client_id) = (at(40), None, None);
    (rejected.input_tokens, rejected.output_tokens) = (None, None);
    rejected.why = Why::default();
    let rows = vec![
        request(tenant, 1, 5, AffinityOutcome::New),
        request(tenant, 2, 30, AffinityOutcome::New),
        request(tenant, 3, 20, AffinityOutcome::New),
        rejected,
    ];
    store.record(requests(rows.clone())).await.unwrap();
    let found = store.traffic(tenant, 3).await.unwrap();
    let expected = TrafficRow {
        at: at(20),
        client: rows[2].client_id,
        account: rows[2].account.as_ref().map(|account| account.id),
        outcome: OutcomeClass::Success,
        conversation: Some("00000003".to_owned()),
        considered: Considered::Yes,
        tokens: Some(Tokens { input: 100, cached: 40, output: 3 }),
    };
    assert_eq!(found[0], expected);
    let times: Vec<_> = found.iter().map(|row| row.at).collect();
    assert_eq!(times, [at(20), at(30), at(40)]);
    let last = &found[2];
    assert_eq!((last.considered, last.tokens, last.account), (Considered::No, None, None));
}
