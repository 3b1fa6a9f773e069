//! The mutation check: cargo-mutants changes the code that decides, one small change at a time, and a change that no test
//! notices fails the step.

use std::fs;

use crate::app::CASES;
use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::steps::Steps;
use crate::tools;
use crate::workspace::Workspace;

const PACKAGE: &str = "rockpool-routing";

/// What is changed, below the package's sources: where a wrong decision would go unseen the longest.
const DECIDING: [&str; 6] =
    ["router.rs", "router/**/*.rs", "failover.rs", "quota.rs", "quota/**/*.rs", "health.rs"];

/// A change whose tests run longer than this has been noticed: they take a few seconds.
const LONGEST_TEST_SECONDS: &str = "120";
const LONGEST_BUILD_SECONDS: &str = "600";

/// How many changes are tried beside each other, each in a copy of the sources with a build of its own.
const JOBS: &str = "2";

/// Enough for what a property is about, few enough to try some hundred changes.
const CASES_PER_CHANGE: &str = "256";

/// cargo-mutants' exit codes for a run that came to its end: whether a change went unnoticed does not show in them where
/// another one ran into its time limit.
const RAN: [i32; 3] = [0, 2, 3];

/// Runs the check and names the changes that no test noticed.
pub(crate) fn check(steps: &mut Steps, workspace: &Workspace) -> Result<(), Failure> {
    let program = tools::cargo_mutants(steps, workspace)?;
    let results = workspace.scratch("mutants");
    fs::create_dir_all(&results).map_err(Failure::io(format!("creating {}", results.display())))?;
    let run = mutants(&program, workspace);
    let repeat = run.to_string();
    steps.run_to("mutants", run, &RAN, None)?;
    let list = results.join("mutants.out/missed.txt");
    let missed = fs::read_to_string(&list).map_err(Failure::io(format!("reading {}", list.display())))?;
    unnoticed(&missed, &repeat)
}

fn unnoticed(missed: &str, repeat: &str) -> Result<(), Failure> {
    if missed.trim().is_empty() {
        return Ok(());
    }
    Err(Failure::Refused(format!(
        "no test notices these changes; test what they break:\n{}\n  Repeat the step alone with: {repeat}",
        missed.trim_end()
    )))
}

fn mutants(program: &str, workspace: &Workspace) -> Invocation {
    let mut args = vec!["mutants".to_owned(), "--package".to_owned(), PACKAGE.to_owned()];
    for file in DECIDING {
        args.extend(["--file".to_owned(), format!("crates/{PACKAGE}/src/{file}")]);
    }
    let limits =
        ["--jobs", JOBS, "--timeout", LONGEST_TEST_SECONDS, "--build-timeout", LONGEST_BUILD_SECONDS];
    args.extend(limits.map(str::to_owned));
    args.extend(["--output".to_owned(), workspace.scratch("mutants").display().to_string()]);
    args.extend(["--", "--lib", "--tests"].map(str::to_owned));
    Invocation::new(program, args).within(workspace.root()).with_env(CASES, CASES_PER_CHANGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_that_nobody_noticed_is_named_and_fails_the_step() {
        assert!(unnoticed("\n", "cargo-mutants").is_ok());
        let failure = unnoticed("src/health.rs:1:1: replace + with -\n", "cargo-mutants").unwrap_err();
        assert!(failure.to_string().contains("replace + with -"), "{failure}");
    }

    #[test]
    fn every_file_that_is_to_be_changed_is_there() {
        let sources = Workspace::locate().unwrap().root().join("crates").join(PACKAGE).join("src");
        for file in DECIDING {
            let path = file.split("/**").next().unwrap();
            assert!(sources.join(path).exists(), "{file}");
        }
    }
}
