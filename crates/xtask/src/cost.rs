//! `cargo xtask cost`: what a request and an event cost two builds of `rockpool`. A program of the end-to-end tests
//! measures, because it needs their harness and this one has to compile within a second.

use std::process::ExitCode;

use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::workspace::Workspace;

pub(crate) fn measure(workspace: &Workspace, args: Vec<String>) -> Result<ExitCode, Failure> {
    let program = program(workspace, args);
    let status = program.status().map_err(Failure::io(format!("starting {program}")))?;
    if status.success() {
        return Ok(ExitCode::SUCCESS);
    }
    Err(Failure::Step { name: "cost".to_owned(), repeat: Box::new(program), remedy: None })
}

/// In the folder of the caller, whose paths may be relative. With the release profile, because the load shares the
/// machine with what is measured.
fn program(workspace: &Workspace, args: Vec<String>) -> Invocation {
    let manifest = workspace.root().join("Cargo.toml").display().to_string();
    let head = ["run", "--quiet", "--release", "--manifest-path", &manifest];
    let tail = ["--package", "rockpool-tests", "--bin", "request_cost", "--"];
    Invocation::cargo(head.into_iter().chain(tail).map(str::to_owned).chain(args))
}
