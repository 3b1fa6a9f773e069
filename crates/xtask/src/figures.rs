//! `cargo xtask figures`: what can be counted in the Rust sources of a checkout. A program of its own counts, because it
//! brings a parser and this one has to compile within a second.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::workspace::Workspace;

/// Of this checkout, or of the one `at` a path.
pub(crate) fn print(workspace: &Workspace, at: Option<PathBuf>) -> Result<ExitCode, Failure> {
    let root = match at {
        Some(path) => path.canonicalize().map_err(Failure::io(format!("looking for {}", path.display())))?,
        None => workspace.root().to_owned(),
    };
    let count = count(workspace, &root);
    let status = count.status().map_err(Failure::io(format!("starting {count}")))?;
    if status.success() {
        return Ok(ExitCode::SUCCESS);
    }
    Err(Failure::Step { name: "figures".to_owned(), repeat: Box::new(count), remedy: None })
}

fn count(workspace: &Workspace, root: &Path) -> Invocation {
    let head = ["run", "--quiet", "--package", "rockpool-sources", "--"].map(str::to_owned);
    Invocation::cargo(head.into_iter().chain([root.display().to_string()])).within(workspace.root())
}
