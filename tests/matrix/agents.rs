//! Agents at work through the endpoint: each test is one, and what a person does with it.

use rockpool_tests::tools::agents::desk::Desk;
use rockpool_tests::tools::agents::findings::Case;
use rockpool_tests::tools::agents::{Agent, ClineWire, LlmWire, PiWire, QwenWire};

const PICTURES: [Case; 7] =
    [Case::Plain, Case::Streamed, Case::Tool, Case::Image, Case::Failover, Case::Cancel, Case::Dry];

async fn works_while_there_is_quota(desk: &mut Desk) {
    desk.answers().await;
    desk.writes_a_note().await;
    desk.does_not_notice_a_failing_account().await;
    desk.streams_and_lets_go_when_interrupted().await;
}

async fn pi_works(wire: PiWire) {
    let mut desk = Desk::of(Agent::Pi(wire), &PICTURES).await;
    works_while_there_is_quota(&mut desk).await;
    desk.sees_a_picture().await;
    let dry = desk.says_that_the_pool_is_dry().await;
    // It asks again after any 429, three times.
    assert!(dry.asked <= 4, "{dry:?}");
    desk.works(Case::Dry);
    desk.found.also("dry pool: it asks three more times, for about a quarter of a minute, before it says so");
}

#[tokio::test]
async fn pi_works_over_chat_completions() {
    pi_works(PiWire::Completions).await;
}

#[tokio::test]
async fn pi_works_over_responses() {
    pi_works(PiWire::Responses).await;
}

#[tokio::test]
async fn pi_works_over_messages() {
    pi_works(PiWire::Anthropic).await;
}

async fn qwen_code_works(wire: QwenWire) {
    let mut desk = Desk::of(Agent::QwenCode(wire), &Case::BUT_MODELS).await;
    works_while_there_is_quota(&mut desk).await;

    let _picture = desk.home.picture();
    let said = desk.home.ask("What is @pixel.png? [[say: a pixel]]").await;
    desk.said(&said, "a pixel");
    desk.picture_arrived();

    let schema = r#"{"type":"object","properties":{"age":{"type":"integer"}},"required":["age"]}"#;
    let order = r#"How old? [[call: structured_output {"age":3}]]"#;
    let said = desk.home.ask_with(order, &["--json-schema", schema]).await;
    desk.said(&said, r#"{"age":3}"#);
    desk.works(Case::Schema);

    desk.says_at_once_that_the_pool_is_dry(1).await;
}

#[tokio::test]
async fn qwen_code_works_over_chat_completions() {
    qwen_code_works(QwenWire::Completions).await;
}

#[tokio::test]
async fn qwen_code_works_over_responses() {
    qwen_code_works(QwenWire::Responses).await;
}

#[tokio::test]
async fn qwen_code_works_over_messages() {
    qwen_code_works(QwenWire::Anthropic).await;
}

async fn cline_works(wire: ClineWire) {
    let mut desk = Desk::of(Agent::Cline(wire), &PICTURES).await;
    works_while_there_is_quota(&mut desk).await;

    let picture = desk.home.picture();
    let reads = format!(
        "What is it? [[call: read_files {{\"files\":[{{\"path\":\"{}\"}}]}}]] [[say: a pixel]]",
        picture.display()
    );
    let said = desk.home.ask(&reads).await;
    desk.said(&said, "a pixel");
    desk.picture_arrived();

    desk.says_at_once_that_the_pool_is_dry(1).await;
}

#[tokio::test]
async fn clines_cli_works_over_chat_completions() {
    cline_works(ClineWire::Compatible).await;
}

#[tokio::test]
async fn clines_cli_works_over_responses() {
    cline_works(ClineWire::Native).await;
}

async fn llm_works(wire: LlmWire) {
    let mut desk = Desk::of(Agent::Llm(wire), &Case::BUT_MODELS).await;
    works_while_there_is_quota(&mut desk).await;
    desk.sees_a_picture().await;

    let said = desk.home.ask_with("Who is it? [[say: never]]", &["--schema", "name, age int"]).await;
    let answer: serde_json::Value = serde_json::from_str(&said.text).unwrap();
    assert!(answer["name"].is_string() && answer["age"].is_i64(), "{answer}");
    desk.works(Case::Schema);

    let said = desk.home.ask_with("Greet me. [[say: in one piece]]", &["--no-stream"]).await;
    desk.said(&said, "in one piece");
    desk.works(Case::Plain);

    desk.says_at_once_that_the_pool_is_dry(1).await;
}

#[tokio::test]
async fn llm_works_over_chat_completions() {
    llm_works(LlmWire::Completions).await;
}

#[tokio::test]
async fn llm_works_over_responses() {
    llm_works(LlmWire::Responses).await;
}

#[tokio::test]
async fn aider_works() {
    let mut desk = Desk::of(Agent::Aider, &PICTURES).await;
    works_while_there_is_quota(&mut desk).await;
    desk.sees_a_picture().await;

    let said = desk.home.ask_with("Greet me. [[say: in one piece]]", &["--no-stream"]).await;
    desk.said(&said, "in one piece");
    desk.works(Case::Plain);

    let dry = desk.says_that_the_pool_is_dry().await;
    desk.works(Case::Dry);
    desk.found.also(&format!(
        "dry pool: it says so each time, and asks {} times in {} s",
        dry.asked,
        dry.took.as_secs()
    ));
}
