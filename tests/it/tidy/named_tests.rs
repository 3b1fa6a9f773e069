//! Promises and the tests that hold them: what `docs/SECURITY.md` and `docs/reliability.md` name has to be there, under that
//! name, as a test. A test is named in backticks by its file from the root and its name: `tests/it/leaks.rs::no_token_…`.

use std::fs;

use super::checkout::{assert_none, document, root};

const DOCUMENTS: [&str; 2] = ["docs/SECURITY.md", "docs/reliability.md"];

/// What stands in the place of a test where there is none.
const OPEN: &str = "**open**";

#[derive(Debug, PartialEq, Eq)]
struct Named<'a> {
    file: &'a str,
    test: &'a str,
}

/// In their order.
fn named(text: &str) -> Vec<Named<'_>> {
    let quoted = text.split('`').skip(1).step_by(2);
    quoted
        .filter_map(|words| words.split_once("::"))
        .filter(|(file, _)| [".rs", ".mjs", ".ts"].iter().any(|ending| file.ends_with(ending)))
        .map(|(file, test)| Named { file, test })
        .collect()
}

fn is_there(source: &str, file: &str, test: &str) -> bool {
    if file.ends_with(".rs") {
        return is_rust_test(source, test);
    }
    ["test('", "it('"].iter().any(|call| source.contains(&format!("{call}{test}'")))
}

/// A function of that name right below an attribute that makes it a test.
fn is_rust_test(source: &str, name: &str) -> bool {
    let lines: Vec<_> = source.lines().map(str::trim).collect();
    let head = format!("fn {name}(");
    let declares = |line: &str| line.strip_prefix("async ").unwrap_or(line).starts_with(&head);
    let makes_a_test = |line: &str| line == "#[test]" || line.starts_with("#[tokio::test");
    lines.iter().enumerate().filter(|(_, line)| declares(line)).any(|(at, _)| {
        let above = lines[..at].iter().rev();
        above
            .take_while(|line| line.starts_with('#') || line.starts_with("//"))
            .any(|line| makes_a_test(line))
    })
}

/// List items with a MUST, each with the lines that belong to it.
fn promises(text: &str) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    let mut in_item = false;
    for line in text.lines() {
        if line.starts_with("- ") {
            items.push(line.to_owned());
            in_item = true;
            continue;
        }
        in_item &= line.starts_with("  ");
        if let Some(item) = items.last_mut().filter(|_| in_item) {
            item.push('\n');
            item.push_str(line);
        }
    }
    items.retain(|item| item.contains("MUST"));
    items
}

/// Rows of tables under the heading `held by`: what was tried, and what holds it.
fn attempts(text: &str) -> Vec<(&str, &str)> {
    let mut rows = Vec::new();
    let mut column = None;
    for line in text.lines() {
        let Some(row) = line.strip_prefix('|') else {
            column = None;
            continue;
        };
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        match column {
            None => column = cells.iter().position(|cell| *cell == "held by"),
            Some(held_by) if !row.starts_with("---") => rows.push((cells[0], cells[held_by])),
            Some(_) => {}
        }
    }
    rows
}

#[test]
fn every_test_that_a_promise_names_is_there() {
    let mut findings = Vec::new();
    for path in DOCUMENTS {
        let text = document(path);
        let named = named(&text);
        assert!(named.len() > 20, "{path} names only {} tests", named.len());
        for Named { file, test } in named {
            let source = fs::read_to_string(root().join(file));
            if !source.is_ok_and(|source| is_there(&source, file, test)) {
                findings.push(format!("{path}: {file}::{test}"));
            }
        }
    }
    assert_none("these tests are promised and not there (renamed, moved or gone?):", &findings);
}

#[test]
fn every_promise_names_what_holds_it() {
    let text = document("docs/SECURITY.md");
    let promises = promises(&text);
    assert!(promises.len() > 20, "only {} promises", promises.len());
    let held = |item: &String| !named(item).is_empty() || item.contains("cargo xtask ");
    let findings: Vec<_> = promises.into_iter().filter(|item| !held(item)).collect();
    assert_none("a MUST needs a test or a command that holds it:", &findings);
}

#[test]
fn every_attempt_names_a_test_or_is_open() {
    let text = document("docs/reliability.md");
    let attempts = attempts(&text);
    assert!(attempts.len() > 50, "only {} attempts", attempts.len());
    let findings: Vec<_> = attempts
        .into_iter()
        .filter(|(_, held_by)| named(held_by).is_empty() && !held_by.contains(OPEN))
        .map(|(attempt, _)| attempt.to_owned())
        .collect();
    assert_none("name the test that holds it, or say **open**:", &findings);
}

#[test]
fn a_named_test_has_to_be_a_test_of_that_file() {
    let source = "#[test]\n// why\nfn holds() {}\n\n#[tokio::test(start_paused = true)]\nasync fn waits() {}\n\nfn helper() {}\n";
    assert!(is_there(source, "a.rs", "holds") && is_there(source, "a.rs", "waits"));
    assert!(!is_there(source, "a.rs", "helper") && !is_there(source, "a.rs", "hold"));
    assert!(is_there("test('a page, framed', async () => {", "a.mjs", "a page, framed"));
    assert!(!is_there("test('a page', async () => {", "a.mjs", "a pag"));
    let text = "It holds. `a/b.rs::holds`, `Vec::new`, `ui/c.test.mjs::a page, framed` and `cargo xtask x`";
    let expected = [("a/b.rs", "holds"), ("ui/c.test.mjs", "a page, framed")];
    assert_eq!(named(text), expected.map(|(file, test)| Named { file, test }));
}

#[test]
fn an_item_ends_with_its_last_indented_line_and_a_row_has_its_cell() {
    let items = promises("- It MUST hold.\n  `a.rs::b`\n- It SHOULD.\n\n- Another MUST.\nNo MUST\n  here\n");
    assert_eq!(items, ["- It MUST hold.\n  `a.rs::b`", "- Another MUST."]);
    let table = "| attempt | what | held by | measured by |\n|---|---|---|---|\n| a kill | stands | **open** | |\n\n| x | y |\n|---|---|\n| 1 | 2 |\n";
    assert_eq!(attempts(table), [("a kill", "**open**")]);
}
