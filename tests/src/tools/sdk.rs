//! The providers' own libraries and those that stand on them, whose typed reading judges what they are answered.

use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

use super::Key;
use super::confined::confined;
use crate::program::program;
use crate::proxies::RefusingProxy;

/// Longest run of one case. A healthy one takes a second or two.
const LONGEST_RUN: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sdk {
    OpenAiPython,
    OpenAiNode,
    AnthropicPython,
    AiSdk,
    OpenAiAgentsNode,
    OpenAiAgentsPython,
    CodexSdk,
    LangChain,
    Litellm,
    PydanticAi,
    Instructor,
    LlamaIndex,
}

impl Sdk {
    fn command(self) -> Command {
        match self {
            Self::OpenAiPython => python("SDK_PYTHON", "sdk-python/openai_cases.py"),
            Self::AnthropicPython => python("SDK_PYTHON", "sdk-python/anthropic_cases.py"),
            Self::OpenAiNode => node("SDK_NODE_DIR", "openai_cases.mjs"),
            Self::AiSdk => node("LIBRARIES_NODE_DIR", "ai_sdk_cases.mjs"),
            Self::OpenAiAgentsNode => node("LIBRARIES_NODE_DIR", "openai_agents_cases.mjs"),
            Self::CodexSdk => node("LIBRARIES_NODE_DIR", "codex_sdk_cases.mjs"),
            Self::OpenAiAgentsPython => python("LIBRARIES_PYTHON", "libraries-python/openai_agents_cases.py"),
            Self::LangChain => python("LIBRARIES_PYTHON", "libraries-python/langchain_cases.py"),
            Self::Litellm => python("LIBRARIES_PYTHON", "libraries-python/litellm_cases.py"),
            Self::PydanticAi => python("LIBRARIES_PYTHON", "libraries-python/pydantic_ai_cases.py"),
            Self::Instructor => python("OLDER_LIBRARIES_PYTHON", "libraries-python/instructor_cases.py"),
            Self::LlamaIndex => python("OLDER_LIBRARIES_PYTHON", "libraries-python/llama_index_cases.py"),
        }
    }

    /// Anthropic's takes the root of the endpoint, and puts `/v1` behind it.
    fn base_url(self, key: &Key) -> String {
        let root = key.base_url.trim_end_matches("/v1");
        if self == Self::AnthropicPython { root.to_owned() } else { key.base_url.clone() }
    }

    /// Runs a case with `model` and gives what it printed.
    ///
    /// # Panics
    /// With everything that was said, where the library takes offence or tries to leave this machine.
    pub async fn run(self, case: &str, key: &Key, model: &str) -> Value {
        self.run_each(&[case], key, model).await.remove(0)
    }

    /// Runs cases one after the other in one process and gives what each printed, a line of JSON.
    ///
    /// # Panics
    /// As [`Sdk::run`].
    pub async fn run_each(self, cases: &[&str], key: &Key, model: &str) -> Vec<Value> {
        let came = self.printed(cases, key, model).await;
        assert_eq!(came.len(), cases.len(), "{self:?} {cases:?}: {came:?}");
        came
    }

    /// Runs cases one after the other in one process, over one of the library's ways to ask; gives an object by case,
    /// in which one that failed has what was `told` after how many `seconds`.
    ///
    /// # Panics
    /// As [`Sdk::run`], but for what the library took offence at within a case.
    pub async fn run_all(self, wire: &str, cases: &[&str], key: &Key, model: &str) -> Value {
        self.printed(&[&[wire], cases].concat(), key, model).await.remove(0)
    }

    async fn printed(self, words: &[&str], key: &Key, model: &str) -> Vec<Value> {
        let (home, out) = (TempDir::new().unwrap(), RefusingProxy::start().await);
        std::fs::create_dir(home.path().join("tmp")).unwrap();
        let mut command = confined(self.command(), home.path(), &out);
        command.env("BASE_URL", self.base_url(key)).env("API_KEY", &key.secret).env("MODEL", model);
        command.args(words);
        let case = words.join(" ");
        let ran = tokio::time::timeout(LONGEST_RUN, command.output()).await;
        let output = ran.unwrap_or_else(|_| panic!("{self:?} {case} ran too long")).unwrap();
        let (said, told) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{self:?} {case}: {said}{told}");
        assert_eq!(out.requests(), Vec::<String>::new(), "{self:?} {case} tried to leave this machine");
        let read = |line| {
            serde_json::from_str(line)
                .unwrap_or_else(|error| panic!("{self:?} {case}: {error}: {said}{told}"))
        };
        said.lines().map(read).collect()
    }
}

/// A script of `tests/tools`, run by the Python that `variable` names.
fn python(variable: &str, script: &str) -> Command {
    let mut command = Command::new(program(variable));
    // Else it leaves what it compiled beside the scripts.
    command.arg("-B");
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tools/").to_owned() + script);
    command
}

/// A script beside its packages, in the folder that `variable` names.
fn node(variable: &str, script: &str) -> Command {
    let mut command = Command::new(program("SDK_NODE_DIR").join("node_modules/.bin/node"));
    command.arg(program(variable).join(script));
    command
}
