//! Tools that tests drive and that no system package manager has: the Codex CLI and other agents at pinned versions, the
//! providers' own libraries, cargo-deny, cargo-mutants, cargo-cyclonedx.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::node;
use crate::probe::System;
use crate::python;
use crate::steps::Steps;
use crate::workspace::Workspace;

/// Versions of the Codex CLI that the tests run with, each pinned by a lock file in `tests/tools/codex-VERSION`.
#[derive(Debug)]
pub(crate) struct CodexPrograms {
    pub(crate) newest: PathBuf,
    /// Still in wide use.
    pub(crate) older: PathBuf,
}

/// Installs each pinned Codex CLI and finds its native program: the package's JavaScript starter would need Node in
/// the `PATH` of every test.
pub(crate) fn codex(steps: &mut Steps, workspace: &Workspace) -> Result<CodexPrograms, Failure> {
    Ok(CodexPrograms {
        newest: codex_version(steps, workspace, "codex-0.171.0")?,
        older: codex_version(steps, workspace, "codex-0.169.0")?,
    })
}

fn codex_version(
    steps: &mut Steps,
    workspace: &Workspace,
    version: &'static str,
) -> Result<PathBuf, Failure> {
    let dir = npm_folder(steps, workspace, version)?;
    native_program(&dir).map_err(Failure::io(format!("looking into the package of {version}")))?.ok_or_else(
        || {
            Failure::Refused(format!(
                "the package of {version} in {} brought no program for this platform.",
                dir.display()
            ))
        },
    )
}

/// What the tests of the public APIs run.
#[derive(Debug)]
pub(crate) struct ApiClients {
    /// A Python with OpenAI's and Anthropic's libraries.
    pub(crate) python: PathBuf,
    /// A folder with OpenAI's library for Node, and a Node of its own: the machine's may be too old for it.
    pub(crate) sdk_node: PathBuf,
    /// A folder with Claude Code, the Copilot CLI, opencode and Continue's CLI.
    pub(crate) agents: PathBuf,
}

/// Installs each at its pinned version. The agents' own packages only pick a program for the platform, in scripts that
/// run at the installation; those programs' packages are named themselves, so that no script has to run.
pub(crate) fn api_clients(steps: &mut Steps, workspace: &Workspace) -> Result<ApiClients, Failure> {
    Ok(ApiClients {
        python: python::with_packages(steps, workspace, "sdk-python")?,
        sdk_node: npm_folder(steps, workspace, "sdk-node")?,
        agents: npm_folder(steps, workspace, "agents")?,
    })
}

/// What only the full set runs.
#[derive(Debug)]
pub(crate) struct MatrixClients {
    /// A Python with the libraries that stand on OpenAI's newest.
    pub(crate) python: PathBuf,
    /// A Python with the libraries that want an older one of OpenAI's.
    pub(crate) older_python: PathBuf,
    /// A folder with the libraries for Node.
    pub(crate) node: PathBuf,
    /// A folder with Cline's CLI, Qwen Code and pi, for the Node of [`ApiClients::sdk_node`].
    pub(crate) agents: PathBuf,
    /// A Python with aider.
    pub(crate) aider: PathBuf,
    /// A Python with llm.
    pub(crate) llm: PathBuf,
}

/// Installs each at its pinned version. Of the packages that Qwen Code can do without, some registries lack those for
/// other systems; the one for Linux stands in for them, so that the lock file is whole everywhere.
pub(crate) fn matrix_clients(steps: &mut Steps, workspace: &Workspace) -> Result<MatrixClients, Failure> {
    Ok(MatrixClients {
        python: python::with_packages(steps, workspace, "libraries-python")?,
        older_python: python::with_packages(steps, workspace, "libraries-python-older")?,
        node: npm_folder(steps, workspace, "libraries-node")?,
        agents: npm_folder(steps, workspace, "more-agents")?,
        aider: python::with_packages_before(13, steps, workspace, "aider")?,
        llm: python::with_packages(steps, workspace, "llm")?,
    })
}

