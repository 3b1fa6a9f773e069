//! Agents at work through the endpoint: each test is one agent, and what a person does with it.

use rockpool_sim::{Action, Fault, On};
use rockpool_tests::journal::turns;
use rockpool_tests::tools::agents::desk::{Desk, outputs};
use rockpool_tests::tools::agents::findings::Case;
use rockpool_tests::tools::agents::{Agent, CopilotWire, OpencodeWire};

/// A turn, and beside it a title for it.
const TURN_AND_TITLE: usize = 2;

const EVERY_ONE: [Case; 6] =
    [Case::Plain, Case::Streamed, Case::Tool, Case::Failover, Case::Cancel, Case::Dry];

async fn works_while_there_is_quota(desk: &mut Desk) {
    desk.answers().await;
    desk.writes_a_note().await;
    desk.does_not_notice_a_failing_account().await;
    desk.streams_and_lets_go_when_interrupted().await;
}

async fn works(agent: Agent) {
    let mut desk = Desk::of(agent, &[&EVERY_ONE[..], &[Case::Image]].concat()).await;
    works_while_there_is_quota(&mut desk).await;
    desk.sees_a_picture().await;
    desk.says_at_once_that_the_pool_is_dry(TURN_AND_TITLE).await;
}

#[tokio::test]
async fn opencode_works_over_chat_completions() {
    works(Agent::Opencode(OpencodeWire::Compatible)).await;
}

#[tokio::test]
async fn opencode_works_over_responses() {
    works(Agent::Opencode(OpencodeWire::OpenAi)).await;
}

#[tokio::test]
async fn the_copilot_cli_works_over_chat_completions() {
    works(Agent::Copilot(CopilotWire::Completions)).await;
}

#[tokio::test]
async fn the_copilot_cli_works_over_responses() {
    works(Agent::Copilot(CopilotWire::Responses)).await;
}

#[tokio::test]
async fn the_copilot_cli_works_over_websockets() {
    let agent = Agent::Copilot(CopilotWire::WebSockets);
    let mut desk = Desk::of(agent, &[&EVERY_ONE[..], &[Case::Image]].concat()).await;
    works_while_there_is_quota(&mut desk).await;
    desk.sees_a_picture().await;
    // It asks once more, over HTTP, before it stops.
    desk.says_at_once_that_the_pool_is_dry(2).await;
    desk.found.also("dry pool: it asks once more over HTTP, and stops there");
}

#[tokio::test]
async fn the_copilot_cli_works_over_messages() {
    works(Agent::Copilot(CopilotWire::Anthropic)).await;
}

#[tokio::test]
async fn continues_cli_works() {
    let mut desk = Desk::of(Agent::Continue, &EVERY_ONE).await;
    works_while_there_is_quota(&mut desk).await;
    desk.says_at_once_that_the_pool_is_dry(TURN_AND_TITLE).await;
}

#[tokio::test]
async fn claude_code_works() {
    let cases = [&EVERY_ONE[..], &[Case::Schema, Case::Image]].concat();
    let mut desk = Desk::of(Agent::ClaudeCode, &cases).await;
    works_while_there_is_quota(&mut desk).await;

    let schema = r#"{"type":"object","properties":{"name":{"type":"string"}},"required":["name"]}"#;
    let order = r#"Name a place. [[call: StructuredOutput {"name":"Huế"}]] [[say: named]]"#;
    let said = desk.home.ask_with(order, &["--output-format", "json", "--json-schema", schema]).await;
    desk.said(&said, r#""structured_output":{"name":"Huế"}"#);
    desk.works(Case::Schema);

    let picture = desk.home.picture();
    let reads = format!("[[call: Read {{\"file_path\":\"{}\"}}]] [[say: a pixel]]", picture.display());
    let said = desk.home.ask(&reads).await;
    desk.said(&said, "a pixel");
    desk.picture_arrived();

    let agent = r#"{"description":"asks","prompt":"[[say: from below]]","subagent_type":"general-purpose","run_in_background":false}"#;
    let said = desk.home.ask(&format!("Ask another. [[call: Agent {agent}]] [[say: it has answered]]")).await;
    desk.said(&said, "it has answered");
    let outputs: Vec<String> = turns(&desk.harness.sim).iter().flat_map(outputs).collect();
    assert!(outputs.iter().any(|output| output.contains("from below")), "{outputs:#?}");
    desk.found.also("sub-agents");

    let said = desk.home.ask("/context").await;
    desk.said(&said, "tokens");
    desk.found.also("`/context`");

    desk.harness.sim.clear_journal();
    desk.harness.sim.script(Fault::next(On::Http, Action::failed_in_stream(8, "server_error", "Broken.")));
    let said = desk.home.ask("Say something long. [[say: one two three four five six seven]]").await;
    desk.said(&said, "six seven");
    assert!(turns(&desk.harness.sim).len() > 1, "it asked again");
    desk.found.also("goes on after a failure in the middle of an answer");

    desk.says_at_once_that_the_pool_is_dry(TURN_AND_TITLE).await;
}
