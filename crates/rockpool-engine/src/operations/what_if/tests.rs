//! Replays of what is in a real store, asked for as the management API does.

use rockpool_routing::ClientId;
use uuid::Uuid;

use super::*;
use crate::model::activity::RequestRecord;
use crate::operations::requests::{ClientNew, PoolChange};
use crate::operations::{clients, pools};
use crate::test_stage::{EngineStage, at, five_hour};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

/// `ada` and `grace` in one pool, `alan` in none; `ada` is used up by 100 requests of four conversations in
/// 200 minutes, and `grace` answers 20 more.
async fn an_afternoon() -> EngineStage {
    let stage = EngineStage::with(&["ada", "grace"]).await;
    stage.sees("ada", vec![five_hour(0.0, 5 * HOUR)]);
    stage.sees("grace", vec![five_hour(0.0, 5 * HOUR)]);
    for n in 0..120 {
        let name = if n < 100 { "ada" } else { "grace" };
        let served = if n < 100 { n } else { n - 100 };
        stage.wait_until((n + 1) * 2 * MINUTE);
        stage.asked(name, |record| of_conversation(record, n % 4));
        stage.sees(name, vec![five_hour((served + 1) as f64, 5 * HOUR)]);
    }
    stage
}

fn of_conversation(record: &mut RequestRecord, number: i64) {
    record.why.conversation = Some(format!("{number:08x}"));
    (record.input_tokens, record.cached_tokens, record.output_tokens) = (Some(10_000), Some(9_000), Some(10));
}

async fn ask(stage: &EngineStage, without: &[&str]) -> Result<WhatIfView, ActionError> {
    let names = without.iter().map(|name| (*name).to_owned()).collect();
    what_if(&stage.handle(), stage.tenant(), "ada", names).await
}

fn counts(view: &ScenarioView) -> Vec<(&str, u32)> {
    view.accounts.iter().map(|account| (account.account.as_str(), account.requests)).collect()
}

#[tokio::test]
async fn the_recorded_requests_are_shown_beside_each_strategy() {
    let stage = an_afternoon().await;
    let view = ask(&stage, &[]).await.unwrap();
    assert_eq!((view.owner.as_str(), view.requests, view.conversations), ("ada", 120, 4));
    assert_eq!((view.from, view.to), (Some(at(2 * MINUTE)), Some(at(240 * MINUTE))));
    assert_eq!((view.without.len(), view.assumptions.as_slice()), (0, &["history_short".to_owned()][..]));

    assert_eq!(counts(&view.recorded), [("ada", 100), ("grace", 20)]);
    let dry = DrySpanView { from: at(200 * MINUTE), to: at(240 * MINUTE) };
    assert_eq!(view.recorded.accounts[0].dry, [dry]);
    assert_eq!((view.recorded.cache_breaks, view.recorded.cached_tokens_lost), (4, 4 * 1_000));
    assert_eq!((view.recorded.unserved, view.recorded.dry_seconds), (0, 0));

    let strategies: Vec<_> = view.scenarios.iter().map(|scenario| scenario.strategy).collect();
    assert_eq!(strategies, Strategy::ALL.map(Some));
    let in_force = ScenarioView { strategy: None, ..view.scenarios[0].clone() };
    assert_eq!(in_force, view.recorded);
    let turns = &view.scenarios[1];
    assert_eq!((counts(turns), turns.cache_breaks), (vec![("ada", 60), ("grace", 60)], 0));

    assert_eq!(ask(&stage, &[]).await.unwrap(), view, "the same question has the same answer");
}

#[tokio::test]
async fn without_an_account_the_others_have_to_do() {
    let stage = an_afternoon().await;
    let view = ask(&stage, &["grace", "grace"]).await.unwrap();
    assert_eq!(view.without, ["grace"]);
    for scenario in &view.scenarios {
        assert_eq!((counts(scenario), scenario.unserved), (vec![("ada", 100)], 20));
        assert_eq!(scenario.dry_seconds, 2_400);
    }
    assert_eq!(counts(&view.recorded), [("ada", 100), ("grace", 20)], "what happened has happened");
    let view = ask(&stage, &["ada"]).await.unwrap();
    assert_eq!((counts(&view.scenarios[0]), view.scenarios[0].unserved), (vec![("grace", 100)], 20));
}

