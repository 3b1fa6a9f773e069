//! WebSockets frame by frame: error frames, response ids, refused handshakes, deflate and limits.

mod age;
mod blocked;
mod breaker;
mod errors;
mod idle;
mod oversize;
mod patience;
mod silence;

use rockpool_engine::snapshot::{MoveReason, OutcomeClass};
use rockpool_sim::{Action, Fault, On};
use rockpool_tests::harness::{Setup, seat};
use rockpool_tests::journal::{item_types, served, turns};
use rockpool_tests::tools::request::{answer, frame, items, types, user};
use rockpool_tests::tools::socket::Socket;
use serde_json::{Value, json};

/// The CLI 0.169.0 does not parse a frame with both, and waits five minutes for one with neither.
#[track_caller]
fn has_exactly_one_status(frame: &Value) {
    assert_eq!(frame["type"], "error", "{frame}");
    let statuses = ["status", "status_code"].iter().filter(|name| frame.get(**name).is_some()).count();
    assert_eq!(statuses, 1, "{frame}");
    assert!(frame["error"]["message"].as_str().is_some_and(|message| !message.is_empty()), "{frame}");
}

/// A turn that builds on an answer of the same connection.
fn continued(input: Value, answered: &[Value]) -> Value {
    let mut turn = frame(input);
    turn["previous_response_id"] = answered.last().unwrap()["response"]["id"].clone();
    turn
}

#[tokio::test]
async fn a_frame_that_is_no_json_is_answered_with_one_status_and_leaves_a_record() {
    let harness = Setup::of(["ada"]).start().await;
    let key = harness.client("tool", "ada").await;
    let mut socket = Socket::open(&key, "conversation-1").await.unwrap();
    socket.send_text("{ this is no json".to_owned()).await;
    let frames = socket.answer().await;
    has_exactly_one_status(frames.last().unwrap());
    assert_eq!(frames.last().unwrap()["status_code"], 400);
    assert_eq!(harness.activity(1).await.len(), 1);
}

#[tokio::test]
async fn a_usage_limit_on_a_frame_is_told_with_one_status_and_leaves_a_record() {
    let harness = Setup::of(["ada"]).start().await;
    let key = harness.client("tool", "ada").await;
    let mut socket = Socket::open(&key, "conversation-1").await.unwrap();
    harness.sim.script(Fault::next(On::Frame, Action::UsageLimitReached));
    let frames = socket.ask(&frame(json!([user("hello")]))).await;
    has_exactly_one_status(frames.last().unwrap());
    assert_eq!(frames.last().unwrap()["error"]["type"], "usage_limit_reached");
    assert_eq!(harness.activity(1).await.len(), 1);
}

#[tokio::test]
async fn after_error_frames_a_response_id_of_before_is_answered_with_one_status_and_each_frame_has_a_record()
{
    let harness = Setup::of(["ada"]).start().await;
    let key = harness.client("tool", "ada").await;
    let mut socket = Socket::open(&key, "conversation-1").await.unwrap();
    socket.send_text("{ this is no json".to_owned()).await;
    socket.answer().await;
    harness.sim.script(Fault::next(On::Frame, Action::UsageLimitReached));
    socket.ask(&frame(json!([user("hello")]))).await;
    let mut continued = frame(json!([user("more")]));
    continued["previous_response_id"] = json!("resp_of_before");
    let frames = socket.ask(&continued).await;
    has_exactly_one_status(frames.last().unwrap());
    assert_eq!(harness.activity(3).await.len(), 3, "each frame left one record");
}

