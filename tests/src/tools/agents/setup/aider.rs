//! aider: one prompt as a message, in a folder that is no repository.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::start::{MODEL, Setup};
use crate::program::program;
use crate::tools::Key;

pub(in crate::tools::agents) const NAME: &str = "aider 0.86.2, chat completions";
pub(in crate::tools::agents) const SET_UP: &str = "`.aider.conf.yml`: `openai-api-base`, `openai-api-key`, `model: openai/…`; for pictures `.aider.model.metadata.json`";

/// It has no tools: it writes what stands as a listing of a file in the answer.
pub(in crate::tools::agents) const ORDER: &str = "[[say: note\n```\nHuế\n```\n]]";
pub(super) const SHOWS: (&[&str], &str) = (&[], r#"1 2 3"#);

pub(super) fn set_up(home: &Path, key: &Key) -> Setup {
    let config =
        format!("openai-api-base: {}\nopenai-api-key: {}\nmodel: openai/{MODEL}\n", key.base_url, key.secret);
    fs::write(home.join(".aider.conf.yml"), config).unwrap();
    // Else it sends no picture to a model that it does not know.
    let known = json!({format!("openai/{MODEL}"): {"litellm_provider": "openai", "mode": "chat", "supports_vision": true}});
    fs::write(home.join(".aider.model.metadata.json"), known.to_string()).unwrap();
    as_found(home)
}

pub(super) fn as_found(home: &Path) -> Setup {
    // As after its first run, which fetches a list of models and their prices.
    let caches = home.join(".aider/caches");
    fs::create_dir_all(&caches).unwrap();
    fs::write(caches.join("model_prices_and_context_window.json"), r#"{"none":{}}"#).unwrap();
    let set = |name, value: &str| (name, value.to_owned());
    Setup {
        program: program("AIDER_PYTHON"),
        before: ["-m", "aider", "--message"].map(Into::into).to_vec(),
        environment: vec![
            set("AIDER_ANALYTICS", "false"),
            set("AIDER_CHECK_UPDATE", "false"),
            set("AIDER_SHOW_MODEL_WARNINGS", "false"),
            set("AIDER_SHOW_RELEASE_NOTES", "false"),
            set("AIDER_DISABLE_PLAYWRIGHT", "true"),
            set("AIDER_DETECT_URLS", "false"),
            set("AIDER_GIT", "false"),
            set("AIDER_YES_ALWAYS", "true"),
            set("AIDER_PRETTY", "false"),
            set("PYTHONUNBUFFERED", "1"),
            // Else it breaks sentences as if for a terminal of 80 letters.
            set("COLUMNS", "1000"),
            set("LITELLM_LOCAL_MODEL_COST_MAP", "True"),
        ],
    }
}
