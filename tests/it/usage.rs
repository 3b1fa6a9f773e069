//! Tokens of real requests, from the provider's count to the sums that are shown.

use rockpool_engine::Principal;
use rockpool_engine::api::requests::UsageQuery;
use rockpool_engine::api::{Client, InProcess};
use rockpool_engine::snapshot::UsageBy;
use rockpool_tests::harness::{Harness, Setup};
use rockpool_tests::tools::request::question;
use rockpool_tests::tools::{Key, web};

async fn ask(key: &Key, agent: &str) {
    let request = web::client().post(format!("{}/responses", key.base_url)).bearer_auth(&key.secret);
    let response = request.header("user-agent", agent).json(&question("hello")).send().await.unwrap();
    assert_eq!(response.status(), 200);
    response.bytes().await.unwrap();
}

async fn two_tools() -> Harness {
    let harness = Setup::of(["ada"]).start().await;
    let key = harness.client("tool", "ada").await;
    for agent in ["codex_exec/0.171.0 (Debian 12.0.0; x86_64)", "codex_exec/0.171.0", "opencode/1.0.1"] {
        ask(&key, agent).await;
    }
    harness
}

#[tokio::test]
async fn each_request_has_its_tool_its_reasoning_and_what_the_api_would_have_taken_and_the_sums_are_theirs() {
    let harness = two_tools().await;
    let records = harness.activity(3).await;
    for record in &records {
        assert!(
            record.reasoning_tokens <= record.output_tokens && record.reasoning_tokens.is_some(),
            "{record:?}"
        );
        assert!(record.at_api_prices_micro_usd.is_some_and(|cost| cost > 0), "{record:?}");
    }
    let client = Client::new(InProcess::new(harness.handle(), Principal::Owner));
    let query = |by| UsageQuery { by: Some(by), ..UsageQuery::default() };
    let usage = client.usage(query(UsageBy::Tool)).await.unwrap();
    let mut tools: Vec<_> = usage.rows.iter().map(|row| (row.key.as_deref(), row.sums.requests)).collect();
    tools.sort_unstable();
    assert_eq!(tools, [(Some("codex_exec"), 2), (Some("opencode"), 1)]);
    assert_eq!((usage.total.counted, usage.total.priced), (3, 3));
    for by in [UsageBy::Account, UsageBy::Client, UsageBy::Model, UsageBy::Day] {
        assert_eq!(client.usage(query(by)).await.unwrap().total, usage.total, "{by:?}");
    }
    let sum = |count: fn(&rockpool_engine::snapshot::ActivityView) -> Option<u64>| {
        records.iter().filter_map(count).sum::<u64>()
    };
    assert_eq!(usage.total.input_tokens, sum(|record| record.input_tokens));
    assert_eq!(usage.total.cached_tokens, sum(|record| record.cached_tokens));
    assert_eq!(usage.total.output_tokens, sum(|record| record.output_tokens));
    assert_eq!(usage.total.reasoning_tokens, sum(|record| record.reasoning_tokens));
    let each = sum(|record| record.at_api_prices_micro_usd);
    assert!(
        usage.total.at_api_prices_micro_usd.unwrap().abs_diff(each) <= 2,
        "rounded once, not three times"
    );
}
