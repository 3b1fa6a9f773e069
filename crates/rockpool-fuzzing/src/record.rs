//! What is written down of each run, one line of JSON after the other.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::Command;

use anyhow::Context;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::target::Target;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) at: Timestamp,
    /// With a `+` where the checkout had changes besides.
    pub(crate) commit: String,
    pub(crate) target: Target,
    pub(crate) processor_seconds: f64,
    pub(crate) executions: u64,
    pub(crate) crashes: u64,
    /// Of the corpus after the run.
    pub(crate) inputs: u64,
    pub(crate) bytes: u64,
    pub(crate) edges: u64,
    pub(crate) features: u64,
}

/// None where nothing was written down yet.
pub(crate) fn read(path: &Path) -> anyhow::Result<Vec<Record>> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        text => text.with_context(|| format!("reading {}", path.display()))?,
    };
    let parse = |line| serde_json::from_str(line).with_context(|| format!("{}: {line}", path.display()));
    text.lines().map(parse).collect()
}

pub(crate) fn append(path: &Path, record: &Record) -> anyhow::Result<()> {
    let line = serde_json::to_string(record)? + "\n";
    let file = OpenOptions::new().create(true).append(true).open(path);
    file.and_then(|mut file| file.write_all(line.as_bytes()))
        .with_context(|| format!("writing {}", path.display()))
}

#[expect(clippy::disallowed_methods, reason = "a run is dated by the day on which it took place")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// What of the checkout is compiled into the targets.
const COMPILED: [&str; 5] = [
    "crates/rockpool-dialects",
    "crates/rockpool-connect",
    "fuzz/harness",
    "fuzz/targets",
    "fuzz/Cargo.lock",
];

pub(crate) fn commit(root: &Path) -> anyhow::Result<String> {
    let commit = git(root, &["rev-parse", "--short", "HEAD"])?;
    let changes = git(root, &[&["status", "--porcelain", "--"][..], &COMPILED].concat())?;
    Ok(if changes.is_empty() { commit } else { commit + "+" })
}

fn git(root: &Path, args: &[&str]) -> anyhow::Result<String> {
    let output = Command::new("git").args(args).current_dir(root).output().context("starting git")?;
    anyhow::ensure!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

#[cfg(test)]
pub(crate) fn made_up(target: Target, processor_seconds: f64, crashes: u64) -> Record {
    Record {
        at: "2026-11-28T02:00:00Z".parse().unwrap(),
        commit: "0123abc".to_owned(),
        target,
        processor_seconds,
        executions: 1000,
        crashes,
        inputs: 7,
        bytes: 700,
        edges: 50,
        features: 90,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_added_and_read_again_in_their_order() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("fuzzing.jsonl");
        assert_eq!(read(&path).unwrap(), []);
        let records = [made_up(Target::Config, 60.01, 0), made_up(Target::ChatAnswer, 3.5, 1)];
        records.iter().for_each(|record| append(&path, record).unwrap());
        assert_eq!(read(&path).unwrap(), records);
    }
}
