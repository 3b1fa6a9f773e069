//! The checkout as text files: what is ours, without results and installed packages.

use std::fs;
use std::path::{Path, PathBuf};

use rockpool_sources::Checkout;

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
pub(super) fn checkout() -> Checkout {
    let checkout = Checkout::read(&root()).unwrap();
    assert!(checkout.files().count() > 20, "the walk of {} found nothing", root().display());
    checkout
}

pub(super) fn text_files() -> Vec<TextFile> {
    let checkout = checkout();
    let files = checkout.files();
    files.map(|(path, text)| TextFile { path: path.to_owned(), text: text.to_owned() }).collect()
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

/// Fails with one line per finding.
#[track_caller]
pub(super) fn assert_none(rule: &str, findings: &[String]) {
    assert!(findings.is_empty(), "{rule}\n  {}", findings.join("\n  "));
}
