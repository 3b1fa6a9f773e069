//! Requests in the forms of Zed, which has no way to be run without a display: curl sends them, as scripts do.

use std::fs;

use http::Method;
use rockpool_engine::snapshot::OutcomeClass;
use rockpool_sim::{Action, Fault, On};
use rockpool_tests::harness::{Harness, Setup};
use rockpool_tests::journal::{served, turns};
use rockpool_tests::proxies::RefusingProxy;
use rockpool_tests::tools::agents::findings::{Case, Noting};
use rockpool_tests::tools::confined::confined;
use rockpool_tests::tools::request::{answer, events};
use rockpool_tests::tools::{Key, run};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;

const CASES: [Case; 7] =
    [Case::Streamed, Case::Tool, Case::Image, Case::Failover, Case::Dry, Case::Cancel, Case::Models];

const PIXEL: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGM4IScHAAK2AQU0pnWqAAAAAElFTkSuQmCC";

/// The two forms, as in `crates/open_ai` of Zed's sources; the member `chat_completions` of a model chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Completions,
    Responses,
}

impl Form {
    fn name(self) -> &'static str {
        match self {
            Self::Completions => "Zed (its requests, by curl 8), chat completions",
            Self::Responses => "Zed (its requests, by curl 8), Responses",
        }
    }

    fn set_up_by(self) -> &'static str {
        match self {
            Self::Completions => {
                "`language_models.openai_compatible`: `api_url`, `available_models`; the key in the app"
            }
            Self::Responses => "as for chat completions, with `capabilities.chat_completions: false`",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Completions => "chat/completions",
            Self::Responses => "responses",
        }
    }

    fn body(self, turns: Value) -> Value {
        let parameters =
            json!({"type": "object", "properties": {"command": {"type": "string"}}, "required": ["command"]});
        let (name, about) = ("terminal", "Runs a command.");
        match self {
            Self::Completions => json!({
                "model": "gpt-5.5", "messages": turns, "stream": true, "stream_options": {"include_usage": true},
                "max_completion_tokens": 128_000, "tool_choice": "auto", "parallel_tool_calls": true,
                "tools": [{"type": "function", "function": {"name": name, "description": about, "parameters": parameters}}],
                "prompt_cache_key": "5a1c1b9e-9a7f-4a29-8a52-0c4d5f0b0a11",
            }),
            Self::Responses => json!({
                "model": "gpt-5.5", "input": turns, "stream": true, "max_output_tokens": 128_000,
                "tool_choice": "auto", "parallel_tool_calls": true,
                "tools": [{"type": "function", "name": name, "description": about, "parameters": parameters}],
                "prompt_cache_key": "5a1c1b9e-9a7f-4a29-8a52-0c4d5f0b0a11",
            }),
        }
    }

    fn thread(self, prompt: &str) -> Vec<Value> {
        match self {
            Self::Completions => vec![
                json!({"role": "system", "content": "You are an editor's agent."}),
                json!({"role": "user", "content": prompt}),
            ],
            Self::Responses => vec![
                message("system", json!([{"type": "input_text", "text": "You are an editor's agent."}])),
                message("user", json!([{"type": "input_text", "text": prompt}])),
            ],
        }
    }

    fn picture(self, prompt: &str, url: &str) -> Value {
        match self {
            Self::Completions => json!({"role": "user", "content": [
                {"type": "text", "text": prompt}, {"type": "image_url", "image_url": {"url": url}},
            ]}),
            Self::Responses => message(
                "user",
                json!([
                    {"type": "input_text", "text": prompt}, {"type": "input_image", "image_url": url},
                ]),
            ),
        }
    }

    /// The call of an answer, and its outcome, as they are sent back.
    fn after_call(self, answer: &[Value], output: &str) -> Vec<Value> {
        match self {
            Self::Completions => {
                let deltas =
                    answer.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["tool_calls"].as_array());
                let deltas: Vec<&Value> = deltas.flatten().collect();
                let id = deltas[0]["id"].clone();
                let arguments: String =
                    deltas.iter().filter_map(|delta| delta["function"]["arguments"].as_str()).collect();
                let function = json!({"name": deltas[0]["function"]["name"], "arguments": arguments});
                vec![
                    json!({"role": "assistant", "content": null, "tool_calls": [{"id": id, "type": "function", "function": function}]}),
                    json!({"role": "tool", "content": output, "tool_call_id": id}),
                ]
            }
            Self::Responses => {
                let done = |event: &&Value| {
                    event["type"] == "response.output_item.done" && event["item"]["type"] == "function_call"
                };
                let call = &answer.iter().find(done).unwrap()["item"];
                vec![
                    json!({"type": "function_call", "call_id": call["call_id"], "name": call["name"], "arguments": call["arguments"]}),
                    json!({"type": "function_call_output", "call_id": call["call_id"], "output": output}),
                ]
            }
        }
    }

    fn text(self, stream: &[Value]) -> String {
        match self {
            Self::Completions => {
                stream.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str()).collect()
            }
            Self::Responses => answer(stream),
        }
    }
}

fn message(role: &str, content: Value) -> Value {
    json!({"type": "message", "role": role, "content": content})
}

struct Curl {
    key: Key,
    home: TempDir,
    out: RefusingProxy,
}

