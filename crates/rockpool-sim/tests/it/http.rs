//! Responses over HTTP: what is refused, what is answered, what it costs, what goes wrong on order.

use std::time::Duration;

use rockpool_sim::{Action, Cut, Fault, LineEnd, On, SimConfig, StreamFault, Windows};
use serde_json::{Value, json};

use crate::support::{SimHarness, ada, ada_at_work, ben, code_of, events, finished, question, said, user};

#[tokio::test]
async fn an_answer_is_streamed_and_its_reasoning_comes_back_to_its_own_account_only() {
    let harness = SimHarness::start().await;
    let bearer = harness.mint(&ada()).access_token;
    let response =
        harness.ask(&bearer, &ada(), &question("hello [[say: good morning]]")).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["openai-model"], "gpt-5.5");
    let events = events(&response.text().await.unwrap());
    assert_eq!(events.first().unwrap()["type"], "response.created");
    assert_eq!(events.last().unwrap()["type"], "response.completed");
    assert_eq!(said(&events), "good morning");

    let mut next = question("and now?");
    next["input"] = json!([
        user("hello"),
        finished(&events, "reasoning"),
        finished(&events, "message"),
        user("and now?")
    ]);
    assert_eq!(harness.ask(&bearer, &ada(), &next).send().await.unwrap().status(), 200);
    let foreign = harness.ask(&bearer, &ada_at_work(), &next).send().await.unwrap();
    assert_eq!(code_of(foreign).await, (400, "invalid_encrypted_content".to_owned()));
    next["input"][1]["encrypted_content"] = json!("gAAAAAnonsense");
    let garbage = harness.ask(&bearer, &ada(), &next).send().await.unwrap();
    assert_eq!(code_of(garbage).await, (400, "invalid_encrypted_content".to_owned()));
}

