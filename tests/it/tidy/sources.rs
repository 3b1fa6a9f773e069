//! What a source file looks like: size, opening sentence, and words that must not be in it.

use super::checkout::{TextFile, assert_none, document, rust_files, text_files};

const MOST_LINES: usize = 800;

#[test]
fn no_source_file_is_longer_than_800_lines() {
    let mut sizes = Vec::new();
    let mut findings = Vec::new();
    for file in text_files() {
        // `.gen.ts` files are generated from the API's description.
        if !file.ends_with_one_of(&[".rs", ".ts", ".svelte"]) || file.path.ends_with(".gen.ts") {
            continue;
        }
        let lines = file.text.lines().count();
        sizes.push(lines);
        if lines > MOST_LINES {
            findings.push(format!("{}: {lines} lines", file.path));
        }
    }
    sizes.sort_unstable();
    let median = sizes.get(sizes.len() / 2);
    println!("{} source files, median {median:?} lines (aim: under 200)", sizes.len());
    assert_none("split these files:", &findings);
}

#[test]
fn every_rust_file_opens_with_a_sentence_that_says_what_it_owns() {
    let findings: Vec<_> = rust_files()
        .iter()
        .filter(|file| {
            let first = file.text.lines().next().unwrap_or_default();
            !first.strip_prefix("//! ").is_some_and(|rest| rest.contains(' '))
        })
        .map(|file| file.path.clone())
        .collect();
    assert_none("these open without `//!` and a sentence:", &findings);
}

#[test]
fn nothing_unwraps_outside_tests() {
    let mut findings = Vec::new();
    for file in production_files() {
        for (number, line) in production_lines(&file) {
            if line.contains(".unwrap()") && !line.trim_start().starts_with("//") {
                findings.push(format!("{}:{number}: {}", file.path, line.trim()));
            }
        }
    }
    assert_none("handle the error, or `expect` with the invariant:", &findings);
}

#[test]
fn nothing_is_left_unfinished_and_no_test_is_switched_off() {
    let unfinished = [concat!("todo", "!("), concat!("unimplemented", "!(")];
    let mut findings = Vec::new();
    for file in rust_files() {
        for (number, line) in file.lines() {
            let switched_off = line.trim_start().starts_with("#[ignore");
            if switched_off || unfinished.iter().any(|word| line.contains(word)) {
                findings.push(format!("{}:{number}: {}", file.path, line.trim()));
            }
        }
    }
    assert_none("finish or remove:", &findings);
}

#[test]
fn no_file_holds_a_path_of_somebodys_machine_or_workplace() {
    let starts = ["/home/", "/Users/", "/root/", "/work/", "../shared/"];
    let mut findings = Vec::new();
    for file in text_files() {
        for (number, line) in file.lines() {
            if starts.iter().any(|start| holds_path(line, start)) {
                findings.push(format!("{}:{number}: {}", file.path, line.trim()));
            }
        }
    }
    assert_none("these paths exist on one machine only:", &findings);
}

#[test]
fn no_lock_file_names_a_registry_host() {
    let mut findings = Vec::new();
    for file in text_files() {
        if !file.path.ends_with("package-lock.json") {
            continue;
        }
        for (number, line) in file.lines() {
            if line.trim_start().starts_with("\"resolved\": \"http") {
                findings.push(format!("{}:{number}", file.path));
            }
        }
    }
    assert_none("written by an npm without `omit-lockfile-registry-resolved`:", &findings);
}

/// The files that end up in a program: under `src`, and in no module that is compiled for tests only.
pub(super) fn production_files() -> Vec<TextFile> {
    let mut files = rust_files();
    files.retain(|file| {
        file.path.starts_with("src-tauri/src/")
            || (file.path.starts_with("crates/") && file.path.contains("/src/"))
    });
    let for_tests: Vec<_> = files.iter().flat_map(test_modules).collect();
    files.retain(|file| {
        !for_tests.iter().any(|module| {
            let rest = file.path.strip_prefix(module);
            rest.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
        })
    });
    files
}

/// The modules that `file` declares for tests only and keeps in files of their own, as paths without `.rs`.
fn test_modules(file: &TextFile) -> Vec<String> {
    let stem = file.path.trim_end_matches(".rs");
    let folder = ["/mod", "/lib", "/main"].iter().find_map(|name| stem.strip_suffix(name)).unwrap_or(stem);
    let mut modules = Vec::new();
    let mut for_tests = false;
    for (_, line) in file.lines() {
        let line = line.trim();
        if line.starts_with("#[") {
            for_tests |= line == "#[cfg(test)]";
            continue;
        }
        let name = line.strip_suffix(';').and_then(|line| line.rsplit_once("mod "));
        if let (true, Some((_, name))) = (for_tests, name) {
            modules.push(format!("{folder}/{name}"));
        }
        for_tests = false;
    }
    modules
}

