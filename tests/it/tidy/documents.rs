//! Documents that have to keep up with the code.

use std::fs;

use super::checkout::{assert_none, document, root};
use super::dependencies::Graph;

#[test]
fn every_dependency_is_explained() {
    let explained = document("docs/dependencies.md");
    let findings: Vec<_> = Graph::read()
        .foreign()
        .into_iter()
        .filter(|name| !explained.contains(&format!("| `{name}` |")))
        .collect();
    assert_none("say in docs/dependencies.md what these are for:", &findings);
}

#[test]
fn the_architecture_names_every_crate_and_ten_invariants() {
    let architecture = document("docs/ARCHITECTURE.md");
    let mut findings = Vec::new();
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if !architecture.contains(&name) {
            findings.push(format!("the crate {name}"));
        }
    }
    let invariants = architecture
        .split("\n#")
        .find(|section| section.lines().next().is_some_and(|title| title.ends_with("Invariants")))
        .unwrap_or_default();
    for number in 1..=10 {
        if !invariants.contains(&format!("\n{number}. ")) {
            findings.push(format!("invariant {number} under a heading \"Invariants\""));
        }
    }
    assert_none("docs/ARCHITECTURE.md does not name:", &findings);
}
