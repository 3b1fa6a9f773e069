//! What scripts get to read of a request.

use rockpool_routing::{AccountId, RequestId};
use uuid::Uuid;

use super::*;
use crate::model::activity::ServingAccount;
use crate::test_stage::{at, request};

/// As they were answered before records had types of their own.
const ANSWERED: [&str; 3] = [
    r#"{"id":"00000000-0000-0000-0000-000000000007","at":"2027-01-15T08:00:05Z","client":"tool-1","tool":null,"account":"codex-pro-1","first_account":"codex-pro-2","model":"gpt-5","transport":"websocket","outcome":"usage_limit","status":200,"placement":"strategy","attempts":[{"account":"codex-pro-2","class":"usage_limit","status":429,"ms":12,"delivery":"answered"},{"account":"codex-pro-4","class":"failure","status":null,"ms":40,"delivery":"begun"}],"skipped":[{"account":"codex-pro-3","reason":"paused","until":null},{"account":"codex-pro-1","reason":"exhausted","until":"2027-01-15T08:01:30Z"}],"first_byte_ms":250,"duration_ms":900,"input_tokens":1000,"cached_tokens":null,"cache_write_tokens":null,"output_tokens":4294967296,"reasoning_tokens":null,"at_api_prices_micro_usd":42949674210,"why":{"strategy":"most_headroom","candidates":[{"account":"codex-pro-2","placement":"conversation"},{"account":"codex-pro-4","placement":"fallback"}],"conversation":"0badcafe","affinity":{"kind":"moved","from":"codex-pro-2","reason":"usage_limit","cached_tokens_lost":960},"maybe_billed_twice":1,"request_bytes":2048,"response_bytes":4096}}"#,
    r#"{"id":"00000000-0000-0000-0000-000000000008","at":"2027-01-15T08:00:05Z","client":"tool-1","tool":null,"account":"codex-pro-1","first_account":"codex-pro-2","model":"gpt-5","transport":"websocket","outcome":"usage_limit","status":200,"placement":"strategy","attempts":[{"account":"codex-pro-2","class":"usage_limit","status":429,"ms":12,"delivery":"answered"},{"account":"codex-pro-4","class":"failure","status":null,"ms":40,"delivery":"begun"}],"skipped":[{"account":"codex-pro-3","reason":"paused","until":null},{"account":"codex-pro-1","reason":"exhausted","until":"2027-01-15T08:01:30Z"}],"first_byte_ms":250,"duration_ms":900,"input_tokens":1000,"cached_tokens":null,"cache_write_tokens":null,"output_tokens":4294967296,"reasoning_tokens":null,"at_api_prices_micro_usd":42949674210,"why":{"strategy":"most_headroom","candidates":[{"account":"codex-pro-2","placement":"conversation"},{"account":"codex-pro-4","placement":"fallback"}],"conversation":"0badcafe","affinity":{"kind":"bound","from":"codex-pro-2","reason":"exhausted","cached_tokens_lost":null},"maybe_billed_twice":1,"request_bytes":2048,"response_bytes":4096}}"#,
    r#"{"id":"00000000-0000-0000-0000-000000000009","at":"2027-01-15T08:00:05Z","client":"tool-1","tool":null,"account":"codex-pro-1","first_account":"codex-pro-2","model":"gpt-5","transport":"websocket","outcome":"usage_limit","status":200,"placement":"strategy","attempts":[{"account":"codex-pro-2","class":"usage_limit","status":429,"ms":12,"delivery":"answered"},{"account":"codex-pro-4","class":"failure","status":null,"ms":40,"delivery":"begun"}],"skipped":[{"account":"codex-pro-3","reason":"paused","until":null},{"account":"codex-pro-1","reason":"exhausted","until":"2027-01-15T08:01:30Z"}],"first_byte_ms":250,"duration_ms":900,"input_tokens":1000,"cached_tokens":null,"cache_write_tokens":null,"output_tokens":4294967296,"reasoning_tokens":null,"at_api_prices_micro_usd":42949674210,"why":{"strategy":null,"candidates":[],"conversation":null,"affinity":{"kind":"none","from":null,"reason":null,"cached_tokens_lost":null},"maybe_billed_twice":0,"request_bytes":0,"response_bytes":0}}"#,
];

fn record(id: u128, affinity: AffinityOutcome) -> RequestRecord {
    let attempt = |account: &str, class, status, ms, delivery| Attempt {
        account: account.to_owned(),
        class,
        status,
        ms,
        delivery,
    };
    let skipped =
        |account: &str, reason, until| SkippedAccount { account: account.to_owned(), reason, until };
    let candidate = |account: &str, placement| CandidateAccount { account: account.to_owned(), placement };
    RequestRecord {
        id: RequestId(Uuid::from_u128(id)),
        at: at(5),
        client: "tool-1".to_owned(),
        account: Some(ServingAccount { id: AccountId(Uuid::nil()), name: "codex-pro-1".to_owned() }),
        first_account: Some("codex-pro-2".to_owned()),
        model: Some("gpt-5".to_owned()),
        transport: Transport::WebSocket,
        outcome: OutcomeClass::UsageLimit,
        placement: Some(Placement::Strategy),
        attempts: vec![
            attempt("codex-pro-2", OutcomeClass::UsageLimit, Some(429), 12, Delivery::Answered),
            attempt("codex-pro-4", OutcomeClass::Failure, None, 40, Delivery::Begun),
        ],
        skipped: vec![
            skipped("codex-pro-3", MoveReason::Paused, None),
            skipped("codex-pro-1", MoveReason::Exhausted, Some(at(90))),
        ],
        first_byte_ms: Some(250),
        duration_ms: 900,
        input_tokens: Some(1000),
        output_tokens: Some(u64::from(u32::MAX) + 1),
        why: Why {
            strategy: Some(Strategy::MostHeadroom),
            candidates: vec![
                candidate("codex-pro-2", Placement::Conversation),
                candidate("codex-pro-4", Placement::Fallback),
            ],
            conversation: Some("0badcafe".to_owned()),
            affinity,
            maybe_billed_twice: 1,
            request_bytes: 2048,
            response_bytes: 4096,
        },
        ..request()
    }
}

#[test]
fn a_request_is_shown_in_the_same_words_as_ever() {
    let from = || "codex-pro-2".to_owned();
    let moved = AffinityOutcome::Moved {
        from: from(),
        reason: MoveReason::UsageLimit,
        cached_tokens_lost: Some(960),
    };
    let bound = AffinityOutcome::Pinned { from: from(), reason: MoveReason::Exhausted };
    let refused = RequestRecord { why: Why::default(), ..record(9, AffinityOutcome::None) };
    for (record, answered) in [record(7, moved), record(8, bound), refused].iter().zip(ANSWERED) {
        assert_eq!(serde_json::to_string(&ActivityView::from(record)).unwrap(), answered);
    }
}

#[test]
fn each_outcome_of_a_conversation_has_its_word() {
    let plain = [AffinityOutcome::None, AffinityOutcome::New, AffinityOutcome::Kept];
    let kinds = plain.map(|outcome| AffinityView::from(&outcome).kind);
    assert_eq!(kinds, [AffinityKind::None, AffinityKind::New, AffinityKind::Kept]);
}