/// The lines outside modules that are compiled for tests only. Formatted code closes a module at the indentation of its opening.
pub(super) fn production_lines(file: &TextFile) -> Vec<(usize, &str)> {
    let mut kept = Vec::new();
    let mut end_of_tests: Option<String> = None;
    let mut for_tests = false;
    for (number, line) in file.lines() {
        if let Some(end) = &end_of_tests {
            if line == end {
                end_of_tests = None;
            }
            continue;
        }
        if line.trim() == "#[cfg(test)]" {
            for_tests = true;
            continue;
        }
        if for_tests && line.trim_start().starts_with("#[") {
            continue;
        }
        if for_tests && line.ends_with('{') {
            let indentation = line.len() - line.trim_start().len();
            end_of_tests = Some(format!("{}}}", &line[..indentation]));
        } else if !for_tests {
            kept.push((number, line));
        }
        for_tests = false;
    }
    kept
}

/// Whether `line` names something below `start`: the bare folder, as in this file, is no path of a machine.
fn holds_path(line: &str, start: &str) -> bool {
    line.match_indices(start).any(|(at, _)| {
        let below = line[at + start.len()..].chars().next();
        let before = line[..at].chars().next_back();
        below.is_some_and(char::is_alphanumeric) && !before.is_some_and(|c| c.is_alphanumeric() || c == '}')
    })
}

#[test]
fn code_after_a_test_module_counts_and_code_inside_does_not() {
    let file = TextFile {
        path: String::new(),
        text: "a\n#[cfg(test)]\nmod tests {\n    b\n    }\n}\n#[cfg(test)]\nmod more;\nc\n".to_owned(),
    };
    let kept: Vec<_> = production_lines(&file).into_iter().map(|(_, line)| line).collect();
    assert_eq!(kept, ["a", "c"]);
}

#[test]
fn a_module_for_tests_in_a_file_of_its_own_is_told_by_its_declaration() {
    let declared = |path: &str| {
        let text = "mod a;\n#[cfg(test)]\npub(crate) mod testing;\nmod b;\n".to_owned();
        test_modules(&TextFile { path: path.to_owned(), text })
    };
    assert_eq!(declared("crates/x/src/lib.rs"), ["crates/x/src/testing"]);
    assert_eq!(declared("crates/x/src/store.rs"), ["crates/x/src/store/testing"]);
}

#[test]
fn a_folder_below_somebodys_home_is_found_and_a_route_is_not() {
    assert!(holds_path(concat!("see /home", "/ann/x"), "/home/"));
    assert!(!holds_path("\"/home/\"", "/home/"));
    assert!(!holds_path(concat!("https://example.test/home", "/page"), "/home/"));
}

#[test]
fn every_test_of_the_codex_cli_is_run_with_each_version_of_it() {
    let selection = document("crates/xtask/src/app.rs");
    let findings: Vec<_> = rust_files()
        .iter()
        .filter(|file| {
            file.text.contains(concat!("tools::{", "Codex")) || file.text.contains(concat!("Codex", "::"))
        })
        .filter_map(|file| file.path.strip_prefix("tests/it/"))
        .filter_map(|path| path.split(['/', '.']).next())
        .filter(|module| !selection.contains(&format!("\"{module}::\"")))
        .map(str::to_owned)
        .collect();
    assert_none("name these modules in WITH_CODEX of crates/xtask/src/app.rs:", &findings);
}

/// A flow that is written in a test's own code goes through in one frame alone.
#[test]
fn what_a_person_does_in_the_dashboard_is_a_flow_of_the_list_that_window_and_browser_share() {
    let hands = ["click", "choose", "fill", "press_named"].map(|hand| format!("page.{hand}("));
    let mut findings = Vec::new();
    for file in rust_files().into_iter().filter(|file| file.path != "tests/it/desktop/flows.rs") {
        for (number, line) in file.lines().filter(|(_, line)| hands.iter().any(|hand| line.contains(hand))) {
            findings.push(format!("{}:{number}: {}", file.path, line.trim()));
        }
    }
    let in_a_browser = document("ui/e2e/served-flows.test.mjs");
    if in_a_browser.matches("test(").count() != 1 {
        findings.push("ui/e2e/served-flows.test.mjs has a test beside the list's".to_owned());
    }
    assert_none("make these flows of ui/e2e/flows.json:", &findings);
}
