//! What cargo says of packages: which a program is made of, and what each has.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Name and version: what tells packages apart in one lock file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Id {
    pub(crate) name: String,
    pub(crate) version: String,
}

#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) folder: PathBuf,
    pub(crate) has_build_script: bool,
    pub(crate) is_macro: bool,
    pub(crate) is_ours: bool,
}

/// Which dependencies of a package are followed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Edges {
    /// What is linked into it.
    Linked,
    /// That, and what runs while it is compiled.
    Compiled,
}

impl Edges {
    fn argument(self) -> &'static str {
        match self {
            Self::Linked => "normal,no-proc-macro",
            Self::Compiled => "normal,build",
        }
    }
}

/// Every package of the lock file that is compiled for `target`.
pub(crate) fn packages(root: &Path, target: &str) -> Result<BTreeMap<Id, Package>, String> {
    // Filtered: the packages of other platforms need not have been downloaded.
    let args = ["metadata", "--offline", "--format-version", "1", "--filter-platform", target];
    let output = cargo(root, &args)?;
    let metadata: Value =
        serde_json::from_str(&output).map_err(|error| format!("cargo metadata: {error}"))?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata names no packages")?;
    Ok(packages.iter().filter_map(package).collect())
}

fn package(package: &Value) -> Option<(Id, Package)> {
    let text = |name: &str| package[name].as_str().map(str::to_owned);
    let kinds: BTreeSet<&str> = package["targets"]
        .as_array()?
        .iter()
        .flat_map(|target| target["kind"].as_array().into_iter().flatten())
        .filter_map(Value::as_str)
        .collect();
    let id = Id { name: text("name")?, version: text("version")? };
    let package = Package {
        folder: Path::new(&text("manifest_path")?).parent()?.to_owned(),
        has_build_script: kinds.contains("custom-build"),
        is_macro: kinds.contains("proc-macro"),
        is_ours: package["source"].is_null(),
    };
    Some((id, package))
}

/// What `package` is made of on `target`, itself included.
pub(crate) fn tree(root: &Path, package: &str, target: &str, edges: Edges) -> Result<BTreeSet<Id>, String> {
    let args = ["tree", "--offline", "--package", package, "--target", target, "--edges", edges.argument()];
    let output = cargo(root, &[&args[..], &["--prefix", "none", "--format", "{p}"]].concat())?;
    Ok(output.lines().filter_map(id).collect())
}

/// A line such as `serde v1.0.2 (proc-macro) (*)`.
pub(crate) fn id(line: &str) -> Option<Id> {
    let mut words = line.split(' ');
    let name = words.next()?.to_owned();
    let version = words.next()?.strip_prefix('v')?.to_owned();
    Some(Id { name, version })
}

fn cargo(root: &Path, args: &[&str]) -> Result<String, String> {
    let said = |why: String| format!("cargo {}: {why}", args.join(" "));
    let output = Command::new("cargo")
        .args(args)
        .current_dir(root)
        .output()
        .map_err(|error| said(error.to_string()))?;
    if !output.status.success() {
        return Err(said(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    String::from_utf8(output.stdout).map_err(|error| said(error.to_string()))
}
