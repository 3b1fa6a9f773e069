//! A conversation of a tool that gives it no name stays on its account all the same, by what its answers gave.

use rockpool_routing::Strategy;
use rockpool_tests::harness::{Harness, Setup};
use rockpool_tests::journal::{served, turns};
use rockpool_tests::tools::Key;
use rockpool_tests::tools::socket::Socket;
use serde_json::{Value, json};

use super::{chat, object, said};

async fn taking_turns() -> (Harness, Key) {
    let harness = Setup::of(["ada", "ben"]).strategy(Strategy::RoundRobin).start().await;
    let key = harness.client("tool", "ada").await;
    (harness, key)
}

/// Who was asked since the journal was emptied.
fn asked(harness: &Harness) -> Vec<String> {
    let people = served(&turns(&harness.sim));
    harness.sim.clear_journal();
    people
}

fn all_alike(people: &[String]) -> bool {
    people.iter().all(|person| *person == people[0])
}

const LOOP: &str = r#"[[call: look {"at":"a"}]] [[call: look {"at":"b"}]] [[say: seen]]"#;

#[tokio::test]
async fn a_tool_loop_over_chat_stays_where_its_first_call_came_from() {
    let (harness, key) = taking_turns().await;
    let mut messages = vec![said("user", LOOP)];
    let look = json!([{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}]);
    for _ in 0..3 {
        let mut request = chat(Value::Array(messages.clone()));
        request["tools"] = look.clone();
        let answer = object(&key, "chat/completions", &request).await;
        let message = answer["choices"][0]["message"].clone();
        let call = message["tool_calls"][0]["id"].clone();
        messages.push(message);
        messages.push(json!({"role": "tool", "tool_call_id": call, "content": "nothing"}));
    }
    let people = asked(&harness);
    assert!(people.len() == 3 && all_alike(&people), "{people:?}");
    assert_eq!(harness.sim.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_conversation_of_words_alone_is_known_by_its_words() {
    let (harness, key) = taking_turns().await;
    let mut messages = vec![];
    for question in ["[[say: one]]", "[[say: two]]", "[[say: three]]", "[[say: four]]"] {
        messages.push(said("user", question));
        let answer = object(&key, "chat/completions", &chat(Value::Array(messages.clone()))).await;
        let text = answer["choices"][0]["message"]["content"].as_str().unwrap();
        messages.push(said("assistant", text));
    }
    let people = asked(&harness);
    assert!(people.len() == 4 && all_alike(&people), "{people:?}");
}

#[tokio::test]
async fn identical_questions_that_stand_alone_take_turns() {
    let (harness, key) = taking_turns().await;
    for _ in 0..4 {
        object(&key, "chat/completions", &chat(json!([said("user", "[[say: hi]]")]))).await;
    }
    let people = asked(&harness);
    assert!(people.len() == 4 && !all_alike(&people), "{people:?}");
}

#[tokio::test]
async fn thinking_comes_back_to_the_account_that_thought_it() {
    let (harness, key) = taking_turns().await;
    let ask = |messages: Value| {
        json!({
            "model": "gpt-5.5", "max_tokens": 4096, "messages": messages,
            "thinking": {"type": "enabled", "budget_tokens": 1024},
        })
    };
    let mut messages = vec![];
    for question in ["[[think: first]] [[say: one]]", "[[think: then]] [[say: two]]", "[[say: three]]"] {
        messages.push(said("user", question));
        let answer = object(&key, "messages", &ask(Value::Array(messages.clone()))).await;
        messages.push(json!({"role": "assistant", "content": answer["content"]}));
    }
    let people = asked(&harness);
    assert!(
        people.len() == 3 && all_alike(&people),
        "no reasoning was sent where it cannot be read: {people:?}"
    );
    assert_eq!(harness.sim.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_session_that_claude_code_names_stays_on_its_account() {
    let (harness, key) = taking_turns().await;
    let client = rockpool_tests::tools::web::public_client();
    for _ in 0..3 {
        let body = json!({"model": "gpt-5.5", "max_tokens": 9, "messages": [said("user", "[[say: hi]]")]});
        let request =
            client.post(format!("{}/messages?beta=true", key.base_url)).header("x-api-key", &key.secret);
        let response = request.header("x-claude-code-session-id", "s-1").json(&body).send().await.unwrap();
        assert_eq!(response.status(), 200);
    }
    let people = asked(&harness);
    assert!(people.len() == 3 && all_alike(&people), "{people:?}");
}

#[tokio::test]
async fn an_answer_is_continued_by_its_id_over_http_and_over_a_websocket() {
    let (harness, key) = taking_turns().await;
    let first = object(&key, "responses", &json!({"model": "gpt-5.5", "input": "[[say: one]]"})).await;
    let next = json!({"model": "gpt-5.5", "input": "[[say: two]]", "previous_response_id": first["id"]});
    let second = object(&key, "responses", &next).await;
    assert_eq!(second["previous_response_id"], first["id"]);
    let mut socket = Socket::of_the_public_api(&key).await.unwrap();
    let frame = json!({
        "type": "response.create", "model": "gpt-5.5", "input": "[[say: three]]",
        "previous_response_id": second["id"], "max_output_tokens": 9,
    });
    socket.send(&frame).await;
    let events = socket.answer().await;
    let last = events.last().unwrap();
    assert_eq!(last["type"], "response.completed", "{events:?}");
    for event in [&events[0], last] {
        assert_eq!(event["response"]["rockpool_dropped"], json!(["max_output_tokens"]), "{events:?}");
    }
    let turns = turns(&harness.sim);
    let last = turns.last().unwrap().body["input"].to_string();
    for text in ["[[say: one]]", "[[say: two]]", "[[say: three]]"] {
        assert!(last.contains(text), "{text} in {last}");
    }
    let people = asked(&harness);
    assert!(people.len() == 3 && all_alike(&people), "{people:?}");
    assert_eq!(harness.sim.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn another_key_cannot_continue_an_answer() {
    let (harness, key) = taking_turns().await;
    let other = harness.client("other", "ada").await;
    let first = object(&key, "responses", &json!({"model": "gpt-5.5", "input": "[[say: one]]"})).await;
    let next = json!({"model": "gpt-5.5", "input": "hi", "previous_response_id": first["id"]});
    assert_eq!(object(&other, "responses", &next).await["error"]["code"], "previous_response_not_found");
}

#[tokio::test]
async fn a_tool_that_hangs_up_at_the_last_event_can_go_on_from_the_answer() {
    let (_harness, key) = taking_turns().await;
    let body = json!({"model": "gpt-5.5", "input": "[[say: one]]", "stream": true});
    let mut response = super::post(&key, "responses", &body).await;
    let mut text = String::new();
    while !text.contains("\"response.completed\"") {
        text += &String::from_utf8_lossy(&response.chunk().await.unwrap().unwrap());
    }
    drop(response);
    let events = rockpool_tests::tools::request::events(text.as_bytes());
    let next = json!({
        "model": "gpt-5.5", "input": "[[say: two]]", "previous_response_id": events[0]["response"]["id"],
    });
    assert_eq!(object(&key, "responses", &next).await["status"], "completed");
}

#[tokio::test]
async fn a_key_that_was_removed_asks_nothing_more_over_an_open_websocket() {
    let (harness, key) = taking_turns().await;
    let mut socket = Socket::of_the_public_api(&key).await.unwrap();
    let frame = json!({"type": "response.create", "model": "gpt-5.5", "input": "[[say: one]]"});
    assert_eq!(socket.ask(&frame).await.last().unwrap()["type"], "response.completed");
    harness.api.done(http::Method::DELETE, "/clients/tool", None).await;
    socket.send(&frame).await;
    let told = socket.next().await.unwrap();
    assert_eq!(told["error"]["code"], "invalid_api_key", "{told}");
    assert_eq!(turns(&harness.sim).len(), 1);
}
