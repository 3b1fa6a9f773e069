//! Qwen Code: its kind of authentication names the API.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::start::{MODEL, Setup, node_script, without_version};
use crate::tools::Key;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QwenWire {
    Completions,
    Responses,
    Anthropic,
}

impl QwenWire {
    pub(in crate::tools::agents) fn name(self) -> &'static str {
        match self {
            Self::Completions => "Qwen Code 0.24.4, chat completions",
            Self::Responses => "Qwen Code 0.24.4, Responses",
            Self::Anthropic => "Qwen Code 0.24.4, messages",
        }
    }

    pub(in crate::tools::agents) fn set_up_by(self) -> &'static str {
        match self {
            Self::Completions => {
                "`settings.json`: `env.OPENAI_BASE_URL`, `env.OPENAI_API_KEY`, `security.auth.selectedType: openai`, `model.name`"
            }
            Self::Responses => "as for chat completions, with `selectedType: openai-responses`",
            Self::Anthropic => {
                "`settings.json`: `env.ANTHROPIC_BASE_URL` (without `/v1`), `env.ANTHROPIC_API_KEY`, `security.auth.selectedType: anthropic`, `model.name`"
            }
        }
    }
}

pub(in crate::tools::agents) const ORDER: &str =
    r#"[[call: run_shell_command {"command":"echo Huế > note","is_background":false}]]"#;
pub(super) const SHOWS: (&[&str], &str) =
    (&["--output-format", "stream-json", "--include-partial-messages"], r#""text":"1 ""#);

pub(super) fn set_up(wire: QwenWire, home: &Path, key: &Key) -> Setup {
    let openai = || json!({"OPENAI_BASE_URL": key.base_url, "OPENAI_API_KEY": key.secret});
    let (kind, env) = match wire {
        QwenWire::Completions => ("openai", openai()),
        QwenWire::Responses => ("openai-responses", openai()),
        QwenWire::Anthropic => (
            "anthropic",
            json!({"ANTHROPIC_BASE_URL": without_version(key), "ANTHROPIC_API_KEY": key.secret}),
        ),
    };
    let settings = json!({"env": env, "security": {"auth": {"selectedType": kind}}, "model": {"name": MODEL}, "$version": 4});
    let dir = home.join(".qwen");
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("settings.json"), settings.to_string()).unwrap();
    as_found()
}

pub(super) fn as_found() -> Setup {
    let (program, script) = node_script("@qwen-code/qwen-code/cli-entry.js");
    Setup {
        program,
        before: vec![script, "--yolo".into(), "--prompt".into()],
        environment: vec![("QWEN_USAGE_STATISTICS_ENABLED", "false".to_owned())],
    }
}
