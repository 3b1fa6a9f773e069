//! `cargo xtask dependencies`: how many packages the programs are made of, what runs while they are compiled, and where
//! `unsafe` stands. A program of its own counts, because it brings parsers.

use std::fs;
use std::path::Path;
use std::process::{ExitCode, Stdio};

use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::steps::Steps;
use crate::workspace::Workspace;

const DOCUMENT: &str = "docs/measurements/dependencies.md";

/// Writes the document.
pub(crate) fn write(workspace: &Workspace) -> Result<ExitCode, Failure> {
    let path = workspace.root().join(DOCUMENT);
    fs::write(&path, counted(workspace)?).map_err(Failure::io(format!("writing {}", path.display())))?;
    Ok(ExitCode::SUCCESS)
}

/// Makes sure that the document is what is counted now.
pub(crate) fn check(steps: &mut Steps, workspace: &Workspace) -> Result<(), Failure> {
    steps.run("what counts dependencies", counter(workspace, "build"))?;
    let path = workspace.root().join(DOCUMENT);
    let committed = fs::read(&path).map_err(Failure::io(format!("reading {}", path.display())))?;
    same(&counted(workspace)?, &committed, &path)
}

fn same(counted: &[u8], committed: &[u8], path: &Path) -> Result<(), Failure> {
    if counted == committed {
        return Ok(());
    }
    Err(Failure::Refused(format!(
        "{} is not what is counted now. `cargo xtask dependencies` writes it anew; look at what came in.",
        path.display()
    )))
}

fn counted(workspace: &Workspace) -> Result<Vec<u8>, Failure> {
    let count = counter(workspace, "run");
    let output = count.command().stderr(Stdio::inherit()).output();
    let output = output.map_err(Failure::io(format!("starting {count}")))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(Failure::Step { name: "dependencies".to_owned(), repeat: Box::new(count), remedy: None })
}

fn counter(workspace: &Workspace, verb: &str) -> Invocation {
    let args = [verb, "--quiet", "--package", "rockpool-sources", "--bin", "dependencies"];
    Invocation::cargo(args).within(workspace.root())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_that_changed_is_refused_with_the_command_that_writes_it() {
        assert!(same(b"1", b"1", Path::new(DOCUMENT)).is_ok());
        let failure = same(b"2", b"1", Path::new(DOCUMENT)).unwrap_err().to_string();
        assert!(failure.contains("cargo xtask dependencies"), "{failure}");
    }
}
