//! `cargo xtask advisories`: what is known against the packages in use, by the RustSec database. It is a git repository, so
//! it is asked for where it is said to be, then at its own address, and then a copy in this repository serves.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::args::Keep;
use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::node;
use crate::steps::Steps;
use crate::tools;
use crate::workspace::Workspace;

/// A clone of the database, by path or address, to be used instead of all others.
const GIVEN: &str = "ROCKPOOL_ADVISORY_DB";
const UPSTREAM: &str = "https://github.com/RustSec/advisory-db";
/// The branch that cargo-deny reads.
const BRANCH: &str = "main";

/// Without its history, as one file that git can clone.
const COPY: &str = "tests/tools/advisory-db.bundle";

/// Where cargo-deny keeps its own clone, by `.deny.toml`.
const CLONES: &str = "ROCKPOOL_ADVISORY_DBS";

const NOT_REACHED: &str = "the RustSec database was not reached, and there is no copy of it in tests/tools/advisory-db.bundle. \
     Where the network leads to it, `cargo xtask advisories --keep` checks and makes that copy, to be committed; with a \
     clone from elsewhere, ROCKPOOL_ADVISORY_DB=PATH names it.";

const NOT_CLONED: Option<&str> =
    Some("ROCKPOOL_ADVISORY_DB has to name a git repository with the branch `main`, by path or address.");

const NO_DATE: Option<&str> = Some("The database has no commit on its branch `main`.");

pub(crate) const NO_AUDIT: Option<&str> = Some(
    "Either something is known against a package, which npm has just named, or the registry answers no audits; \
     npm_config_registry=ADDRESS names one that does.",
);

pub(crate) fn run(workspace: &Workspace, keep: Keep) -> Result<ExitCode, Failure> {
    let mut steps = Steps::default();
    check(&mut steps, workspace)?;
    match keep {
        Keep::Nothing => {}
        Keep::Copy => {
            let copy = workspace.root().join(COPY);
            steps.run("copy of the advisories", bundling(&clone_of(workspace), &copy))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Says of which day the database is, and asks it.
pub(crate) fn check(steps: &mut Steps, workspace: &Workspace) -> Result<(), Failure> {
    let deny = tools::cargo_deny(steps, workspace)?;
    fetch(steps, workspace)?;
    let clone = clone_of(workspace);
    steps.run_with_remedy("date of the advisories", date(&clone), NO_DATE)?;
    let check = Invocation::new(deny, ["check", "advisories"])
        .within(workspace.root())
        .with_env(CLONES, workspace.scratch("advisory-dbs"));
    steps.run("advisories", reading_from(check, &clone))
}

/// What npm's registry knows against the packages of the dashboard, and whether they are those that their makers signed.
pub(crate) fn of_npm(workspace: &Workspace) -> [(&'static str, Invocation); 2] {
    let npm = |args: &[&str]| Invocation::new(node::NPM, args.iter().copied()).within(&workspace.ui());
    [("advisories of npm", npm(&["audit"])), ("signatures of npm", npm(&["audit", "signatures"]))]
}

fn clone_of(workspace: &Workspace) -> PathBuf {
    workspace.scratch("advisory-db")
}

/// A clone in the target folder: of what was given, else of the database itself, else of the copy.
fn fetch(steps: &mut Steps, workspace: &Workspace) -> Result<(), Failure> {
    let clone = clone_of(workspace);
    if let Ok(given) = std::env::var(GIVEN) {
        emptied(&clone)?;
        return steps.run_with_remedy("advisories as given", cloning(&given, &clone), NOT_CLONED);
    }
    emptied(&clone)?;
    if steps.run("advisories from their own address", cloning(UPSTREAM, &clone)).is_ok() {
        return Ok(());
    }
    let copy = workspace.root().join(COPY);
    if !copy.is_file() {
        return Err(Failure::Refused(NOT_REACHED.to_owned()));
    }
    emptied(&clone)?;
    steps.run("advisories from the copy in this repository", cloning(&copy.display().to_string(), &clone))
}

fn emptied(folder: &Path) -> Result<(), Failure> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(Failure::io(format!("removing {}", folder.display()))(error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

fn cloning(from: &str, to: &Path) -> Invocation {
    let to = to.display().to_string();
    git(["clone", "--quiet", "--depth", "1", "--branch", BRANCH, from, &to])
}

fn date(clone: &Path) -> Invocation {
    let clone = clone.display().to_string();
    git([
        "-C",
        &clone,
        "log",
        "-1",
        "--date=short",
        "--format=   RustSec advisories of %cd, commit %H",
        BRANCH,
    ])
}

/// A commit without a history, with the date of the database, as a file.
fn bundling(clone: &Path, copy: &Path) -> Invocation {
    let script = "date=$(git log -1 --format=%cI main) && \
                  commit=$(GIT_AUTHOR_DATE=$date GIT_COMMITTER_DATE=$date git -c user.name=RustSec -c user.email=rustsec \
                  commit-tree -m \"$(git rev-parse main)\" 'main^{tree}') && \
                  git checkout --quiet -B main \"$commit\" && rm -f .git/shallow && git bundle create --quiet \"$1\" main";
    Invocation::new("sh", ["-c", script, "sh", &copy.display().to_string()]).within(clone)
}

fn git<const N: usize>(args: [&str; N]) -> Invocation {
    Invocation::new("git", args).with_env("GIT_TERMINAL_PROMPT", "0")
}

/// cargo-deny fetches with git from the database's own address; git is told that this is the clone.
fn reading_from(check: Invocation, clone: &Path) -> Invocation {
    check
        .with_env("GIT_CONFIG_COUNT", "1")
        .with_env("GIT_CONFIG_KEY_0", format!("url.{}.insteadOf", clone.display()))
        .with_env("GIT_CONFIG_VALUE_0", UPSTREAM)
}