#[tokio::test]
async fn a_frame_that_continues_on_an_exhausted_account_is_told_so_and_a_new_connection_serves_it() {
    let harness = Setup::of(["ada", "ben"]).start().await;
    let key = harness.client("tool", "ada").await;
    let mut socket = Socket::open(&key, "conversation-1").await.unwrap();
    let first = socket.ask(&frame(json!([user("one")]))).await;
    assert_eq!(answer(&first), "A simulated answer from acct-ada.");
    let id = first.last().unwrap()["response"]["id"].clone();
    harness.exhaust("ada").await;

    let mut continued = frame(json!([user("two")]));
    continued["previous_response_id"] = id;
    let told = socket.ask(&continued).await;
    assert_eq!(types(&told), ["error"]);
    has_exactly_one_status(&told[0]);
    assert_eq!(
        (&told[0]["status_code"], &told[0]["error"]["code"]),
        (&json!(400), &json!("previous_response_not_found"))
    );

    let mut again = Socket::open(&key, "conversation-1").await.unwrap();
    let mut everything = vec![user("one")];
    everything.extend(items(&first));
    everything.push(user("two"));
    let second = again.ask(&frame(Value::Array(everything))).await;
    assert_eq!(answer(&second), "A simulated answer from acct-ben.", "{second:?}");
    let turns = turns(&harness.sim);
    assert_eq!(served(&turns), ["ada 200", "ben 200"]);
    assert_eq!(item_types(&turns[1]), ["message", "message", "message"], "without its reasoning");
}

#[tokio::test]
async fn a_frame_that_continues_is_never_sent_elsewhere_when_its_account_fails_it() {
    let harness = Setup::of(["ada", "ben"]).start().await;
    let key = harness.client("tool", "ada").await;
    let mut socket = Socket::open(&key, "conversation-1").await.unwrap();
    let first = socket.ask(&frame(json!([user("one")]))).await;
    let mut continued = frame(json!([user("two")]));
    continued["previous_response_id"] = first.last().unwrap()["response"]["id"].clone();
    harness.sim.script(Fault::next(On::Frame, Action::server_error(500)).of(&seat("ada")));
    let told = socket.ask(&continued).await;
    assert_eq!(told[0]["error"]["code"], "previous_response_not_found", "{told:?}");
    assert_eq!(served(&turns(&harness.sim)), ["ada 200", "ada 500"]);
}

#[tokio::test]
async fn a_response_id_of_another_connection_is_refused_by_the_provider_and_that_answer_stands() {
    let harness = Setup::of(["ada", "ben"]).start().await;
    let key = harness.client("tool", "ada").await;
    let mut socket = Socket::open(&key, "conversation-1").await.unwrap();
    let first = socket.ask(&frame(json!([user("one")]))).await;
    let mut other = Socket::open(&key, "conversation-1").await.unwrap();
    let mut continued = frame(json!([user("two")]));
    continued["previous_response_id"] = first.last().unwrap()["response"]["id"].clone();
    let told = other.ask(&continued).await;
    has_exactly_one_status(&told[0]);
    assert_eq!(told[0]["error"]["code"], "previous_response_not_found");
    assert_eq!(served(&turns(&harness.sim)), ["ada 200", "ada 400"]);
}

#[tokio::test]
async fn limits_and_catalogue_tags_of_one_account_are_not_shown() {
    let harness = Setup::of(["ada"]).start().await;
    let key = harness.client("tool", "ada").await;
    let mut socket = Socket::open(&key, "conversation-1").await.unwrap();
    for name in ["x-models-etag", "set-cookie", "x-codex-primary-used-percent"] {
        assert!(!socket.headers.contains_key(name), "{name}");
    }
    assert_eq!(socket.headers["x-reasoning-included"], "true", "what does not contradict the pool stays");
    let before = harness.account("ada").quota_seen_at;
    let frames = socket.ask(&frame(json!([user("hello")]))).await;
    assert!(!types(&frames).contains(&"codex.rate_limits"), "{:?}", types(&frames));
    assert!(types(&frames).contains(&"response.metadata"), "the turn state is handed on");
    assert!(harness.account("ada").quota_seen_at > before, "but the limits were read");
    assert_eq!(harness.account("ada").windows[0].used_percent, Some(1.0));
}

#[tokio::test]
async fn a_provider_that_takes_no_websockets_is_told_by_426() {
    let harness = Setup::of(["ada", "ben"]).start().await;
    let key = harness.client("tool", "ada").await;
    for action in
        [Action::upgrade_required(), Action::error(404, "not_found", "No."), Action::server_error(503)]
    {
        let what = format!("{action:?}");
        harness.sim.script(Fault::next(On::Handshake, action).times(2));
        let refusal = Socket::open(&key, "conversation-1").await.unwrap_err();
        assert_eq!(refusal.status(), 426, "{what}");
        harness.sim.clear_script();
    }
    assert_eq!(harness.activity(3).await.len(), 3, "each handshake left one record");
}

