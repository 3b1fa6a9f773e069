//! A tool that is connected by its own files, used, and let go again.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use rockpool_engine::api::ToolConnected;
use rockpool_engine::api::requests::{ToolConnect, ToolDisconnect};
use rockpool_engine::snapshot::ToolState;

use super::findings::{NotingConnection, UsedBy};
use super::{Agent, AgentHome};
use crate::harness::{Harness, Setup};
use crate::journal::{served, turns};

const MODEL: &str = "gpt-5.5";

/// A person's home in which one tool is connected to a pool of two.
pub struct Connected {
    pub harness: Harness,
    /// What the API said of it.
    pub said: ToolConnected,
    tool: String,
    before: BTreeMap<PathBuf, Option<String>>,
}

impl Connected {
    /// Connects `tool` in a home with these files, by their paths in it.
    pub async fn with_files(tool: &str, files: &[(&str, &str)]) -> Self {
        let harness = Setup::of(["ada", "ben"]).start().await;
        let home = harness.tools_home();
        fs::create_dir_all(&home).unwrap();
        for (path, text) in files {
            let path = home.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let client = harness.api.client();
        let wish = ToolConnect { model: Some(MODEL.to_owned()), ..ToolConnect::default() };
        let preview = client.preview_tool(tool, &wish).await.unwrap();
        let before = preview.files.iter().map(|path| (path.into(), fs::read_to_string(path).ok())).collect();
        let said = client.connect_tool(tool, &wish).await.unwrap();
        let connected = Self { harness, said, tool: tool.to_owned(), before };
        assert_eq!(connected.said.tool.state, ToolState::Connected, "{tool}");
        for (path, text) in &connected.before {
            assert_ne!(connected.now(path), *text, "{tool}: {}", path.display());
        }
        assert!(!connected.before.is_empty(), "{tool}");
        connected
    }

    fn now(&self, path: &PathBuf) -> Option<String> {
        fs::read_to_string(path).ok()
    }

    /// The one file that connecting has changed.
    #[must_use]
    pub fn file(&self) -> String {
        let path = self.before.keys().next().unwrap();
        fs::read_to_string(path).unwrap()
    }

    /// What was asked came from the tool's own client, and went to the account that it was pointed at.
    pub async fn was_used(&self) {
        for record in self.harness.activity(1).await {
            assert_eq!((record.client.as_str(), record.account.as_deref()), (&*self.tool, Some("ada")));
        }
        let served = served(&turns(&self.harness.sim));
        assert!(!served.is_empty() && served.iter().all(|one| one == "ada 200"), "{served:?}");
        assert_eq!(self.harness.sim.violations(), Vec::<String>::new());
    }

    /// Its file was not there, and has what the tool wrote into it by itself.
    pub async fn is_let_go_with(mut self, own: &str) {
        for text in self.before.values_mut() {
            assert_eq!(text.replace(own.to_owned()), None);
        }
        self.is_let_go().await;
    }

    /// Its files are byte for byte what they were; where there was none, there is none.
    pub async fn is_let_go(self) {
        let client = self.harness.api.client();
        let tool = client.disconnect_tool(&self.tool, &ToolDisconnect::default()).await.unwrap();
        assert_eq!((tool.state, tool.client), (ToolState::NotConnected, None));
        for (path, text) in &self.before {
            assert_eq!(self.now(path), *text, "{}", path.display());
        }
    }
}

/// Has an agent answer with nothing but what its files say.
pub async fn is_used(agent: Agent, connected: &Connected) {
    let home = AgentHome::found(agent, connected.harness.tools_home()).await;
    let said = home.ask("Greet me. [[say: xin chào]]").await;
    assert_eq!(said.code, Some(0), "{agent:?}: {}", said.text);
    assert!(said.text.contains("xin chào"), "{agent:?}: {}", said.text);
    connected.was_used().await;
}

/// Connects an agent, with `files` in its home and without any, has it answer with nothing but what its files then
/// say, and lets it go. `tool` is its name for `rockpool connect`.
pub async fn is_connected_used_and_let_go(agent: Agent, tool: &str, files: &[(&str, &str)]) {
    let mut found = NotingConnection::of(agent.name(), UsedBy::TheTool);
    for files in [files, &[]] {
        let connected = Connected::with_files(tool, files).await;
        is_used(agent, &connected).await;
        connected.is_let_go().await;
    }
    found.works();
}
