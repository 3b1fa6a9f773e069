//! An agent in front of a pool of two, and what a person does with it.

use std::fs;
use std::time::Duration;

use http::Method;
use rockpool_engine::Clock;
use rockpool_engine::snapshot::OutcomeClass;
use rockpool_sim::{Action, Entry, Fault, On};
use serde_json::json;
use tokio::process::Child;

use super::findings::{Case, Noting};
use super::{Agent, AgentHome, Said};
use crate::harness::{Harness, Setup};
use crate::journal::{served, turns};
use crate::proxies::RecordingProxy;
use crate::tools::Key;
use crate::wait;

/// How long a tool may go on after it was first told that the pool is dry.
pub const TOLD_WITHIN: Duration = Duration::from_secs(5);

/// Events of a good answer after which the first words are out and the last are not.
const EVENTS: usize = 30;

pub struct Desk {
    pub harness: Harness,
    pub home: AgentHome,
    pub found: Noting,
    agent: Agent,
    key: Key,
}

/// What an agent did when the pool was dry.
#[derive(Debug)]
pub struct Dry {
    /// How often it asked before it told the person.
    pub asked: usize,
    /// From the end of its first request to its own.
    pub took: Duration,
}

impl Desk {
    /// With an agent of which `cases` will be tried.
    pub async fn of(agent: Agent, cases: &[Case]) -> Self {
        let harness = Setup::of(["ada", "ben"]).start().await;
        let key = harness.client("tool", "ada").await;
        let home = AgentHome::of(agent, &key).await;
        Self { harness, home, found: Noting::of(agent.name(), agent.set_up(), cases), agent, key }
    }

    /// Notes that the case is as a person wishes.
    ///
    /// # Panics
    /// Where the provider had something to refuse.
    #[track_caller]
    pub fn works(&mut self, case: Case) {
        assert_eq!(self.harness.sim.violations(), Vec::<String>::new(), "{:?} {case:?}", self.agent);
        self.found.works(case);
    }

    /// # Panics
    /// Where a run did not end well, or without these words.
    #[track_caller]
    pub fn said(&self, said: &Said, words: &str) {
        assert_eq!(said.code, Some(0), "{:?}: {}", self.agent, said.text);
        assert!(said.text.contains(words), "{:?}: {}", self.agent, said.text);
    }

    pub async fn answers(&mut self) {
        let said = self.home.ask("Greet me. [[say: xin chào]]").await;
        self.said(&said, "xin chào");
        self.works(Case::Plain);
    }

    /// Its tool for a shell, or what it has in place of one, leaves a file.
    pub async fn writes_a_note(&mut self) {
        let prompt = format!("Write it down. {} [[say: noted]]", self.agent.shell_order());
        let said = self.home.ask(&prompt).await;
        self.said(&said, "noted");
        let came: Vec<String> = turns(&self.harness.sim).iter().flat_map(outputs).collect();
        let note = fs::read_to_string(self.home.work().join("note")).unwrap_or_default();
        assert_eq!(note, "Huế\n", "{}: {came:#?}", said.text);
        self.works(Case::Tool);
    }

    pub async fn sees_a_picture(&mut self) {
        let said = self.home.ask_about_picture("What is it? [[say: a pixel]]").await.unwrap();
        self.said(&said, "a pixel");
        self.picture_arrived();
    }

    #[track_caller]
    pub fn picture_arrived(&mut self) {
        let turns = turns(&self.harness.sim);
        assert!(turns.iter().any(|turn| turn.body.to_string().contains("input_image")), "no picture came");
        self.works(Case::Image);
    }

    pub async fn does_not_notice_a_failing_account(&mut self) {
        self.harness.sim.clear_journal();
        self.harness.sim.script(Fault::next(On::Http, Action::UsageLimitReached));
        let said = self.home.ask("Go on. [[say: still here]]").await;
        self.said(&said, "still here");
        let served = served(&turns(&self.harness.sim));
        assert!(served.iter().any(|one| one.ends_with("429")), "{served:?}");
        self.works(Case::Failover);
    }

