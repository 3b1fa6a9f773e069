//! `tools_table FINDINGS DOCUMENT`: writes what the tests found of each tool into the document, between its two marks.

#![expect(clippy::unwrap_used, reason = "it reports to the person who starts it, by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use rockpool_tests::tools::agents::findings::{
    CONNECTIONS, Case, ConnectionFinding, Findings, Outcome, UsedBy,
};
use serde::de::DeserializeOwned;

const BEGIN: &str = "<!-- written by `cargo xtask tools-table` -->\n";
const END: &str = "<!-- end -->";

/// Tools that stay without a row of their own where no test drove them: no registry brings them, or their tests are not
/// among those of every change.
const NOT_RUN: [&str; 7] = ["aider", "Cline", "Codex IDE extension and app", "llm", "pi", "Qwen Code", "Zed"];

/// What was found, of each tool and of each connection.
struct Found {
    tools: Vec<Findings>,
    connections: Vec<ConnectionFinding>,
}

fn main() {
    let mut args = std::env::args().skip(1);
    let (findings, document) = (args.next().unwrap(), args.next().unwrap());
    let text = fs::read_to_string(&document).unwrap();
    let (head, rest) = text.split_once(BEGIN).unwrap();
    let (_, tail) = rest.split_once(END).unwrap();
    let dir = Path::new(&findings);
    let mut found = Found { tools: read(dir), connections: read(&dir.join(CONNECTIONS)) };
    found.tools.sort_by(|one, other| one.tool.cmp(&other.tool));
    fs::write(&document, format!("{head}{BEGIN}{}{END}{tail}", found.table())).unwrap();
}

/// The files of a folder, but not what is in folders below.
fn read<T: DeserializeOwned>(dir: &Path) -> Vec<T> {
    let entries = fs::read_dir(dir).expect("no test has left anything: run cargo xtask test");
    let paths = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    paths.map(|path| serde_json::from_slice(&fs::read(path).unwrap()).unwrap()).collect()
}

impl Found {
    fn table(&self) -> String {
        let days: BTreeSet<&str> = self.tools.iter().map(|one| one.at.split('T').next().unwrap()).collect();
        let days: Vec<&str> = days.into_iter().collect();
        let mut lines = vec![format!("\nRun on {}.\n", days.join(", "))];
        let names = Case::ALL.map(heading);
        lines.push(format!("| tool | {} | connect | also | set up by |", names.join(" | ")));
        lines.push("|---".repeat(names.len() + 4) + "|");
        lines.extend(self.tools.iter().map(|one| self.row(one)));
        let is_run = |tool: &&str| self.tools.iter().any(|one| one.tool.starts_with(*tool));
        let blank = Case::ALL.map(|_| "–").join(" | ");
        let not_run = NOT_RUN.into_iter().filter(|tool| !is_run(tool));
        lines.extend(not_run.map(|tool| {
            let connect = self.connect(tool);
            format!("| {tool}: not run | {blank} | {connect} | | |")
        }));
        lines.join("\n") + "\n\n"
    }

    fn row(&self, one: &Findings) -> String {
        let cells = Case::ALL.map(|case| match one.cases.get(&case) {
            Some(Outcome::Works) => "✓",
            Some(Outcome::Failed) => "✗",
            None => "–",
        });
        let (cells, connect) = (cells.join(" | "), self.connect(&one.tool));
        format!("| {} | {cells} | {connect} | {} | {} |", one.tool, one.more.join(", "), one.set_up)
    }

    fn connect(&self, tool: &str) -> &'static str {
        let found = self.connections.iter().find(|one| one.tool == tool);
        match found.map(|one| (one.outcome, one.used_by)) {
            Some((Outcome::Works, UsedBy::TheTool)) => "✓",
            Some((Outcome::Works, UsedBy::TheToolWithVariables)) => "✓ variables",
            Some((Outcome::Works, UsedBy::AShapedRequest)) => "shaped",
            Some((Outcome::Failed, _)) => "✗",
            None => "–",
        }
    }
}

fn heading(case: Case) -> &'static str {
    match case {
        Case::Plain => "answer",
        Case::Streamed => "streamed",
        Case::Tool => "tool call",
        Case::Schema => "schema",
        Case::Image => "image",
        Case::Failover => "failover",
        Case::Dry => "dry pool",
        Case::Cancel => "cancel",
        Case::Models => "models",
    }
}
