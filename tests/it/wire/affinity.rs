//! What ties a request to an account, what it yields to, and what a move is said to cost.

use http::HeaderMap;
use rockpool_engine::snapshot::{ActivityView, AffinityKind, MoveReason, Placement};
use rockpool_routing::Strategy;
use rockpool_sim::Windows;
use rockpool_tests::harness::{Harness, Setup, seat};
use rockpool_tests::journal::{ciphertexts, item_types, notes, served, turns};
use rockpool_tests::tools::Key;
use rockpool_tests::tools::request::{events, items, question, user, with_input};
use rockpool_tests::tools::web;
use serde_json::{Value, json};

use super::post::{Posted, ask, post};

/// Sends `input` with these headers and gives the answer's head and its finished items.
async fn turn(key: &Key, headers: &[(&str, &str)], input: Value) -> (HeaderMap, Vec<Value>) {
    let mut request = web::client().post(format!("{}/responses", key.base_url)).bearer_auth(&key.secret);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.json(&with_input(input)).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let head = response.headers().clone();
    (head, items(&events(&response.bytes().await.unwrap())))
}

async fn rotating(names: [&str; 2]) -> (Harness, Key) {
    let harness = Setup::of(names).start().await;
    let pool = json!({
        "strategy": "round_robin", "extra_provider_names": [names[1]], "conversations": "rotate",
    });
    harness.api.done(http::Method::PUT, &format!("/pools/{}", names[0]), Some(pool)).await;
    let key = harness.client("tool", names[0]).await;
    (harness, key)
}

/// The persons who were asked, in order.
fn asked(harness: &Harness) -> Vec<String> {
    served(&turns(&harness.sim)).iter().map(|line| line.split(' ').next().unwrap().to_owned()).collect()
}

fn used_up() -> Windows {
    Windows::five_hours_and_weekly().used(100.0, 0.0)
}

#[tokio::test]
async fn every_tools_own_name_for_a_conversation_keeps_it_on_its_account() {
    let harness = Setup::of(["ada", "ben"]).strategy(Strategy::RoundRobin).start().await;
    let key = harness.client("tool", "ada").await;
    for name in
        ["session-id", "session_id", "x-session-id", "x-session-affinity", "conversation_id", "thread-id"]
    {
        harness.sim.clear_journal();
        for _ in 0..3 {
            turn(&key, &[(name, name)], json!([user("hello")])).await;
        }
        let asked = asked(&harness);
        assert!(asked.iter().all(|person| *person == asked[0]), "{name}: {asked:?}");
    }
}

#[tokio::test]
async fn a_prompt_cache_key_keeps_a_conversation_on_its_account() {
    let harness = Setup::of(["ada", "ben"]).strategy(Strategy::RoundRobin).start().await;
    let key = harness.client("tool", "ada").await;
    let mut body = question("hello");
    body["prompt_cache_key"] = json!("k");
    for _ in 0..3 {
        let request = web::client().post(format!("{}/responses", key.base_url)).bearer_auth(&key.secret);
        assert_eq!(request.json(&body).send().await.unwrap().status(), 200);
    }
    let asked = asked(&harness);
    assert!(asked.iter().all(|person| *person == asked[0]), "prompt_cache_key: {asked:?}");
}

#[tokio::test]
async fn strict_rotation_moves_each_request_leaves_foreign_reasoning_out_and_says_what_it_cost() {
    let (harness, key) = rotating(["ada", "ben"]).await;
    let mut history = vec![user("hello")];
    for _ in 0..4 {
        let (_, answered) = turn(&key, &[("session-id", "s")], json!(history)).await;
        history.extend(answered);
        history.push(user("go on"));
    }
    let asked = asked(&harness);
    assert!(asked.windows(2).all(|pair| pair[0] != pair[1]), "{asked:?}");
    assert!(turns(&harness.sim).iter().all(|turn| ciphertexts(turn) == 0));
    assert_eq!(notes(&harness.sim), Vec::<String>::new());
    let records = harness.activity(4).await;
    assert_eq!(records[0].why.affinity.kind, AffinityKind::New);
    for (before, record) in records.iter().zip(&records[1..]) {
        let affinity = &record.why.affinity;
        assert_eq!((affinity.kind, affinity.reason), (AffinityKind::Moved, Some(MoveReason::Rotation)));
        assert_eq!(affinity.from, before.account);
        let lost = before.input_tokens.unwrap() - record.cached_tokens.unwrap_or_default();
        assert_eq!(affinity.cached_tokens_lost, Some(lost));
    }
    let digests: Vec<_> = records.iter().map(|record| record.why.conversation.clone()).collect();
    assert!(digests.windows(2).all(|pair| pair[0] == pair[1]) && digests[0].is_some());
}

/// A turn that `key` has begun: the state that it was answered with, and its history so far.
async fn begun(key: &Key) -> (String, Value) {
    let (head, answered) = turn(key, &[("session-id", "s")], json!([user("hello")])).await;
    let state = head["x-codex-turn-state"].to_str().unwrap().to_owned();
    let mut history = vec![user("hello")];
    history.extend(answered);
    (state, json!(history))
}

