//! Which packages and features are compiled together. Cargo unifies the features of what is selected together, so a
//! different selection is a different build of half the dependencies: every command takes its selection from here.

use crate::args::Depth;
use crate::invocation::Invocation;
use crate::workspace::Workspace;

/// Without this feature the window would look for a development server instead of the embedded UI.
const FEATURES: [&str; 2] = ["--features", "rockpool-shell/custom-protocol"];

/// Without the built dashboard the programs would compile, and show none.
const DASHBOARD: (&str, &str) = ("ROCKPOOL_DASHBOARD", "required");

const BINARIES: [&str; 7] = ["build", "-p", "rockpool-shell", "-p", "rockpool-cli", "-p", "rockpool-sim"];

/// The app, the command line and the simulator, dev profile.
pub(crate) fn build(workspace: &Workspace) -> Invocation {
    cargo(workspace, BINARIES.into_iter().chain(FEATURES))
}

/// The app alone, of the very same build.
pub(crate) fn build_app(workspace: &Workspace) -> Invocation {
    let only = ["--bin", "rockpool-desktop"];
    cargo(workspace, BINARIES.into_iter().chain(FEATURES).chain(only))
}

/// The server with its command line, without Tauri, WebKit and GTK. Its dashboard is embedded, so a build without one
/// is an error.
pub(crate) fn build_server(workspace: &Workspace) -> Invocation {
    let only = ["build", "-p", "rockpool-cli", "--bin", "rockpool"];
    Invocation::cargo(only).within(workspace.root()).with_env("ROCKPOOL_DASHBOARD", "required")
}

/// The app and the command line as they are given to people.
pub(crate) fn build_release(workspace: &Workspace) -> Invocation {
    cargo(workspace, BINARIES.into_iter().chain(FEATURES).chain(["--release"]))
}

/// Clippy compiles the check of everything, so no step checks again.
pub(crate) fn lint(workspace: &Workspace) -> Invocation {
    clippy(workspace, &["--all-targets"])
}

/// Of the target that `--all-targets` leaves out.
pub(crate) fn lint_matrix(workspace: &Workspace) -> Invocation {
    clippy(workspace, &MATRIX)
}

fn clippy(workspace: &Workspace, targets: &[&'static str]) -> Invocation {
    let head = ["clippy", "--workspace"].into_iter().chain(targets.iter().copied());
    cargo(workspace, head.chain(FEATURES).chain(["--", "-D", "warnings"]))
}

const MATRIX: [&str; 2] = ["--test", "matrix"];

/// The tests with the whole matrix of tools; the same build as [`test`].
pub(crate) fn test_matrix(workspace: &Workspace) -> Invocation {
    let head = ["test", "--workspace", "--no-fail-fast"].into_iter().chain(MATRIX);
    // Each of its tests is a program that takes a processor for itself, and some count the seconds until they end.
    cargo(workspace, head.chain(FEATURES).chain(["--", "--test-threads=2"]))
}

/// How many cases a property test tries, by the variable that proptest reads.
pub(crate) const CASES: &str = "PROPTEST_CASES";

fn cases(depth: Depth) -> &'static str {
    match depth {
        Depth::Landing => "2000",
        Depth::Full => "100000",
    }
}

/// How long the test of a long answer lets it take.
const ANSWER_SECONDS: &str = "ROCKPOOL_ANSWER_SECONDS";

fn answer_seconds(depth: Depth) -> &'static str {
    match depth {
        Depth::Landing => "3",
        Depth::Full => "70",
    }
}

/// Every test of the workspace. The shell is selected for its features only (its binary has no test target), so that the
/// tests use the dependencies that the app was built with: 51 compile units are new against 166 without it.
pub(crate) fn test(workspace: &Workspace, depth: Depth) -> Invocation {
    let head = ["test", "--workspace", "--no-fail-fast"];
    cargo(workspace, head.into_iter().chain(FEATURES))
        .with_env(CASES, cases(depth))
        .with_env(ANSWER_SECONDS, answer_seconds(depth))
}

/// The modules of `tests/it` whose tests run the Codex CLI; a test of the house rules holds this list complete.
const WITH_CODEX: [&str; 3] = ["cli::", "leaks::", "separation::"];

/// The end-to-end tests that run the Codex CLI, for a further version of it; the same build as [`test`].
pub(crate) fn test_with_codex(workspace: &Workspace) -> Invocation {
    let head = ["test", "--workspace", "--test", "it"];
    cargo(workspace, head.into_iter().chain(FEATURES).chain(["--"]).chain(WITH_CODEX))
        .with_env(ANSWER_SECONDS, answer_seconds(Depth::Landing))
}

fn cargo<'a>(workspace: &Workspace, args: impl Iterator<Item = &'a str>) -> Invocation {
    let (name, value) = DASHBOARD;
    Invocation::cargo(args).within(workspace.root()).with_env(name, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_app_is_compiled_from_one_selection_wherever_it_is_built() {
        let workspace = Workspace::locate().unwrap();
        let whole = build(&workspace).to_string();
        assert_eq!(build_app(&workspace).to_string(), format!("{whole} --bin rockpool-desktop"));
        assert!(test(&workspace, Depth::Landing).to_string().contains(&FEATURES.join(" ")));
    }

    #[test]
    fn the_matrix_of_tools_is_compiled_from_the_same_selection_and_named_where_it_is_run_or_linted() {
        let workspace = Workspace::locate().unwrap();
        let (all, matrix) =
            (test(&workspace, Depth::Landing).to_string(), test_matrix(&workspace).to_string());
        assert!(all.contains(&FEATURES.join(" ")) && matrix.contains(&FEATURES.join(" ")), "{matrix}");
        assert!(!all.contains("matrix") && matrix.contains("--test matrix"), "{matrix}");
        assert!(lint_matrix(&workspace).to_string().contains("--test matrix"));
    }

    #[test]
    fn the_server_is_built_without_the_desktops_toolkit() {
        let typed = build_server(&Workspace::locate().unwrap()).to_string();
        assert!(typed.contains("-p rockpool-cli"), "{typed}");
        assert!(!typed.contains("shell") && !typed.contains("--workspace"), "{typed}");
    }

    #[test]
    fn property_tests_try_more_cases_the_deeper_a_run_goes() {
        let workspace = Workspace::locate().unwrap();
        let typed = |depth| test(&workspace, depth).to_string();
        assert!(typed(Depth::Landing).contains("PROPTEST_CASES=2000 "), "{}", typed(Depth::Landing));
        assert!(typed(Depth::Full).contains("PROPTEST_CASES=100000 "), "{}", typed(Depth::Full));
    }

    #[test]
    fn the_long_answer_of_a_full_run_takes_longer_than_any_bound_on_whole_answers() {
        let workspace = Workspace::locate().unwrap();
        let typed = |depth| test(&workspace, depth).to_string();
        assert!(typed(Depth::Landing).contains("ROCKPOOL_ANSWER_SECONDS=3 "), "{}", typed(Depth::Landing));
        assert!(typed(Depth::Full).contains("ROCKPOOL_ANSWER_SECONDS=70 "), "{}", typed(Depth::Full));
    }
}
