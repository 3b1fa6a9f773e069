//! The checkout as text files: what is ours, without results and installed packages.

use std::fs;
use std::path::{Path, PathBuf};

/// Results of builds and tests, and what npm and git keep: not ours to judge.
const NOT_OURS: [&str; 8] =
    [".git", "target", "node_modules", "dist", "gen", "out", "test-results", ".svelte-kit"];

#[derive(Debug)]
pub(super) struct TextFile {
    /// From the root of the checkout, with `/`.
    pub(super) path: String,
    pub(super) text: String,
}

impl TextFile {
    /// Line numbers (from 1) and lines.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().zip(1..).map(|(line, number)| (number, line))
    }

    pub(super) fn ends_with_one_of(&self, endings: &[&str]) -> bool {
        endings.iter().any(|ending| self.path.ends_with(ending))
    }
}

pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// Every file of ours that is UTF-8 text.
pub(super) fn text_files() -> Vec<TextFile> {
    let root = root();
    let mut files = Vec::new();
    collect(&root, &root, &mut files);
    assert!(files.len() > 20, "the walk of {} found nothing", root.display());
    files
}

pub(super) fn rust_files() -> Vec<TextFile> {
    let mut files = text_files();
    files.retain(|file| file.path.ends_with(".rs"));
    files
}

/// One document, by its path from the root.
pub(super) fn document(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn collect(root: &Path, dir: &Path, files: &mut Vec<TextFile>) {
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let path = entry.path();
        if entry.file_type().unwrap().is_dir() {
            if !NOT_OURS.iter().any(|skipped| entry.file_name() == *skipped) {
                collect(root, &path, files);
            }
        } else if let Ok(text) = fs::read_to_string(&path) {
            let path = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            files.push(TextFile { path, text });
        }
    }
}

/// Fails with one line per finding.
#[track_caller]
pub(super) fn assert_none(rule: &str, findings: &[String]) {
    assert!(findings.is_empty(), "{rule}\n  {}", findings.join("\n  "));
}