#[tokio::test]
async fn a_turn_in_progress_is_not_rotated() {
    let (harness, key) = rotating(["ada", "ben"]).await;
    let (state, history) = begun(&key).await;
    let first = asked(&harness)[0].clone();
    let same_turn = [("session-id", "s"), ("x-codex-turn-state", &*state)];
    for _ in 0..2 {
        turn(&key, &same_turn, history.clone()).await;
    }
    assert_eq!(asked(&harness), [&*first; 3], "the turn stays where it began");
    assert_eq!(harness.activity(3).await[2].placement, Some(Placement::Turn));
}

#[tokio::test]
async fn a_turn_whose_account_is_used_up_goes_on_elsewhere_without_its_state() {
    let (harness, key) = rotating(["ada", "ben"]).await;
    let (state, history) = begun(&key).await;
    let first = asked(&harness)[0].clone();
    harness.sim.set_windows(&seat(&first), &used_up()).unwrap();
    harness.api.post(&format!("/accounts/{first}/quota"), Value::Null).await;
    harness.sim.clear_journal();
    turn(&key, &[("session-id", "s"), ("x-codex-turn-state", &*state)], history).await;
    let elsewhere = turns(&harness.sim);
    assert_ne!(asked(&harness), [&*first]);
    assert!(elsewhere[0].headers.iter().all(|(name, _)| name != "x-codex-turn-state"));
    assert_eq!(notes(&harness.sim), Vec::<String>::new());
}

/// A conversation that `key` has compacted, as its tool goes on with it.
async fn compacted(key: &Key) -> Value {
    let (_, done) =
        turn(key, &[("session-id", "s")], json!([user("long"), {"type": "compaction_trigger"}])).await;
    json!([done[0], user("on")])
}

#[tokio::test]
async fn a_compacted_conversation_goes_to_its_maker_even_where_the_pool_rotates() {
    let (harness, key) = rotating(["ada", "ben"]).await;
    let history = compacted(&key).await;
    let maker = asked(&harness)[0].clone();
    for _ in 0..3 {
        turn(&key, &[("session-id", "s")], history.clone()).await;
    }
    assert_eq!(asked(&harness), [&*maker; 4]);
    assert_eq!(item_types(&turns(&harness.sim)[3])[0], "compaction");
}

/// A pool of ada and ben, and a conversation that only ada can continue, who is used up.
async fn held_by_an_exhausted_account() -> (Harness, Key, Value) {
    let harness = Setup::of(["ada", "ben"]).start().await;
    let key = harness.client("tool", "ada").await;
    let history = with_input(compacted(&key).await);
    harness.sim.set_windows(&seat("ada"), &used_up()).unwrap();
    harness.api.post("/accounts/ada/quota", Value::Null).await;
    (harness, key, history)
}

fn message(posted: &Posted) -> String {
    posted.json()["error"]["message"].to_string()
}

#[tokio::test]
async fn where_only_one_account_can_go_on_and_is_used_up_the_answer_names_it_the_time_and_the_way_out() {
    let (harness, key, history) = held_by_an_exhausted_account().await;
    let waits = post(&key, "s", &history).await;
    assert_eq!((waits.status, &waits.json()["error"]["type"]), (429, &json!("usage_limit_reached")));
    assert!(waits.json()["error"]["resets_in_seconds"].as_i64().unwrap() > 3_000);
    let said = message(&waits);
    assert!(said.contains("Only “ada” can continue") && said.contains("new conversation"), "{said}");
    let record: ActivityView = harness.activity(2).await.remove(1);
    let affinity = record.why.affinity;
    assert_eq!((affinity.kind, affinity.from.as_deref()), (AffinityKind::Bound, Some("ada")));
    assert_eq!(affinity.reason, Some(MoveReason::Exhausted));
}

#[tokio::test]
async fn where_only_a_paused_account_can_go_on_the_answer_says_to_resume_it() {
    let (harness, key, history) = held_by_an_exhausted_account().await;
    harness.api.done(http::Method::PATCH, "/accounts/ada", Some(json!({"state": "paused"}))).await;
    let paused = post(&key, "s", &history).await;
    assert_eq!((paused.status, &paused.json()["error"]["code"]), (400, &json!("no_usable_account")));
    assert!(message(&paused).contains("resume it"), "{}", message(&paused));
}

#[tokio::test]
async fn where_only_an_account_outside_the_pool_can_go_on_the_answer_says_that_it_left() {
    let (harness, key, history) = held_by_an_exhausted_account().await;
    harness.api.done(http::Method::PATCH, "/clients/tool", Some(json!({"account": "ben"}))).await;
    let left = post(&key, "s", &history).await;
    assert_eq!(left.status, 400);
    assert!(message(&left).contains("not in this pool any more"), "{}", message(&left));
}

#[tokio::test]
async fn where_the_only_account_that_could_go_on_is_removed_nobody_serves_but_a_new_conversation_begins() {
    let (harness, key, history) = held_by_an_exhausted_account().await;
    harness.api.done(http::Method::PATCH, "/clients/tool", Some(json!({"account": "ben"}))).await;
    harness.api.done(http::Method::DELETE, "/accounts/ada", None).await;
    let gone = post(&key, "s", &history).await;
    assert_eq!(gone.status, 400, "nobody else can read it");
    assert_eq!(ask(&key, "another").await.status, 200, "a new conversation begins at once");
}
