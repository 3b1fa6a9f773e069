//! A library over one of its ways to ask, in front of a pool of two, and what a person does with it. Its typed reading is
//! the judge, and the simulator refuses what the backend refuses.

use rockpool_engine::snapshot::OutcomeClass;
use rockpool_sim::{Action, Fault, On};
use rockpool_tests::harness::{Harness, Setup};
use rockpool_tests::journal::{served, turns};
use rockpool_tests::tools::Key;
use rockpool_tests::tools::agents::findings::{Case, Noting};
use rockpool_tests::tools::sdk::Sdk;
use serde_json::{Value, json};

/// A library and one of its ways to ask.
pub(crate) struct Way {
    pub(crate) sdk: Sdk,
    /// As its script calls it.
    pub(crate) wire: &'static str,
    /// With its version and the API, as the table of tools has them.
    pub(crate) name: &'static str,
    /// In a line of Markdown.
    pub(crate) set_up: &'static str,
}

/// A case, and what it comes to.
#[derive(Clone)]
pub(crate) struct Tried {
    pub(crate) case: Case,
    /// As the scripts call it.
    pub(crate) name: &'static str,
    pub(crate) comes_to: Value,
    pub(crate) by: Asking,
}

/// What a case needs of a model.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asking {
    Freely,
    /// By forcing a call of a tool, which models of the lite shape cannot be told.
    Forcing,
}

impl Tried {
    pub(crate) fn freely(case: Case, name: &'static str, comes_to: Value) -> Self {
        Self { case, name, comes_to, by: Asking::Freely }
    }

    pub(crate) fn by_forcing(self) -> Self {
        Self { by: Asking::Forcing, ..self }
    }
}

pub(crate) fn plain() -> Tried {
    Tried::freely(Case::Plain, "plain", json!({"text": "xin chào"}))
}

pub(crate) fn streamed() -> Tried {
    Tried::freely(Case::Streamed, "stream", json!({"text": "one two three", "pieces": true}))
}

pub(crate) fn tool() -> Tried {
    Tried::freely(Case::Tool, "tool", json!({"given": [{"city": "Huế"}], "text": "warm"}))
}

pub(crate) fn schema() -> Tried {
    Tried::freely(Case::Schema, "schema", json!({"parsed": true}))
}

pub(crate) fn image() -> Tried {
    Tried::freely(Case::Image, "image", json!({"text": "a pixel"}))
}

pub(crate) const PLAIN_MODEL: &str = "gpt-5.5";
const NEWEST_LITE_MODEL: &str = "gpt-6.2-sol";
/// For libraries with a list of models that is older than the newest.
pub(crate) const OLDER_LITE_MODEL: &str = "gpt-6.1-sol";

pub(crate) struct Library {
    way: Way,
    lite_model: &'static str,
    harness: Harness,
    key: Key,
    found: Noting,
}

impl Library {
    pub(crate) async fn of(way: Way, tried: &[Tried]) -> Self {
        let harness = Setup::of(["ada", "ben"]).start().await;
        let key = harness.client("tool", "ada").await;
        let mut cases: Vec<Case> = tried.iter().map(|tried| tried.case).collect();
        cases.extend([Case::Failover, Case::Dry, Case::Cancel]);
        let found = Noting::of(way.name, way.set_up, &cases);
        Self { way, lite_model: NEWEST_LITE_MODEL, harness, key, found }
    }

    pub(crate) fn with_lite_model(mut self, model: &'static str) -> Self {
        self.lite_model = model;
        self
    }

    async fn run(&self, cases: &[&str], model: &str) -> Value {
        self.way.sdk.run_all(self.way.wire, cases, &self.key, model).await
    }

    /// The case is as a person wishes, and the provider had nothing to refuse.
    #[track_caller]
    pub(crate) fn works(&mut self, case: Case) {
        assert_eq!(self.harness.sim.violations(), Vec::<String>::new(), "{} {case:?}", self.way.name);
        self.found.works(case);
    }

