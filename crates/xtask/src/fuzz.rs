//! `cargo xtask fuzz`: builds the fuzz targets and starts the program that runs them, because that one reads and writes
//! JSON and this one has to compile within a second.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::steps::Steps;
use crate::toolchain;
use crate::workspace::Workspace;

/// Counters in every branch and at every comparison, as libFuzzer reads them. The compiler of a stable release has no
/// option of its own for it, LLVM's pass has.
const COUNTERS: [&str; 5] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

const NO_COMPILER: Option<&str> =
    Some("libFuzzer is C++ and is compiled here, so a C++ compiler has to be there (`c++`).");

/// As the program takes them.
const RECORD: &str = "record";
const CHECK: &str = "check";

/// Processor time for each target in a full test run.
const CHECK_MINUTES: u64 = 1;

/// Writes down what comes of it.
pub(crate) fn run(workspace: &Workspace, minutes: u64, targets: Vec<String>) -> Result<ExitCode, Failure> {
    let mut steps = Steps::default();
    let places = build(&mut steps, workspace)?;
    steps.run("fuzzing", fuzzing(workspace, &places, RECORD, minutes, targets))?;
    Ok(ExitCode::SUCCESS)
}

/// Changes nothing in the checkout.
pub(crate) fn check(steps: &mut Steps, workspace: &Workspace) -> Result<(), Failure> {
    let places = build(steps, workspace)?;
    steps.run("fuzzing", fuzzing(workspace, &places, CHECK, CHECK_MINUTES, Vec::new()))
}

/// A target folder of its own, and the targets in it.
struct Places {
    folder: PathBuf,
    binaries: PathBuf,
}

fn build(steps: &mut Steps, workspace: &Workspace) -> Result<Places, Failure> {
    let host = toolchain::host()?;
    let folder = workspace.scratch("fuzz");
    let places = Places { binaries: folder.join(&host).join("release"), folder };
    steps.run_with_remedy("build of the fuzz targets", targets(workspace, &places, &host), NO_COMPILER)?;
    Ok(places)
}

/// With the host named as the target, so that the flags are not for what runs while it builds.
fn targets(workspace: &Workspace, places: &Places, host: &str) -> Invocation {
    let manifest = workspace.root().join("fuzz/Cargo.toml").display().to_string();
    let args = ["build", "--locked", "--release", "--target", host, "--manifest-path", &manifest];
    Invocation::cargo(args)
        .with_env("CARGO_TARGET_DIR", &places.folder)
        .with_env("RUSTFLAGS", COUNTERS.join(" "))
}

fn fuzzing(
    workspace: &Workspace,
    places: &Places,
    purpose: &str,
    minutes: u64,
    targets: Vec<String>,
) -> Invocation {
    let args = [
        "run".to_owned(),
        "--quiet".to_owned(),
        "--package".to_owned(),
        "rockpool-fuzzing".to_owned(),
        "--".to_owned(),
        format!("--root={}", workspace.root().display()),
        format!("--binaries={}", places.binaries.display()),
        format!("--work={}", places.folder.join("work").display()),
        format!("--minutes={minutes}"),
        format!("--purpose={purpose}"),
    ];
    Invocation::cargo(args.into_iter().chain(targets)).within(workspace.root())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> Places {
        Places { folder: "t".into(), binaries: "t/b".into() }
    }

    #[test]
    fn a_full_test_run_fuzzes_every_target_and_writes_nothing_down() {
        let workspace = Workspace::locate().unwrap();
        let typed = fuzzing(&workspace, &places(), CHECK, CHECK_MINUTES, Vec::new()).to_string();
        assert!(typed.ends_with("--binaries=t/b --work=t/work --minutes=1 --purpose=check"), "{typed}");
    }

    #[test]
    fn what_runs_while_it_builds_is_built_without_counters() {
        let typed = targets(&Workspace::locate().unwrap(), &places(), "cpu-os").to_string();
        assert!(typed.contains("sancov-module") && typed.contains("--target cpu-os"), "{typed}");
    }
}