/// A folder of `tests/tools` with its packages, in the target folder: scripts find packages beside themselves only.
pub(crate) fn npm_folder(
    steps: &mut Steps,
    workspace: &Workspace,
    name: &'static str,
) -> Result<PathBuf, Failure> {
    let dir = workspace.scratch(name);
    fs::create_dir_all(&dir).map_err(Failure::io(format!("creating {}", dir.display())))?;
    let from = workspace.root().join("tests/tools").join(name);
    copy_files(&from, &dir).map_err(Failure::io(format!("copying {}", from.display())))?;
    node::install_packages(steps, workspace, name, &dir)?;
    Ok(dir)
}

fn copy_files(from: &Path, to: &Path) -> io::Result<()> {
    for file in fs::read_dir(from)? {
        let file = file?;
        if file.file_type()?.is_file() {
            fs::copy(file.path(), to.join(file.file_name()))?;
        }
    }
    Ok(())
}

/// `node_modules/@openai/codex-PLATFORM/vendor/TRIPLE/bin/codex`, as packed since 0.169.0.
fn native_program(dir: &Path) -> io::Result<Option<PathBuf>> {
    let name = format!("codex{}", std::env::consts::EXE_SUFFIX);
    for platform in fs::read_dir(dir.join("node_modules/@openai"))? {
        let vendor = platform?.path().join("vendor");
        if !vendor.is_dir() {
            continue;
        }
        for triple in fs::read_dir(vendor)? {
            let program = triple?.path().join("bin").join(&name);
            if program.is_file() {
                return Ok(Some(program));
            }
        }
    }
    Ok(None)
}

/// cargo-deny, compiled on first use (some minutes) where it is not installed already.
pub(crate) fn cargo_deny(steps: &mut Steps, workspace: &Workspace) -> Result<String, Failure> {
    let name = "cargo-deny";
    if System::here().has_program(name) {
        return Ok(name.to_owned());
    }
    let program = compiled(workspace, name);
    if !program.is_file() {
        steps.run("install cargo-deny", compile(workspace, name, "^0.20"))?;
    }
    Ok(program.display().to_string())
}

/// cargo-mutants at one version, since others find other mutants; compiled on first use (some minutes).
pub(crate) fn cargo_mutants(steps: &mut Steps, workspace: &Workspace) -> Result<String, Failure> {
    let name = "cargo-mutants";
    let program = compiled(workspace, name);
    if !program.is_file() {
        steps.run("install cargo-mutants", compile(workspace, name, "=27.1.0"))?;
    }
    Ok(program.display().to_string())
}

/// cargo-cyclonedx at one version, so that the same tree is described alike; compiled on first use (some minutes).
pub(crate) fn cargo_cyclonedx(steps: &mut Steps, workspace: &Workspace) -> Result<String, Failure> {
    let name = "cargo-cyclonedx";
    let program = compiled(workspace, name);
    if !program.is_file() {
        steps.run("install cargo-cyclonedx", compile(workspace, name, "=0.5.9"))?;
    }
    Ok(program.display().to_string())
}

fn compiled(workspace: &Workspace, name: &str) -> PathBuf {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    workspace.scratch("cargo-tools").join("bin").join(file)
}

fn compile(workspace: &Workspace, name: &str, version: &str) -> Invocation {
    let root = workspace.scratch("cargo-tools").display().to_string();
    Invocation::cargo(["install", name, "--version", version, "--locked", "--root", &root])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_native_program_is_found_whatever_the_platform_is_called() {
        let dir =
            std::env::current_exe().unwrap().with_file_name(format!("xtask-codex-{}", std::process::id()));
        let scope = dir.join("node_modules/@openai");
        fs::create_dir_all(scope.join("codex/bin")).unwrap();
        assert_eq!(native_program(&dir).unwrap(), None);
        let bin = scope.join("codex-os-cpu/vendor/cpu-os-libc/bin");
        fs::create_dir_all(&bin).unwrap();
        let program = bin.join(format!("codex{}", std::env::consts::EXE_SUFFIX));
        fs::write(&program, "").unwrap();
        assert_eq!(native_program(&dir).unwrap(), Some(program));
        fs::remove_dir_all(dir).unwrap();
    }
}