#[tokio::test]
async fn a_share_of_the_streams_has_no_content_type_and_begins_with_events_of_the_backends_own() {
    let shares = |config: &mut SimConfig| {
        config.without_content_type = SimConfig::default().without_content_type;
        config.private_events = SimConfig::default().private_events;
    };
    let harness = SimHarness::start_with(shares).await;
    let bearer = harness.mint(&ada()).access_token;
    let mut seen = Vec::new();
    for _ in 0..6 {
        let response = harness.ask(&bearer, &ada(), &question("hello")).send().await.unwrap();
        let typed = response.headers().contains_key("content-type");
        let first = events(&response.text().await.unwrap())[0]["type"].as_str().unwrap().to_owned();
        seen.push((typed, first == "codex.rate_limits"));
    }
    let expected =
        [(false, true), (true, false), (false, false), (true, true), (false, false), (true, false)];
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn lines_end_as_ordered_and_data_is_spread_over_several() {
    let harness = SimHarness::start().await;
    let bearer = harness.mint(&ada()).access_token;
    let mut texts = Vec::new();
    for form in [StreamFault::LineEnds { with: LineEnd::CarriageReturn }, StreamFault::SeveralDataLines] {
        harness.sim.script(Fault::next(On::Http, Action::InStream(form)));
        let response = harness.ask(&bearer, &ada(), &question("hello")).send().await.unwrap();
        texts.push(response.text().await.unwrap());
    }
    assert!(texts[0].starts_with("event: response.created\rdata: {") && !texts[0].contains('\n'));
    assert!(texts[0].ends_with("}\r\r"));
    assert!(texts[1].starts_with("event: response.created\ndata: {\ndata:   \""), "{}", texts[1]);
}

#[tokio::test]
async fn an_error_is_encoded_where_that_is_accepted_or_ordered() {
    let harness = SimHarness::start().await;
    let bearer = harness.mint(&ada()).access_token;
    let ordered = |coding: &str| Action::Answer {
        status: 429,
        headers: vec![("content-encoding".to_owned(), coding.to_owned())],
        body: json!({"detail": "no"}),
    };
    for (accepts, order, encoding) in [
        ("gzip, br", Action::server_error(500), Some("gzip")),
        ("identity", Action::server_error(500), None),
        ("identity", ordered("br"), Some("br")),
        ("identity", ordered("zstd"), Some("zstd")),
    ] {
        harness.sim.script(Fault::next(On::Http, order));
        let request = harness.ask(&bearer, &ada(), &question("hello")).header("accept-encoding", accepts);
        let response = request.send().await.unwrap();
        let named = response.headers().get("content-encoding").map(|name| name.to_str().unwrap().to_owned());
        assert_eq!(named.as_deref(), encoding, "{accepts}");
        let plain = response.bytes().await.unwrap().starts_with(b"{");
        assert_eq!(plain, encoding.is_none(), "{accepts} {encoding:?}");
    }
}

#[tokio::test]
async fn a_foreign_compaction_or_agent_message_is_refused_too() {
    let harness = SimHarness::start().await;
    let (ada_bearer, ben_bearer) = (harness.mint(&ada()).access_token, harness.mint(&ben()).access_token);
    let mut compact = question("x");
    compact["input"] = json!([user("x"), {"type": "compaction_trigger"}]);
    let text = harness.ask(&ada_bearer, &ada(), &compact).send().await.unwrap().text().await.unwrap();
    let done: Vec<Value> =
        events(&text).into_iter().filter(|event| event["type"] == "response.output_item.done").collect();
    assert_eq!(done.len(), 1);
    let compaction = done[0]["item"].clone();
    assert_eq!(compaction["type"], "compaction");
    let blob = compaction["encrypted_content"].clone();
    for item in [
        compaction,
        json!({"type": "agent_message", "content": [{"type": "encrypted_content", "encrypted_content": blob}]}),
    ] {
        let mut next = question("go on");
        next["input"] = json!([item, user("go on")]);
        assert_eq!(harness.ask(&ada_bearer, &ada(), &next).send().await.unwrap().status(), 200);
        assert_eq!(harness.ask(&ben_bearer, &ben(), &next).send().await.unwrap().status(), 400);
    }
}

#[tokio::test]
async fn what_the_backend_does_not_take_is_refused_by_name() {
    let harness = SimHarness::start().await;
    let bearer = harness.mint(&ada()).access_token;
    let changes: [(&str, Value, u16, &str); 9] = [
        ("store", json!(true), 400, "Store must be set to false"),
        ("stream", json!(false), 400, "Stream must be set to true"),
        ("input", json!("hello"), 400, "Input must be a list"),
        ("temperature", json!(0.5), 400, "Unsupported parameter: temperature"),
        ("previous_response_id", json!("resp_1"), 400, "Unsupported parameter: previous_response_id"),
        ("instructions", Value::Null, 400, "Instructions are required"),
        ("model", json!("gpt-none"), 404, "model_not_found"),
        ("model", json!("gpt-6.1-sol"), 404, "model_not_found"),
        (
            "input",
            json!([{"type": "message", "role": "system", "content": "x"}]),
            400,
            "System messages are not allowed",
        ),
    ];
    for (name, value, status, code) in changes {
        let mut body = question("hello");
        body[name] = value;
        let refused = harness.ask(&bearer, &ada(), &body).send().await.unwrap();
        assert_eq!(code_of(refused).await, (status, code.to_owned()), "{name}");
    }
}

#[tokio::test]
async fn a_lite_model_wants_the_lite_contract() {
    let harness = SimHarness::start().await;
    let bearer = harness.mint(&ada()).access_token;
    let mut body = question("hello");
    body["model"] = json!("gpt-6.1-sol");
    body["instructions"] = Value::Null;
    body["parallel_tool_calls"] = json!(false);
    body["reasoning"] = json!({"effort": "low", "context": "all_turns"});
    let lite = "x-openai-internal-codex-responses-lite";
    assert_eq!(harness.ask(&bearer, &ada(), &body).send().await.unwrap().status(), 404);
    assert_eq!(harness.ask(&bearer, &ada(), &body).header(lite, "true").send().await.unwrap().status(), 200);
    body["parallel_tool_calls"] = json!(true);
    assert_eq!(harness.ask(&bearer, &ada(), &body).header(lite, "true").send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn a_tool_is_called_and_its_output_answered() {
    let harness = SimHarness::start().await;
    let bearer = harness.mint(&ada()).access_token;
    let text = harness
        .ask(&bearer, &ada(), &question("[[tool: echo hello]]"))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let call = finished(&events(&text), "function_call");
    assert_eq!(call["arguments"], r#"{"cmd":"echo hello"}"#);
    let mut next = question("");
    let output =
        json!({"type": "function_call_output", "call_id": call["call_id"], "output": "Output:\nhello\n"});
    next["input"] = json!([user("[[tool: echo hello]]"), call, output]);
    let text = harness.ask(&bearer, &ada(), &next).send().await.unwrap().text().await.unwrap();
    assert_eq!(said(&events(&text)), "The tool said: hello");
    next["input"] = json!([user("[[tool: echo hello]]"), output]);
    assert_eq!(harness.ask(&bearer, &ada(), &next).send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn a_zstd_body_is_understood() {
    let harness = SimHarness::start().await;
    let bearer = harness.mint(&ada()).access_token;
    let packed = zstd::encode_all(question("hello").to_string().as_bytes(), 3).unwrap();
    let request = harness.ask(&bearer, &ada(), &json!({})).header("content-encoding", "zstd").body(packed);
    assert_eq!(request.send().await.unwrap().status(), 200);
    assert_eq!(harness.sim.journal().last().unwrap().body["model"], "gpt-5.5");
}

#[tokio::test]
async fn quota_that_is_spent_shows_in_usage_and_headers_until_its_reset() {
    let harness = SimHarness::start().await;
    let bearer = harness.mint(&ada()).access_token;
    harness
        .sim
        .set_windows(&ada(), &Windows::five_hours_and_weekly().used(98.0, 40.0).resetting_in(600, 9000))
        .unwrap();
    let response = harness.ask(&bearer, &ada(), &question("1")).send().await.unwrap();
    assert_eq!(response.headers()["x-codex-primary-used-percent"], "99");
    assert_eq!(response.headers()["x-codex-primary-window-minutes"], "300");
    assert_eq!(response.headers()["x-codex-secondary-used-percent"], "40");
    assert_eq!(harness.ask(&bearer, &ada(), &question("2")).send().await.unwrap().status(), 200);

    let dry = harness.ask(&bearer, &ada(), &question("3")).send().await.unwrap();
    assert_eq!(dry.status(), 429);
    let body: Value = dry.json().await.unwrap();
    assert_eq!(body["error"]["type"], "usage_limit_reached");
    assert_eq!(body["error"]["resets_in_seconds"], 600);
    let usage: Value =
        harness.get("/wham/usage", &bearer, &ada()).send().await.unwrap().json().await.unwrap();
    assert_eq!(usage["rate_limit"]["limit_reached"], true);
    assert_eq!(usage["rate_limit"]["primary_window"]["used_percent"], 100);
    // The other workspace of the same login has its own.
    assert_eq!(harness.ask(&bearer, &ada_at_work(), &question("4")).send().await.unwrap().status(), 200);

    harness.sim.advance(Duration::from_secs(600));
    assert_eq!(harness.ask(&bearer, &ada(), &question("5")).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn models_differ_in_their_etag_between_accounts_and_agree_with_the_answers() {
    let harness = SimHarness::start().await;
    let bearer = harness.mint(&ada()).access_token;
    let mut etags = Vec::new();
    for seat in [ada(), ada_at_work()] {
        let models =
            harness.get("/codex/models?client_version=0.169.0", &bearer, &seat).send().await.unwrap();
        let etag = models.headers()["etag"].clone();
        let answer = harness.ask(&bearer, &seat, &question("hello")).send().await.unwrap();
        assert_eq!(answer.headers()["x-models-etag"], etag);
        etags.push(etag);
    }
    assert_ne!(etags[0], etags[1]);
}

#[tokio::test]
async fn a_turn_state_of_another_account_is_refused() {
    let harness = SimHarness::start().await;
    let bearer = harness.mint(&ada()).access_token;
    let response = harness.ask(&bearer, &ada(), &question("hello")).send().await.unwrap();
    let state = response.headers()["x-codex-turn-state"].clone();
    let again = |seat| {
        harness.ask(&bearer, &seat, &question("hello")).header("x-codex-turn-state", state.clone()).send()
    };
    assert_eq!(again(ada()).await.unwrap().status(), 200);
    assert_eq!(again(ada_at_work()).await.unwrap().status(), 400);
    let noted = harness.sim.journal().last().unwrap().notes.join(" ");
    assert!(noted.contains("acct-ada"), "{noted}");
}

#[tokio::test]
async fn a_scripted_refusal_is_for_its_account_and_count_only() {
    let harness = SimHarness::start().await;
    let (ada_bearer, ben_bearer) = (harness.mint(&ada()).access_token, harness.mint(&ben()).access_token);
    harness.sim.script(Fault::next(On::Turn, Action::rate_limited(Some(7))).of(&ada()));
    assert_eq!(harness.ask(&ben_bearer, &ben(), &question("hello")).send().await.unwrap().status(), 200);
    let refused = harness.ask(&ada_bearer, &ada(), &question("hello")).send().await.unwrap();
    assert_eq!((refused.status().as_u16(), refused.headers()["retry-after"].to_str().unwrap()), (429, "7"));
    assert_eq!(harness.ask(&ada_bearer, &ada(), &question("hello")).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_failure_can_hide_in_a_200() {
    let harness = SimHarness::start().await;
    let bearer = harness.mint(&ada()).access_token;
    harness.sim.script(Fault::next(On::Http, Action::failed_in_stream(2, "server_is_overloaded", "busy")));
    let text = harness.ask(&bearer, &ada(), &question("hello")).send().await.unwrap().text().await.unwrap();
    let kinds: Vec<String> =
        events(&text).iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect();
    assert_eq!(kinds, ["response.created", "response.in_progress", "response.failed"]);
}

#[tokio::test]
async fn a_stream_is_cut_where_the_script_says_and_what_was_sent_arrives() {
    let harness = SimHarness::start().await;
    let bearer = harness.mint(&ada()).access_token;
    for how in [Cut::Reset, Cut::Abrupt, Cut::CleanEnd] {
        harness.sim.script(Fault::next(On::Http, Action::cut(3, how)));
        let mut response = harness.ask(&bearer, &ada(), &question("hello")).send().await.unwrap();
        let mut text = String::new();
        let end = loop {
            match response.chunk().await {
                Ok(Some(chunk)) => text.push_str(std::str::from_utf8(&chunk).unwrap()),
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        assert_eq!(events(&text).len(), 3, "{how:?}");
        assert_eq!(end.is_ok(), how == Cut::CleanEnd, "{how:?}");
    }
}

/// How the raw connection of one request ends.
async fn raw_end(harness: &SimHarness, bearer: &str) -> std::io::Result<usize> {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let address = harness.sim.auth_url();
    let mut stream = tokio::net::TcpStream::connect(address.trim_start_matches("http://")).await.unwrap();
    let body = question("hello").to_string();
    let head = format!(
        "POST /backend-api/codex/responses HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {bearer}\r\nchatgpt-account-id: acct-ada\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    stream.read_to_end(&mut Vec::new()).await
}

#[tokio::test]
async fn a_reset_is_a_reset_and_an_abrupt_end_is_none() {
    let harness = SimHarness::start().await;
    let bearer = harness.mint(&ada()).access_token;
    harness.sim.script(Fault::next(On::Http, Action::cut(2, Cut::Reset)));
    assert_eq!(raw_end(&harness, &bearer).await.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
    harness.sim.script(Fault::next(On::Http, Action::CutBefore));
    assert_eq!(raw_end(&harness, &bearer).await.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
    harness.sim.script(Fault::next(On::Http, Action::cut(2, Cut::Abrupt)));
    assert!(raw_end(&harness, &bearer).await.unwrap() > 0);
}

#[tokio::test]
async fn delays_and_silences_last_as_long_as_ordered() {
    let harness = SimHarness::start().await;
    let bearer = harness.mint(&ada()).access_token;
    harness.sim.script(Fault::next(On::Http, Action::HoldHeaders { ms: 60 }));
    let started = tokio::time::Instant::now();
    assert_eq!(harness.ask(&bearer, &ada(), &question("hello")).send().await.unwrap().status(), 200);
    assert!(started.elapsed() >= Duration::from_millis(60));
    for silence in [Action::NeverAnswer, Action::stall(0)] {
        harness.sim.script(Fault::next(On::Http, silence));
        let asked =
            harness.ask(&bearer, &ada(), &question("hello")).timeout(Duration::from_millis(60)).send().await;
        let error = match asked {
            Ok(response) => response.text().await.unwrap_err(),
            Err(error) => error,
        };
        assert!(error.is_timeout());
    }
}

#[tokio::test]
async fn a_malformed_and_a_huge_event_stand_where_they_were_ordered() {
    let harness = SimHarness::start().await;
    let bearer = harness.mint(&ada()).access_token;
    harness.sim.script(Fault::next(On::Http, Action::InStream(StreamFault::Malformed { after: 1 })));
    let text = harness.ask(&bearer, &ada(), &question("hello")).send().await.unwrap().text().await.unwrap();
    let second = text.lines().filter_map(|line| line.strip_prefix("data: ")).nth(1).unwrap();
    assert!(serde_json::from_str::<Value>(second).is_err());
    harness
        .sim
        .script(Fault::next(On::Http, Action::InStream(StreamFault::Huge { after: 0, bytes: 2_000_000 })));
    let text = harness.ask(&bearer, &ada(), &question("hello")).send().await.unwrap().text().await.unwrap();
    assert!(text.len() > 2_000_000);
    assert_eq!(events(&text).last().unwrap()["type"], "response.completed");
}

#[tokio::test]
async fn usage_json_can_be_bent() {
    let harness = SimHarness::start().await;
    let bearer = harness.mint(&ada()).access_token;
    let with = json!({"plan_type": "sci_plus", "rate_limit": null});
    harness.sim.script(Fault::next(On::Usage, Action::Patch { with }));
    let usage: Value =
        harness.get("/wham/usage", &bearer, &ada()).send().await.unwrap().json().await.unwrap();
    assert_eq!((&usage["plan_type"], &usage["rate_limit"]), (&json!("sci_plus"), &Value::Null));
}