#[tokio::test]
async fn names_that_are_not_in_the_pool_and_too_many_of_them_are_refused() {
    let stage = EngineStage::with(&["ada", "grace"]).await;
    stage.add("alan").await;
    for name in ["alan", "nobody"] {
        let error = ask(&stage, &["grace", name]).await.unwrap_err();
        assert_eq!((error.code, error.subject.as_deref()), ("unknown_member", Some(name)));
    }
    assert_eq!(ask(&stage, &["grace", "ada"]).await.unwrap_err().code, "nothing_left");
    let ask = |owner: &'static str| {
        let handle = stage.handle();
        let tenant = stage.tenant();
        async move { what_if(&handle, tenant, owner, Vec::new()).await.unwrap_err().code }
    };
    assert_eq!(ask("alan").await, "pool_not_found");
    assert_eq!(ask("nobody").await, "account_not_found");
}

#[tokio::test]
async fn a_pool_without_a_record_has_an_empty_answer() {
    let view = ask(&EngineStage::with(&["ada", "grace"]).await, &[]).await.unwrap();
    assert_eq!((view.requests, view.from, view.assumptions.len()), (0, None, 0));
    assert_eq!(counts(&view.scenarios[4]), [("ada", 0), ("grace", 0)]);
}

/// A client that is pointed at `account`.
async fn client(stage: &EngineStage, account: &str, override_mode: OverrideMode) -> ClientId {
    let new = ClientNew {
        override_mode: Some(override_mode),
        ..ClientNew::inheriting(format!("tool-{account}"), account)
    };
    clients::add(&stage.handle(), stage.tenant(), new).await.unwrap().client.id
}

#[tokio::test]
async fn only_the_pools_own_requests_are_played_and_single_ones_stay_where_they_belong() {
    let stage = EngineStage::with(&["ada", "grace"]).await;
    stage.add("alan").await;
    let settings = PoolChange {
        strategy: Strategy::PrimaryFirst,
        extra_provider_names: Vec::new(),
        conversations: None,
    };
    pools::set(&stage.handle(), stage.tenant(), "alan", settings).await.unwrap();
    let inherits = client(&stage, "ada", OverrideMode::Inherit).await;
    let single = client(&stage, "grace", OverrideMode::Single).await;
    let elsewhere = client(&stage, "alan", OverrideMode::Inherit).await;
    let record = |client, account: Option<&str>, outcome| {
        let account = account.map(|name| stage.serving(name));
        stage.records(RequestRecord { client_id: Some(client), account, outcome, ..stage.request() });
    };
    record(inherits, Some("ada"), OutcomeClass::Success);
    record(inherits, Some("ada"), OutcomeClass::UsageLimit);
    record(inherits, None, OutcomeClass::Failure);
    record(inherits, None, OutcomeClass::Rejected);
    record(inherits, None, OutcomeClass::Abandoned);
    record(single, Some("grace"), OutcomeClass::Success);
    record(elsewhere, Some("alan"), OutcomeClass::Success);
    record(elsewhere, None, OutcomeClass::Failure);
    record(ClientId(Uuid::nil()), None, OutcomeClass::Failure);
    let mut unconsidered = stage.request();
    (unconsidered.client_id, unconsidered.outcome) = (Some(inherits), OutcomeClass::Failure);
    unconsidered.why.strategy = None;
    stage.records(unconsidered);
    let view = ask(&stage, &[]).await.unwrap();
    assert_eq!((view.requests, view.recorded.unserved), (4, 2));
    assert_eq!(counts(&view.recorded), [("ada", 1), ("grace", 1)]);
    assert_eq!(counts(&view.scenarios[0]), [("ada", 3), ("grace", 1)]);
    let assumptions = ["burn_guessed", "no_token_counts", "history_short"];
    assert_eq!(view.assumptions, assumptions);
}

#[tokio::test]
async fn only_answers_that_came_to_their_end_are_missed_for_their_token_counts() {
    let stage = EngineStage::with(&["ada", "grace"]).await;
    stage.asked("ada", |record| of_conversation(record, 1));
    stage.asked("ada", |record| record.outcome = OutcomeClass::Abandoned);
    let missed = |view: WhatIfView| view.assumptions.contains(&"no_token_counts".to_owned());
    assert!(!missed(ask(&stage, &[]).await.unwrap()));
    stage.asked("ada", |_| ());
    assert!(missed(ask(&stage, &[]).await.unwrap()));
}

#[tokio::test]
async fn what_is_older_than_the_record_of_quota_is_not_played() {
    const DAY: i64 = 24 * HOUR;
    let stage = EngineStage::with(&["ada", "grace"]).await;
    for day in [0, 1, 14] {
        stage.wait_until(day * DAY + 1);
        stage.asked("ada", |_| ());
    }
    stage.wait_until(14 * DAY + 2);
    let view = ask(&stage, &[]).await.unwrap();
    assert_eq!((view.requests, view.from), (2, Some(at(DAY + 1))));
}
