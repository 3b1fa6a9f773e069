//! The providers' own libraries, whose typed reading judges what they are answered.

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
}

impl Sdk {
    fn command(self) -> Command {
        let python = |script: &str| {
            let mut command = Command::new(program("SDK_PYTHON"));
            command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tools/sdk-python/").to_owned() + script);
            command
        };
        match self {
            Self::OpenAiPython => python("openai_cases.py"),
            Self::AnthropicPython => python("anthropic_cases.py"),
            Self::OpenAiNode => {
                let dir = program("SDK_NODE_DIR");
                let mut command = Command::new(dir.join("node_modules/.bin/node"));
                command.arg(dir.join("openai_cases.mjs"));
                command
            }
        }
    }

    /// Anthropic's takes the root of the endpoint, and puts `/v1` behind it.
    fn base_url(self, key: &Key) -> String {
        match self {
            Self::OpenAiPython | Self::OpenAiNode => key.base_url.clone(),
            Self::AnthropicPython => key.base_url.trim_end_matches("/v1").to_owned(),
        }
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
        let (home, out) = (TempDir::new().unwrap(), RefusingProxy::start().await);
        let mut command = confined(self.command(), home.path(), &out);
        command.env("BASE_URL", self.base_url(key)).env("API_KEY", &key.secret).env("MODEL", model);
        command.args(cases);
        let case = cases.join(" ");
        let ran = tokio::time::timeout(LONGEST_RUN, command.output()).await;
        let output = ran.unwrap_or_else(|_| panic!("{self:?} {case} ran too long")).unwrap();
        let (said, told) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{self:?} {case}: {said}{told}");
        assert_eq!(out.requests(), Vec::<String>::new(), "{self:?} {case} tried to leave this machine");
        let read = |line| {
            serde_json::from_str(line)
                .unwrap_or_else(|error| panic!("{self:?} {case}: {error}: {said}{told}"))
        };
        let came: Vec<Value> = said.lines().map(read).collect();
        assert_eq!(came.len(), cases.len(), "{self:?} {case}: {said}{told}");
        came
    }
}
