//! `cargo xtask sbom`: what the programs and the dashboard are made of, as CycloneDX, each file held against its schema.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};

use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::node;
use crate::say;
use crate::steps::Steps;
use crate::tools;
use crate::workspace::Workspace;

/// The programs that people get, by the names of their binaries.
const PROGRAMS: [&str; 2] = ["rockpool", "rockpool-desktop"];
const DASHBOARD: &str = "dashboard";

/// What cargo-cyclonedx puts behind a binary's name, in the folder of its package.
const ENDING: &str = "_bin.cdx.json";

const NOT_VALID: Option<&str> =
    Some("A file lists nothing, or is not what its version of CycloneDX asks for.");

pub(crate) fn run(workspace: &Workspace) -> Result<ExitCode, Failure> {
    write_checked(&mut Steps::default(), workspace)?;
    Ok(ExitCode::SUCCESS)
}

/// One file for each program and one for the dashboard, in the target folder.
pub(crate) fn write_checked(steps: &mut Steps, workspace: &Workspace) -> Result<(), Failure> {
    let cyclonedx = tools::cargo_cyclonedx(steps, workspace)?;
    let tool = tools::npm_folder(steps, workspace, "sbom")?;
    let folder = workspace.scratch("sbom-files");
    fs::create_dir_all(&folder).map_err(Failure::io(format!("creating {}", folder.display())))?;

    let args =
        ["cyclonedx", "--quiet", "--format", "json", "--describe", "binaries", "--spec-version", "1.5"];
    let programs = Invocation::new(cyclonedx, args).within(workspace.root());
    steps.run("bill of materials of the programs", programs)?;
    let written = taken_along(workspace.root(), &folder)?;
    let dashboard = folder.join(format!("{DASHBOARD}.cdx.json"));
    of_dashboard(workspace, &tool, &dashboard)?;

    let files = written.iter().chain([&dashboard]).map(|file| file.display().to_string());
    let check = Invocation::new("node", ["validate.mjs".to_owned()].into_iter().chain(files)).within(&tool);
    steps.run_with_remedy("bills of materials against their schema", check, NOT_VALID)
}

/// Moves the files of the programs into `folder`, and removes those of our other binaries.
fn taken_along(root: &Path, folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut taken = Vec::new();
    for file in left_beside_packages(root)? {
        let name = file.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(ENDING));
        let Some(program) = name.filter(|name| PROGRAMS.contains(name)) else {
            fs::remove_file(&file).map_err(Failure::io(format!("removing {}", file.display())))?;
            continue;
        };
        let to = folder.join(format!("{program}.cdx.json"));
        fs::copy(&file, &to).map_err(Failure::io(format!("writing {}", to.display())))?;
        fs::remove_file(&file).map_err(Failure::io(format!("removing {}", file.display())))?;
        taken.push(to);
    }
    if taken.len() == PROGRAMS.len() {
        return Ok(taken);
    }
    Err(Failure::Refused(format!("cargo-cyclonedx did not describe each of {}.", PROGRAMS.join(", "))))
}

fn left_beside_packages(root: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut folders = vec![root.join("src-tauri"), root.join("tests")];
    folders.extend(entries(&root.join("crates"))?);
    let mut found = Vec::new();
    for folder in folders {
        let is_bill = |path: &PathBuf| path.to_string_lossy().ends_with(ENDING);
        found.extend(entries(&folder)?.into_iter().filter(is_bill));
    }
    Ok(found)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let read =
        || -> io::Result<Vec<PathBuf>> { fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect() };
    read().map_err(Failure::io(format!("reading {}", folder.display())))
}

/// npm describes the development tools as well, and marks them.
fn of_dashboard(workspace: &Workspace, tool: &Path, to: &Path) -> Result<(), Failure> {
    let everything = to.with_extension("everything.json");
    let npm = Invocation::new(node::NPM, ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only"]);
    redirected(&npm.within(&workspace.ui()), None, &everything)?;
    let shipped = Invocation::new("node", ["shipped.mjs"]).within(tool);
    redirected(&shipped, Some(&everything), to)?;
    fs::remove_file(&everything).map_err(Failure::io(format!("removing {}", everything.display())))
}

fn redirected(invocation: &Invocation, from: Option<&Path>, to: &Path) -> Result<(), Failure> {
    say::line(&format!("\n== bill of materials of the dashboard\n   {invocation} > {}", to.display()));
    let doing = || format!("running `{invocation}`");
    let file = fs::File::create(to).map_err(Failure::io(format!("writing {}", to.display())))?;
    let input = match from {
        Some(path) => fs::File::open(path).map_err(Failure::io(doing()))?.into(),
        None => Stdio::null(),
    };
    let status = invocation.command().stdin(input).stdout(file).status().map_err(Failure::io(doing()))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::Step {
        name: "bill of materials of the dashboard".to_owned(),
        repeat: Box::new(invocation.clone()),
        remedy: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bills_of_the_programs_are_taken_along_and_none_is_left_between_the_sources() {
        let root =
            std::env::current_exe().unwrap().with_file_name(format!("xtask-sbom-{}", std::process::id()));
        let (cli, shell, sim) =
            (root.join("crates/rockpool-cli"), root.join("src-tauri"), root.join("crates/rockpool-sim"));
        let folder = root.join("out");
        for dir in [&cli, &shell, &sim, &root.join("tests"), &folder] {
            fs::create_dir_all(dir).unwrap();
        }
        fs::write(cli.join("rockpool_bin.cdx.json"), "{}").unwrap();
        fs::write(sim.join("rockpool-sim_bin.cdx.json"), "{}").unwrap();
        let failure = taken_along(&root, &folder).unwrap_err().to_string();
        assert!(failure.contains("rockpool-desktop"), "{failure}");

        fs::write(cli.join("rockpool_bin.cdx.json"), "{}").unwrap();
        fs::write(shell.join("rockpool-desktop_bin.cdx.json"), "{}").unwrap();
        assert_eq!(taken_along(&root, &folder).unwrap().len(), 2);
        assert!(
            folder.join("rockpool.cdx.json").is_file() && folder.join("rockpool-desktop.cdx.json").is_file()
        );
        assert_eq!(left_beside_packages(&root).unwrap(), Vec::<PathBuf>::new());
        fs::remove_dir_all(root).unwrap();
    }
}
