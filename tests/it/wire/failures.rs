//! Every failure before the first output, at each of its moments, on both transports: another account serves.

use futures_util::StreamExt as _;
use rockpool_sim::{Action, Cut, Fault, On, StreamFault};
use rockpool_tests::codex::Transport;
use rockpool_tests::request::{answer, events, frame, question, user};
use rockpool_tests::rig::{Key, Setup, seat};
use rockpool_tests::socket::Socket;
use serde_json::{Value, json};

use super::post::post;

/// How many rows run at once.
const BESIDE: usize = 6;

/// What goes wrong on the first account, and how its attempt is recorded.
struct Row {
    what: &'static str,
    action: Action,
    times: u32,
    attempts: &'static [&'static str],
}

fn row(what: &'static str, action: Action, attempts: &'static [&'static str]) -> Row {
    Row { what, action, times: 1, attempts }
}

fn error_event(code: &str) -> Action {
    let event = json!({"type": "error", "code": code, "message": "It went wrong.", "error": {"code": code, "message": "It went wrong."}});
    Action::InStream(StreamFault::Fail { after: 2, event })
}

/// Failures that another account cures.
fn curable() -> Vec<Row> {
    vec![
        row("429 usage limit", Action::UsageLimitReached, &["usage_limit"]),
        row("429 without a time", Action::rate_limited(None), &["rate_limited"]),
        row("429 with a time", Action::rate_limited(Some(7)), &["rate_limited"]),
        row("402 workspace", Action::deactivated_workspace(), &["forbidden"]),
        row("402 plain", Action::error(402, "payment", "Pay."), &["billing"]),
        row("403 page", Action::blocked_by_network(), &["failure"]),
        row("403 code", Action::error(403, "account_blocked", "No."), &["forbidden"]),
        row("408", Action::server_error(408), &["failure"]),
        row("500", Action::server_error(500), &["failure"]),
        row("502", Action::server_error(502), &["failure"]),
        row("503", Action::server_error(503), &["failure"]),
        row("503 overloaded", Action::overloaded(), &["failure"]),
        row("529", Action::server_error(529), &["failure"]),
        row("a model that the plan lacks", lacks_model(), &["unsuitable"]),
        row("cut before the answer", Action::CutBefore, &["failure"]),
        row("reset after the head", Action::cut(0, Cut::Reset), &["failure"]),
        row("cut after created", Action::cut(1, Cut::Abrupt), &["failure"]),
        row("end after in_progress", Action::cut(2, Cut::CleanEnd), &["failure"]),
        row("a limit inside a 200", hidden("usage_limit_reached"), &["usage_limit"]),
        row("a rate limit inside a 200", hidden("rate_limit_exceeded"), &["rate_limited"]),
        row("overload inside a 200", hidden("server_is_overloaded"), &["failure"]),
        row("an unknown failure inside a 200", hidden("made_up"), &["failure"]),
        row("a dead token inside a 200", hidden("token_invalidated"), &["unauthorized", "unauthorized"])
            .twice(),
        row("an error event", error_event("server_error"), &["failure"]),
        row("401 twice", Action::unauthorized("token_invalidated"), &["unauthorized", "unauthorized"])
            .twice(),
    ]
}

impl Row {
    fn twice(self) -> Self {
        Self { times: 2, ..self }
    }
}

fn hidden(code: &str) -> Action {
    Action::failed_in_stream(2, code, "It went wrong.")
}

fn lacks_model() -> Action {
    Action::error(400, "model_not_supported_with_chatgpt_account", "Not in this plan.")
}

/// Failures that every account would repeat: the answer stands.
fn final_ones() -> Vec<Row> {
    vec![
        row("400", Action::error(400, "invalid_request", "No."), &["rejected"]),
        row("400 context", Action::error(400, "context_length_exceeded", "Too long."), &["rejected"]),
        row("404 model", Action::error(404, "model_not_found", "Model not found."), &["rejected"]),
        row("413", Action::error(413, "too_large", "Too large."), &["rejected"]),
        row("a rejection inside a 200", hidden("context_length_exceeded"), &["rejected"]),
    ]
}

async fn ask(key: &Key, transport: Transport) -> Vec<Value> {
    match transport {
        Transport::Http => {
            let posted = post(key, "conversation-1", &question("hello")).await;
            assert!(posted.whole);
            match posted.status {
                200 => events(&posted.body),
                status => vec![json!({"type": "error", "status_code": status})],
            }
        }
        Transport::WebSocket => {
            let mut socket = Socket::open(key, "conversation-1").await.unwrap();
            socket.ask(&frame(json!([user("hello")]))).await
        }
    }
}

async fn is_cured(row: Row, transport: Transport) {
    let what = format!("{} over {transport:?}", row.what);
    let rig = Setup::of(["ada", "ben"]).start().await;
    let key = rig.client("tool", "ada").await;
    rig.sim.script(Fault::next(On::Turn, row.action).of(&seat("ada")).times(row.times));
    let events = ask(&key, transport).await;
    assert_eq!(answer(&events), "A simulated answer from acct-ben.", "{what}: {events:?}");
    let created = events.iter().filter(|event| event["type"] == "response.created").count();
    assert_eq!(created, 1, "{what}: the failed beginning was not shown");
    let records = rig.activity(1).await;
    assert_eq!(records.len(), 1, "{what}: {records:#?}");
    let record = &records[0];
    assert_eq!((record.outcome.as_str(), record.account.as_deref()), ("success", Some("ben")), "{what}");
    let attempts: Vec<_> =
        record.attempts.iter().map(|attempt| (attempt.account.as_str(), attempt.class.as_str())).collect();
    let failed = row.attempts.iter().map(|class| ("ada", *class));
    assert_eq!(attempts, failed.chain([("ben", "success")]).collect::<Vec<_>>(), "{what}");
    assert_eq!(rig.sim.pending_script().len(), 0, "{what}");
}

async fn stands(row: Row, transport: Transport) {
    let what = format!("{} over {transport:?}", row.what);
    let rig = Setup::of(["ada", "ben"]).start().await;
    let key = rig.client("tool", "ada").await;
    rig.sim.script(Fault::next(On::Turn, row.action).of(&seat("ada")));
    let events = ask(&key, transport).await;
    let last = events.last().unwrap();
    assert!(matches!(last["type"].as_str(), Some("error" | "response.failed")), "{what}: {last}");
    let records = rig.activity(1).await;
    let classes: Vec<_> =
        records.iter().flat_map(|record| &record.attempts).map(|try_| &try_.class).collect();
    assert_eq!(classes, row.attempts, "{what}");
    assert_eq!((records.len(), records[0].outcome.as_str()), (1, "rejected"), "{what}");
}

async fn each(rows: Vec<Row>, transport: Transport, test: impl AsyncFn(Row, Transport)) {
    let runs = rows.into_iter().map(|row| test(row, transport));
    futures_util::stream::iter(runs).buffer_unordered(BESIDE).collect::<Vec<()>>().await;
}

#[tokio::test]
async fn a_failure_before_the_first_output_is_cured_by_another_account_over_http() {
    each(curable(), Transport::Http, is_cured).await;
}

#[tokio::test]
async fn a_failure_before_the_first_output_is_cured_by_another_account_over_websocket() {
    each(curable(), Transport::WebSocket, is_cured).await;
}

#[tokio::test]
async fn what_every_account_would_answer_stands_over_http() {
    each(final_ones(), Transport::Http, stands).await;
}

#[tokio::test]
async fn what_every_account_would_answer_stands_over_websocket() {
    each(final_ones(), Transport::WebSocket, stands).await;
}

#[tokio::test]
async fn an_account_that_takes_over_with_an_expired_bearer_gets_a_new_one_first() {
    for transport in Transport::ALL {
        let rig = Setup::of(["ada", "ben"]).start().await;
        let key = rig.client("tool", "ada").await;
        // Ben's bearer is of a later generation than Ada's.
        for _ in 0..2 {
            rig.sim.expire_access_tokens("user-ben").unwrap();
            rig.api.post("/accounts/ben/quota", Value::Null).await;
        }
        rig.sim.expire_access_tokens("user-ben").unwrap();
        rig.sim.script(Fault::next(On::Turn, Action::UsageLimitReached).of(&seat("ada")));
        let events = ask(&key, transport).await;
        assert_eq!(answer(&events), "A simulated answer from acct-ben.", "{transport:?}: {events:?}");
        assert_eq!(rockpool_tests::journal::refreshes(&rig.sim).len(), 3, "{transport:?}");
    }
}

#[tokio::test]
async fn a_refused_bearer_is_refreshed_once_and_the_same_account_serves() {
    for transport in Transport::ALL {
        let rig = Setup::of(["ada", "ben"]).start().await;
        let key = rig.client("tool", "ada").await;
        rig.sim.script(Fault::next(On::Turn, Action::unauthorized("token_expired")).of(&seat("ada")));
        let events = ask(&key, transport).await;
        assert_eq!(answer(&events), "A simulated answer from acct-ada.", "{transport:?}");
        let record = &rig.activity(1).await[0];
        let classes: Vec<_> = record.attempts.iter().map(|attempt| attempt.class.as_str()).collect();
        assert_eq!(classes, ["unauthorized", "success"], "{transport:?}");
        assert_eq!(rockpool_tests::journal::refreshes(&rig.sim).len(), 1, "{transport:?}");
    }
}
