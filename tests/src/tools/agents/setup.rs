//! What each agent reads of its settings, and the command by which it answers one prompt.

pub(super) mod aider;
pub(super) mod cline;
pub(super) mod llm;
pub(super) mod pi;
pub(super) mod qwen_code;
mod start;

pub use cline::ClineWire;
pub use llm::LlmWire;
pub use pi::PiWire;
pub use qwen_code::QwenWire;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use self::start::{MODEL, Setup, for_this_machine_in, without_version};
use super::{Agent, CopilotWire, OpencodeWire};
use crate::program::program;
use crate::tools::Key;

/// Writes the settings of `agent` below `home`.
pub(super) fn set_up(agent: Agent, home: &Path, key: &Key) -> Setup {
    match agent {
        Agent::Opencode(wire) => opencode(wire, home, key),
        Agent::ClaudeCode => claude_code(key),
        Agent::Copilot(wire) => copilot(wire, key),
        Agent::Continue => continue_cli(home, key),
        Agent::Aider => aider::set_up(home, key),
        Agent::Cline(wire) => cline::set_up(wire, home, key),
        Agent::Llm(wire) => llm::set_up(wire, home, key),
        Agent::Pi(wire) => pi::set_up(wire, home, key),
        Agent::QwenCode(wire) => qwen_code::set_up(wire, home, key),
    }
}

/// What `agent` is run with where somebody else has written its settings below `home`.
pub(super) fn as_found(agent: Agent, home: &Path) -> Setup {
    match agent {
        Agent::Opencode(_) => opencode_as_found(home),
        Agent::ClaudeCode => claude_code_as_found(),
        Agent::Copilot(_) => copilot_as_found(),
        Agent::Continue => continue_cli_as_found(),
        Agent::Aider => aider::as_found(home),
        Agent::Cline(_) => cline::as_found(home),
        Agent::Llm(_) => llm::as_found(),
        Agent::Pi(_) => pi::as_found(),
        Agent::QwenCode(_) => qwen_code::as_found(),
    }
}