    /// The provider says the first words of a long answer and then nothing more; whatever else an agent asks on the
    /// side hangs as well. That the words are there before the answer is whole does not depend on how fast anything is.
    pub async fn streams_and_lets_go_when_interrupted(&mut self) {
        self.harness.sim.clear_journal();
        self.harness.sim.script(Fault::next(On::Http, Action::stall(EVENTS)).times(20));
        let counting = format!("Count. [[think: weighing it]] [[say: {}]]", counting());
        match self.home.start_showing(&counting).await {
            Some(run) => self.lets_go(run).await,
            None => self.gets_words_as_they_come(&counting).await,
        }
        self.works(Case::Streamed);
        self.works(Case::Cancel);
    }

    /// As it shows whole answers only, what came to it is looked at on the way.
    async fn gets_words_as_they_come(&mut self, counting: &str) {
        let proxy = RecordingProxy::start(&self.harness.root()).await;
        self.harness.api.done(Method::PATCH, "/settings", Some(json!({"hosts": ["127.0.0.1"]}))).await;
        let key = Key { base_url: format!("{}/v1", proxy.url()), ..self.key.clone() };
        let home = AgentHome::of(self.agent, &key).await;
        let run = home.start(counting);
        let words = || proxy.has_carried(r#""stream":true"#, r#""delta":"1 ""#).then_some(());
        wait::until("it is told the first word", words).await;
        self.lets_go(run).await;
    }

    async fn lets_go(&self, run: Child) {
        self.home.interrupt(run).await;
        self.harness
            .until("nothing is in flight", |snapshot| {
                snapshot.accounts.iter().all(|account| account.in_flight == 0).then_some(())
            })
            .await;
        let last = self.harness.activity(1).await.pop().unwrap();
        assert_eq!(last.outcome, OutcomeClass::Abandoned, "{:?}", self.agent);
        self.harness.sim.clear_script();
    }

    /// It asks `most` times at most, and ends soon. The last case: the pool stays dry.
    pub async fn says_at_once_that_the_pool_is_dry(&mut self, most: usize) {
        let what = format!("{:?} before a dry pool", self.agent);
        wait::quick_enough(&what, TOLD_WITHIN, async || {
            let dry = self.says_that_the_pool_is_dry().await;
            assert!(dry.asked <= most, "{:?}: {dry:?}", self.agent);
            (dry.took, ())
        })
        .await;
        self.works(Case::Dry);
    }

    pub async fn says_that_the_pool_is_dry(&self) -> Dry {
        for name in ["ada", "ben"] {
            self.harness.exhaust(name).await;
        }
        let before = self.harness.handle().snapshot().recent.len();
        let said = self.home.ask("Anybody there? [[say: nobody]]").await;
        let dry = Dry::now(&self.harness, before);
        assert!(said.text.contains("No account can serve this request"), "{:?}: {}", self.agent, said.text);
        dry
    }
}

impl Dry {
    /// Of a tool that has just ended and has asked since there were `before` records.
    ///
    /// # Panics
    /// Where it has not asked at all.
    #[must_use]
    pub fn now(harness: &Harness, before: usize) -> Self {
        let ended = Clock::system().wall().as_millisecond();
        let recent = harness.handle().snapshot().recent;
        let asked = recent.len() - before;
        assert!(asked > 0, "it ended without a request");
        let first = &recent[asked - 1];
        let since_it_asked = u64::try_from(ended - first.at.as_millisecond()).unwrap_or_default();
        Self { asked, took: Duration::from_millis(since_it_asked.saturating_sub(first.duration_ms)) }
    }
}

/// Words of an answer that is long enough to be stopped in the middle; each is an event.
#[must_use]
pub fn counting() -> String {
    let numbers: Vec<String> = (1..=60).map(|number| number.to_string()).collect();
    numbers.join(" ")
}

/// What the calls of a turn's history came to.
#[must_use]
pub fn outputs(turn: &Entry) -> Vec<String> {
    let items = turn.body["input"].as_array().cloned().unwrap_or_default();
    let outputs = items.iter().filter(|item| item["type"] == "function_call_output");
    outputs.map(|item| item["output"].to_string()).collect()
}
