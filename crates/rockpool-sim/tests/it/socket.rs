//! Responses over WebSocket.

use std::time::Duration;

use futures_util::SinkExt as _;
use rockpool_sim::{Action, Cut, EntryKind, Fault, On, SeatId};
use serde_json::{Value, json};
use yawc::{Frame, OpCode, Options, TcpWebSocket, WebSocket};

use crate::support::{SimHarness, ada, finished, question, said, user};

async fn connect(harness: &SimHarness, bearer: &str, seat: &SeatId) -> TcpWebSocket {
    let url = harness.backend("/codex/responses").replace("http://", "ws://").parse().unwrap();
    let headers = yawc::HttpRequestBuilder::new()
        .header("authorization", format!("Bearer {bearer}"))
        .header("chatgpt-account-id", &seat.account_id);
    let options = Options::default().with_limits(16 << 20, 16 << 20).with_balanced_compression();
    WebSocket::connect(url).with_request(headers).with_options(options).await.unwrap()
}

fn create(text: &str) -> Value {
    let mut frame = question(text);
    frame["type"] = json!("response.create");
    frame
}

async fn send(socket: &mut TcpWebSocket, frame: &Value) {
    socket.send(Frame::text(frame.to_string())).await.unwrap();
}

/// Frames up to the one that ends the response, or to the end of the connection.
async fn answer(socket: &mut TcpWebSocket) -> Vec<Value> {
    let mut frames = Vec::new();
    while let Ok(frame) = socket.next_frame().await {
        if frame.opcode() != OpCode::Text {
            break;
        }
        let event: Value = serde_json::from_str(frame.as_str()).unwrap();
        let last = matches!(event["type"].as_str(), Some("response.completed" | "response.failed" | "error"));
        frames.push(event);
        if last {
            break;
        }
    }
    frames
}

async fn turn(socket: &mut TcpWebSocket, frame: &Value) -> Vec<Value> {
    send(socket, frame).await;
    answer(socket).await
}

fn response_id(frames: &[Value]) -> Value {
    frames.last().unwrap()["response"]["id"].clone()
}

#[tokio::test]
async fn a_prewarm_a_turn_and_a_tool_round_build_on_each_other() {
    let harness = SimHarness::start().await;
    let bearer = harness.mint(&ada()).access_token;
    let mut socket = connect(&harness, &bearer, &ada()).await;
    let mut prewarm = create("");
    prewarm["generate"] = json!(false);
    prewarm["input"] = json!([]);
    let warmed = turn(&mut socket, &prewarm).await;
    assert_eq!(warmed.len(), 2);

    let mut first = create("[[tool: echo hello]]");
    first["previous_response_id"] = response_id(&warmed);
    let called = turn(&mut socket, &first).await;
    assert_eq!(called[0]["type"], "codex.rate_limits");
    assert_eq!(called[0]["rate_limits"]["primary"]["used_percent"], 1);
    let call = finished(&called, "function_call");

    let mut second = create("");
    second["previous_response_id"] = response_id(&called);
    second["input"] =
        json!([{"type": "function_call_output", "call_id": call["call_id"], "output": "hello"}]);
    assert_eq!(said(&turn(&mut socket, &second).await), "The tool said: hello");
    let frames = harness.sim.journal().into_iter().filter(|entry| matches!(entry.kind, EntryKind::Frame(_)));
    assert_eq!(frames.count(), 3);
}

#[tokio::test]
async fn a_response_id_of_another_connection_is_refused() {
    let harness = SimHarness::start().await;
    let bearer = harness.mint(&ada()).access_token;
    let mut one = connect(&harness, &bearer, &ada()).await;
    let mut other = connect(&harness, &bearer, &ada()).await;
    let answered = turn(&mut one, &create("hello")).await;
    let mut next = create("again");
    next["previous_response_id"] = response_id(&answered);
    let refused = turn(&mut other, &next).await;
    let error = refused.last().unwrap();
    assert_eq!(error["error"]["code"], "previous_response_not_found");
    assert_eq!(error["status_code"], 400);
    assert!(error.get("status").is_none());
    assert_eq!(turn(&mut one, &next).await.last().unwrap()["type"], "response.completed");
}

#[tokio::test]
async fn foreign_ciphertext_is_refused_in_a_frame_too() {
    let harness = SimHarness::start().await;
    let bearer = harness.mint(&ada()).access_token;
    let work = crate::support::ada_at_work();
    let mut own = connect(&harness, &bearer, &ada()).await;
    let reasoning = finished(&turn(&mut own, &create("hello")).await, "reasoning");
    let mut foreign = connect(&harness, &bearer, &work).await;
    let mut frame = create("x");
    frame["input"] = json!([reasoning, user("x")]);
    let refused = turn(&mut foreign, &frame).await;
    assert_eq!(refused[0]["error"]["code"], "invalid_encrypted_content");
}