impl Curl {
    fn command(&self, method: &Method, path: &str, body: Option<&Value>) -> Command {
        let mut command = confined(Command::new("curl"), self.home.path(), &self.out);
        command.args(["--silent", "--show-error", "--no-buffer", "--write-out", "\n%{http_code}"]);
        command.args(["--request", method.as_str(), "--user-agent", "Zed/1.9.3 (linux; x86_64)"]);
        command.args(["--header", &format!("Authorization: Bearer {}", self.key.secret)]);
        if let Some(body) = body {
            let file = self.home.path().join("body.json");
            fs::write(&file, body.to_string()).unwrap();
            command.args(["--header", "Content-Type: application/json", "--data-binary"]);
            command.arg(format!("@{}", file.display()));
        }
        command.arg(format!("{}/{path}", self.key.base_url));
        command
    }

    /// Status and body.
    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> (u16, String) {
        let output = self.command(&method, path, body).output().await.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let said = String::from_utf8(output.stdout).unwrap();
        let (body, status) = said.rsplit_once('\n').unwrap();
        (status.parse().unwrap(), body.to_owned())
    }
}

struct Desk {
    harness: Harness,
    curl: Curl,
    form: Form,
    found: Noting,
}

impl Desk {
    async fn of(form: Form) -> Self {
        let harness = Setup::of(["ada", "ben"]).start().await;
        let key = harness.client("zed", "ada").await;
        let curl = Curl { key, home: tempfile::tempdir().unwrap(), out: RefusingProxy::start().await };
        Self { harness, curl, form, found: Noting::of(form.name(), form.set_up_by(), &CASES) }
    }

    async fn stream(&self, turns: Vec<Value>) -> Vec<Value> {
        let body = self.form.body(Value::from(turns));
        let (status, text) = self.curl.send(Method::POST, self.form.path(), Some(&body)).await;
        assert_eq!(status, 200, "{text}");
        events(text.as_bytes())
    }

    #[track_caller]
    fn works(&mut self, case: Case) {
        assert_eq!(self.harness.sim.violations(), Vec::<String>::new(), "{:?} {case:?}", self.form);
        self.found.works(case);
    }

    async fn works_in_all_cases(&mut self) {
        let form = self.form;
        assert_eq!(form.text(&self.stream(form.thread("[[say: xin chào]]")).await), "xin chào");
        self.works(Case::Streamed);

        let mut thread = form.thread(r#"[[call: terminal {"command":"pwd"}]] [[say: noted]]"#);
        thread.extend(form.after_call(&self.stream(thread.clone()).await, "/srv/tide"));
        assert_eq!(form.text(&self.stream(thread).await), "noted");
        let last = turns(&self.harness.sim).pop().unwrap();
        assert!(last.body.to_string().contains("/srv/tide"), "{}", last.body);
        self.works(Case::Tool);

        let picture = form.picture("[[say: a pixel]]", PIXEL);
        assert_eq!(form.text(&self.stream(vec![picture]).await), "a pixel");
        let last = turns(&self.harness.sim).pop().unwrap();
        assert!(last.body.to_string().contains("input_image"), "{}", last.body);
        self.works(Case::Image);

        self.harness.sim.clear_journal();
        self.harness.sim.script(Fault::next(On::Http, Action::UsageLimitReached));
        assert_eq!(form.text(&self.stream(form.thread("Go on. [[say: still here]]")).await), "still here");
        assert_eq!(served(&turns(&self.harness.sim)), ["ada 429", "ben 200"]);
        self.works(Case::Failover);

        let (status, models) = self.curl.send(Method::GET, "models", None).await;
        let models: Value = serde_json::from_str(&models).unwrap();
        let has = models["data"].as_array().unwrap().iter().any(|model| model["id"] == "gpt-5.5");
        assert!(status == 200 && has, "{models}");
        self.works(Case::Models);

        self.is_let_go_when_interrupted().await;

        for name in ["ada", "ben"] {
            self.harness.exhaust(name).await;
        }
        let body = self.form.body(Value::from(form.thread("Anybody there?")));
        let (status, said) = self.curl.send(Method::POST, form.path(), Some(&body)).await;
        assert!(status == 429 && said.contains("No account can serve this request"), "{status}: {said}");
        self.works(Case::Dry);
    }

    async fn is_let_go_when_interrupted(&mut self) {
        self.harness.sim.script(Fault::next(On::Http, Action::stall(30)));
        let thread =
            self.form.thread("Count. [[think: weighing it]] [[say: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16]]");
        let body = self.form.body(Value::from(thread));
        let mut sent = self.curl.command(&Method::POST, self.form.path(), Some(&body)).spawn().unwrap();
        run::shows(&mut sent, r#""1 ""#).await;
        run::interrupt(&sent).await;
        sent.wait().await.unwrap();
        self.harness
            .until("nothing is in flight", |snapshot| {
                snapshot.accounts.iter().all(|account| account.in_flight == 0).then_some(())
            })
            .await;
        assert_eq!(self.harness.activity(1).await.pop().unwrap().outcome, OutcomeClass::Abandoned);
        self.works(Case::Cancel);
    }
}

#[tokio::test]
async fn zeds_chat_completions_are_answered() {
    Desk::of(Form::Completions).await.works_in_all_cases().await;
}

#[tokio::test]
async fn zeds_responses_are_answered() {
    Desk::of(Form::Responses).await.works_in_all_cases().await;
}
