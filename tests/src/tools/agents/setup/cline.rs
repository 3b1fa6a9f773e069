//! Cline's CLI: its provider for any address, or the built-in one of OpenAI.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::start::{MODEL, Setup, for_this_machine_in};
use crate::program::program;
use crate::tools::Key;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClineWire {
    Compatible,
    Native,
}

impl ClineWire {
    pub(in crate::tools::agents) fn name(self) -> &'static str {
        match self {
            Self::Compatible => "Cline 3.0.65, chat completions",
            Self::Native => "Cline 3.0.65, Responses",
        }
    }

    pub(in crate::tools::agents) fn set_up_by(self) -> &'static str {
        match self {
            Self::Compatible => "`cline auth -p openai-compatible -b … -k … -m …`",
            Self::Native => "`cline auth -p openai-native -b … -k … -m …`",
        }
    }
}

pub(in crate::tools::agents) const ORDER: &str = r#"[[call: run_commands {"commands":["echo Huế > note"]}]]"#;
pub(super) const SHOWS: (&[&str], &str) = (&[], r#"1 2 3"#);

pub(super) fn set_up(wire: ClineWire, home: &Path, key: &Key) -> Setup {
    let id = match wire {
        ClineWire::Compatible => "openai-compatible",
        ClineWire::Native => "openai-native",
    };
    let settings = json!({"provider": id, "apiKey": key.secret, "model": MODEL, "baseUrl": key.base_url});
    let provider =
        json!({"settings": settings, "updatedAt": "2026-01-01T00:00:00.000Z", "tokenSource": "manual"});
    let providers = json!({"version": 1, "lastUsedProvider": id, "modes": {}, "providers": {id: provider}});
    let dir = home.join(".cline/data/settings");
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("providers.json"), providers.to_string()).unwrap();
    as_found(home)
}

pub(super) fn as_found(home: &Path) -> Setup {
    let dir = home.join(".cline/data/settings");
    fs::create_dir_all(&dir).unwrap();
    let quiet = json!({"telemetryOptOut": true, "autoUpdateEnabled": false});
    fs::write(dir.join("global-settings.json"), quiet.to_string()).unwrap();
    Setup {
        program: for_this_machine_in(&program("MORE_AGENTS_DIR"), "@cline", "cli-linux-").join("bin/cline"),
        before: Vec::new(),
        environment: vec![
            ("CLINE_NO_AUTO_UPDATE", "1".to_owned()),
            // Else it asks for feature flags, which opting out of telemetry does not stop.
            ("E2E_TEST", "true".to_owned()),
            // Else it leaves a process behind that serves further runs.
            ("CLINE_SESSION_BACKEND_MODE", "local".to_owned()),
        ],
    }
}
