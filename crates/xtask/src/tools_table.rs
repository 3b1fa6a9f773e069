//! `cargo xtask tools-table`: what the last run of the tests found of each tool, as a table in `docs/tools.md`.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::workspace::Workspace;

/// Where the tests leave what they found, by this variable.
pub(crate) const FINDINGS: &str = "ROCKPOOL_TOOL_FINDINGS";

/// Forgets what earlier runs found: a row comes from the run that the table is of, or is not there.
pub(crate) fn forget(workspace: &Workspace) -> Result<(), Failure> {
    let dir = findings(workspace);
    match fs::remove_dir_all(&dir) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Failure::io(format!("removing {}", dir.display()))(error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

pub(crate) fn findings(workspace: &Workspace) -> PathBuf {
    workspace.scratch("tool-findings")
}

pub(crate) fn write(workspace: &Workspace) -> Result<ExitCode, Failure> {
    let program = workspace.binary("tools_table").display().to_string();
    let findings = findings(workspace).display().to_string();
    let document = workspace.root().join("docs/tools.md").display().to_string();
    let table = Invocation::new(program, [findings, document]);
    let status = table.status().map_err(Failure::io(format!("starting {table}")))?;
    if status.success() {
        return Ok(ExitCode::SUCCESS);
    }
    let remedy = Some("`cargo xtask test` builds the program and makes what it reads.");
    Err(Failure::Step { name: "tools-table".to_owned(), repeat: Box::new(table), remedy })
}
