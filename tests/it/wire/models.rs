//! Limits of single models, and models that an account does not have: over HTTP and WebSocket.

use rockpool_engine::snapshot::{AffinityKind, MoveReason, OutcomeClass};
use rockpool_routing::AccountState;
use rockpool_sim::{Action, Fault, ModelLimit, On, Windows};
use rockpool_tests::harness::{Harness, Setup, seat};
use rockpool_tests::journal::{served, turns};
use rockpool_tests::tools::Key;
use rockpool_tests::tools::codex::Transport;
use rockpool_tests::tools::request::{answer, events, frame, question, user};
use rockpool_tests::tools::socket::Socket;
use rockpool_tests::tools::web;
use serde_json::{Value, json};

use super::post::{ask, send};

/// The model of most requests here.
const MODEL: &str = "gpt-5.5";

/// A request for MODEL in a conversation of its own.
async fn answer_of(key: &Key, transport: Transport, session: &str) -> String {
    match transport {
        Transport::Http => ask(key, session).await.answer(),
        Transport::WebSocket => {
            let mut socket = Socket::open(key, session).await.unwrap();
            answer(&socket.ask(&frame(json!([user("hello")]))).await)
        }
    }
}

/// A request for the small model, which has the other shape of the two.
async fn answer_of_another_model(key: &Key) -> String {
    let mut body = question("hello");
    let developer = json!({"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "Be brief."}]});
    body["model"] = "gpt-5.6-luna".into();
    body["instructions"] = Value::Null;
    body["input"] = json!([developer, user("hello")]);
    body["parallel_tool_calls"] = false.into();
    body["reasoning"] = json!({"effort": "low", "context": "all_turns"});
    let request = web::client().post(format!("{}/responses", key.base_url)).bearer_auth(&key.secret);
    let request = request.header("x-openai-internal-codex-responses-lite", "true").json(&body);
    answer(&events(&request.send().await.unwrap().bytes().await.unwrap()))
}

fn limit(used: f64, resets_in: u64) -> ModelLimit {
    ModelLimit {
        name: "codex_bengalfox".to_owned(),
        title: "GPT-5.3-Codex-Spark".to_owned(),
        models: vec![MODEL.to_owned()],
        windows: Windows::five_hours_and_weekly().used(used, 0.0).resetting_in(resets_in, 86_400),
    }
}

fn exhaust(harness: &Harness, name: &str, resets_in: u64) {
    harness.sim.set_model_limit(&seat(name), &limit(100.0, resets_in)).unwrap();
}

const ADA: &str = "A simulated answer from acct-ada.";
const BEN: &str = "A simulated answer from acct-ben.";

#[tokio::test]
async fn a_model_whose_limit_is_reached_goes_on_elsewhere_and_other_models_stay() {
    for transport in Transport::ALL {
        let harness = Setup::of(["ada", "ben"]).start().await;
        let key = harness.client("tool", "ada").await;
        assert_eq!(answer_of(&key, transport, "talk").await, ADA, "{transport:?}");
        exhaust(&harness, "ada", 7200);
        assert_eq!(answer_of(&key, transport, "talk").await, BEN, "{transport:?}");
        let record = &harness.activity(2).await[1];
        let classes: Vec<_> = record.attempts.iter().map(|attempt| attempt.class).collect();
        assert_eq!(classes, [OutcomeClass::ModelLimit, OutcomeClass::Success], "{transport:?}");
        let moved = (record.why.affinity.kind, record.why.affinity.reason);
        assert_eq!(moved, (AffinityKind::Moved, Some(MoveReason::ModelLimit)), "{transport:?}");

        assert_eq!(answer_of_another_model(&key).await, ADA, "{transport:?}: another model goes on");
        let asked = turns(&harness.sim).len();
        assert_eq!(answer_of(&key, transport, "new").await, BEN, "{transport:?}");
        assert_eq!(turns(&harness.sim).len(), asked + 1, "{transport:?}: ada was asked in vain");
        let record = &harness.activity(4).await[3];
        let passed: Vec<_> = record.skipped.iter().map(|one| (&*one.account, one.reason)).collect();
        assert_eq!(passed, [("ada", MoveReason::ModelLimit)], "{transport:?}");
        assert!(record.skipped[0].until.is_some(), "{transport:?}");

        let ada = harness.account("ada");
        assert_eq!((ada.state, ada.health.consecutive_failures), (AccountState::Ready, 0), "{transport:?}");
        let shown = &ada.extra_limits[0];
        assert_eq!((&*shown.name, shown.limit_reached), ("codex_bengalfox", Some(true)), "{transport:?}");
        assert_eq!(shown.title.as_deref(), Some("GPT-5.3-Codex-Spark"), "{transport:?}");
        assert_eq!(shown.windows[0].used_percent, Some(100.0), "{transport:?}");
        assert!(ada.remaining_percent.is_some_and(|left| left > 90), "{transport:?}: {ada:?}");
    }
}

#[tokio::test]
async fn where_nobody_has_anything_left_for_the_model_the_earliest_reset_of_its_limit_is_named() {
    let harness = Setup::of(["ada", "ben"]).start().await;
    let key = harness.client("tool", "ada").await;
    exhaust(&harness, "ada", 7200);
    exhaust(&harness, "ben", 3600);
    for _ in 0..2 {
        let response = send(&key, "a", &question("hello")).await;
        assert_eq!(
            (response.status().as_u16(), &response.headers()["x-should-retry"]),
            (429, &"false".parse().unwrap())
        );
        let body: Value = response.json().await.unwrap();
        let error = &body["error"];
        assert_eq!(error["type"], "usage_limit_reached");
        let wait = error["resets_in_seconds"].as_i64().unwrap();
        assert!((3500..=3600).contains(&wait), "{error}");
        assert!(error["message"].as_str().unwrap().contains("other models go on"), "{error}");
    }
    assert_eq!(served(&turns(&harness.sim)), ["ada 429", "ben 429"], "nobody was asked twice");
    assert_eq!(answer_of_another_model(&key).await, ADA);
    let mut socket = Socket::open(&key, "b").await.unwrap();
    let frames = socket.ask(&frame(json!([user("hello")]))).await;
    assert_eq!(frames.last().unwrap()["error"]["type"], "usage_limit_reached");
}

#[tokio::test]
async fn figures_without_a_familys_name_are_those_of_the_limit_that_the_answer_was_counted_against() {
    for transport in Transport::ALL {
        let harness = Setup::of(["ada"]).start().await;
        let key = harness.client("tool", "ada").await;
        harness.sim.set_model_limit(&seat("ada"), &limit(70.0, 7200)).unwrap();
        assert_eq!(answer_of(&key, transport, "talk").await, ADA, "{transport:?}");
        let ada = harness
            .until("the limit is seen", |snapshot| {
                let ada = snapshot.accounts.iter().find(|account| account.name == "ada")?;
                (!ada.extra_limits.is_empty()).then(|| ada.clone())
            })
            .await;
        assert_eq!(ada.windows[0].used_percent, Some(0.0), "{transport:?}: its own limit is untouched");
        assert_eq!(ada.extra_limits[0].windows[0].used_percent, Some(71.0), "{transport:?}");
    }
}

#[tokio::test]
async fn the_reset_of_a_models_limit_brings_it_back_to_its_account() {
    let harness = Setup::of(["ada", "ben"]).with_manual_clock().start().await;
    let key = harness.client("tool", "ada").await;
    exhaust(&harness, "ada", 600);
    assert_eq!(ask(&key, "a").await.answer(), BEN);
    harness.advance(std::time::Duration::from_secs(601));
    assert_eq!(ask(&key, "b").await.answer(), ADA);
}

#[tokio::test]
async fn a_limit_that_hides_in_a_200_is_the_models_where_its_head_says_so() {
    let harness = Setup::of(["ada", "ben"]).start().await;
    let key = harness.client("tool", "ada").await;
    harness.sim.set_model_limit(&seat("ada"), &limit(99.0, 7200)).unwrap();
    let hidden = Action::failed_in_stream(2, "usage_limit_reached", "The usage limit has been reached");
    harness.sim.script(Fault::next(On::Http, hidden).of(&seat("ada")));
    assert_eq!(ask(&key, "a").await.answer(), BEN);
    assert_eq!(harness.activity(1).await[0].attempts[0].class, OutcomeClass::ModelLimit);
    assert_eq!(harness.account("ada").state, AccountState::Ready);
}

#[tokio::test]
async fn a_model_that_an_account_lacks_is_asked_of_the_one_that_has_it_from_then_on() {
    for transport in Transport::ALL {
        let harness = Setup::of(["ada", "ben"]).start().await;
        let key = harness.client("tool", "ada").await;
        harness.sim.set_models(&seat("ada"), Some(vec!["gpt-5.6-luna".to_owned()])).unwrap();
        assert_eq!(answer_of(&key, transport, "a").await, BEN, "{transport:?}");
        let classes: Vec<_> = harness.activity(1).await[0].attempts.iter().map(|one| one.class).collect();
        assert_eq!(classes, [OutcomeClass::Unsuitable, OutcomeClass::Success], "{transport:?}");
        let asked = turns(&harness.sim).len();
        assert_eq!(answer_of(&key, transport, "b").await, BEN, "{transport:?}");
        assert_eq!(turns(&harness.sim).len(), asked + 1, "{transport:?}: ada was asked again");
        let record = &harness.activity(2).await[1];
        let passed: Vec<_> = record.skipped.iter().map(|one| (&*one.account, one.reason)).collect();
        assert_eq!(passed, [("ada", MoveReason::Unsuitable)], "{transport:?}");
        let ada = harness.account("ada");
        assert_eq!((ada.state, ada.health.sample), (AccountState::Ready, 0), "{transport:?}");
        assert_eq!(answer_of_another_model(&key).await, ADA, "{transport:?}");
    }
}

#[tokio::test]
async fn a_model_that_nobody_has_is_refused_in_the_providers_own_words() {
    let harness = Setup::of(["ada", "ben"]).start().await;
    let key = harness.client("tool", "ada").await;
    for name in ["ada", "ben"] {
        harness.sim.set_models(&seat(name), Some(vec!["gpt-5.6-luna".to_owned()])).unwrap();
    }
    for attempts in [2, 1] {
        let posted = ask(&key, "a").await;
        assert_eq!(posted.status, 400);
        let said = posted.json()["detail"].to_string();
        assert!(said.contains("'gpt-5.5' model is not supported"), "{said}");
        let record = harness.activity(3 - attempts).await.pop().unwrap();
        assert_eq!(record.attempts.len(), attempts, "{record:?}");
    }
    let mut socket = Socket::open(&key, "b").await.unwrap();
    let frames = socket.ask(&frame(json!([user("hello")]))).await;
    let said = frames.last().unwrap()["error"]["message"].to_string();
    assert!(said.contains("'gpt-5.5' model is not supported"), "{said}");
}
