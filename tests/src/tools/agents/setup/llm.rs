//! llm: a model of its own list, over either of OpenAI's APIs.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::start::{MODEL, Setup};
use crate::program::program;
use crate::tools::Key;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LlmWire {
    Completions,
    Responses,
}

/// It has no shell: a function of the person's, which the model calls.
const FUNCTIONS: &str = "def write_note(text: str) -> str:\n    \"Writes a note\"\n    open('note', 'w').write(text + '\\n')\n    return 'written'\n";
pub(in crate::tools::agents) const ORDER: &str = r#"[[call: write_note {"text":"Huế"}]]"#;
pub(super) const SHOWS: (&[&str], &str) = (&[], r#"1 2 3"#);

/// The name of the model in its list, as the recipe of `rockpool connect` has it too.
const LISTED: &str = "rockpool";

impl LlmWire {
    pub(in crate::tools::agents) fn name(self) -> &'static str {
        match self {
            Self::Completions => "llm 0.36, chat completions",
            Self::Responses => "llm 0.36, Responses",
        }
    }

    pub(in crate::tools::agents) fn set_up_by(self) -> &'static str {
        match self {
            Self::Completions => {
                "`extra-openai-models.yaml`: `model_id`, `model_name`, `api_base`, `api_key_name`; `keys.json`"
            }
            Self::Responses => "as for chat completions, and `responses: true`",
        }
    }
}

pub(super) fn set_up(wire: LlmWire, home: &Path, key: &Key) -> Setup {
    let dir = home.join(".config/io.datasette.llm");
    fs::create_dir_all(&dir).unwrap();
    // JSON is YAML.
    let models = json!([{
        "model_id": LISTED, "model_name": MODEL, "api_base": key.base_url, "api_key_name": LISTED,
        "supports_tools": true, "supports_schema": true, "vision": true, "responses": wire == LlmWire::Responses,
    }]);
    fs::write(dir.join("extra-openai-models.yaml"), models.to_string()).unwrap();
    fs::write(dir.join("keys.json"), json!({LISTED: key.secret}).to_string()).unwrap();
    as_found()
}

pub(super) fn as_found() -> Setup {
    Setup {
        program: program("LLM_PYTHON"),
        before: ["-m", "llm", "prompt", "-m", LISTED, "--functions", FUNCTIONS].map(Into::into).to_vec(),
        environment: Vec::new(),
    }
}
