//! `tools_table FINDINGS DOCUMENT`: writes what the tests found of each tool into the document, between its two marks.

#![expect(clippy::unwrap_used, reason = "it reports to the person who starts it, by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use rockpool_tests::tools::agents::findings::{Case, Findings, Outcome};

const BEGIN: &str = "<!-- written by `cargo xtask tools-table` -->\n";
const END: &str = "<!-- end -->";

/// Tools that no test here drives: no registry brings them, or their tests are not among those of every change.
const NOT_RUN: [&str; 11] = [
    "aider",
    "AI SDK",
    "Cline",
    "Codex IDE extension and app",
    "LangChain",
    "litellm",
    "llm",
    "OpenAI Agents SDK",
    "pi",
    "Qwen Code",
    "Zed",
];

fn main() {
    let mut args = std::env::args().skip(1);
    let (findings, document) = (args.next().unwrap(), args.next().unwrap());
    let text = fs::read_to_string(&document).unwrap();
    let (head, rest) = text.split_once(BEGIN).unwrap();
    let (_, tail) = rest.split_once(END).unwrap();
    fs::write(&document, format!("{head}{BEGIN}{}{END}{tail}", table(&read(Path::new(&findings))))).unwrap();
}

fn read(dir: &Path) -> Vec<Findings> {
    let entries = fs::read_dir(dir).expect("no test has left anything: run cargo xtask test");
    let files = entries.map(|entry| fs::read(entry.unwrap().path()).unwrap());
    let mut all: Vec<Findings> = files.map(|json| serde_json::from_slice(&json).unwrap()).collect();
    all.sort_by(|one, other| one.tool.cmp(&other.tool));
    all
}

fn table(found: &[Findings]) -> String {
    let days: BTreeSet<&str> = found.iter().map(|one| one.at.split('T').next().unwrap()).collect();
    let days: Vec<&str> = days.into_iter().collect();
    let mut lines = vec![format!("\nRun on {}.\n", days.join(", "))];
    let names = Case::ALL.map(heading);
    lines.push(format!("| tool | {} | also | set up by |", names.join(" | ")));
    lines.push("|---".repeat(names.len() + 3) + "|");
    lines.extend(found.iter().map(row));
    let blank = Case::ALL.map(|_| "–").join(" | ");
    lines.extend(NOT_RUN.map(|tool| format!("| {tool}: not run | {blank} | | |")));
    lines.join("\n") + "\n\n"
}

fn row(one: &Findings) -> String {
    let cells = Case::ALL.map(|case| match one.cases.get(&case) {
        Some(Outcome::Works) => "✓",
        Some(Outcome::Failed) => "✗",
        None => "–",
    });
    format!("| {} | {} | {} | {} |", one.tool, cells.join(" | "), one.more.join(", "), one.set_up)
}

fn heading(case: Case) -> &'static str {
    match case {
        Case::Plain => "answer",
        Case::Tool => "tool call",
        Case::Schema => "schema",
        Case::Image => "image",
        Case::Failover => "failover",
        Case::Dry => "dry pool",
        Case::Cancel => "cancel",
        Case::Models => "models",
    }
}
