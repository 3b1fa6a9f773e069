//! npm packages and the UI's build: each is done only when what it depends on has changed since it last succeeded.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::stamp::Stamp;
use crate::steps::Steps;
use crate::workspace::Workspace;

pub(crate) const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

const NO_PACKAGES: Option<&str> =
    Some("npm has to reach its registry once; with no network, have this run where there is one.");

/// Folders of `ui/` that are results or belong to npm, so they say nothing about whether a build is due.
const NOT_SOURCES: [&str; 4] = ["node_modules", "dist", "test-results", ".vite"];

pub(crate) fn script(dir: &Path, name: &str) -> Invocation {
    Invocation::new(NPM, ["run", "--silent", name]).within(dir)
}

/// `npm ci` in `dir`, unless its lock file is the one that was installed last.
pub(crate) fn install_packages(
    steps: &mut Steps,
    workspace: &Workspace,
    name: &'static str,
    dir: &Path,
) -> Result<(), Failure> {
    let lock = dir.join("package-lock.json");
    let wanted = fs::read(&lock).map_err(Failure::io(format!("reading {}", lock.display())))?;
    let stamp = Stamp::of(workspace, name);
    if dir.join("node_modules").is_dir() && stamp.says(&wanted) {
        return Ok(());
    }
    stamp.clear()?;
    let install = Invocation::new(NPM, ["ci", "--no-audit", "--no-fund"]).within(dir);
    steps.run_with_remedy(name, install, NO_PACKAGES)?;
    stamp.write(&wanted)
}

/// Packages and bundle of the UI, as far as they are not up to date. The shell embeds `ui/dist`, so writing it anew
/// without need would compile the shell anew as well.
pub(crate) fn build_ui(steps: &mut Steps, workspace: &Workspace) -> Result<(), Failure> {
    let ui = workspace.ui();
    install_packages(steps, workspace, "packages of the UI", &ui)?;
    let sources = digest(&[ui.clone(), workspace.root().join("docs/openapi.json")])
        .map_err(Failure::io("reading the UI's sources"))?
        .to_le_bytes();
    let stamp = Stamp::of(workspace, "ui-build");
    if ui.join("dist/index.html").is_file() && stamp.says(&sources) {
        return Ok(());
    }
    steps.run("build of the UI", script(&ui, "build"))?;
    stamp.write(&sources)
}

/// A number that changes when a file under `paths` is added, removed, renamed or changed. A path that is not there counts
/// as nothing. The number may differ between compilers; that costs one build too many.
fn digest(paths: &[PathBuf]) -> io::Result<u64> {
    let mut files = Vec::new();
    for path in paths {
        collect(path, &mut files)?;
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.hash(&mut hasher);
        fs::read(&file)?.hash(&mut hasher);
    }
    Ok(hasher.finish())
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if path.is_file() {
        files.push(path.to_owned());
        return Ok(());
    }
    if !path.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let name = entry.file_name();
        if !NOT_SOURCES.iter().any(|skipped| name == *skipped) {
            collect(&entry.path(), files)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of this test alone, under the target folder.
    fn folder(name: &str) -> PathBuf {
        let program = std::env::current_exe().unwrap();
        let dir = program.with_file_name(format!("xtask-test-{}", std::process::id())).join(name);
        fs::create_dir_all(dir.join("node_modules")).unwrap();
        fs::write(dir.join("a.ts"), "one").unwrap();
        dir
    }

    #[test]
    fn a_build_is_due_when_a_source_changes_is_added_or_is_renamed() {
        let dir = folder("digest");
        let number = || digest(std::slice::from_ref(&dir)).unwrap();
        let first = number();
        assert_eq!(first, number());
        fs::write(dir.join("a.ts"), "two").unwrap();
        let changed = number();
        fs::write(dir.join("b.ts"), "").unwrap();
        let added = number();
        fs::rename(dir.join("b.ts"), dir.join("c.ts")).unwrap();
        let renamed = number();
        let all = [first, changed, added, renamed];
        for (index, number) in all.iter().enumerate() {
            assert!(!all[..index].contains(number));
        }
        fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn results_and_installed_packages_do_not_make_a_build_due() {
        let dir = folder("results");
        let number = || digest(std::slice::from_ref(&dir)).unwrap();
        let first = number();
        fs::write(dir.join("node_modules/x.js"), "x").unwrap();
        assert_eq!(first, number());
        fs::remove_dir_all(dir).unwrap();
    }
}
