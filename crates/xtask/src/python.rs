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
    let pinned = workspace.root().join("tests/tools").join(name).join("requirements.txt");
    let wanted = fs::read(&pinned).map_err(Failure::io(format!("reading {}", pinned.display())))?;
    let dir = workspace.scratch(name);
    let python = dir.join("bin/python");
    let stamp = Stamp::of(workspace, name);
    if python.is_file() && stamp.says(&wanted) {
        return Ok(python);
    }
    stamp.clear()?;
    let environment = Invocation::new("python3", ["-m", "venv", "--clear", &dir.display().to_string()]);
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