    /// All of them with a plain model and with a lite one.
    pub(crate) async fn answers(&mut self, tried: &[Tried]) {
        let names: Vec<&str> = tried.iter().map(|tried| tried.name).collect();
        let (plain, lite) = (self.run(&names, PLAIN_MODEL).await, self.run(&names, self.lite_model).await);
        let mut told = Vec::new();
        for Tried { case, name, comes_to, by } in tried {
            assert_eq!(plain[name], *comes_to, "{}: {name}", self.way.name);
            match by {
                Asking::Freely => {
                    assert_eq!(lite[name], *comes_to, "{}: {name} with a lite model", self.way.name);
                }
                Asking::Forcing => {
                    let sentence = lite[name]["told"].as_str().unwrap_or_default();
                    assert!(sentence.contains("decides by itself"), "{}: {name}: {lite}", self.way.name);
                    told.push(format!("`{name}`"));
                }
            }
            self.works(*case);
        }
        if !told.is_empty() {
            let told = told.join(", ");
            self.found.also(&format!("with a lite model, refused in words, since it forces a tool: {told}"));
        }
        let turns = turns(&self.harness.sim);
        let with_picture = turns.iter().filter(|turn| turn.body.to_string().contains("input_image")).count();
        let pictures = |tried: &Tried| match (tried.case, tried.by) {
            (Case::Image, Asking::Freely) => 2,
            (Case::Image, Asking::Forcing) => 1,
            (_, Asking::Freely | Asking::Forcing) => 0,
        };
        assert_eq!(with_picture, tried.iter().map(pictures).sum::<usize>(), "{}: pictures", self.way.name);
    }

    pub(crate) async fn does_not_notice_a_failing_account(&mut self, tried: &Tried) {
        self.harness.sim.clear_journal();
        self.harness.sim.script(Fault::next(On::Turn, Action::UsageLimitReached));
        let came = self.run(&[tried.name], PLAIN_MODEL).await;
        assert_eq!(came[tried.name], tried.comes_to, "{}", self.way.name);
        let served = served(&turns(&self.harness.sim));
        assert_eq!(served.len(), 2, "{}: one refused, the other answered: {served:?}", self.way.name);
        self.works(Case::Failover);
    }

    /// The same process asks once more, so it was not its end that ended the answer, which stalls `after` so many events.
    /// `ended` is how each request ended, in order.
    pub(crate) async fn lets_go_of_an_answer(&mut self, after: usize, next: &Tried, ended: &[OutcomeClass]) {
        let before = self.harness.handle().snapshot().recent.len();
        self.harness.sim.script(Fault::next(On::Turn, Action::stall(after)));
        let came = self.run(&["cancel", next.name], PLAIN_MODEL).await;
        assert_eq!(came["cancel"], json!({"cancelled": true}), "{}", self.way.name);
        assert_eq!(came[next.name], next.comes_to, "{}", self.way.name);
        let outcomes = self.harness.activity(before + ended.len()).await;
        let outcomes: Vec<OutcomeClass> = outcomes.iter().skip(before).map(|one| one.outcome).collect();
        assert_eq!(outcomes, ended, "{}", self.way.name);
        self.works(Case::Cancel);
    }

    pub(crate) async fn says_at_once_that_the_pool_is_dry(&mut self, tried: &Tried, sentence: &str) {
        let (asked, seconds) = self.says_that_the_pool_is_dry(tried, sentence).await;
        assert!(seconds < 5.0, "{}: {seconds} s", self.way.name);
        assert_eq!(asked, 1, "{}", self.way.name);
        self.works(Case::Dry);
    }

    /// How often it asked, and for how many seconds. The last case: the pool stays dry.
    pub(crate) async fn says_that_the_pool_is_dry(&mut self, tried: &Tried, sentence: &str) -> (usize, f64) {
        for account in ["ada", "ben"] {
            self.harness.exhaust(account).await;
        }
        let before = self.harness.handle().snapshot().recent.len();
        let came = self.run(&[tried.name], PLAIN_MODEL).await;
        let told = &came[tried.name];
        assert!(told["told"].as_str().unwrap_or_default().contains(sentence), "{}: {told}", self.way.name);
        (self.harness.handle().snapshot().recent.len() - before, told["seconds"].as_f64().unwrap())
    }

    pub(crate) fn also(&mut self, what: &str) {
        self.found.also(what);
    }
}

/// Rockpool's own.
pub(crate) const SENTENCE: &str = "No account can serve this request";

/// The first word of an answer is among so many events.
pub(crate) const FIRST_WORDS: usize = 8;

pub(crate) const LEFT_THEN_SERVED: [OutcomeClass; 2] = [OutcomeClass::Abandoned, OutcomeClass::Success];

/// Whoever asks once and stops, as most do.
pub(crate) async fn works(way: Way, tried: &[Tried]) {
    let mut library = Library::of(way, tried).await;
    library.answers(tried).await;
    library.does_not_notice_a_failing_account(&tried[1]).await;
    library.lets_go_of_an_answer(FIRST_WORDS, &tried[0], &LEFT_THEN_SERVED).await;
    library.says_at_once_that_the_pool_is_dry(&tried[0], SENTENCE).await;
}
