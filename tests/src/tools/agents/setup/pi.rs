//! pi: a provider of its own, over any of the three APIs.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::start::{MODEL, Setup, node_script, without_version};
use crate::tools::Key;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PiWire {
    Completions,
    Responses,
    Anthropic,
}

impl PiWire {
    pub(in crate::tools::agents) fn name(self) -> &'static str {
        match self {
            Self::Completions => "pi 0.73.1, chat completions",
            Self::Responses => "pi 0.73.1, Responses",
            Self::Anthropic => "pi 0.73.1, messages",
        }
    }

    pub(in crate::tools::agents) fn set_up_by(self) -> &'static str {
        match self {
            Self::Completions => {
                "`models.json`: a provider with `baseUrl`, `apiKey`, `api: openai-completions` and `models`"
            }
            Self::Responses => "as for chat completions, with `api: openai-responses`",
            Self::Anthropic => {
                "as for chat completions, with `api: anthropic-messages`; the address without `/v1`"
            }
        }
    }
}

pub(in crate::tools::agents) const ORDER: &str = r#"[[call: bash {"command":"echo Huế > note"}]]"#;
pub(super) const SHOWS: (&[&str], &str) = (&["--mode", "json"], r#""delta":"1 ""#);

pub(super) fn set_up(wire: PiWire, home: &Path, key: &Key) -> Setup {
    let (api, address) = match wire {
        PiWire::Completions => ("openai-completions", key.base_url.clone()),
        PiWire::Responses => ("openai-responses", key.base_url.clone()),
        PiWire::Anthropic => ("anthropic-messages", without_version(key)),
    };
    let model = json!({"id": MODEL, "reasoning": true, "input": ["text", "image"]});
    let provider = json!({"baseUrl": address, "api": api, "apiKey": key.secret, "models": [model]});
    let dir = home.join(".pi/agent");
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("models.json"), json!({"providers": {"rockpool": provider}}).to_string()).unwrap();
    let settings = json!({"defaultProvider": "rockpool", "defaultModel": MODEL});
    fs::write(dir.join("settings.json"), settings.to_string()).unwrap();
    as_found()
}

pub(super) fn as_found() -> Setup {
    let (program, script) = node_script("@mariozechner/pi-coding-agent/dist/cli.js");
    Setup {
        program,
        before: vec![script, "--print".into()],
        environment: vec![("PI_OFFLINE", "1".to_owned())],
    }
}
