//! The providers' own libraries: each case is what a person does with one, and its typed reading is the judge. The
//! simulator refuses what the backend refuses, and every case asserts that it had nothing to refuse.

use rockpool_engine::snapshot::OutcomeClass;
use rockpool_sim::{Action, Fault, On};
use rockpool_tests::harness::{Harness, Setup};
use rockpool_tests::journal::{served, turns};
use rockpool_tests::tools::Key;
use rockpool_tests::tools::agents::desk::TOLD_WITHIN;
use rockpool_tests::tools::agents::findings::{Case, Noting};
use rockpool_tests::tools::sdk::Sdk;
use rockpool_tests::wait;
use serde_json::{Value, json};
use std::time::Duration;

/// A plain model, and one that wants the lite shape.
const MODELS: [&str; 2] = ["gpt-5.5", "gpt-6.2-sol"];

/// Events of a good answer after which the first words are out and the last are not.
const EVENTS: usize = 30;

/// A case, its name in the scripts, and what comes of it; null stands for what is another with each model or request.
type Expected = (Case, &'static str, Value);

/// A library over one of its APIs, in front of a pool of two.
struct Library {
    sdk: Sdk,
    /// How the names of this API's cases begin.
    api: &'static str,
    harness: Harness,
    key: Key,
    found: Noting,
}

impl Library {
    async fn of(sdk: Sdk, api: &'static str, tool: &str, set_up: &str, expected: &[Expected]) -> Self {
        let (harness, key) = endpoint().await;
        let tried = expected.iter().map(|(case, ..)| *case);
        let tried: Vec<Case> = tried.chain([Case::Cancel, Case::Failover, Case::Dry]).collect();
        Self { sdk, api, harness, key, found: Noting::of(tool, set_up, &tried) }
    }

    async fn run(&self, cases: &[&str], model: &str) -> Vec<Value> {
        let full =
            |case: &&str| if *case == "models" { (*case).to_owned() } else { format!("{}{case}", self.api) };
        let cases: Vec<String> = cases.iter().map(full).collect();
        let cases: Vec<&str> = cases.iter().map(String::as_str).collect();
        self.sdk.run_each(&cases, &self.key, model).await
    }

    #[track_caller]
    fn nothing_was_refused(&self) {
        assert_eq!(self.harness.sim.violations(), Vec::<String>::new(), "{:?} {}", self.sdk, self.api);
    }

    /// With every model, the same of each.
    async fn answers(&mut self, expected: &[Expected]) {
        let names: Vec<&str> = expected.iter().map(|(_, name, _)| *name).collect();
        for model in MODELS {
            for (mut came, (_, name, value)) in self.run(&names, model).await.into_iter().zip(expected) {
                take_out_what_varies(&mut came, model);
                assert_eq!(came, *value, "{:?} {}{name} with {model}", self.sdk, self.api);
            }
            self.nothing_was_refused();
        }
        let turns = turns(&self.harness.sim);
        let pictures = turns.iter().filter(|turn| turn.body.to_string().contains("input_image")).count();
        let wanted = names.iter().filter(|name| **name == "image").count();
        assert_eq!(pictures, wanted * MODELS.len(), "pictures that came");
        for (case, ..) in expected {
            self.found.works(*case);
        }
    }

    /// The provider says the first words of a long answer and then nothing more. The same process goes on, so it is not
    /// its end that ends the request.
    async fn streams_and_lets_go(&mut self) {
        let before = self.harness.handle().snapshot().recent.len();
        self.harness.sim.script(Fault::next(On::Http, Action::stall(EVENTS)));
        let came = self.run(&["cancel", "plain"], MODELS[0]).await;
        assert_eq!(came[0], json!({"first": "1 "}), "{:?} {}", self.sdk, self.api);
        assert_eq!(came[1]["text"], "hello there", "{:?} {}", self.sdk, self.api);
        let records = self.harness.activity(before + 2).await;
        let mut outcomes: Vec<OutcomeClass> = records[before..].iter().map(|one| one.outcome).collect();
        outcomes.sort_by_key(|outcome| *outcome == OutcomeClass::Success);
        assert_eq!(outcomes, [OutcomeClass::Abandoned, OutcomeClass::Success], "{:?} {}", self.sdk, self.api);
        self.nothing_was_refused();
        self.found.works(Case::Streamed);
        self.found.works(Case::Cancel);
    }

    async fn does_not_notice_a_failing_account(&mut self) {
        self.harness.sim.clear_journal();
        self.harness.sim.script(Fault::next(On::Http, Action::UsageLimitReached));
        let came = self.run(&["stream"], MODELS[0]).await;
        assert_eq!(came[0]["text"], "one two three", "{:?} {}", self.sdk, self.api);
        let served = served(&turns(&self.harness.sim));
        assert_eq!(
            served,
            ["ada 429", "ben 200"],
            "{:?} {}: one was refused, the other answered",
            self.sdk,
            self.api
        );
        self.found.works(Case::Failover);
    }

    /// It asks once. The last case: the pool stays dry.
    async fn says_at_once_that_the_pool_is_dry(&mut self) {
        for name in ["ada", "ben"] {
            self.harness.exhaust(name).await;
        }
        let what = format!("{:?} {} before a dry pool", self.sdk, self.api);
        wait::quick_enough(&what, TOLD_WITHIN, async || {
            let before = self.harness.handle().snapshot().recent.len();
            let told = self.run(&["dry"], MODELS[0]).await.remove(0);
            assert!(told["told"].to_string().contains("No account can serve this request"), "{what}: {told}");
            assert_eq!(self.harness.handle().snapshot().recent.len() - before, 1, "{what}: {told}");
            (Duration::from_secs_f64(told["seconds"].as_f64().unwrap()), ())
        })
        .await;
        self.found.works(Case::Dry);
    }
}

async fn endpoint() -> (Harness, Key) {
    let harness = Setup::of(["ada", "ben"]).start().await;
    let key = harness.client("tool", "ada").await;
    (harness, key)
}

#[track_caller]
fn take_out_what_varies(came: &mut Value, model: &str) {
    for name in ["model", "one"] {
        if let Some(asked) = came.get(name) {
            assert_eq!(asked, model, "the answer names the model that was asked for");
            came[name] = Value::Null;
        }
    }
    if let Some(tokens) = came.get("tokens") {
        assert!(tokens.as_u64().is_some_and(|tokens| tokens > 0), "{came}");
        came["tokens"] = Value::Null;
    }
}

async fn works(sdk: Sdk, api: &'static str, tool: &str, set_up: &str, expected: &[Expected]) {
    let mut library = Library::of(sdk, api, tool, set_up, expected).await;
    library.answers(expected).await;
    library.streams_and_lets_go().await;
    library.does_not_notice_a_failing_account().await;
    library.says_at_once_that_the_pool_is_dry().await;
}

#[tokio::test]
async fn openais_python_library_chats() {
    let plain = json!({"text": "hello there", "finish": "stop", "model": null, "tokens": null});
    let expected = [
        (Case::Plain, "plain", plain),
        (Case::Streamed, "stream", json!({"text": "one two three", "finish": "stop", "tokens": null})),
        (Case::Tool, "tool", json!({"finish": "tool_calls", "arguments": {"city": "Huế"}, "text": "warm"})),
        (Case::Schema, "schema", json!({"parsed": true})),
        (Case::Image, "image", json!({"text": "a pixel"})),
        (Case::Models, "models", json!({"listed": true, "one": null})),
    ];
    let tool = "openai-python 3.57.0, chat completions";
    works(Sdk::OpenAiPython, "chat_", tool, "`base_url`, `api_key`", &expected).await;
}

#[tokio::test]
async fn openais_python_library_gets_responses() {
    let plain = json!({"text": "hello there", "status": "completed", "model": null, "tokens": null});
    let stream = json!({"text": "one two three", "first": "response.created", "last": "response.completed"});
    let unknown = json!({"code": "previous_response_not_found", "param": "previous_response_id"});
    let expected = [
        (Case::Plain, "plain", plain),
        (Case::Streamed, "stream", stream),
        (Case::Tool, "tool", json!({"arguments": {"city": "Huế"}, "text": "warm"})),
        (Case::Schema, "schema", json!({"parsed": true})),
        (Case::Image, "image", json!({"text": "a pixel"})),
        (Case::Models, "models", json!({"listed": true, "one": null})),
        (Case::Plain, "unknown_answer", unknown),
    ];
    let tool = "openai-python 3.57.0, Responses";
    works(Sdk::OpenAiPython, "responses_", tool, "`base_url`, `api_key`", &expected).await;
}

#[tokio::test]
async fn openais_node_library_chats() {
    let expected = [
        (Case::Plain, "plain", json!({"text": "hello there", "finish": "stop"})),
        (Case::Streamed, "stream", json!({"text": "one two three"})),
        (Case::Tool, "tool", json!({"text": "warm", "seen": [{"city": "Huế"}]})),
        (Case::Schema, "schema", json!({"parsed": true})),
        (Case::Image, "image", json!({"text": "a pixel"})),
        (Case::Models, "models", json!({"listed": true})),
    ];
    let tool = "openai-node 7.59.0, chat completions";
    works(Sdk::OpenAiNode, "chat_", tool, "`baseURL`, `apiKey`", &expected).await;
}

#[tokio::test]
async fn openais_node_library_gets_responses() {
    let expected = [
        (Case::Plain, "plain", json!({"text": "hello there"})),
        (Case::Streamed, "stream", json!({"text": "one two three"})),
        (Case::Tool, "tool", json!({"arguments": {"city": "Huế"}, "text": "warm"})),
        (Case::Schema, "schema", json!({"parsed": true})),
        (Case::Image, "image", json!({"text": "a pixel"})),
        (Case::Models, "models", json!({"listed": true})),
    ];
    let tool = "openai-node 7.59.0, Responses";
    works(Sdk::OpenAiNode, "responses_", tool, "`baseURL`, `apiKey`", &expected).await;
}

#[tokio::test]
async fn anthropics_python_library_works() {
    let stream = json!({"text": "one two three", "final": "one two three", "stop": "end_turn"});
    let plain = json!({"text": "hello there", "stop": "end_turn", "model": null, "tokens": null});
    let expected = [
        (Case::Plain, "plain", plain),
        (Case::Streamed, "stream", stream),
        (Case::Tool, "tool", json!({"stop": "tool_use", "input": {"city": "Huế"}, "text": "warm"})),
        (Case::Schema, "schema", json!({"parsed": true})),
        (Case::Image, "image", json!({"text": "a pixel"})),
        (Case::Models, "models", json!({"listed": true, "one": null})),
        (Case::Plain, "thinking", json!({"kinds": ["thinking", "text"], "text": "and on"})),
        (Case::Plain, "count", json!({"tokens": null})),
    ];
    let tool = "anthropic-python 2.14.0, messages";
    works(Sdk::AnthropicPython, "", tool, "`base_url` (without `/v1`), `api_key`", &expected).await;
}

#[tokio::test]
async fn an_unknown_model_is_told_with_those_that_there_are() {
    let (harness, key) = endpoint().await;
    for (sdk, kind) in [(Sdk::OpenAiPython, "code"), (Sdk::AnthropicPython, "type")] {
        let told = sdk.run("unknown_model", &key, "gpt-5.5").await;
        assert!(told[kind].as_str().unwrap().contains("not_found"), "{told}");
        assert!(told["message"].as_str().unwrap().contains("gpt-5.5"), "{told}");
    }
    assert_eq!(turns(&harness.sim).len(), 0);
}
