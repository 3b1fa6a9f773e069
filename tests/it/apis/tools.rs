//! Agents at work through the endpoint: each test is one agent, and what a person does with it.

use rockpool_engine::snapshot::OutcomeClass;
use rockpool_sim::{Action, Entry, Fault, On};
use rockpool_tests::harness::{Harness, Setup};
use rockpool_tests::journal::{served, turns};
use rockpool_tests::tools::agents::findings::{Case, Noting};
use rockpool_tests::tools::agents::{Agent, AgentHome, CopilotWire, OpencodeWire, Said};
use rockpool_tests::wait;
use std::fs;
/// An agent in front of a pool of two.
struct Desk {
    harness: Harness,
    home: AgentHome,
    agent: Agent,
    found: Noting,
}

impl Desk {
    async fn of(agent: Agent, cases: &[Case]) -> Self {
        let harness = Setup::of(["ada", "ben"]).start().await;
        let key = harness.client("tool", "ada").await;
        let home = AgentHome::of(agent, &key).await;
        Self { harness, home, agent, found: Noting::of(agent.name(), agent.set_up(), cases) }
    }

    /// The case is as a person wishes, and the provider had nothing to refuse.
    #[track_caller]
    fn works(&mut self, case: Case) {
        assert_eq!(self.harness.sim.violations(), Vec::<String>::new(), "{:?} {case:?}", self.agent);
        self.found.works(case);
    }

    #[track_caller]
    fn said(&self, said: &Said, words: &str) {
        assert_eq!(said.code, Some(0), "{:?}: {}", self.agent, said.text);
        assert!(said.text.contains(words), "{:?}: {}", self.agent, said.text);
    }

    async fn answers(&mut self) {
        let said = self.home.ask("Greet me. [[say: xin chào]]").await;
        self.said(&said, "xin chào");
        self.works(Case::Plain);
    }

    async fn uses_its_shell(&mut self) {
        let prompt = format!("Write it down. {} [[say: noted]]", self.agent.shell_order());
        let said = self.home.ask(&prompt).await;
        self.said(&said, "noted");
        let came: Vec<String> = turns(&self.harness.sim).iter().flat_map(outputs).collect();
        let note = fs::read_to_string(self.home.work().join("note")).unwrap_or_default();
        assert_eq!(note, "Huế\n", "{}: {came:#?}", said.text);
        self.works(Case::Tool);
    }

    async fn sees_a_picture(&mut self) {
        let said = self.home.ask_about_picture("What is it? [[say: a pixel]]").await.unwrap();
        self.said(&said, "a pixel");
        self.picture_arrived();
    }

    fn picture_arrived(&mut self) {
        let turns = turns(&self.harness.sim);
        assert!(turns.iter().any(|turn| turn.body.to_string().contains("input_image")), "no picture came");
        self.works(Case::Image);
    }

    async fn does_not_notice_a_failing_account(&mut self) {
        self.harness.sim.clear_journal();
        self.harness.sim.script(Fault::next(On::Http, Action::UsageLimitReached));
        let said = self.home.ask("Go on. [[say: still here]]").await;
        self.said(&said, "still here");
        let served = served(&turns(&self.harness.sim));
        assert!(served.iter().any(|one| one.ends_with("429")), "{served:?}");
        self.works(Case::Failover);
    }

    async fn lets_go_when_interrupted(&mut self) {
        self.harness.sim.clear_journal();
        // Whatever else an agent asks on the side hangs as well.
        self.harness.sim.script(Fault::next(On::Http, Action::stall(8)).times(20));
        let run = self.home.start("Think for long. [[say: too late]]");
        wait::until("the provider is asked", || (!turns(&self.harness.sim).is_empty()).then_some(())).await;
        self.home.interrupt(run).await;
        self.harness
            .until("nothing is in flight", |snapshot| {
                snapshot.accounts.iter().all(|account| account.in_flight == 0).then_some(())
            })
            .await;
        let last = self.harness.activity(1).await.pop().unwrap();
        assert_eq!(last.outcome, OutcomeClass::Abandoned, "{:?}", self.agent);
        self.harness.sim.clear_script();
        self.works(Case::Cancel);
    }

    async fn works_while_there_is_quota(&mut self) {
        self.answers().await;
        self.uses_its_shell().await;
        self.sees_a_picture().await;
        self.does_not_notice_a_failing_account().await;
        self.lets_go_when_interrupted().await;
    }

    async fn says_at_once_that_the_pool_is_dry(&mut self) {
        let asked = self.says_that_the_pool_is_dry().await;
        // A turn, and beside it a title for it.
        assert!(asked <= 2, "{:?} asked {asked} times", self.agent);
        self.works(Case::Dry);
    }

    /// How often it asked before it told the person. The last case: the pool stays dry.
    async fn says_that_the_pool_is_dry(&mut self) -> usize {
        for name in ["ada", "ben"] {
            self.harness.exhaust(name).await;
        }
        let before = self.harness.handle().snapshot().recent.len();
        let run = self.home.start("Anybody there? [[say: nobody]]");
        let said = self.home.end_of(run).await;
        assert!(said.text.contains("No account can serve this request"), "{:?}: {}", self.agent, said.text);
        self.harness.handle().snapshot().recent.len() - before
    }
}

/// What the calls of a turn's history came to.
fn outputs(turn: &Entry) -> Vec<String> {
    let items = turn.body["input"].as_array().cloned().unwrap_or_default();
    let outputs = items.iter().filter(|item| item["type"] == "function_call_output");
    outputs.map(|item| item["output"].to_string()).collect()
}

const WITH_PICTURES: [Case; 6] =
    [Case::Plain, Case::Tool, Case::Image, Case::Failover, Case::Cancel, Case::Dry];

async fn works(agent: Agent) {
    let mut desk = Desk::of(agent, &WITH_PICTURES).await;
    desk.works_while_there_is_quota().await;
    desk.says_at_once_that_the_pool_is_dry().await;
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
    let mut desk = Desk::of(agent, &WITH_PICTURES).await;
    desk.works_while_there_is_quota().await;
    // It asks once more, over HTTP, before it stops.
    let asked = desk.says_that_the_pool_is_dry().await;
    assert!(asked <= 2, "it asked {asked} times");
    desk.works(Case::Dry);
    desk.found.also("dry pool: it asks once more over HTTP, and stops there");
}

#[tokio::test]
async fn the_copilot_cli_works_over_messages() {
    works(Agent::Copilot(CopilotWire::Anthropic)).await;
}

#[tokio::test]
async fn continues_cli_works() {
    let cases = [Case::Plain, Case::Tool, Case::Failover, Case::Cancel, Case::Dry];
    let mut desk = Desk::of(Agent::Continue, &cases).await;
    desk.answers().await;
    desk.uses_its_shell().await;
    desk.does_not_notice_a_failing_account().await;
    desk.lets_go_when_interrupted().await;
    desk.says_at_once_that_the_pool_is_dry().await;
}

#[tokio::test]
async fn claude_code_works() {
    let mut desk = Desk::of(Agent::ClaudeCode, &WITH_PICTURES).await;
    desk.answers().await;
    desk.uses_its_shell().await;

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

    desk.does_not_notice_a_failing_account().await;
    desk.lets_go_when_interrupted().await;
    desk.says_at_once_that_the_pool_is_dry().await;
}