/// What stands behind the prompt so that the agent shows what comes as it comes, and how it shows the beginning of
/// the answer of [`AgentHome::start_showing`](super::AgentHome::start_showing). opencode shows a thought once it is whole.
pub(super) fn shows_as_it_comes(agent: Agent) -> Option<(&'static [&'static str], &'static str)> {
    match agent {
        // With a title it asks for none.
        Agent::Opencode(_) => {
            Some((&["--format", "json", "--thinking", "--title", "counting"], r#""text":"weighing it""#))
        }
        Agent::ClaudeCode => Some((
            &["--output-format", "stream-json", "--include-partial-messages", "--verbose"],
            r#""type":"text_delta","text":"1 ""#,
        )),
        Agent::Copilot(_) => Some((&["--output-format", "json"], r#""deltaContent":"1 ""#)),
        Agent::Continue => None,
        Agent::Aider => Some(aider::SHOWS),
        Agent::Cline(_) => Some(cline::SHOWS),
        Agent::Llm(_) => Some(llm::SHOWS),
        Agent::Pi(_) => Some(pi::SHOWS),
        Agent::QwenCode(_) => Some(qwen_code::SHOWS),
    }
}

/// The prompt as arguments. One with spaces reaches the model in quotes from opencode, with its own quotes escaped.
pub(super) fn prompt(agent: Agent, prompt: &str) -> Vec<&str> {
    match agent {
        Agent::Opencode(_) => prompt.split(' ').collect(),
        Agent::ClaudeCode
        | Agent::Copilot(_)
        | Agent::Continue
        | Agent::Aider
        | Agent::Cline(_)
        | Agent::Llm(_)
        | Agent::Pi(_)
        | Agent::QwenCode(_) => vec![prompt],
    }
}

/// What stands behind the prompt to have it look at a picture, where it can be handed one.
pub(super) fn with_picture(agent: Agent, picture: &Path) -> Option<Vec<OsString>> {
    let flag = match agent {
        Agent::Opencode(_) => "--file",
        Agent::Copilot(_) | Agent::Llm(_) => "--attachment",
        Agent::Aider => "--file",
        Agent::Pi(_) => return Some(vec![format!("@{}", picture.display()).into()]),
        Agent::ClaudeCode | Agent::Continue | Agent::Cline(_) | Agent::QwenCode(_) => return None,
    };
    Some(vec![flag.into(), picture.into()])
}

fn opencode(wire: OpencodeWire, home: &Path, key: &Key) -> Setup {
    let options = json!({"baseURL": key.base_url, "apiKey": key.secret});
    let compatible = json!({
        "npm": "@ai-sdk/openai-compatible", "name": "Rockpool", "options": options,
        "models": {MODEL: {"name": MODEL, "attachment": true, "modalities": {"input": ["text", "image"], "output": ["text"]}}},
    });
    let config = json!({
        "autoupdate": false, "share": "disabled",
        "provider": {"rockpool": compatible, "openai": {"options": options}},
    });
    let mut setup = opencode_as_found(home);
    fs::write(home.join(".config/opencode/opencode.json"), config.to_string()).unwrap();
    let provider = match wire {
        OpencodeWire::Compatible => "rockpool",
        OpencodeWire::OpenAi => "openai",
    };
    setup.before.extend(["--model".into(), format!("{provider}/{MODEL}").into()]);
    setup
}

fn opencode_as_found(home: &Path) -> Setup {
    // As after its first run, which fetches the package that plugins are written with.
    let dir = home.join(".config/opencode");
    fs::create_dir_all(dir.join("node_modules")).unwrap();
    let fetched = json!({"packages": {"": {"dependencies": {"@opencode-ai/plugin": "1.18.33"}}}});
    fs::write(dir.join("package-lock.json"), fetched.to_string()).unwrap();
    Setup {
        program: for_this_machine("", "opencode-linux-").join("bin/opencode"),
        before: ["run", "--auto"].map(Into::into).to_vec(),
        environment: vec![
            ("OPENCODE_DISABLE_MODELS_FETCH", "true".to_owned()),
            ("OPENCODE_DISABLE_AUTOUPDATE", "true".to_owned()),
        ],
    }
}

fn claude_code(key: &Key) -> Setup {
    let mut setup = claude_code_as_found();
    setup.environment.extend([
        ("ANTHROPIC_BASE_URL", without_version(key)),
        ("ANTHROPIC_AUTH_TOKEN", key.secret.clone()),
        ("ANTHROPIC_MODEL", MODEL.to_owned()),
    ]);
    setup
}

fn claude_code_as_found() -> Setup {
    let yes = || "1".to_owned();
    Setup {
        program: for_this_machine("@anthropic-ai", "claude-code-linux-").join("claude"),
        before: ["--dangerously-skip-permissions", "--print"].map(Into::into).to_vec(),
        environment: vec![
            ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", yes()),
            ("DISABLE_AUTOUPDATER", yes()),
            // Else it refuses that flag to root.
            ("IS_SANDBOX", yes()),
        ],
    }
}

fn copilot(wire: CopilotWire, key: &Key) -> Setup {
    let address = match wire {
        CopilotWire::Completions | CopilotWire::Responses | CopilotWire::WebSockets => key.base_url.clone(),
        CopilotWire::Anthropic => without_version(key),
    };
    let more: &[(&str, &str)] = match wire {
        CopilotWire::Completions => &[],
        CopilotWire::Responses => &[("COPILOT_PROVIDER_WIRE_API", "responses")],
        CopilotWire::WebSockets => {
            &[("COPILOT_PROVIDER_WIRE_API", "responses"), ("COPILOT_PROVIDER_TRANSPORT", "websockets")]
        }
        CopilotWire::Anthropic => &[("COPILOT_PROVIDER_TYPE", "anthropic")],
    };
    let mut setup = copilot_as_found();
    setup.environment.extend([
        ("COPILOT_PROVIDER_BASE_URL", address),
        ("COPILOT_PROVIDER_API_KEY", key.secret.clone()),
        ("COPILOT_MODEL", MODEL.to_owned()),
    ]);
    setup.environment.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
    setup
}

fn copilot_as_found() -> Setup {
    Setup {
        program: for_this_machine("@github", "copilot-linux-").join("copilot"),
        before: ["--allow-all-tools", "--prompt"].map(Into::into).to_vec(),
        environment: vec![("COPILOT_OFFLINE", "true".to_owned())],
    }
}

fn continue_cli(home: &Path, key: &Key) -> Setup {
    let file = home.join("config.yaml");
    let config = format!(
        "name: rockpool\nversion: 1.0.0\nschema: v1\nmodels:\n  - name: {MODEL}\n    provider: openai\n    model: {MODEL}\n    \
         apiBase: {}\n    apiKey: {}\n",
        key.base_url, key.secret
    );
    fs::write(&file, config).unwrap();
    let mut setup = continue_cli_as_found();
    setup.before.extend(["--config".into(), file.into()]);
    setup
}

fn continue_cli_as_found() -> Setup {
    let script = program("AGENTS_DIR").join("node_modules/@continuedev/cli/dist/cn.js");
    Setup {
        program: program("SDK_NODE_DIR").join("node_modules/.bin/node"),
        before: vec![script.into(), "--auto".into(), "--print".into()],
        environment: vec![
            ("CONTINUE_TELEMETRY_ENABLED", "0".to_owned()),
            ("CONTINUE_METRICS_ENABLED", "0".to_owned()),
        ],
    }
}

fn for_this_machine(scope: &str, name: &str) -> PathBuf {
    for_this_machine_in(&program("AGENTS_DIR"), scope, name)
}
