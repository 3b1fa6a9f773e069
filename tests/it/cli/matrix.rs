//! The real Codex CLI, case by case, as the table of tools has it.

use std::fs;

use rockpool_engine::snapshot::OutcomeClass;
use rockpool_sim::{Action, Fault, On};
use rockpool_tests::harness::{Harness, Setup, seat};
use rockpool_tests::journal::{served, turns};
use rockpool_tests::proxies::RecordingProxy;
use rockpool_tests::tools::agents::desk::{Dry, TOLD_WITHIN, counting};
use rockpool_tests::tools::agents::findings::{Case, Noting};
use rockpool_tests::tools::codex::{Codex, Transport};
use rockpool_tests::tools::{picture, run};
use rockpool_tests::wait;
use serde_json::Value;

/// Events after which the first message of an answer is whole and the second is not.
const EVENTS: usize = 40;

/// The CLI in front of a pool of two.
struct Desk {
    harness: Harness,
    codex: Codex,
    transport: Transport,
    found: Noting,
}

impl Desk {
    async fn of(transport: Transport, cases: &[Case]) -> Self {
        let harness = Setup::of(["ada", "ben"]).start().await;
        let key = harness.client("cli", "ada").await;
        let codex = Codex::custom(&key, transport).await;
        let (over, set_up) = match transport {
            Transport::Http => ("HTTP", "`config.toml`: a provider of its own with `base_url` and `env_key`"),
            Transport::WebSocket => ("WebSocket", "as over HTTP, and `supports_websockets = true`"),
        };
        let tool = format!("Codex CLI {}, Responses over {over}", Codex::version().await);
        Self { harness, codex, transport, found: Noting::of(&tool, set_up, cases) }
    }

    #[track_caller]
    fn works(&mut self, case: Case) {
        assert_eq!(self.harness.sim.violations(), Vec::<String>::new(), "{:?} {case:?}", self.transport);
        self.found.works(case);
    }

    async fn answers(&mut self) {
        assert_eq!(self.codex.exec("Greet me. [[say: xin chào]]").await.answer(), "xin chào");
        self.works(Case::Plain);
    }

    async fn uses_its_shell(&mut self) {
        let ran = self.codex.exec("Write it down. [[tool: echo Huế > note]] [[say: noted]]").await;
        assert_eq!(ran.answer(), "noted");
        assert_eq!(fs::read_to_string(self.codex.work().join("note")).unwrap(), "Huế\n");
        self.works(Case::Tool);
    }

    async fn answers_by_a_schema(&mut self) {
        let schema = self.codex.work().join("schema.json");
        let text = r#"{"type":"object","properties":{"name":{"type":"string"}},"required":["name"],"additionalProperties":false}"#;
        fs::write(&schema, text).unwrap();
        let ran = self.codex.exec_with("A place.", &["--output-schema", schema.to_str().unwrap()]).await;
        let place: Value = serde_json::from_str(ran.answer()).unwrap();
        assert!(place["name"].is_string(), "{place}");
        self.works(Case::Schema);
    }

    async fn sees_a_picture(&mut self) {
        self.harness.sim.clear_journal();
        let pixel = self.codex.work().join("pixel.png");
        picture::write_pixel(&pixel);
        let ran = self.codex.exec_with("[[say: a pixel]]", &["--image", pixel.to_str().unwrap()]).await;
        assert_eq!(ran.answer(), "a pixel");
        let turns = turns(&self.harness.sim);
        assert!(turns[0].body.to_string().contains("input_image"), "no picture came");
        self.works(Case::Image);
    }

    async fn does_not_notice_a_failing_account(&mut self) {
        self.harness.sim.clear_journal();
        self.harness.sim.script(Fault::next(On::Turn, Action::UsageLimitReached).of(&seat("ada")));
        assert_eq!(self.codex.exec("Go on. [[say: still here]]").await.answer(), "still here");
        assert_eq!(served(&turns(&self.harness.sim)), ["ada 429", "ben 200"], "{:?}", self.transport);
        self.works(Case::Failover);
    }

    /// The provider says one message and the beginning of a long one, and then nothing more.
    async fn streams_and_lets_go_when_interrupted(&mut self) {
        self.harness.sim.script(Fault::next(On::Turn, Action::stall(EVENTS)).times(20));
        let prompt = format!("Count. [[say: counting]] [[say: {}]]", counting());
        let child = self.codex.start_showing(&prompt, r#""text":"counting""#).await;
        run::interrupt(&child).await;
        child.wait_with_output().await.unwrap();
        self.harness
            .until("nothing is in flight", |snapshot| {
                snapshot.accounts.iter().all(|account| account.in_flight == 0).then_some(())
            })
            .await;
        let last = self.harness.activity(1).await.pop().unwrap();
        assert_eq!(last.outcome, OutcomeClass::Abandoned, "{:?}", self.transport);
        self.harness.sim.clear_script();
        self.works(Case::Streamed);
        self.works(Case::Cancel);
    }

    /// Over WebSocket it asks once more over HTTP. The last case: the pool stays dry.
    async fn says_at_once_that_the_pool_is_dry(&mut self) {
        for name in ["ada", "ben"] {
            self.harness.exhaust(name).await;
        }
        let most = match self.transport {
            Transport::Http => 1,
            Transport::WebSocket => 2,
        };
        wait::quick_enough("the CLI before a dry pool", TOLD_WITHIN, async || {
            let before = self.harness.handle().snapshot().recent.len();
            let ran = self.codex.exec("hello").await;
            let dry = Dry::now(&self.harness, before);
            assert!(ran.stderr.contains("hit your usage limit"), "{:?}: {ran:#?}", self.transport);
            assert!(dry.asked <= most, "{:?}: {dry:?}", self.transport);
            (dry.took, ())
        })
        .await;
        self.works(Case::Dry);
    }

    async fn does_what_it_does_over_either(&mut self) {
        self.answers().await;
        self.uses_its_shell().await;
        self.answers_by_a_schema().await;
        self.sees_a_picture().await;
        self.streams_and_lets_go_when_interrupted().await;
        self.does_not_notice_a_failing_account().await;
    }

    async fn reads_the_catalogue(&mut self) {
        let proxy = RecordingProxy::start(&self.harness.root()).await;
        let key = self.harness.path_client("catalogue", "ada").await;
        let codex = Codex::reading_the_catalogue(&key, &proxy.url()).await;
        assert_eq!(codex.exec("hello [[say: hello]]").await.answer(), "hello");
        let asked = proxy.exchanges("/v1/models");
        assert!(asked.len() == 1 && asked[0].response.start.contains(" 200 "), "{asked:?}");
        self.works(Case::Models);
    }
}

#[tokio::test]
async fn it_works_over_http() {
    let mut desk = Desk::of(Transport::Http, &Case::ALL).await;
    desk.found.also("models: with `model_catalog_url`");
    desk.reads_the_catalogue().await;
    desk.does_what_it_does_over_either().await;
    desk.says_at_once_that_the_pool_is_dry().await;
}

#[tokio::test]
async fn it_works_over_websockets() {
    let mut desk = Desk::of(Transport::WebSocket, &Case::BUT_MODELS).await;
    desk.does_what_it_does_over_either().await;
    desk.says_at_once_that_the_pool_is_dry().await;
}
