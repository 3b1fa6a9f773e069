//! `cargo xtask prices`: the price table of the engine, made of the package that is pinned in
//! `tests/tools/genai-prices`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::python;
use crate::steps::Steps;
use crate::workspace::Workspace;

const TABLE: &str = "crates/rockpool-engine/src/prices/table.rs";

const NO_PACKAGE: Option<&str> =
    Some("It needs Python 3.10 or newer with pip, and has to reach the package registry.");

/// Writes the table.
pub(crate) fn write(workspace: &Workspace) -> Result<ExitCode, Failure> {
    let made = make(&mut Steps::default(), workspace)?;
    let table = workspace.root().join(TABLE);
    fs::copy(&made, &table).map_err(Failure::io(format!("writing {}", table.display())))?;
    Ok(ExitCode::SUCCESS)
}

/// Makes sure that the table is the one which the pinned package gives.
pub(crate) fn check(steps: &mut Steps, workspace: &Workspace) -> Result<(), Failure> {
    let made = make(steps, workspace)?;
    same(&made, &workspace.root().join(TABLE))
}

fn same(made: &Path, committed: &Path) -> Result<(), Failure> {
    let read = |path: &Path| fs::read(path).map_err(Failure::io(format!("reading {}", path.display())));
    if read(made)? == read(committed)? {
        return Ok(());
    }
    Err(Failure::Refused(format!(
        "{} is not what the pinned package gives. `cargo xtask prices` writes it anew.",
        committed.display()
    )))
}

/// Downloads the package, unless its hash is another one, and makes the table of it.
fn make(steps: &mut Steps, workspace: &Workspace) -> Result<PathBuf, Failure> {
    let tool = workspace.root().join("tests/tools/genai-prices");
    let (pin, script) = (text(&tool.join("requirements.txt")), text(&tool.join("table.py")));
    let folder = workspace.scratch("genai-prices");
    let made = folder.join("table.rs");
    let (wheels, out) = (text(&folder), text(&made));
    let download = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"];
    let download = download.into_iter().chain(["--require-hashes", "--requirement", &pin, "--dest", &wheels]);
    // A system's own Python may come without pip.
    let python = text(&python::with_packages(steps, workspace, "sdk-python")?);
    steps.run_with_remedy("list prices of models", Invocation::new(&python, download), NO_PACKAGE)?;
    steps.run("table of prices", Invocation::new(&python, [&script, &pin, &wheels, &out]))?;
    let rules = text(workspace.root());
    let format = ["--edition", "2024", "--config-path", &rules, &out];
    steps.run("formatting of the table", Invocation::new("rustfmt", format))?;
    Ok(made)
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_that_was_changed_by_hand_is_refused_with_the_command_that_writes_it() {
        let dir =
            std::env::current_exe().unwrap().with_file_name(format!("xtask-prices-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let (made, committed) = (dir.join("made"), dir.join("committed"));
        fs::write(&made, "1").unwrap();
        fs::write(&committed, "1").unwrap();
        assert!(same(&made, &committed).is_ok());
        fs::write(&committed, "2").unwrap();
        let failure = same(&made, &committed).unwrap_err().to_string();
        assert!(failure.contains("cargo xtask prices"), "{failure}");
        fs::remove_dir_all(dir).unwrap();
    }
}
