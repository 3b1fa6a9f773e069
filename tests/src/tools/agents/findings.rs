//! What the tests found of a tool, left where `cargo xtask tools-table` reads it.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use rockpool_engine::Clock;
use serde::{Deserialize, Serialize};

/// The folder in which each test leaves a file.
const FINDINGS: &str = "ROCKPOOL_TOOL_FINDINGS";

/// What is tried with a tool, in the order of the table's columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Case {
    Plain,
    Streamed,
    Tool,
    Schema,
    Image,
    Failover,
    Dry,
    Cancel,
    Models,
}

impl Case {
    pub const ALL: [Self; 9] = [
        Self::Plain,
        Self::Streamed,
        Self::Tool,
        Self::Schema,
        Self::Image,
        Self::Failover,
        Self::Dry,
        Self::Cancel,
        Self::Models,
    ];

    /// Those of tools that do not list models.
    pub const BUT_MODELS: [Self; 8] = [
        Self::Plain,
        Self::Streamed,
        Self::Tool,
        Self::Schema,
        Self::Image,
        Self::Failover,
        Self::Dry,
        Self::Cancel,
    ];
}

/// How a case went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    Works,
    /// The test ended before it was seen.
    Failed,
}

/// Written as the test ends, in whichever way.
#[derive(Debug, Serialize, Deserialize)]
pub struct Findings {
    pub tool: String,
    pub set_up: String,
    /// When it was run, in RFC 3339.
    pub at: String,
    pub cases: BTreeMap<Case, Outcome>,
    /// What else was seen.
    pub more: Vec<String>,
}

/// Findings in the making.
#[derive(Debug)]
pub struct Noting(Findings);

impl Noting {
    /// About a tool of which `cases` will be tried.
    #[must_use]
    pub fn of(tool: &str, set_up: &str, cases: &[Case]) -> Self {
        let at = Clock::system().wall().to_string();
        let cases = cases.iter().map(|case| (*case, Outcome::Failed)).collect();
        Self(Findings { tool: tool.to_owned(), set_up: set_up.to_owned(), at, cases, more: Vec::new() })
    }

    pub fn works(&mut self, case: Case) {
        self.0.cases.insert(case, Outcome::Works);
    }

    pub fn also(&mut self, what: &str) {
        self.0.more.push(what.to_owned());
    }
}

impl Drop for Noting {
    fn drop(&mut self) {
        leave("", &self.0.tool, &self.0);
    }
}

/// The folder of [`ConnectionFinding`]s, in that of the findings.
pub const CONNECTIONS: &str = "connections";

/// How the endpoint was used through what connecting a tool wrote or said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum UsedBy {
    /// By the tool itself, with its files alone.
    TheTool,
    /// By the tool itself, which takes variables alone, with those of its snippet.
    TheToolWithVariables,
    /// By a request in the tool's form, with address, key and model from its files: it cannot be run here.
    AShapedRequest,
}

/// Written as the test of a connection ends, in whichever way.
#[derive(Debug, Serialize, Deserialize)]
pub struct ConnectionFinding {
    /// As in [`Findings`], or the name of a tool that is not run.
    pub tool: String,
    pub used_by: UsedBy,
    pub outcome: Outcome,
}

/// A [`ConnectionFinding`] in the making.
#[derive(Debug)]
pub struct NotingConnection(ConnectionFinding);

impl NotingConnection {
    #[must_use]
    pub fn of(tool: &str, used_by: UsedBy) -> Self {
        Self(ConnectionFinding { tool: tool.to_owned(), used_by, outcome: Outcome::Failed })
    }

    pub fn works(&mut self) {
        self.0.outcome = Outcome::Works;
    }
}

impl Drop for NotingConnection {
    fn drop(&mut self) {
        leave(CONNECTIONS, &self.0.tool, &self.0);
    }
}

fn leave(folder: &str, tool: &str, found: &impl Serialize) {
    let Some(dir) = std::env::var_os(FINDINGS).map(PathBuf::from) else {
        return;
    };
    let dir = dir.join(folder);
    let name: String =
        tool.chars().map(|letter| if letter.is_alphanumeric() { letter } else { '-' }).collect();
    fs::create_dir_all(&dir).unwrap();
    let json = serde_json::to_vec_pretty(found).unwrap();
    fs::write(dir.join(name).with_extension("json"), json).unwrap();
}
