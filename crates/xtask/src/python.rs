//! Python packages in an environment of their own, remade only when what is pinned has changed.

use std::fs;
use std::path::PathBuf;

use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::stamp::Stamp;
use crate::steps::Steps;
use crate::workspace::Workspace;

const NO_PACKAGES: Option<&str> =
    Some("pip has to reach its registry once; with no network, have this run where there is one.");

/// The Python of an environment with exactly what `tests/tools/NAME/requirements.txt` pins.
pub(crate) fn with_packages(
    steps: &mut Steps,
    workspace: &Workspace,
    name: &'static str,
) -> Result<PathBuf, Failure> {
    packages_for("python3", steps, workspace, name)
}

/// The same of a Python before 3.`minor`, for packages that no later one can run.
pub(crate) fn with_packages_before(
    minor: u8,
    steps: &mut Steps,
    workspace: &Workspace,
    name: &'static str,
) -> Result<PathBuf, Failure> {
    let is_older = format!("import sys; sys.exit(sys.version_info[:2] >= (3, {minor}))");
    let runs = |python: &&str| {
        Invocation::new(*python, ["-c", &is_older]).status().is_ok_and(|status| status.success())
    };
    let older = (11..minor).rev().map(|minor| format!("python3.{minor}"));
    let pythons: Vec<String> = ["python3".to_owned()].into_iter().chain(older).collect();
    let python = pythons.iter().map(String::as_str).find(runs).ok_or_else(|| {
        Failure::Refused(format!(
            "{name} runs with a Python before 3.{minor} only, and there is none here. Install python3.{} beside the one \
             that there is.",
            minor - 1
        ))
    })?;
    packages_for(python, steps, workspace, name)
}

fn packages_for(
    python3: &str,
    steps: &mut Steps,
    workspace: &Workspace,
    name: &'static str,
) -> Result<PathBuf, Failure> {
    let pinned = workspace.root().join("tests/tools").join(name).join("requirements.txt");
    let wanted = fs::read(&pinned).map_err(Failure::io(format!("reading {}", pinned.display())))?;
    let dir = workspace.scratch(name);
    let python = dir.join("bin/python");
    let stamp = Stamp::of(workspace, name);
    if python.is_file() && stamp.says(&wanted) {
        return Ok(python);
    }
    stamp.clear()?;
    let environment = Invocation::new(python3, ["-m", "venv", "--clear", &dir.display().to_string()]);
    steps.run("a Python for the libraries", environment)?;
    // Every package is named, and no other file than those that were seen when it was pinned is taken.
    let flags =
        ["-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:"];
    let from = pinned.display().to_string();
    let install = Invocation::new(
        python.display().to_string(),
        flags.into_iter().chain(["--disable-pip-version-check", "-r", &from]),
    );
    steps.run_with_remedy(name, install, NO_PACKAGES)?;
    stamp.write(&wanted)?;
    Ok(python)
}