#[tokio::test]
async fn a_handshake_with_every_account_dry_is_told_as_a_limit() {
    let harness = Setup::of(["ada", "ben"]).start().await;
    let key = harness.client("tool", "ada").await;
    harness.exhaust("ada").await;
    harness.exhaust("ben").await;
    let refusal = Socket::open(&key, "conversation-1").await.unwrap_err();
    assert_eq!(refusal.status(), 429);
    let body: Value = serde_json::from_slice(refusal.body().as_ref().unwrap()).unwrap();
    assert_eq!(body["error"]["type"], "usage_limit_reached");
    assert!(body["error"]["resets_in_seconds"].as_i64().is_some_and(|wait| wait > 0));
    assert_eq!(refusal.headers()["x-should-retry"], "false");
    let record = &harness.activity(1).await[0];
    let skipped: Vec<_> = record.skipped.iter().map(|skipped| (&*skipped.account, skipped.reason)).collect();
    assert_eq!(skipped, [("ada", MoveReason::Exhausted), ("ben", MoveReason::Exhausted)]);
}

#[tokio::test]
async fn a_handshake_without_a_key_is_refused_in_openais_form() {
    let harness = Setup::of(["ada"]).start().await;
    let mut key = harness.client("tool", "ada").await;
    key.secret = "rp_made_up".to_owned();
    let refusal = Socket::open(&key, "conversation-1").await.unwrap_err();
    assert_eq!(refusal.status(), 401);
    let body: Value = serde_json::from_slice(refusal.body().as_ref().unwrap()).unwrap();
    assert_eq!(body["error"]["code"], "invalid_api_key");
}

#[tokio::test]
async fn a_turn_of_several_megabytes_goes_through_whole() {
    let harness = Setup::of(["ada"]).start().await;
    let key = harness.client("tool", "ada").await;
    let mut socket = Socket::open(&key, "conversation-1").await.unwrap();
    let long = "tide ".repeat(1 << 20);
    let frames = socket.ask(&frame(json!([user(&long), user("[[say: read it all]]")]))).await;
    assert_eq!(answer(&frames), "read it all");
    let turns = turns(&harness.sim);
    assert_eq!(turns[0].body["input"][0]["content"][0]["text"].as_str().map(str::len), Some(long.len()));
}

#[tokio::test]
async fn an_open_connection_does_not_hold_up_the_engines_end() {
    let mut harness = Setup::of(["ada"]).start().await;
    let key = harness.client("tool", "ada").await;
    let mut idle = Socket::open(&key, "conversation-1").await.unwrap();
    let mut busy = Socket::open(&key, "conversation-2").await.unwrap();
    harness.sim.script(Fault::next(On::Frame, Action::stall(8)));
    busy.send(&frame(json!([user("hello")]))).await;
    rockpool_tests::wait::until("the provider is asked", || (!turns(&harness.sim).is_empty()).then_some(()))
        .await;
    rockpool_tests::wait::within("the engine ends", harness.stop()).await;
    assert_eq!(idle.next().await, None);
    while busy.next().await.is_some() {}
    harness.start_again().await;
    let records = harness.activity(1).await;
    assert_eq!(records.len(), 1, "the turn that was under way left its record");
}

#[tokio::test]
async fn turns_that_come_before_the_one_under_way_ended_are_answered_in_order_with_a_record_each() {
    let harness = Setup::of(["ada"]).start().await;
    let key = harness.client("tool", "ada").await;
    let mut socket = Socket::open(&key, "conversation-1").await.unwrap();
    for said in ["[[say: one]]", "[[say: two]]", "[[say: three]]"] {
        socket.send(&frame(json!([user(said)]))).await;
    }
    let mut answers = Vec::new();
    for _ in 0..3 {
        answers.push(answer(&socket.answer().await));
    }
    assert_eq!(answers, ["one", "two", "three"]);
    let records = harness.activity(3).await;
    assert!(records.iter().all(|record| record.outcome == OutcomeClass::Success), "{records:?}");
}