#[tokio::test]
async fn a_frame_is_held_against_the_same_rules_and_its_breaches_are_written_down() {
    let harness = SimHarness::start().await;
    let bearer = harness.mint(&ada()).access_token;
    let mut socket = connect(&harness, &bearer, &ada()).await;
    let mut unsupported = create("hello");
    unsupported["max_output_tokens"] = json!(100);
    let mut lite = create("hello");
    lite["model"] = json!("gpt-6.2-sol");
    lite["instructions"] = Value::Null;
    lite["parallel_tool_calls"] = json!(false);
    lite["reasoning"] = json!({"context": "all_turns"});
    for (frame, said) in
        [(&unsupported, "Unsupported parameter: max_output_tokens"), (&lite, "Model not found gpt-6.2-sol")]
    {
        harness.sim.clear_journal();
        let refused = turn(&mut socket, frame).await;
        assert_eq!((&refused[0]["type"], &refused[0]["error"]["message"]), (&json!("error"), &json!(said)));
        assert_eq!(harness.sim.violations(), [said]);
    }
    lite["client_metadata"] = json!({"ws_request_header_x_openai_internal_codex_responses_lite": "true"});
    harness.sim.clear_journal();
    assert_eq!(turn(&mut socket, &lite).await.last().unwrap()["type"], "response.completed");
    assert!(harness.sim.violations().is_empty());
}

#[tokio::test]
async fn a_dry_account_says_so_in_a_frame_with_title_case_headers() {
    let harness = SimHarness::start().await;
    let bearer = harness.mint(&ada()).access_token;
    let mut socket = connect(&harness, &bearer, &ada()).await;
    harness.sim.set_windows(&ada(), &rockpool_sim::Windows::weekly_only().used(100.0, 0.0)).unwrap();
    let refused = turn(&mut socket, &create("hello")).await;
    assert_eq!(refused[0]["status_code"], 429);
    assert_eq!(refused[0]["error"]["type"], "usage_limit_reached");
    assert_eq!(refused[0]["headers"]["X-Codex-Primary-Used-Percent"], "100");
}

#[tokio::test]
async fn a_connection_lives_sixty_minutes() {
    let harness = SimHarness::start().await;
    let bearer = harness.mint(&ada()).access_token;
    let mut socket = connect(&harness, &bearer, &ada()).await;
    harness.sim.advance(Duration::from_secs(3601));
    let refused = turn(&mut socket, &create("hello")).await;
    assert_eq!(refused[0]["error"]["code"], "websocket_connection_limit_reached");
}

#[tokio::test]
async fn a_dead_login_ends_the_turns_of_its_open_connections() {
    let harness = SimHarness::start().await;
    let bearer = harness.mint(&ada()).access_token;
    let mut socket = connect(&harness, &bearer, &ada()).await;
    harness.sim.kill_login("user-ada", rockpool_sim::Death::Revoked).unwrap();
    let refused = turn(&mut socket, &create("hello")).await;
    assert_eq!(
        (&refused[0]["status_code"], &refused[0]["error"]["code"]),
        (&json!(401), &json!("token_invalidated"))
    );
}

#[tokio::test]
async fn a_turn_is_cut_where_the_script_says() {
    let harness = SimHarness::start().await;
    let bearer = harness.mint(&ada()).access_token;
    for how in [Cut::Reset, Cut::Abrupt, Cut::CleanEnd] {
        harness.sim.script(Fault::next(On::Frame, Action::cut(2, how)));
        let mut socket = connect(&harness, &bearer, &ada()).await;
        let frames = turn(&mut socket, &create("hello")).await;
        let kinds: Vec<&str> = frames.iter().map(|event| event["type"].as_str().unwrap()).collect();
        assert_eq!(
            kinds,
            ["codex.rate_limits", "response.metadata", "response.created", "response.in_progress"],
            "{how:?}"
        );
    }
}

#[tokio::test]
async fn the_handshake_negotiates_deflate_and_can_be_refused() {
    let harness = SimHarness::start().await;
    let bearer = harness.mint(&ada()).access_token;
    let shake = || {
        harness
            .get("/codex/responses", &bearer, &ada())
            .header("connection", "Upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "mourisnJxdbKhGGXrNrALg==")
            .header("sec-websocket-extensions", "permessage-deflate; client_max_window_bits")
            .send()
    };
    let agreed = shake().await.unwrap();
    assert_eq!(agreed.status(), 101);
    assert_eq!(agreed.headers()["sec-websocket-extensions"], "permessage-deflate");
    assert!(agreed.headers().contains_key("x-models-etag"));
    for (action, status) in [
        (Action::upgrade_required(), 426),
        (Action::unauthorized("token_invalidated"), 401),
        (Action::UsageLimitReached, 429),
        (Action::blocked_by_network(), 403),
        (Action::server_error(502), 502),
    ] {
        harness.sim.script(Fault::next(On::Handshake, action));
        assert_eq!(shake().await.unwrap().status(), status);
    }
}
