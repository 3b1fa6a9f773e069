//! Sums over what is in a real store, asked for as the management API does.

use rockpool_routing::ClientId;
use uuid::Uuid;

use super::*;
use crate::model::activity::RequestRecord;
use crate::operations::accounts;
use crate::operations::requests::AccountChange;
use crate::test_stage::{EngineStage, at};

const DAY: i64 = 24 * 3600;

/// 1,000 tokens in, 400 of them cached, and 100 out, 60 of them for reasoning.
fn counted(record: &mut RequestRecord) {
    record.model = Some("gpt-5".to_owned());
    (record.input_tokens, record.cached_tokens) = (Some(1_000), Some(400));
    (record.output_tokens, record.reasoning_tokens) = (Some(100), Some(60));
}

/// 600 tokens at $1.25, 400 at $0.125 and 100 at $10 for a million.
const COST: u64 = 750 + 50 + 1_000;

async fn ask(stage: &EngineStage, query: UsageQuery) -> Result<UsageView, ActionError> {
    usage(&stage.handle(), stage.tenant(), query).await
}

async fn by(stage: &EngineStage, by: UsageBy) -> UsageView {
    ask(stage, UsageQuery { by: Some(by), ..UsageQuery::default() }).await.unwrap()
}

fn keys(view: &UsageView) -> Vec<(Option<&str>, u64)> {
    view.rows.iter().map(|row| (row.key.as_deref(), row.sums.requests)).collect()
}

#[tokio::test]
async fn requests_are_put_together_by_tool_account_client_and_model_the_largest_first() {
    let stage = EngineStage::with(&["ada", "grace"]).await;
    let client = |n: u128| Some(ClientId(Uuid::from_u128(n)));
    for (account, tool, number) in
        [("ada", "codex_exec", 1), ("grace", "codex_exec", 1), ("grace", "opencode", 2)]
    {
        stage.asked(account, |record| {
            counted(record);
            record.tool = Some(tool.to_owned());
            record.client_id = client(number);
            record.client = format!("client-{number}");
        });
    }
    assert_eq!(keys(&by(&stage, UsageBy::Tool).await), [(Some("codex_exec"), 2), (Some("opencode"), 1)]);
    assert_eq!(keys(&by(&stage, UsageBy::Account).await), [(Some("grace"), 2), (Some("ada"), 1)]);
    assert_eq!(keys(&by(&stage, UsageBy::Client).await), [(Some("client-1"), 2), (Some("client-2"), 1)]);
    let view = by(&stage, UsageBy::Model).await;
    assert_eq!(keys(&view), [(Some("gpt-5"), 3)]);
    let expected = UsageSums {
        requests: 3,
        counted: 3,
        input_tokens: 3_000,
        cached_tokens: 1_200,
        cache_write_tokens: 0,
        output_tokens: 300,
        reasoning_tokens: 180,
        priced: 3,
        at_api_prices_micro_usd: Some(3 * COST),
    };
    assert_eq!((view.rows[0].sums, view.total), (expected, expected));
    assert_eq!((view.prices.package.as_str(), view.prices.date.len()), ("genai-prices", 10));
}

#[tokio::test]
async fn a_model_without_a_price_has_no_cost_and_what_is_priced_says_how_many_it_stands_for() {
    let stage = EngineStage::with(&["ada"]).await;
    stage.asked("ada", counted);
    stage.asked("ada", |record| {
        counted(record);
        record.model = Some("model-of-tomorrow".to_owned());
    });
    stage.asked("ada", |record| record.model = Some("gpt-5".to_owned()));
    let view = by(&stage, UsageBy::Model).await;
    let cost = |key: &str| {
        let row = view.rows.iter().find(|row| row.key.as_deref() == Some(key)).unwrap();
        (row.sums.priced, row.sums.at_api_prices_micro_usd)
    };
    assert_eq!(cost("model-of-tomorrow"), (0, None));
    assert_eq!(cost("gpt-5"), (1, Some(COST)));
    let total = view.total;
    assert_eq!((total.requests, total.counted, total.priced), (3, 2, 1));
    assert_eq!(total.at_api_prices_micro_usd, Some(COST));
}

#[tokio::test]
async fn days_are_those_of_the_calendar_with_today_as_the_last_and_the_first() {
    let stage = EngineStage::with(&["ada"]).await;
    // The stage begins at 08:00 in UTC.
    for second in [0, 15 * 3600, 16 * 3600, 2 * DAY] {
        stage.wait_until(second);
        stage.asked("ada", counted);
    }
    let view = by(&stage, UsageBy::Day).await;
    let expected = [(Some("2027-01-17"), 1), (Some("2027-01-16"), 1), (Some("2027-01-15"), 2)];
    assert_eq!(keys(&view), expected);
    assert_eq!((view.recorded_since, view.to), (Some(at(0)), at(2 * DAY)));
    let query = UsageQuery { by: Some(UsageBy::Day), days: Some(2), ..UsageQuery::default() };
    let view = ask(&stage, query).await.unwrap();
    assert_eq!(keys(&view), expected[..2]);
    assert_eq!(view.from, at(16 * 3600), "midnight");
}

#[tokio::test]
async fn a_time_has_its_beginning_and_not_its_end() {
    let stage = EngineStage::with(&["ada"]).await;
    for second in [0, 10, 20] {
        stage.wait_until(second);
        stage.asked("ada", counted);
    }
    let between = |from, to| UsageQuery { from: Some(at(from)), to: Some(at(to)), ..UsageQuery::default() };
    assert_eq!(ask(&stage, between(0, 20)).await.unwrap().total.requests, 2);
    assert_eq!(ask(&stage, between(10, 11)).await.unwrap().total.requests, 1);
}

#[tokio::test]
async fn a_question_that_makes_no_sense_is_refused_and_named() {
    let stage = EngineStage::with(&["ada"]).await;
    let days = |days| UsageQuery { days: Some(days), ..UsageQuery::default() };
    let backwards = UsageQuery { from: Some(at(5)), to: Some(at(5)), ..UsageQuery::default() };
    let twice = UsageQuery { from: Some(at(0)), ..days(3) };
    for (query, subject) in [(days(0), "days"), (days(3661), "days"), (backwards, "to"), (twice, "days")] {
        let refusal = ask(&stage, query).await.unwrap_err();
        assert!(refusal.to_string().starts_with(&format!("{subject}: ")), "{refusal}");
    }
}

#[tokio::test]
async fn an_account_is_one_row_under_its_name_of_today_after_a_rename() {
    let stage = EngineStage::with(&["ada"]).await;
    stage.asked("ada", counted);
    let change = AccountChange { name: Some("lovelace".to_owned()), ..AccountChange::default() };
    accounts::update(&stage.handle(), stage.tenant(), "ada", change).await.unwrap();
    stage.asked("lovelace", counted);
    assert_eq!(keys(&by(&stage, UsageBy::Account).await), [(Some("lovelace"), 2)]);
}

#[tokio::test]
async fn what_nobody_is_known_for_is_a_row_without_a_name_and_nothing_recorded_is_no_row() {
    let stage = EngineStage::with(&["ada"]).await;
    let view = by(&stage, UsageBy::Tool).await;
    assert_eq!((view.rows.len(), view.total, view.recorded_since), (0, UsageSums::default(), None));
    stage.asked("ada", counted);
    assert_eq!(keys(&by(&stage, UsageBy::Tool).await), [(None, 1)]);
}
